"""The administration of what operations write: chats with all that belongs to them, customers, ledgers. Read only."""

# ruff: noqa: D102 - a column's heading says what it shows

import re
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from chats import reading
from chats.models import Chat, ChatEvent, Customer, Entry, Finding, Offer, Seat, Watch
from lib.admin import LedgerAdmin, LedgerInline, linked, words_filter
from lib.pci.mask import mask

MOST_PEOPLE = 1000
PART_OF_ID = re.compile(r"[0-9a-f]{4,32}")


def by_person_or_id(queryset: QuerySet, term: str, *, customer: str, ids: tuple[str, ...]) -> QuerySet:
    """Rows by the beginning of an id (a range of the key's index), else of a customer's name, e-mail or id elsewhere.

    `customer` and `ids` are the ways to the customer and to the ids. Of customers only the first 1,000 count.
    """
    term = mask(term.strip()).text
    digits = term.lower().replace("-", "")
    if PART_OF_ID.fullmatch(digits) and any(digit.isdigit() for digit in digits):
        between = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
        return queryset.filter(reduce(or_, (Q(**{f"{name}__range": between}) for name in ids)))
    named = Q(name__istartswith=term) | Q(email__istartswith=term) | Q(external_id__istartswith=term)
    people = Customer.objects.filter(named).order_by("pk").values("pk")[:MOST_PEOPLE]
    return queryset.filter(**{f"{customer}__in": people})


class SeatInline(LedgerInline):
    """Who sat in the chat."""

    model = Seat
    fields = ("agent", "role", "queue", "joined_at", "left_at", "released_at", "away_since")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        return super().get_queryset(request).select_related("agent", "queue")


class OfferInline(LedgerInline):
    """To whom it was offered."""

    model = Offer
    fields = ("agent", "kind", "asked_by", "queue", "offered_at", "expires_at", "ended_at", "outcome")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Offer]:
        return super().get_queryset(request).select_related("agent", "asked_by", "queue")


class EventInline(LedgerInline):
    """What happened."""

    model = ChatEvent
    fields = ("at", "happened", "state", "by")
    readonly_fields = ("happened", "by")

    @admin.display(description=_("what"))
    def happened(self, event: ChatEvent) -> str:
        return reading.happened(event.verb, event.data)

    @admin.display(description=_("by"))
    def by(self, event: ChatEvent) -> str:
        return reading.word(reading.SENDERS, event.by_kind)


class FindingInline(LedgerInline):
    """What was found that must not be there."""

    model = Finding
    fields = ("at", "sender", "found_in", "found", "done")
    readonly_fields = ("sender", "found_in", "found", "done")

    @admin.display(description=_("sender"))
    def sender(self, finding: Finding) -> str:
        return reading.word(reading.SENDERS, finding.sender_kind)

    @admin.display(description=_("where"))
    def found_in(self, finding: Finding) -> str:
        return reading.word(reading.PLACES, finding.place)

    @admin.display(description=_("detector"))
    def found(self, finding: Finding) -> str:
        return reading.detector(finding.detector)

    @admin.display(description=_("action"))
    def done(self, finding: Finding) -> str:
        return reading.word(reading.ACTIONS, finding.action)


