"""What a supervisor's live board shows of teams and the queues they serve: a constant number of queries.

A row holds moments and counts, no words: the page words them in its language and lets the times run itself.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

import msgspec
from django.db.models import Count, Min, Q

from agents.capacity import Contacts
from agents.models import Agent, AgentSkill, MultimediaProfile, Team
from agents.states import State as AgentState
from chats import legs
from chats.models import Chat, Leg, Offer, Seat
from chats.states import Kind, State
from lib.clock import database_now
from lib.wire import instant
from routing.models import DistributionGroup, Queue, SkillRequirement

LEVEL_MINUTES = 30  # the service level now: of what was decided so lately
FROM = timedelta(hours=24)  # chats that came into line before are in no figure but those of now
Named = dict[str, str]


class AgentRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent now. What he holds: requests, chats, wrap-ups; of the chats that came today: handled, RONA."""

    id: str
    name: str
    team: Named
    state: str
    reason: Named | None
    since: str | None
    offers: int
    chats: int
    wrapups: int
    capacity: int
    handled: int
    rona: int


class QueueRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A queue now and today. Times in seconds, `target` in percent; null where nothing is known yet.

    What a queue was offered counts where it stood in line, whatever queue it went to afterwards (`chats.legs`); times
    are of that line. The service level now is `inside` of `decided`: answered in time, of all that ended in 30 minutes
    or are late.
    `able` agents have a free place, the skills asked for at once, and a team that is asked at once.
    """

    id: str
    name: str
    waiting: int
    messages: int
    oldest: str | None
    longest: int | None
    inside: int
    decided: int
    target: int
    seconds: int
    talking: int
    able: int
    here: int
    offered: int
    answered: int
    abandoned: int
    rona: int
    wait: int | None


class Board(msgspec.Struct):
    """The rows of one team, by id."""

    agents: dict[str, AgentRow]
    queues: dict[str, QueueRow]


class Today(msgspec.Struct):
    """Figures that don't have to be of this very second, by queue and by agent."""

    queues: dict[int, dict[str, Any]]
    rona: dict[int, int]
    missed: dict[int, int]
    handled: dict[int, int]


def teams_of(*agents: int) -> dict[int, dict[int, str]]:
    """For each of the agents the teams he leads now as a supervisor, with their names; most lead none."""
    found: dict[int, dict[int, str]] = {pk: {} for pk in agents}
    lead = {"supervisors__in": agents, "supervisors__role": Agent.Role.SUPERVISOR, "supervisors__is_active": True}
    for agent, team, name in Team.objects.filter(**lead).values_list("supervisors", "pk", "name"):
        found[agent][team] = name
    return found


def queues_of(teams: Collection[int]) -> set[int]:
    """The queues that the teams serve, at once or later: those in use, and those in which somebody still is."""
    live = Chat.objects.live().order_by().values("queue")
    served = DistributionGroup.objects.filter(Q(queue__is_active=True) | Q(queue__in=live), teams__in=teams)
    return set(served.values_list("queue", flat=True))


def today() -> Today:
    """The figures of this day in the server's time zone; they look at the last 24 hours only."""
    now = database_now()
    day, lately = legs.midnight(now), now - timedelta(minutes=LEVEL_MINUTES)
    came = Leg.objects.of_customers().filter(since__gte=now - FROM)
    mine = {"chat__started_at__gte": day}
    lapsed = Offer.objects.filter(**mine, outcome=Offer.Outcome.LAPSED).order_by()
    left = Seat.objects.filter(**mine, left_at__isnull=False).order_by()
    today, now_decided = Q(since__gte=day), Q(ended_at=None) | Q(ended_at__gte=lately)
    figures = {**legs.counts(today), **legs.waits(today), **legs.level(now_decided, now)}
    rows = came.order_by().values("queue").annotate(**figures)
    return Today(
        queues={row["queue"]: row for row in rows},
        rona=dict(lapsed.values_list("queue").annotate(n=Count("pk"))),
        missed=dict(lapsed.values_list("agent").annotate(n=Count("pk"))),
        handled=dict(left.values_list("agent").annotate(n=Count("pk"))),
    )


def read(teams: Mapping[int, str], of_today: Today) -> dict[int, Board]:
    """The board of each team as it is now; the same number of queries whatever the number of agents and chats."""
    queues = queues_of(teams)
    asked = _asked_at_once(queues)
    everybody = _agents({*teams, *(team for group in asked.values() for team in group)}, of_today)
    boards = {team: Board({}, {}) for team in teams}
    for team, row in everybody:
        if team in boards:
            boards[team].agents[row.id] = row
    able = _able(asked, everybody)
    served = DistributionGroup.objects.filter(queue__in=queues, teams__in=teams).values_list("queue", "teams")
    rows = _queues(queues, able, of_today)
    for queue, team in set(served):
        boards[team].queues[str(queue)] = rows[queue]
    return boards


