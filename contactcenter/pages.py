"""The pages: desk, widget, demo shop, and whether the house stands."""

from typing import Any

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from agents.models import Agent
from chats.board import teams_of
from chats.operations.files import MOST_BYTES, MOST_FILES
from lib.clock import database_now
from lib.wire import MAX_TEXT
from routing.models import EntryPoint
from routing.words import in_language

LIMITS = {"text": MAX_TEXT, "files": MOST_FILES, "bytes": MOST_BYTES}
PREVIEWS = {"img-src": ["blob:"]}  # pictures that a page fetched itself, or that are about to be sent


def house(request: HttpRequest) -> dict[str, Any]:
    """What every template may use."""
    return {"organisation": settings.ORGANISATION, "demo": settings.DEMO}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """In the demo a shop that embeds the widget; otherwise the desk."""
    if not settings.DEMO:
        return redirect("desk")
    slug = request.GET.get("entry", "demo")
    entry_point = get_object_or_404(EntryPoint, slug=slug, is_active=True)
    return render(request, "contactcenter/shop.html", {"entry_point": entry_point})


@require_safe
@login_required
@ensure_csrf_cookie
@csp_update(PREVIEWS)
def desk(request: HttpRequest) -> HttpResponse:
    """The agent's desk; who is no agent is sent to the administration, or told so."""
    agent = Agent.objects.filter(user=request.user, is_active=True).first()
    if agent is None:
        if request.user.is_staff:
            return redirect("admin:index")
        return render(request, "contactcenter/no_desk.html", status=403)
    config = {
        "agent": {"id": str(agent.pk), "name": agent.name},
        "organisation": settings.ORGANISATION,
        "language": get_language(),
        "languages": [code for code, _name in settings.LANGUAGES],
        "theme": "",
        "sound": True,
        "is_staff": request.user.is_staff,
        "admin_url": "/admin/",
        "urls": {
            "logout": "/accounts/logout/",
            "language": "/i18n/setlang/",
            "team": "#team" if teams_of(agent.pk)[agent.pk] else "",
        },
        "limits": LIMITS,
    }
    return render(request, "chats/desk.html", {"page_config": config, "agent": agent})


@require_safe
@xframe_options_exempt
@csp_update(PREVIEWS)
def widget(request: HttpRequest, slug: str) -> HttpResponse:
    """The customer's widget, to be framed by the entry point's web sites only."""
    entry_point = EntryPoint.objects.select_related("queue__hours").filter(slug=slug, is_active=True).first()
    if entry_point is None:
        raise Http404
    queue, language = entry_point.queue, get_language() or ""
    config = {
        "entry_point": {"slug": slug, "name": in_language(entry_point, "name", language)},
        "organisation": settings.ORGANISATION,
        "languages": entry_point.languages or [code for code, _name in settings.LANGUAGES],
        "language": language,
        "open": queue.is_active and (queue.hours is None or queue.hours.is_open(database_now())),
        "closed_message": in_language(entry_point, "closed_message", language),
        "takes_messages": entry_point.takes_messages and queue.is_active,
        "form": {
            "name": entry_point.ask_name,
            "email": entry_point.ask_email,
            "subject": entry_point.ask_subject,
            "fields": [],
        },
        "limits": LIMITS,
        "parent_origin_list": [*settings.ORIGINS, *entry_point.origins],
    }
    show = csp_replace({"frame-ancestors": ["'self'", *settings.ORIGINS, *entry_point.origins]})(render)
    return show(request, "chats/widget.html", {"page_config": config, "entry_point": entry_point})


@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Database and Redis answer; 503 that names what doesn't."""
    missing = [name for name, works in (("database", _database_answers), ("redis", _redis_answers)) if not works()]
    status = {"status": "unavailable", "missing": missing} if missing else {"status": "ok"}
    return JsonResponse(status, status=503 if missing else 200)


def _database_answers() -> bool:
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return False
    return True


def _redis_answers() -> bool:
    try:
        cache.ask()
    except Exception:
        return False
    return True