@admin.register(Chat)
class ChatAdmin(LedgerAdmin):
    """Chats with transcript, seats, offers, events and findings."""

    list_display = ("person", "state_pill", "queue", "entry_point", "started_at", "ended_at", "score")
    list_filter = ("state", "queue", "entry_point", ("started_at", admin.DateFieldListFilter))
    list_select_related = ("customer", "queue", "entry_point")
    search_fields = ("customer__name", "customer__email", "id")
    search_help_text = _("The beginning of the customer's name or e-mail, or of an id.")
    inlines = (SeatInline, OfferInline, EventInline, FindingInline)
    readonly_fields = ("state_pill", "customer_link", "transcript", "decisions", "form_fields")
    fieldsets = (
        (None, {"fields": (("state_pill", "customer_link", "verified"), ("queue", "entry_point", "decisions"))}),
        (_("Transcript"), {"fields": ("transcript",), "classes": ("panel",)}),
        (_("Times"), {"fields": (("started_at", "enqueued_at", "answered_at", "ended_at"),)}),
        (
            _("Particulars"),
            {
                "classes": ("collapse",),
                "fields": (
                    "id",
                    ("language", "priority", "ended_by"),
                    "subject",
                    "form_fields",
                    "page",
                    "score",
                    "comment",
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chat]:
        """Without the token's digest."""
        return super().get_queryset(request).defer("token")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Chat], search_term: str
    ) -> tuple[QuerySet[Chat], bool]:
        if not search_term.strip():
            return queryset, False
        return by_person_or_id(queryset, search_term, customer="customer", ids=("id", "customer__id")), False

    @admin.display(description=_("customer"), ordering="customer__name")
    def person(self, chat: Chat) -> str:
        return reading.name_of(chat.customer)

    @admin.display(description=_("state"), ordering="state")
    def state_pill(self, chat: Chat) -> str:
        return format_html('<span class="pill chat-{}">{}</span>', chat.state, chat.get_state_display())

    @admin.display(description=_("customer"))
    def customer_link(self, chat: Chat) -> str:
        return linked(reverse("admin:chats_customer_change", args=[chat.customer_id]), reading.name_of(chat.customer))

    @admin.display(description=_("why to whom"))
    def decisions(self, chat: Chat) -> str:
        return linked(f"{reverse('admin:routing_decision_changelist')}?q={chat.pk}", _("routing decisions"))

    @admin.display(description=_("form fields"))
    def form_fields(self, chat: Chat) -> str:
        return "; ".join(f"{label}: {value}" for label, value in chat.fields.items()) or "–"

    @admin.display(description=_("transcript"))
    def transcript(self, chat: Chat) -> str:
        lines, older = reading.transcript(chat)
        return render_to_string("admin/chats/transcript.html", {"lines": lines, "older": older})


@admin.register(Customer)
class CustomerAdmin(LedgerAdmin):
    """Customers: what is known of them, and the way to their chats."""

    list_display = ("named", "email", "external_id", "created_at")
    list_filter = (("created_at", admin.DateFieldListFilter),)
    search_fields = ("name", "email", "id")
    search_help_text = _("The beginning of the name, the e-mail or the id.")
    ordering = ("-created_at",)
    fields = ("name", "email", "external_id", "realm", "created_at", "id", "chats_link")
    readonly_fields = ("chats_link",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        if not search_term.strip():
            return queryset, False
        return by_person_or_id(queryset, search_term, customer="pk", ids=("id",)), False

    @admin.display(description=_("name"), ordering="name")
    def named(self, customer: Customer) -> str:
        return reading.name_of(customer)

    @admin.display(description=_("chats"))
    def chats_link(self, customer: Customer) -> str:
        url = f"{reverse('admin:chats_chat_changelist')}?customer__id__exact={customer.pk}"
        return linked(url, _("all chats of this customer"))


class PartOfChatAdmin(LedgerAdmin):
    """A ledger whose rows belong to chats: found by the chat's id or the customer."""

    list_select_related = ("chat__customer",)
    search_fields = ("chat__id", "chat__customer__name", "chat__customer__email")
    search_help_text = ChatAdmin.search_help_text

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if not search_term.strip():
            return queryset, False
        ids = ("chat__id", "chat__customer__id")
        return by_person_or_id(queryset, search_term, customer="chat__customer", ids=ids), False

    @admin.display(description=_("chat"))
    def chat_link(self, row: Any) -> str:
        return (
            linked(reverse("admin:chats_chat_change", args=[row.chat_id]), reading.name_of(row.chat.customer))
            if row.chat_id
            else "–"
        )


@admin.register(Seat)
class SeatAdmin(PartOfChatAdmin):
    """Seats: read only."""

    list_display = ("joined_at", "agent", "role", "queue", "chat_link", "left_at", "released_at")
    list_filter = ("queue", "role", ("joined_at", admin.DateFieldListFilter))
    list_select_related = ("agent", "queue", "chat__customer")
    ordering = ("-joined_at",)
    fields = ("agent", "role", "queue", "chat_link", "joined_at", "left_at", "released_at", "away_since", "seen")
    readonly_fields = ("chat_link",)


@admin.register(Offer)
class OfferAdmin(PartOfChatAdmin):
    """Offers: read only."""

    list_display = ("offered_at", "agent", "queue", "kind", "outcome", "ended_at", "chat_link")
    list_filter = ("outcome", "kind", "queue", ("offered_at", admin.DateFieldListFilter))
    list_select_related = ("agent", "queue", "chat__customer")
    ordering = ("-offered_at",)
    fields = ("agent", "queue", "kind", "asked_by", "chat_link", "offered_at", "expires_at", "ended_at", "outcome")
    readonly_fields = ("chat_link",)


@admin.register(Watch)
class WatchAdmin(PartOfChatAdmin):
    """Who read along where: read only."""

    list_display = ("began_at", "agent", "chat_link", "ended_at", "shown")
    list_filter = (("began_at", admin.DateFieldListFilter),)
    list_select_related = ("agent", "chat__customer")
    ordering = ("-began_at",)
    fields = ("agent", "chat_link", "began_at", "ended_at", "shown")
    readonly_fields = ("chat_link",)


@admin.register(Entry)
class EntryAdmin(PartOfChatAdmin):
    """Lines of transcripts: read only."""

    list_display = ("at", "chat_link", "seq", "sender_kind_word", "sender_name", "line")
    list_filter = (
        words_filter("sender_kind", _("sender"), reading.SENDERS),
        words_filter("stream", _("stream"), reading.STREAMS),
        ("at", admin.DateFieldListFilter),
    )
    ordering = ("-pk",)
    fields = ("chat_link", "stream", "seq", "at", "sender_kind_word", "sender_name", "line")
    readonly_fields = ("chat_link", "sender_kind_word", "line")

    @admin.display(description=_("sender"), ordering="sender_kind")
    def sender_kind_word(self, entry: Entry) -> str:
        return reading.word(reading.SENDERS, entry.sender_kind)

    @admin.display(description=_("line"))
    def line(self, entry: Entry) -> str:
        return entry.text or reading.system_words(entry.kind, entry.data)


@admin.register(ChatEvent)
class ChatEventAdmin(PartOfChatAdmin):
    """The ledger of chats: read only."""

    list_display = ("at", "happened", "state", "by", "chat_link")
    list_filter = ("state", ("at", admin.DateFieldListFilter))
    ordering = ("-pk",)
    fields = ("at", "happened", "state", "by", "chat_link")
    readonly_fields = ("happened", "by", "chat_link")

    @admin.display(description=_("what"), ordering="verb")
    def happened(self, event: ChatEvent) -> str:
        return reading.happened(event.verb, event.data)

    @admin.display(description=_("by"), ordering="by_kind")
    def by(self, event: ChatEvent) -> str:
        return reading.word(reading.SENDERS, event.by_kind)
