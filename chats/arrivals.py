"""A recorded day as the simulation plays it: who came when, what became of him, and who was there to answer."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from math import inf
from statistics import median
from typing import NamedTuple

from agents.models import Agent, AgentSkill, Spell
from agents.states import State as AgentState
from chats.models import Chat, ChatEvent, Offer, Seat
from chats.rosters import Rosters
from chats.states import Kind
from lib.clock import database_now
from routing.models import Queue
from routing.whatif import Arrival, Day, Figures, QueueRules, Record, Worker, figures

ANSWER = 3.0  # seconds, where no offer was ever accepted
HANDLE = 300.0  # seconds, where no chat was ever finished
RONA = 30.0  # seconds, where nobody ever came back from RONA


class Recorded(NamedTuple):
    """The day to play, and what really became of it."""

    day: Day
    figures: Figures
    record: Record


def recorded(start: datetime, end: datetime) -> Recorded:
    """The chats first queued from `start` to before `end`, with today's settings of their queues."""
    chats = list(Chat.objects.filter(enqueued_at__gte=start, enqueued_at__lt=end).order_by("enqueued_at"))
    queues = rules_now()
    came = ChatEvent.objects.filter(chat__enqueued_at__gte=start, chat__enqueued_at__lt=end, verb="hand_over")
    came_into = dict(came.values_list("chat", "data__queue"))
    handled = _handled(start, end)
    answers, lapsed = _answers(start, end)
    workers = _workers(start, end)
    day = Day(
        queues=queues,
        workers=workers,
        arrivals=[_arrival(chat, came_into.get(chat.pk, chat.queue_id), handled) for chat in chats],
        answers=answers or (ANSWER,),
        handles=[*handled.values()] or (HANDLE,),
        rona_seconds=_rona_seconds(start, end),
    )
    record = Record(
        came=[chat.enqueued_at.timestamp() for chat in chats if chat.kind == Kind.CHAT],
        answers=[_answer(chat, queues[chat.queue_id]) for chat in chats if chat.kind == Kind.CHAT and chat.answered_at],
        kept=_kept(start, end),
        lapsed=lapsed,
        places=[(since, to, each.capacity) for each in workers for since, to in each.shifts],
    )
    really = figures(
        [waited for _came, waited, _in_time in record.answers],
        contacts=len(record.came),
        in_time=sum(in_time for _came, _waited, in_time in record.answers),
        busy=sum(handled.get(chat.pk, 0.0) for chat in chats),
        places=sum(places * (to - since) for since, to, places in record.places),
        rona=len(lapsed),
    )
    return Recorded(day, really, record)


def _answer(chat: Chat, queue: QueueRules) -> tuple[float, float, bool]:
    waited = (chat.answered_at - chat.enqueued_at).total_seconds()
    return chat.enqueued_at.timestamp(), waited, waited <= queue.service_level_seconds


def _kept(start: datetime, end: datetime) -> list[tuple[float, float]]:
    """From when to when the day's chats kept their agents, wrap-up included; until now where they still do."""
    seats = Seat.objects.filter(chat__enqueued_at__gte=start, chat__enqueued_at__lt=end, role=Seat.Role.OWNER)
    now = database_now()
    spans = seats.values_list("joined_at", "released_at")
    return [(since.timestamp(), (to or now).timestamp()) for since, to in spans]


def rules_now() -> dict[int, QueueRules]:
    """The settings of every queue as they are, by its key."""
    rows = {row.pk: row for row in Queue.objects.all()}
    rosters = Rosters(rows)
    return {
        pk: QueueRules(
            queue=pk,
            name=row.name,
            mode=row.mode,
            priority=row.priority,
            ageing=row.ageing,
            groups=tuple(rosters.groups.get(pk, ())),
            needs=rosters.needs.get(pk, ()),
            offer_timeout=float(row.offer_timeout),
            service_level_seconds=float(row.service_level_seconds),
            preferred_seconds=float(row.preferred_seconds),
            max_wait=float(row.max_wait),
            overflow=row.overflow_id,
        )
        for pk, row in rows.items()
    }


