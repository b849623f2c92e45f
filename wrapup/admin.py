"""The administration of wrap-up: reasons, times, and what was written down."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chats.reading import name_of
from lib.admin import HouseAdmin, LedgerAdmin, OneDefaultForm, linked
from wrapup.models import WrapUp, WrapUpCode, WrapUpRule


class WrapUpCodeForm(OneDefaultForm):
    """One default, which is offered everywhere: the clock submits it for whoever gave no reason."""

    def clean(self) -> dict[str, Any]:
        """The cleaned data; a default that isn't offered everywhere is an error at the field that keeps it from it."""
        data = super().clean()
        if data.get("is_default"):
            if not data.get("is_active"):
                self.add_error("is_active", _("The default must be active."))
            for name in ("queues", "teams"):
                if data.get(name):
                    self.add_error(name, _("The default is for all queues and teams: leave this empty."))
        return data


@admin.register(WrapUpCode)
class WrapUpCodeAdmin(HouseAdmin):
    """Reasons agents give after a chat."""

    form = WrapUpCodeForm
    list_display = ("name", "where", "order", "is_default", "is_active")
    list_filter = ("is_active", "queues", "teams")
    search_fields = ("name",)
    autocomplete_fields = ("queues", "teams")
    fields = ("name", ("is_active", "is_default"), "order", "queues", "teams")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WrapUpCode]:
        return super().get_queryset(request).prefetch_related("queues", "teams")

    @admin.display(description=_("offered in"))
    def where(self, code: WrapUpCode) -> str:
        names = [str(row) for row in (*code.queues.all(), *code.teams.all())]
        return ", ".join(names) or _("all queues and teams")


class WrapUpRuleForm(forms.ModelForm):
    """One rule a queue, and one for all others."""

    def clean(self) -> dict[str, Any]:
        """The cleaned data; a second rule for all queues is an error at its own field."""
        data = super().clean() or self.cleaned_data
        if "queue" in data and data["queue"] is None:
            if WrapUpRule.objects.filter(queue=None).exclude(pk=self.instance.pk).exists():
                self.add_error("queue", _("There is a wrap-up time for all queues already. Choose a queue here."))
        return data


@admin.register(WrapUpRule)
class WrapUpRuleAdmin(HouseAdmin):
    """How long agents have."""

    form = WrapUpRuleForm
    list_display = ("__str__", "seconds", "may_extend")
    list_select_related = ("queue",)
    autocomplete_fields = ("queue",)


@admin.register(WrapUp)
class WrapUpAdmin(LedgerAdmin):
    """What was written down: read only."""

    list_display = ("started_at", "agent", "queue", "reasons", "outcome", "done_at", "chat_link")
    list_filter = ("outcome", "codes", ("started_at", admin.DateFieldListFilter))
    list_select_related = ("agent", "seat__queue", "seat__chat__customer")
    search_fields = ("agent__name__istartswith",)
    search_help_text = _("The beginning of the agent's name.")
    fields = (
        "agent",
        "queue",
        "chat_link",
        "reasons",
        "note",
        ("started_at", "due_at", "done_at"),
        "can_extend",
        "outcome",
    )
    readonly_fields = ("queue", "chat_link", "reasons")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WrapUp]:
        return super().get_queryset(request).prefetch_related(Prefetch("codes", WrapUpCode.objects.order_by("order")))

    @admin.display(description=_("queue"), ordering="seat__queue__name")
    def queue(self, wrapup: WrapUp) -> str:
        return str(wrapup.seat.queue)

    @admin.display(description=_("reasons"))
    def reasons(self, wrapup: WrapUp) -> str:
        return ", ".join(code.name for code in wrapup.codes.all()) or "–"

    @admin.display(description=_("chat"))
    def chat_link(self, wrapup: WrapUp) -> str:
        return linked(
            reverse("admin:chats_chat_change", args=[wrapup.seat.chat_id]), name_of(wrapup.seat.chat.customer)
        )