def _asked_at_once(queues: Collection[int]) -> dict[int, set[int]]:
    """The teams of the first distribution group of each queue."""
    first: dict[int, tuple[int, set[int]]] = {}
    groups = DistributionGroup.objects.filter(queue__in=queues, teams__isnull=False).order_by("queue", "after")
    for queue, after, team in groups.values_list("queue", "after", "teams"):
        begins, teams = first.setdefault(queue, (after, set()))
        if after == begins:
            teams.add(team)
    return {queue: teams for queue, (_after, teams) in first.items()}


def _agents(teams: Collection[int], of_today: Today) -> list[tuple[int, AgentRow]]:
    profiles = {profile.pk: profile.left(Contacts()).chat for profile in MultimediaProfile.objects.all()}
    fallback = MultimediaProfile.objects.filter(is_default=True).values_list("pk", flat=True).first()
    mine = {"agent__team__in": teams}
    offers = dict(Offer.objects.live().filter(**mine).order_by().values_list("agent").annotate(n=Count("pk")))
    seats = Seat.objects.held().filter(**mine).order_by().values("agent")
    held = {row["agent"]: row for row in seats.annotate(n=Count("pk"), left=Count("left_at"))}
    nothing = {"n": 0, "left": 0}
    columns = ("pk", "name", "team", "team__name", "state", "reason", "reason__name", "since", "profile")
    rows = Agent.objects.filter(team__in=teams, is_active=True).order_by("name", "pk")
    found = []
    for pk, name, team, team_name, state, reason, reason_name, since, own, of_team in rows.values_list(
        *columns, "team__profile"
    ):
        seat = held.get(pk, nothing)
        row = AgentRow(
            id=str(pk),
            name=name,
            team={"id": str(team), "name": team_name},
            state=str(state),
            reason={"id": str(reason), "name": reason_name} if reason else None,
            since=instant(since),
            offers=offers.get(pk, 0),
            chats=seat["n"] - seat["left"],
            wrapups=seat["left"],
            capacity=profiles.get(own or of_team or fallback, 0),
            handled=of_today.handled.get(pk, 0),
            rona=of_today.missed.get(pk, 0),
        )
        found.append((team, row))
    return found


def _able(asked: Mapping[int, set[int]], everybody: list[tuple[int, AgentRow]]) -> dict[int, tuple[int, int]]:
    """Of each queue: how many agents asked at once could take a contact now, and how many are signed in."""
    needs: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for queue, skill, level in SkillRequirement.objects.filter(queue__in=asked, after=0).values_list(
        "queue", "skill", "level"
    ):
        needs[queue].append((skill, level))
    levels: dict[tuple[str, int], int] = {}
    if needs:
        skills = {skill for each in needs.values() for skill, _level in each}
        rows = AgentSkill.objects.filter(skill__in=skills).values_list("agent", "skill", "level")
        levels = {(str(agent), skill): level for agent, skill, level in rows}
    found = {}
    for queue, teams in asked.items():
        here = [row for team, row in everybody if team in teams and row.state != AgentState.OFFLINE]
        free = [
            row
            for row in here
            if row.state == AgentState.AVAILABLE and row.offers + row.chats + row.wrapups < row.capacity
        ]
        able = [
            row for row in free if all(levels.get((row.id, skill), 0) >= level for skill, level in needs.get(queue, ()))
        ]
        found[queue] = (len(able), len(here))
    return found


def _queues(queues: Collection[int], able: Mapping[int, tuple[int, int]], of_today: Today) -> dict[int, QueueRow]:
    waits = Chat.objects.in_line().filter(queue__in=queues).order_by().values("queue")
    line = {row["queue"]: row for row in waits.annotate(n=Count("pk"), oldest=Min("enqueued_at"))}
    left = Chat.objects.filter(kind=Kind.MESSAGE, state__in=(State.LATER, State.QUEUED, State.OFFERED))
    messages = dict(left.filter(queue__in=queues).order_by().values_list("queue").annotate(n=Count("pk")))
    talking = Seat.objects.live().filter(queue__in=queues, role=Seat.Role.OWNER).order_by()
    in_chat = dict(talking.values_list("queue").annotate(n=Count("pk")))
    found = {}
    for row in Queue.objects.filter(pk__in=queues):
        now, day = line.get(row.pk, {}), of_today.queues.get(row.pk, {})
        free, here = able.get(row.pk, (0, 0))
        found[row.pk] = QueueRow(
            id=str(row.pk),
            name=row.name,
            waiting=now.get("n", 0),
            messages=messages.get(row.pk, 0),
            oldest=instant(now.get("oldest")),
            longest=_seconds(day.get("longest")),
            inside=day.get("inside", 0),
            decided=day.get("decided", 0),
            target=row.service_level_percent,
            seconds=row.service_level_seconds,
            talking=in_chat.get(row.pk, 0),
            able=free,
            here=here,
            offered=day.get("offered", 0),
            answered=day.get("answered", 0),
            abandoned=day.get("abandoned", 0),
            rona=of_today.rona.get(row.pk, 0),
            wait=_seconds(day.get("wait")),
        )
    return found


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())
