"""A day of contacts played through the routing policy, event by event. Plain values in, figures out; no clock.

What is recorded stays as it was: when contacts came, how long each kept an agent (wrap-up included), when those who
left without an answer lost patience, when agents were Available, how fast agents answered offers. What the settings
decide is decided anew, by the same policy as in the running house. How fast an offer is answered is drawn from the
recorded answers: one that takes longer than the offer timeout, or that never came, is RONA. The draws follow a seed,
and every contact has its own, so that two runs differ by their settings only.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from heapq import heappop, heappush
from itertools import count
from math import ceil
from random import Random
from typing import Any, NamedTuple

import msgspec

from routing.selection import LAST_PRIORITY, Ask, Candidate, Group, Lineup, Need, Waiting, order


class QueueRules(msgspec.Struct, frozen=True):
    """The settings of a queue that bear on who gets what when. Times in seconds; 0 switches a rule off."""

    queue: int
    name: str
    mode: str = "longest_available"
    priority: int = 5
    ageing: int = 0
    groups: tuple[Group, ...] = ()
    needs: tuple[Need, ...] = ()
    offer_timeout: float = 30.0
    service_level_seconds: float = 60.0
    preferred_seconds: float = 0.0
    max_wait: float = 0.0
    overflow: int | None = None


class Worker(msgspec.Struct, frozen=True):
    """An agent and when he was Available: (from, to) in epoch seconds."""

    agent: int
    team: int
    capacity: int
    shifts: tuple[tuple[float, float], ...]
    skills: tuple[tuple[int, int], ...] = ()


class Arrival(msgspec.Struct, frozen=True):
    """A contact that comes at a moment; `handle` and `patience` in seconds, None: not known, and without end.

    `counts`: False for one that takes an agent's time but for whose answer nobody waits: it comes behind the others,
    and has no longest wait.
    """

    contact: str
    queue: int
    at: float
    handle: float | None = None
    patience: float | None = None
    preferred: int | None = None
    counts: bool = True


class Day(msgspec.Struct, frozen=True):
    """What is played. `answers` are seconds until offers were accepted, infinite for those that never were."""

    queues: Mapping[int, QueueRules]
    workers: Sequence[Worker]
    arrivals: Sequence[Arrival]
    answers: Sequence[float] = (3.0,)
    handles: Sequence[float] = (300.0,)
    rona_seconds: float = 30.0


class Figures(NamedTuple):
    """What became of contacts. Waits in seconds, of those answered; shares from 0 to 1.

    Service level: answered within the queue's seconds, of all that came. Occupancy: time that contacts took, of
    the time that Available agents had places for them.
    """

    contacts: int
    answered: int
    wait: float
    wait_p95: float
    service_level: float
    occupancy: float
    rona: int
    wait_p50: float = 0.0


class Record(NamedTuple):
    """What happened when, in epoch seconds: contacts came; came, waited so long and were answered in time or not;
    kept an agent from, to; offers lapsed; an agent had so many places from, to."""

    came: list[float]
    answers: list[tuple[float, float, bool]]
    kept: list[tuple[float, float]]
    lapsed: list[float]
    places: list[tuple[float, float, int]]


class Played(NamedTuple):
    """The figures of a whole day and what they are made of."""

    figures: Figures
    record: Record


def figures(
    waits: Sequence[float], *, contacts: int, in_time: int, busy: float = 0.0, places: float = 0.0, rona: int = 0
) -> Figures:
    """The figures of contacts of which those answered waited so long. `busy` and `places` in contact-seconds."""
    ranked = sorted(waits)
    return Figures(
        contacts=contacts,
        answered=len(ranked),
        wait=sum(ranked) / len(ranked) if ranked else 0.0,
        wait_p95=ranked[ceil(len(ranked) * 0.95) - 1] if ranked else 0.0,
        service_level=in_time / contacts if contacts else 0.0,
        occupancy=busy / places if places else 0.0,
        rona=rona,
        wait_p50=ranked[ceil(len(ranked) * 0.5) - 1] if ranked else 0.0,
    )


def simulate(day: Day, *, seed: int = 1) -> Figures:
    """The day played to its end."""
    return play(day, seed=seed).figures


def play(day: Day, *, seed: int = 1, told: Callable[[float], None] | None = None) -> Played:
    """The day played to its end. `told` hears at each hundredth which part of the contacts has come (0 to 1)."""
    return _Play(day, seed, told).run()


class _Contact:
    """A contact during the play."""

    def __init__(self, arrival: Arrival, seed: int) -> None:
        self.arrival = arrival
        self.queue = arrival.queue
        self.in_queue_since = arrival.at
        self.been = {arrival.queue}
        self.missed_by: int | None = None
        self.offered_to: int | None = None
        self.luck = Random(f"{seed} {arrival.contact}")  # noqa: S311 - a play, and the same one each time


class _Play:
    """The house at one moment, and what will happen next."""

    def __init__(self, day: Day, seed: int, told: Callable[[float], None] | None) -> None:
        self.day = day
        self.told = told
        self.arrived = 0
        self.record = Record(
            came=[each.at for each in day.arrivals if each.counts],
            answers=[],
            kept=[],
            lapsed=[],
            places=[(start, end, each.capacity) for each in day.workers for start, end in each.shifts],
        )
        self.now = 0.0
        self.number = count()
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.waiting: dict[str, _Contact] = {}
        self.agents = {
            each.agent: Candidate(each.agent, each.team, "offline", 0, each.capacity, 0.0, each.skills)
            for each in day.workers
        }
        self.on_shift: set[int] = set()
        self.last_chosen: dict[int, int] = {}
        for worker in day.workers:
            for start, end in worker.shifts:
                self._at(start, partial(self._comes, worker.agent))
                self._at(end, partial(self._goes, worker.agent))
        for arrival in day.arrivals:
            self._at(arrival.at, partial(self._arrives, _Contact(arrival, seed)))

    def run(self) -> Played:
        """Event after event; after those of one moment a pass gives out what can be given."""
        while self.events:
            self.now = self.events[0][0]
            while self.events and self.events[0][0] == self.now:
                heappop(self.events)[2]()
            self._give_out()
        record = self.record
        found = figures(
            [waited for _came, waited, _in_time in record.answers],
            contacts=len(record.came),
            in_time=sum(in_time for _came, _waited, in_time in record.answers),
            busy=sum(end - start for start, end in record.kept),
            places=sum(places * (end - start) for start, end, places in record.places),
            rona=len(record.lapsed),
        )
        return Played(found, record)

    def _at(self, moment: float, act: Callable[[], None]) -> None:
        heappush(self.events, (moment, next(self.number), act))

    def _set(self, agent: int, **changes: Any) -> None:
        self.agents[agent] = msgspec.structs.replace(self.agents[agent], **changes)

    # Agents

    def _comes(self, agent: int) -> None:
        self.on_shift.add(agent)
        self._set(agent, state="available", free_since=self.now)

    def _goes(self, agent: int) -> None:
        self.on_shift.discard(agent)
        self._set(agent, state="offline")

    def _is_back(self, agent: int) -> None:
        if agent in self.on_shift and self.agents[agent].state == "rona":
            self._set(agent, state="available", free_since=self.now)

    # Contacts

    def _arrives(self, contact: _Contact) -> None:
        self._tell()
        self.waiting[contact.arrival.contact] = contact
        if contact.arrival.patience is not None:
            self._at(self.now + contact.arrival.patience, partial(self._leaves, contact))
        self._stands_in(contact)

    def _tell(self) -> None:
        self.arrived += 1
        everybody = len(self.day.arrivals)
        if self.told is not None and self.arrived % max(1, everybody // 100) == 0:
            self.told(self.arrived / everybody)

    def _stands_in(self, contact: _Contact) -> None:
        """Somebody looks again whenever waiting opens a group, relaxes a skill or is over."""
        rules = self.day.queues[contact.queue]
        times = [group.after for group in rules.groups] + [step.after for need in rules.needs for step in need.steps]
        for after in {*times, rules.preferred_seconds}:
            self._at(max(self.now, contact.arrival.at + after), _nothing)
        if rules.max_wait and contact.arrival.counts:
            self._at(self.now + rules.max_wait, partial(self._waited_longest, contact, contact.queue))

    def _leaves(self, contact: _Contact) -> None:
        self.waiting.pop(contact.arrival.contact, None)
        if contact.offered_to is not None:
            agent, contact.offered_to = contact.offered_to, None
            self._set(agent, load=self.agents[agent].load - 1)

    def _waited_longest(self, contact: _Contact, queue: int) -> None:
        rules = self.day.queues[queue]
        up = self.now >= contact.in_queue_since + rules.max_wait
        if contact.queue != queue or not up or contact.arrival.contact not in self.waiting:
            return
        after = rules.overflow
        if after is None or after in contact.been or after not in self.day.queues:
            del self.waiting[contact.arrival.contact]
            return
        contact.queue, contact.in_queue_since = after, self.now
        contact.been.add(after)
        self._stands_in(contact)

    # Offers

    def _give_out(self) -> None:
        if not self.waiting or not any(self._has_room(each) for each in self.agents.values()):
            return
        lineups: dict[int, Lineup] = {}
        places = [self._place(key, contact) for key, contact in self.waiting.items()]
        for place in order(places, self.now):
            contact = self.waiting[place.contact]
            lineup = lineups.get(contact.queue)
            if lineup is None:
                teams = {team for group in self.day.queues[contact.queue].groups for team in group.teams}
                here = (each for each in self.agents.values() if each.team in teams)
                lineup = lineups[contact.queue] = Lineup(here)
            if not lineup.has_room():
                continue
            agent = lineup.pick(self._ask(contact)).agent
            if agent is not None:
                self._offer(contact, agent)
                for each in lineups.values():
                    each.took(agent, self.now)

    def _has_room(self, candidate: Candidate) -> bool:
        return candidate.state == "available" and candidate.load < candidate.capacity

    def _place(self, key: str, contact: _Contact) -> Waiting:
        rules = self.day.queues[contact.queue]
        priority = rules.priority if contact.arrival.counts else LAST_PRIORITY
        return Waiting(key, priority, contact.arrival.at, rules.ageing)

    def _ask(self, contact: _Contact) -> Ask:
        rules = self.day.queues[contact.queue]
        return Ask(
            contact=contact.arrival.contact,
            queue=contact.queue,
            mode=rules.mode,
            waited=self.now - contact.arrival.at,
            groups=rules.groups,
            needs=rules.needs,
            missed_by=contact.missed_by,
            preferred=contact.arrival.preferred if rules.preferred_seconds else None,
            preferred_for=rules.preferred_seconds,
            last_chosen=self.last_chosen.get(contact.queue),
        )

    def _offer(self, contact: _Contact, agent: int) -> None:
        del self.waiting[contact.arrival.contact]
        contact.offered_to = agent
        self.last_chosen[contact.queue] = agent
        self.agents[agent] = self.agents[agent].with_one_more(self.now)
        delay = contact.luck.choice(self.day.answers)
        timeout = self.day.queues[contact.queue].offer_timeout
        if delay < timeout:
            self._at(self.now + delay, partial(self._accepts, contact, agent))
        else:
            self._at(self.now + timeout, partial(self._lapses, contact, agent))

    def _accepts(self, contact: _Contact, agent: int) -> None:
        if contact.offered_to != agent:
            return
        contact.offered_to = None
        waited = self.now - contact.arrival.at
        if contact.arrival.counts:
            in_time = waited <= self.day.queues[contact.queue].service_level_seconds
            self.record.answers.append((contact.arrival.at, waited, in_time))
        contact.arrival = msgspec.structs.replace(contact.arrival, patience=None)
        handle = contact.arrival.handle
        seconds = contact.luck.choice(self.day.handles) if handle is None else handle
        self.record.kept.append((self.now, self.now + seconds))
        self._at(self.now + seconds, partial(self._is_done, agent))

    def _is_done(self, agent: int) -> None:
        self._set(agent, load=self.agents[agent].load - 1)

    def _lapses(self, contact: _Contact, agent: int) -> None:
        if contact.offered_to != agent:
            return
        self.record.lapsed.append(self.now)
        contact.offered_to, contact.missed_by = None, agent
        self.waiting[contact.arrival.contact] = contact
        self._set(agent, load=self.agents[agent].load - 1)
        rules = self.day.queues[contact.queue]
        if rules.max_wait and contact.arrival.counts:
            up = max(self.now, contact.in_queue_since + rules.max_wait)
            self._at(up, partial(self._waited_longest, contact, contact.queue))
        if self.agents[agent].state == "available":
            self._set(agent, state="rona")
            self._at(self.now + self.day.rona_seconds, partial(self._is_back, agent))


def _nothing() -> None:
    """An event that only makes somebody look."""
