"""The administration of what-if runs: ask for one, see it run, read what came of it, compare."""

import logging
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from chats.models import Rehearsal
from chats.rehearsal_form import RehearsalForm
from chats.rehearsal_report import FIGURES, comparison, report
from chats.rehearsing import AS_IS, CHANGED
from chats.tasks import play_rehearsal
from lib.admin import HouseAdmin
from lib.numbers import whole

log = logging.getLogger(__name__)

MOST_COMPARED = 3


@admin.register(Rehearsal)
class RehearsalAdmin(HouseAdmin):
    """What-if runs."""

    form = RehearsalForm
    list_display = ("day", "created_at", "created_by", "state_words", "service_level", "wait_p95")
    list_display_links = ("day", "created_at")
    list_filter = ("state", "day")
    list_select_related = ("created_by",)
    search_fields = ("changes",)
    actions = ("compare",)
    fields = ("day", "seed", "state_words", "error", "created_at", "created_by")
    readonly_fields = ("state_words", "error", "created_at", "created_by")
    change_form_template = "admin/chats/rehearsal/change_form.html"

    def has_change_permission(self, request: HttpRequest, obj: Rehearsal | None = None) -> bool:
        """A run is asked for and read, never altered."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Asked for with the form of all teams and queues, which Django's factory can't know."""
        return RehearsalForm if obj is None else super().get_form(request, obj, change, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, the progress of a run, and the comparison."""
        own = [
            path("<int:pk>/progress/", self.admin_site.admin_view(self.progress), name="chats_rehearsal_progress"),
            path("compare/", self.admin_site.admin_view(self.comparison), name="chats_rehearsal_compare"),
        ]
        return [*own, *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new run has its own template."""
        return [(None, {"fields": ("day", "seed", "changes", "upload") if obj is None else self._shown(obj)})]

    def _shown(self, run: Rehearsal) -> tuple[str, ...]:
        return tuple(name for name in self.fields if name != "error" or run.error)

    def save_model(self, request: HttpRequest, obj: Rehearsal, form: Any, change: bool) -> None:
        """The run is written down and starts in the background once that is committed."""
        obj.created_by = request.user
        super().save_model(request, obj, form, change)
        transaction.on_commit(lambda: _start(obj.pk))

    def response_add(self, request: HttpRequest, obj: Rehearsal, post_url_continue: str | None = None) -> HttpResponse:
        """To the run, where its progress shows."""
        return redirect(reverse("admin:chats_rehearsal_change", args=[obj.pk]))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """With the report of a run that is done, or how far it is."""
        run = context.get("original")
        if run is not None and run.state == Rehearsal.State.DONE:
            context["report"] = report(run)
        elif run is not None and run.state != Rehearsal.State.FAILED:
            context["running"] = _progress_words(run)
        return super().render_change_form(request, context, *args, **kwargs)

    def progress(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How far the run is, for the page's script."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = Rehearsal.objects.filter(pk=pk).first()
        if run is None:
            raise Http404
        over = run.state in (Rehearsal.State.DONE, Rehearsal.State.FAILED)
        response = JsonResponse({"progress": run.progress, "words": _progress_words(run), "over": over})
        response["Cache-Control"] = "no-store"
        return response

    @admin.action(description=_("Compare these runs"), permissions=["view"])
    def compare(self, request: HttpRequest, runs: QuerySet[Rehearsal]) -> HttpResponse | None:
        """Runs of one day side by side."""
        done = list(runs.filter(state=Rehearsal.State.DONE).order_by("created_at")[: MOST_COMPARED + 1])
        if not 1 < len(done) <= MOST_COMPARED or len({run.day for run in done}) != 1:
            sentence = gettext("Choose two to %(n)d runs of one day that are done.")
            messages.warning(request, sentence % {"n": MOST_COMPARED})
            return None
        keys = ",".join(str(run.pk) for run in done)
        return redirect(f"{reverse('admin:chats_rehearsal_compare')}?runs={keys}")

    def comparison(self, request: HttpRequest) -> HttpResponse:
        """The page of the comparison; 404 for runs that can't be compared."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = map(whole, request.GET.get("runs", "").split(","))
        keys = [key for key in asked if key is not None]
        runs = list(Rehearsal.objects.filter(pk__in=keys[:MOST_COMPARED], state=Rehearsal.State.DONE).order_by("pk"))
        if len(runs) < 2 or len({run.day for run in runs}) != 1:
            raise Http404
        context = {**self.admin_site.each_context(request), "opts": self.opts, "report": comparison(runs)}
        return render(request, "admin/chats/rehearsal/compare.html", {**context, "title": gettext("Runs compared")})

    @admin.display(description=_("state"))
    def state_words(self, run: Rehearsal) -> str:
        """Where it is, and how far."""
        running = run.state == Rehearsal.State.RUNNING
        return f"{run.get_state_display()}, {run.progress} %" if running else str(run.get_state_display())

    @admin.display(description=_("service level"))
    def service_level(self, run: Rehearsal) -> str:
        """Before and after."""
        return _then("service_level", run)

    @admin.display(description=_("wait, 95 % below"))
    def wait_p95(self, run: Rehearsal) -> str:
        """Before and after."""
        return _then("wait_p95", run)


def _then(key: str, run: Rehearsal) -> str:
    """The figure as it is, and with the changes."""
    if run.state != Rehearsal.State.DONE:
        return "–"
    columns, words = run.result["columns"], FIGURES[key].words
    return f"{words(columns[AS_IS]['figures'][key])} → {words(columns[CHANGED]['figures'][key])}"


def _progress_words(run: Rehearsal) -> str:
    if run.state == Rehearsal.State.WAITING:
        return gettext("Waits for a free worker.")
    return gettext("The day is played: %(n)d %%.") % {"n": run.progress}


def _start(pk: int) -> None:
    """The worker is asked; when none can be reached the run says so."""
    try:
        play_rehearsal.apply_async((pk, get_language()), ignore_result=True)
    except OperationalError as error:
        log.warning("a what-if run could not be queued (%s)", type(error).__name__)
        words = gettext("No worker could be reached. Ask for the run again.")
        Rehearsal.objects.filter(pk=pk).update(state=Rehearsal.State.FAILED, error=words)