def _handled(start: datetime, end: datetime) -> dict[object, float]:
    """How long each chat kept its agents, wrap-up included; chats with a seat still taken are missing."""
    seconds: dict[object, float] = defaultdict(float)
    seats = Seat.objects.filter(chat__enqueued_at__gte=start, chat__enqueued_at__lt=end, role=Seat.Role.OWNER)
    for chat, joined, released in seats.values_list("chat", "joined_at", "released_at"):
        seconds[chat] += (released - joined).total_seconds() if released else inf
    return {chat: taken for chat, taken in seconds.items() if taken != inf}


def _arrival(chat: Chat, queue: int, handled: dict[object, float]) -> Arrival:
    left = chat.answered_at is None and chat.ended_at is not None and chat.ended_by == "customer"
    return Arrival(
        contact=str(chat.pk),
        queue=queue,
        at=chat.enqueued_at.timestamp(),
        handle=handled.get(chat.pk),
        patience=(chat.ended_at - chat.enqueued_at).total_seconds() if left else None,
        preferred=chat.preferred_id,
        counts=chat.kind == Kind.CHAT,
    )


def _answers(start: datetime, end: datetime) -> tuple[list[float], list[float]]:
    """Seconds until offers were accepted, infinite for those that lapsed; and when offers lapsed."""
    ended = Offer.objects.filter(offered_at__gte=start, offered_at__lt=end, kind=Offer.Kind.ROUTE)
    ended = ended.filter(outcome__in=(Offer.Outcome.ACCEPTED, Offer.Outcome.LAPSED)).order_by("offered_at", "pk")
    rows = list(ended.values_list("offered_at", "ended_at", "outcome"))
    accepted = Offer.Outcome.ACCEPTED
    taken = [(at - offered).total_seconds() if outcome == accepted else inf for offered, at, outcome in rows]
    return taken, [at.timestamp() for _offered, at, outcome in rows if outcome != accepted]


def _spells(state: str, start: datetime, end: datetime) -> Iterable[tuple[int, float, float]]:
    """(agent, from, to) in epoch seconds of the agents' time in a state, cut to the day."""
    now = database_now()
    rows = Spell.objects.filter(state=state, started_at__lt=end).exclude(ended_at__lt=start).order_by("started_at")
    for agent, since, to in rows.values_list("agent", "started_at", "ended_at"):
        yield agent, max(since, start).timestamp(), min(to or now, end).timestamp()


def _workers(start: datetime, end: datetime) -> list[Worker]:
    """Everybody who was Available that day. RONA is played, so it belongs to the time he was there."""
    times: dict[int, list[tuple[float, float]]] = defaultdict(list)
    spells = [*_spells(AgentState.AVAILABLE, start, end), *_spells(AgentState.RONA, start, end)]
    for agent, since, to in sorted(spells, key=lambda spell: spell[1]):
        if times[agent] and since <= times[agent][-1][1]:
            since, to = times[agent][-1][0], max(to, times[agent].pop()[1])
        times[agent].append((since, to))
    skills: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for agent, skill, level in AgentSkill.objects.order_by("skill").values_list("agent", "skill", "level"):
        skills[agent].append((skill, level))
    found = []
    for agent in Agent.objects.filter(pk__in=times).select_related("profile", "team__profile").order_by("pk"):
        profile = agent.effective_profile()
        capacity = profile.chat_capacity if profile else 0
        found.append(Worker(agent.pk, agent.team_id, capacity, tuple(times[agent.pk]), tuple(skills[agent.pk])))
    return found


def _rona_seconds(start: datetime, end: datetime) -> float:
    return median([to - since for _agent, since, to in _spells(AgentState.RONA, start, end)] or [RONA])
