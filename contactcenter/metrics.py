"""`/metrics`: how the house stands, in Prometheus' text format. Few cheap queries; invariants as last checked."""

import os
import socket
from collections.abc import Iterable
from hmac import compare_digest
from typing import NamedTuple

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agents.states import State as AgentState
from chats import writer
from chats.states import LIVE
from contactcenter.invariants import last_report
from lib import sockets

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LOOPBACK = ("127.0.0.1", "::1")
FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP", "HTTP_VIA")
RECENT = "1 hour"

Sample = tuple[dict[str, str], float]


class Gauge(NamedTuple):
    """A figure, or one for each value of a label."""

    name: str
    help: str
    samples: list[Sample]


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures for whoever may have them; 403 for everybody else, 503 while the database doesn't answer."""
    if not allowed(request):
        return HttpResponse(status=403)
    try:
        text = "".join(written(gauge) for gauge in [*of_house(), *of_process(), *of_invariants()])
    except (OperationalError, InterfaceError):
        return HttpResponse(status=503)
    return HttpResponse(text, content_type=CONTENT_TYPE)


def allowed(request: HttpRequest) -> bool:
    """With METRICS_TOKEN only who sends it; without it only this very machine, and nothing that a proxy forwards."""
    if settings.METRICS_TOKEN:
        sent = request.headers.get("Authorization", "")
        return compare_digest(sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not any(name in request.META for name in FORWARDED)


def written(gauge: Gauge) -> str:
    """The figure in the text format."""
    name = f"contactcenter_{gauge.name}"
    lines = [f"# HELP {name} {gauge.help}", f"# TYPE {name} gauge"]
    for labels, value in gauge.samples:
        inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        lines.append(f"{name}{{{inside}}} {value:g}" if inside else f"{name} {value:g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


QUEUES = """
SELECT queue.name, count(chat.id), coalesce(extract(epoch FROM clock_timestamp() - min(chat.enqueued_at)), 0)::float
FROM routing_queue AS queue
LEFT JOIN chats_chat AS chat ON chat.queue_id = queue.id AND chat.state IN ('queued', 'offered')
    AND chat.kind = 'chat'
WHERE queue.is_active GROUP BY queue.id ORDER BY queue.name
"""
AGENTS = "SELECT state, count(*) FROM agents_agent WHERE is_active GROUP BY state"
CHATS = "SELECT state, count(*) FROM chats_chat WHERE state <> 'ended' GROUP BY state"
NOW = f"""
SELECT
    (SELECT count(*) FROM chats_offer WHERE outcome = ''),
    (SELECT count(*) FROM wrapup_wrapup WHERE outcome = ''),
    (SELECT count(*) FROM chats_attachment WHERE status = 'scanning'),
    greatest(0, extract(epoch FROM clock_timestamp() - least(
        (SELECT min(expires_at) FROM chats_offer WHERE outcome = ''),
        (SELECT min(due_at) FROM wrapup_wrapup WHERE outcome = '' AND due_at IS NOT NULL))))::float,
    (SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - expires_at))
        FROM chats_offer WHERE outcome = 'lapsed' AND ended_at > clock_timestamp() - interval '{RECENT}')::float
"""  # noqa: S608 - a constant of ours


def _rows(query: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def of_house() -> list[Gauge]:
    """Queues, agents, chats, and what is due."""
    queues = _rows(QUEUES)
    agents, chats = dict(_rows(AGENTS)), dict(_rows(CHATS))
    offers, wrapups, files, overdue, late = _rows(NOW)[0]
    return [
        Gauge("chats_waiting", "Chats in line, offered ones too.", [({"queue": q}, float(n)) for q, n, _ in queues]),
        Gauge(
            "oldest_waiting_seconds",
            "How long the first in line has waited.",
            [({"queue": queue}, float(seconds)) for queue, _n, seconds in queues],
        ),
        Gauge("agents", "Agents by state.", _by_state(agents, AgentState.values)),
        Gauge("chats_live", "Chats that have not ended, by state.", _by_state(chats, LIVE)),
        Gauge("offers_live", "Contact requests on agents' desks.", [({}, float(offers))]),
        Gauge("wrapups_open", "Wrap-ups not yet submitted.", [({}, float(wrapups))]),
        Gauge("files_scanning", "Files that wait to be looked at.", [({}, float(files))]),
        Gauge("overdue_seconds", "How late the oldest deadline is that nobody has met.", [({}, float(overdue or 0))]),
        Gauge(
            "rona_late_seconds_p99",
            f"Lateness of RONA within the last {RECENT}: 99 of 100 were no later.",
            [({}, float(late))] if late is not None else [],
        ),
    ]


def _by_state(found: dict[str, int], states: Iterable[str]) -> list[Sample]:
    return [({"state": str(state)}, float(found.get(str(state), 0))) for state in states]


def of_process() -> list[Gauge]:
    """What only this web process knows; each process has its own figures."""
    process = {"process": f"{socket.gethostname()}:{os.getpid()}"}
    return [
        Gauge(
            "sockets",
            "Open sockets of the web process that answered.",
            [({**process, "kind": kind}, float(n)) for kind, n in sorted(sockets.OPEN.items())],
        ),
        Gauge(
            "writer_queue",
            "Messages not yet on their way to the database, of the web process that answered.",
            [(process, float(writer.waiting()))],
        ),
    ]


def of_invariants() -> list[Gauge]:
    """What the last check found; no sample before the first one, nor for one that took too long."""
    report = last_report()
    found = [] if report is None else [(each.invariant.key, each.count) for each in report.looked]
    at = [] if report is None else [({}, report.at.timestamp())]
    return [
        Gauge(
            "invariant_violations",
            "Rows that break an invariant, of the day before the last check.",
            [({"invariant": key}, float(count)) for key, count in found if count is not None],
        ),
        Gauge("invariants_checked_timestamp_seconds", "When the invariants were last checked.", at),
    ]
