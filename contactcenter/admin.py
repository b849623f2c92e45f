"""The administration: one site for everything administrators set, in the order they think of it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError

from agents.models import Agent
from contactcenter.accounts import SignOut
from contactcenter.figures import figures, values
from contactcenter.invariants import INVARIANTS, last_report
from contactcenter.tasks import ask_for_check
from lib.admin import LedgerAdmin, delete_selected

SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    (
        "agents",
        _("Agents"),
        ("agents.agent", "agents.team", "agents.idlereason", "agents.multimediaprofile", "agents.skill"),
    ),
    (
        "routing",
        _("Routing"),
        (
            *("routing.queue", "routing.entrypoint", "routing.businesshours", "routing.desktopprofile"),
            *("routing.decision", "chats.rehearsal"),
        ),
    ),
    ("chats", _("Chats"), ("chats.chat", "chats.customer", "chats.cannedresponse", "chats.botanswer")),
    ("screening", _("Card data"), ("chats.finding", "chats.screeningpolicy", "chats.custompattern")),
    ("wrapup", _("Wrap-up"), ("wrapup.wrapupcode", "wrapup.wrapuprule", "wrapup.wrapup")),
    ("rights", _("People and rights"), ("agents.user", "auth.group", "admin.logentry")),
    (
        "ledgers",
        _("Ledgers"),
        ("agents.spell", "chats.chatevent", "chats.offer", "chats.seat", "chats.watch", "chats.entry"),
    ),
)

REPORTS: dict[str, tuple[tuple[str, Any], ...]] = {
    "chats.finding": (("admin:chats_finding_report", _("findings by day")),)
}
"""Pages that count rows of a model, shown before it."""
NAMES = {"auth.group": _("roles"), "admin.logentry": _("audit trail")}  # where Django's own word is another one


class LogEntryAdmin(LedgerAdmin):
    """The audit trail of the administration: read only."""

    list_display = ("action_time", "user", "what", "thing", "changes")
    list_display_links = ("action_time",)
    list_filter = ("action_flag", ("action_time", admin.DateFieldListFilter))
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr__istartswith", "user__username__istartswith")
    search_help_text = _("The beginning of a name, of the thing or of the log-in.")
    ordering = ("-action_time", "-pk")
    fields = ("action_time", "user", "what", "thing", "changes")
    readonly_fields = ("what", "thing", "changes")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": capfirst(NAMES["admin.logentry"]), **(extra_context or {})})

    @admin.display(description=_("what"), ordering="object_repr")
    def thing(self, entry: LogEntry) -> str:
        return f"{capfirst(entry.content_type.name)} {entry.object_repr}" if entry.content_type else entry.object_repr

    @admin.display(description=_("action"), ordering="action_flag")
    def what(self, entry: LogEntry) -> str:
        return str(entry.get_action_flag_display())

    @admin.display(description=_("changes"))
    def changes(self, entry: LogEntry) -> str:
        return "; ".join(values(entry)) or entry.get_change_message() or "–"


class ContactCenterSite(admin.AdminSite):
    """The product's own administration site."""

    site_title = _("Contact centre")
    index_title = _("Contact centre today")
    site_url = None
    enable_nav_sidebar = True
    index_template = "admin/index.html"

    def __init__(self, name: str = "admin") -> None:
        """The site with the audit trail; every room registers its own models."""
        super().__init__(name)
        self.disable_action("delete_selected")
        self.add_action(delete_selected)
        self.register(LogEntry, LogEntryAdmin)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page of the administration needs."""
        user = request.user
        return {
            **super().each_context(request),
            "site_header": _("%(organisation)s contact centre") % {"organisation": settings.ORGANISATION},
            "has_desk": user.is_authenticated and Agent.objects.filter(user=user.pk, is_active=True).exists(),
        }

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, the first page's figures, and the invariants."""
        return [
            path("figures/", self.figures, name="figures"),
            path("invariants/", self.admin_view(self.invariants), name="invariants"),
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The first page: what is going on now, and the way to everything else."""
        return super().index(request, {**(extra_context or {}), "now": figures(request)})

    def figures(self, request: HttpRequest) -> JsonResponse:
        """The first page's figures, for its script; 403 for everybody else."""
        if not self.has_permission(request):
            return JsonResponse({}, status=403)
        response = JsonResponse(figures(request))
        response["Cache-Control"] = "no-store"
        return response

    def invariants(self, request: HttpRequest) -> HttpResponse:
        """What the last check of the invariants found; a POST asks for a new one, which runs in the background."""
        if not request.user.has_perm("chats.check_invariants"):
            raise PermissionDenied
        if request.method == "POST":
            try:
                started = ask_for_check()
            except OperationalError:
                messages.error(request, _("The check could not be started: is Redis there?"))
            else:
                words = _("The check was started. Load this page again in a moment.")
                messages.success(request, words if started else _("A check is on its way already."))
            return redirect("admin:invariants")
        context = {
            **self.each_context(request),
            "title": _("Invariants"),
            "report": last_report(),
            "invariants": INVARIANTS,
            "minutes": round(settings.INVARIANT_SECONDS / 60),
        }
        return render(request, "admin/invariants.html", context)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The house has one log-in page, with its locks; who is signed in without the right is told so."""
        target = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
            target = "/admin/"
        if self.has_permission(request):
            return redirect(target)
        if request.user.is_authenticated:
            return render(request, "admin/not_for_you.html", status=403)
        return redirect_to_login(target)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """As everywhere: refused while an agent's work is open."""
        return SignOut.as_view()(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The sections with what this person may see; a model that no section names comes last, under its room."""
        if app_label:
            return super().get_app_list(request, app_label)
        rooms = super().get_app_list(request)
        models = {model["model"]._meta.label_lower: model for room in rooms for model in room["models"]}
        for label, name in NAMES.items():
            if label in models:
                models[label]["name"] = name
        sections = [
            {
                "app_label": key,
                "name": name,
                "models": [
                    each for label in labels if label in models for each in (*_reports(label), models.pop(label))
                ],
            }
            for key, name, labels in SECTIONS
        ]
        left = [
            {**room, "models": [m for m in room["models"] if m["model"]._meta.label_lower in models]} for room in rooms
        ]
        shown = [section for section in (*sections, *left) if section["models"]]
        _mark_current([entry for section in shown for entry in section["models"]], request.path)
        return shown


def _mark_current(entries: Sequence[dict[str, Any]], path: str) -> None:
    """The entry whose address begins the path's is the current one; of several the longest."""
    above = [entry["admin_url"] for entry in entries if entry["admin_url"] and path.startswith(entry["admin_url"])]
    for entry in entries:
        entry["current"] = bool(above) and entry["admin_url"] == max(above, key=len)


def _reports(label: str) -> list[dict[str, Any]]:
    """The entries of a model's reports, as the list of sections has them."""
    return [
        {"name": name, "object_name": f"{label.partition('.')[2]}-report", "admin_url": reverse(url), "add_url": None}
        for url, name in REPORTS.get(label, ())
    ]
