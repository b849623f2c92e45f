"""The administration of routing: queues, entry points, business hours, and why each contact went where it went."""

from itertools import permutations
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from lib.admin import HouseAdmin, LedgerAdmin, linked, words_filter
from routing.explanation import RULES, explain, short
from routing.models import (
    BusinessHours,
    Decision,
    DesktopProfile,
    DistributionGroup,
    EntryPoint,
    Holiday,
    Opening,
    Queue,
    SkillRequirement,
    new_secret,
)

MOST_AGENTS = 100  # looked for at once by the beginning of a name


class GroupInline(admin.TabularInline):
    """Which teams are asked, from which waiting time on."""

    model = DistributionGroup
    extra = 0
    autocomplete_fields = ("teams",)


class RequirementInline(admin.TabularInline):
    """Which skills are asked for, and how far that relaxes with waiting."""

    model = SkillRequirement
    extra = 0
    autocomplete_fields = ("skill",)


@admin.register(Queue)
class QueueAdmin(HouseAdmin):
    """Queues: who serves them, how fast, and what is said."""

    list_display = ("name", "is_active", "served_by", "hours", "offer_timeout", "service_level", "priority")
    list_filter = ("is_active", "hours")
    list_select_related = ("hours",)
    search_fields = ("name",)
    autocomplete_fields = ("hours", "overflow")
    inlines = (GroupInline, RequirementInline)
    fieldsets = (
        (None, {"fields": (("name", "name_de"), "is_active", "hours")}),
        (
            _("Giving out"),
            {
                "fields": (
                    "mode",
                    ("priority", "ageing", "transfer_bump"),
                    "offer_timeout",
                    "preferred_seconds",
                    "language_seconds",
                )
            },
        ),
        (_("Service level"), {"fields": (("service_level_seconds", "service_level_percent"),)}),
        (
            _("Waiting"),
            {
                "fields": (
                    "max_waiting",
                    ("full_message", "full_message_de"),
                    "max_wait",
                    ("max_wait_message", "max_wait_message_de"),
                    "overflow",
                )
            },
        ),
        (_("Words for agents"), {"fields": (("closing", "closing_de"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        return super().get_queryset(request).prefetch_related("groups__teams")

    @admin.display(description=_("served by"))
    def served_by(self, queue: Queue) -> str:
        groups = [
            f"{', '.join(team.name for team in group.teams.all())}{f' (+{group.after} s)' if group.after else ''}"
            for group in queue.groups.all()
        ]
        return "; ".join(groups) or _("nobody yet")

    @admin.display(description=_("service level"), ordering="service_level_seconds")
    def service_level(self, queue: Queue) -> str:
        return f"{queue.service_level_percent} % / {queue.service_level_seconds} s"

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Saved; a queue that nobody serves, or nobody at first, is pointed out."""
        super().save_related(request, form, formsets, change)
        first = DistributionGroup.objects.filter(queue=form.instance).order_by("after").first()
        if first is None:
            messages.warning(request, _("Nobody serves this queue yet. Add a distribution group with a team."))
        elif first.after:
            sentence = _("Nobody is asked during the first %(n)d seconds: no distribution group begins at 0.")
            messages.warning(request, sentence % {"n": first.after})


class OpeningInline(admin.TabularInline):
    """Openings through the week."""

    model = Opening
    extra = 0


class HolidayInline(admin.TabularInline):
    """Days on which the openings don't hold."""

    model = Holiday
    extra = 0


@admin.register(BusinessHours)
class BusinessHoursAdmin(HouseAdmin):
    """Business hours."""

    list_display = ("name", "zone", "week")
    search_fields = ("name",)
    inlines = (OpeningInline, HolidayInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BusinessHours]:
        return super().get_queryset(request).prefetch_related("openings")

    @admin.display(description=_("openings"))
    def week(self, hours: BusinessHours) -> str:
        return ", ".join(str(opening) for opening in hours.openings.all()) or _("never open")


def _orders_of_languages() -> list[tuple[str, Any]]:
    """Every choice and order of the languages; the first is the default."""
    names = dict(settings.LANGUAGES)
    orders = [order for n in range(1, len(names) + 1) for order in permutations(names, n)]
    return [("", _("All")), *((",".join(order), ", ".join(str(names[code]) for code in order)) for order in orders)]


class EntryPointForm(forms.ModelForm):
    """An entry point with its languages to choose from and its web sites one a line."""

    languages = forms.ChoiceField(
        label=_("Languages"), required=False, help_text=_("Languages the widget offers; the first is the default.")
    )
    origins = SimpleArrayField(
        forms.CharField(max_length=200),
        label=_("Web sites"),
        delimiter="\n",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "https://shop.example"}),
        help_text=_("Origins that may embed the widget, one a line."),
    )

    class Meta:
        help_texts = {"slug": _("The last part of the widget's address.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The languages are offered in the language of the request."""
        super().__init__(*args, **kwargs)
        if "languages" in self.fields:
            self.fields["languages"].choices = _orders_of_languages()
            self.initial["languages"] = ",".join(self.initial.get("languages") or [])

    def clean_languages(self) -> list[str]:
        """The codes in their order."""
        return [code for code in self.cleaned_data["languages"].split(",") if code]

    def clean_origins(self) -> list[str]:
        """Origins only: they go into a header that browsers obey."""
        origins = [origin.strip().rstrip("/") for origin in self.cleaned_data["origins"]]
        for origin in filter(None, origins):
            _check_origin(origin)
        return [origin for origin in origins if origin]


def _check_origin(origin: str) -> None:
    try:
        parts = urlsplit(origin)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_fine = urlsplit(""), False
    bare = f"{parts.scheme}://{parts.netloc}" == origin
    strange = not origin.isascii() or any(sign in origin for sign in " ;,'\"*@\\<>\t")
    if strange or not bare or parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        sentence = _("“%(origin)s” is not an origin. Write it like https://shop.example, without a path.")
        raise ValidationError(sentence, params={"origin": origin})


@admin.register(EntryPoint)
class EntryPointAdmin(HouseAdmin):
    """Entry points: where customers come in."""

    form = EntryPointForm
    list_display = ("name", "slug", "queue", "bot_speaks_first", "is_active")
    list_filter = ("is_active", "queue", "bot_speaks_first")
    list_select_related = ("queue",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("queue",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("secret",)
    actions = ("renew_secret",)
    fieldsets = (
        (None, {"fields": (("name", "name_de"), "slug", "is_active", "queue", "languages")}),
        (_("Your web site"), {"fields": ("origins",)}),
        (_("Chatbot"), {"fields": ("bot_speaks_first", "greeting", "greeting_de")}),
        (_("Asked at the start"), {"fields": (("ask_name", "ask_email", "ask_subject"),)}),
        (
            _("Closed and absent"),
            {"fields": (("closed_message", "closed_message_de"), "takes_messages", "away_timeout")},
        ),
    )
    signed_identity = (
        _("Signed identity"),
        {
            "classes": ("collapse",),
            "fields": ("secret", "realm"),
            "description": _("Keep the secret on your server, never in a page."),
        },
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The secret is for those who may change the entry point, and exists once it is saved."""
        fieldsets = super().get_fieldsets(request, obj)
        return (*fieldsets, self.signed_identity) if obj and self.has_change_permission(request, obj) else fieldsets

    @admin.action(description=_("Make a new identity secret"), permissions=["change"])
    def renew_secret(self, request: HttpRequest, entry_points: QuerySet[EntryPoint]) -> None:
        """Identities signed with the old secret are refused from now on."""
        for entry_point in entry_points:
            entry_point.secret = new_secret()
            entry_point.save(update_fields=["secret"])
            self.log_change(request, entry_point, [{"changed": {"fields": ["identity secret"]}}])
            sentence = _("%(name)s has a new secret. Put it on your server: identities signed with the old one fail.")
            messages.success(request, sentence % {"name": entry_point})


@admin.register(DesktopProfile)
class DesktopProfileAdmin(HouseAdmin):
    """Desktop profiles: where a team's contacts may go, and who may be asked."""

    list_display = ("name", "of_teams", "transfer_queues", "transfer_agents", "conference", "shows_monitoring")
    search_fields = ("name",)
    autocomplete_fields = ("teams", "queues", "agent_teams")
    fieldsets = (
        (None, {"fields": ("name", "teams")}),
        (_("Transfer"), {"fields": ("transfer_queues", "queues", "transfer_agents")}),
        (_("Conference"), {"fields": ("conference", "agent_teams")}),
        (_("Supervisors"), {"fields": ("shows_monitoring",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[DesktopProfile]:
        return super().get_queryset(request).prefetch_related("teams")

    @admin.display(description=_("teams"))
    def of_teams(self, profile: DesktopProfile) -> str:
        return ", ".join(team.name for team in profile.teams.all()) or _("every team without one of its own")


@admin.register(Decision)
class DecisionAdmin(LedgerAdmin):
    """Routing decisions, readable as sentences."""

    list_display = ("at", "queue", "in_short", "contact")
    list_display_links = ("at", "in_short")
    list_filter = (("at", admin.DateFieldListFilter), words_filter("rule", _("deciding rule"), RULES), "queue")
    list_select_related = ("queue", "chosen")
    search_fields = ("contact",)
    search_help_text = _("The id of the contact, whole, or the beginning of the chosen agent's name.")
    fields = ("explanation", "queue", "at", "contact_link")
    readonly_fields = ("explanation", "contact_link")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Decision], search_term: str
    ) -> tuple[QuerySet[Decision], bool]:
        """By the whole id of the contact, which has an index, or by the agent who got it."""
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(contact=UUID(search_term.strip())), False
        except ValueError:
            agents = Agent.objects.filter(name__istartswith=search_term.strip()).values_list("pk", flat=True)
            return queryset.filter(chosen__in=list(agents[:MOST_AGENTS])), False

    @admin.display(description=_("who got it"))
    def in_short(self, decision: Decision) -> str:
        return short(decision)

    @admin.display(description=_("contact"))
    def contact_link(self, decision: Decision) -> str:
        url = f"{reverse('admin:routing_decision_changelist')}?q={decision.contact}"
        return linked(url, _("all decisions on this contact"))

    @admin.display(description=_("why"))
    def explanation(self, decision: Decision) -> str:
        return render_to_string("admin/routing/explanation.html", {"explanation": explain(decision)})
