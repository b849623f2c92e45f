"""The numbers on the administration's first page. A constant number of cheap queries, whatever the size of the house.

"Today" is the day of the server's time zone. Service level and waits are of the queues' legs, as on the live board
(`chats.legs`); started, queued and answered count chats, each once.
"""

import zoneinfo
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.admin.models import LogEntry
from django.db.models import Avg, Count, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from agents.models import Agent
from chats import legs
from chats.models import Chat, Entry, Finding, Leg, Offer
from chats.states import State as ChatState
from lib.clock import database_now
from routing.models import BusinessHours, Queue
from wrapup.models import WrapUp

MOST_ROWS = 8
LATE = timedelta(seconds=5)  # a sweep runs every second: a deadline that old says that nobody sweeps

Row = dict[str, Any]


class QueueNow(NamedTuple):
    """A queue now: how many wait and since when the first; its service level today (0 to 100, None: no chat yet)."""

    queue: Queue
    waiting: int
    oldest: datetime | None
    service_level: float | None


class Today(NamedTuple):
    """What has happened since midnight."""

    started: int
    a_week_ago: int
    answered: int
    queued: int
    service_level: float | None
    average_wait: timedelta | None
    p95_wait: timedelta | None
    by_bot: int
    rating: float | None
    ratings: int


class Now(NamedTuple):
    """Everything the first page shows, as plain values."""

    at: datetime
    today: Today
    queues: list[QueueNow]
    waiting: list[Chat]
    in_line: int
    agents: dict[str, int]
    open_chats: int
    with_bot: int
    open_wrapups: int
    findings: list[Finding]
    found: int
    changes: list[LogEntry]
    overdue: timedelta


def now() -> Now:
    """The house at this moment. About a dozen queries, always the same number."""
    at = database_now()
    midnight = legs.midnight(at)
    chats = Chat.objects.filter(started_at__gte=midnight)
    stood = Leg.objects.of_customers().filter(since__gte=midnight)
    levels = {row["queue"]: row for row in stood.order_by().values("queue").annotate(**legs.level(Q(), at))}
    in_line = Chat.objects.in_line()
    lines = {
        row["queue"]: row
        for row in in_line.values("queue").annotate(n=Count("pk"), oldest=Min("enqueued_at")).order_by()
    }
    live = dict(Chat.objects.live().values_list("state").annotate(n=Count("pk")).order_by())
    findings = Finding.objects.filter(at__gte=midnight)
    return Now(
        at=at,
        today=_today(chats, stood, levels, at, midnight),
        queues=_queues(levels, lines),
        waiting=_waiting(in_line),
        in_line=sum(row["n"] for row in lines.values()),
        agents=dict(Agent.objects.filter(is_active=True).values_list("state").annotate(n=Count("pk")).order_by()),
        open_chats=live.get(ChatState.ACTIVE, 0),
        with_bot=live.get(ChatState.BOT, 0),
        open_wrapups=WrapUp.objects.filter(outcome="").count(),
        findings=list(findings.select_related("chat__queue").order_by("-at")[:MOST_ROWS]),
        found=findings.count(),
        changes=list(LogEntry.objects.select_related("user", "content_type").order_by("-action_time")[:6]),
        overdue=_overdue(at),
    )


def _today(
    chats: QuerySet[Chat], stood: QuerySet[Leg], levels: dict[int, Row], at: datetime, midnight: datetime
) -> Today:
    week = timedelta(days=7)
    line = stood.order_by().aggregate(
        answered=Count("chat", distinct=True, filter=legs.ANSWERED),
        queued=Count("chat", distinct=True),
        p95=legs.Percentile95(legs.WAITED, filter=legs.ANSWERED),
        **legs.waits(Q()),
    )
    sums = chats.aggregate(
        started=Count("pk"),
        by_bot=Count("pk", filter=Q(enqueued_at=None, state=ChatState.ENDED)),
        rating=Avg("score"),
        ratings=Count("score"),
    )
    decided, inside = (sum(row[name] for row in levels.values()) for name in ("decided", "inside"))
    return Today(
        started=sums["started"],
        a_week_ago=Chat.objects.filter(started_at__gte=midnight - week, started_at__lt=at - week).count(),
        answered=line["answered"],
        queued=line["queued"],
        service_level=_percent(inside, decided),
        average_wait=line["wait"],
        p95_wait=line["p95"],
        by_bot=sums["by_bot"],
        rating=sums["rating"],
        ratings=sums["ratings"],
    )


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _queues(levels: dict[int, Row], lines: dict[int, Row]) -> list[QueueNow]:
    """Queues in use, or in which somebody still is; those whose first contact has waited longest on top."""
    live = Chat.objects.live().order_by().values("queue")
    queues = Queue.objects.filter(Q(is_active=True) | Q(pk__in=live)).select_related("hours")
    rows = []
    for queue in queues.prefetch_related("hours__openings", "hours__holidays"):
        line, level = lines.get(queue.pk, {}), levels.get(queue.pk, {})
        rows.append(
            QueueNow(
                queue=queue,
                waiting=line.get("n", 0),
                oldest=line.get("oldest"),
                service_level=_percent(level.get("inside", 0), level.get("decided", 0)),
            )
        )
    return sorted(rows, key=lambda row: (row.oldest is None, row.oldest.timestamp() if row.oldest else 0.0))


def _waiting(in_line: QuerySet[Chat]) -> list[Chat]:
    """Who has waited longest, with the last words he wrote as `last_words`."""
    said = Entry.objects.filter(chat=OuterRef("pk"), stream=Entry.PUBLIC, sender_kind="customer").exclude(text="")
    rows = in_line.order_by("enqueued_at", "pk").select_related("customer", "queue")
    return list(rows.annotate(last_words=Subquery(said.order_by("-seq").values("text")[:1]))[:MOST_ROWS])


def _overdue(at: datetime) -> timedelta:
    """How late the oldest deadline is that nobody has acted on; zero when all is in time."""
    offer = Offer.objects.live().aggregate(first=Min("expires_at"))["first"]
    wrapup = WrapUp.objects.filter(outcome="").aggregate(first=Min("due_at"))["first"]
    return max((at - due for due in (offer, wrapup) if due), default=timedelta())


def opening(hours: BusinessHours | None, at: datetime) -> str:
    """Whether the place is open, and until or from when. Reads only what was prefetched."""
    if hours is None:
        return _("always open")
    local = at.astimezone(zoneinfo.ZoneInfo(hours.zone))
    closed = {holiday.date for holiday in hours.holidays.all()}
    for days in range(8):
        day = local.date() + timedelta(days=days)
        for each in sorted(hours.openings.all(), key=lambda opening: opening.opens):
            if each.weekday != day.weekday() or day in closed or (not days and each.is_over(local.time())):
                continue
            if not days and each.opens <= local.time():
                return _("open until %(time)s") % {"time": f"{each.closes:%H:%M}"}
            when = f"{each.opens:%H:%M}" if not days else f"{each.get_weekday_display()} {each.opens:%H:%M}"
            return _("closed, opens %(time)s") % {"time": when}
    return _("closed")
