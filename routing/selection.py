"""Who gets the contact: plain values in, a decision out. No query, no clock.

The rules apply in this order, and the first that fits leaves a candidate out: he isn't Available, his team isn't
asked yet, he lacks a skill, he has no place for chats at all or none left, he let this very contact pass, the
customer's own agent comes first. Among the others the queue's mode decides:

* longest available: who has been without a new contact the longest;
* best available: the highest sum of his levels over all skills the queue asks for, dropped ones too;
* least busy: the smallest share of his capacity in use, then the fewest contacts;
* circular: the next after the last chosen of this queue, in the order of their keys, then from the start.

What is equal then goes to the longest available, and at last to the lower key.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import msgspec

FIRST_PRIORITY, LAST_PRIORITY = 1, 10


class Rule(StrEnum):
    """Why a candidate was left out."""

    NOT_AVAILABLE = "not_available"
    NOT_IN_GROUP = "not_in_group"
    LACKS_SKILL = "lacks_skill"
    NO_CAPACITY = "no_capacity"
    FULL = "full"
    JUST_MISSED = "just_missed"
    PREFERRED_FIRST = "preferred_first"


class Group(msgspec.Struct, frozen=True):
    """Teams that are asked once the contact has waited `after` seconds."""

    after: float
    teams: tuple[int, ...]


class Step(msgspec.Struct, frozen=True):
    """From `after` seconds of waiting on the level is needed; 0: the skill isn't needed any longer."""

    after: float
    level: int


class Need(msgspec.Struct, frozen=True):
    """A skill the queue asks for. Steps rise by `after`; before the first nothing is needed."""

    skill: int
    steps: tuple[Step, ...]

    def level(self, waited: float) -> int:
        """The level needed after that many seconds; 0: none."""
        return next((step.level for step in reversed(self.steps) if step.after <= waited), 0)


class Candidate(msgspec.Struct, frozen=True, array_like=True):
    """An agent as the pass sees him. `free_since` in epoch seconds; load and capacity count contacts."""

    agent: int
    team: int
    state: str
    load: int
    capacity: int
    free_since: float
    skills: tuple[tuple[int, int], ...] = ()

    def with_one_more(self, at: float) -> "Candidate":
        """The agent after he was given a contact at that moment: last in line."""
        return msgspec.structs.replace(self, load=self.load + 1, free_since=at)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a contact and its queue. `waited` in seconds.

    `missed_by` let this contact's last offer lapse. `preferred` is the customer's own agent, tried first while
    the contact has waited less than `preferred_for` seconds. `last_chosen` got the queue's last contact.
    """

    contact: str
    queue: int
    mode: str
    waited: float
    groups: tuple[Group, ...]
    needs: tuple[Need, ...] = ()
    missed_by: int | None = None
    preferred: int | None = None
    preferred_for: float = 0.0
    last_chosen: int | None = None

    @property
    def stage(self) -> int:
        """How many waiting times have come: of groups, of skills, of the own agent. It only grows with waiting."""
        times = [group.after for group in self.groups]
        times += [step.after for need in self.needs for step in need.steps]
        times += [self.preferred_for] if self.preferred is not None else []
        return sum(1 for after in times if after <= self.waited)


class Snapshot(Ask, frozen=True, kw_only=True):
    """All that a decision may look at."""

    candidates: tuple[Candidate, ...]


class Choice(msgspec.Struct, frozen=True):
    """Who was chosen by which rule, or None; for everybody who couldn't, the rule that left him out.

    `tie` names the rule that decided between those whom the first one found equal; empty when none were.
    """

    agent: int | None
    rule: str
    removed: dict[str, str]
    tie: str = ""


class Pick(NamedTuple):
    """A choice in the middle of a pass: `before` left out when the pass began, `since` then or for this contact."""

    agent: int | None
    rule: str
    before: dict[str, str]
    since: dict[str, str]
    tie: str = ""


class Waiting(NamedTuple):
    """A contact in line. `since` in epoch seconds; `ageing` in seconds, 0: off."""

    contact: str
    priority: int
    since: float
    ageing: int = 0


def rank(waiting: Waiting, now: float) -> int:
    """Its priority now: one better for every `ageing` seconds waited, never better than the first."""
    steps = int(max(0.0, now - waiting.since) // waiting.ageing) if waiting.ageing else 0
    return max(min(waiting.priority, FIRST_PRIORITY), waiting.priority - steps)


def order(line: Iterable[Waiting], now: float) -> list[Waiting]:
    """The line, first in line first: by priority now, then the older one."""
    return sorted(line, key=lambda each: (rank(each, now), each.since, each.contact))


def open_teams(groups: Sequence[Group], waited: float) -> frozenset[int]:
    """The teams whose waiting time has come."""
    return frozenset(team for group in groups if group.after <= waited for team in group.teams)


def choose(snapshot: Snapshot) -> Choice:
    """The same snapshot always gives the same choice.

    Who just let this contact pass is asked again only when nobody else fits.
    """
    pick = Lineup(snapshot.candidates).pick(snapshot)
    return Choice(pick.agent, pick.rule, {**pick.before, **pick.since}, pick.tie)


class Lineup:
    """The candidates of a queue during one pass, in which one contact after the other is given out."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.at_start = {each.agent: each for each in candidates}
        self.changed: dict[int, Candidate] = {}
        self._with_room = sum(map(_has_room, self.at_start.values()))
        self._cases: dict[object, _Case] = {}

    def has_room(self) -> bool:
        """Whether anybody could take anything at all."""
        return self._with_room > 0

    def now(self) -> list[Candidate]:
        """The candidates with what they have taken in this pass."""
        return [*(self.at_start | self.changed).values()]

    def pick(self, ask: Ask) -> Pick:
        """Who gets the contact. He has to be told of by `took`."""
        teams = open_teams(ask.groups, ask.waited)
        levels = tuple((need.skill, need.level(ask.waited)) for need in ask.needs)
        key = (ask.mode, teams, levels)
        case = self._cases.get(key)
        if case is None:
            case = self._cases[key] = _Case(ask.mode, teams, levels, self.now())
        return case.pick(ask)

    def took(self, agent: int, at: float) -> None:
        """The agent has one contact more since that moment and stands last in line. Others' agents are ignored."""
        before = self.changed.get(agent) or self.at_start.get(agent)
        if before is None:
            return
        after = self.changed[agent] = before.with_one_more(at)
        self._with_room += _has_room(after) - _has_room(before)
        for case in self._cases.values():
            case.changed(after)


Key = tuple[float, ...]
Levels = tuple[tuple[int, int], ...]


class _Case:
    """Those who fit contacts that have the same teams and skills open to them, best first."""

    def __init__(self, mode: str, teams: frozenset[int], levels: Levels, candidates: Sequence[Candidate]) -> None:
        self.mode, self.levels = mode, levels
        self.key_of = ORDERS[mode]
        self.before: dict[str, str] = {}
        self.since: dict[str, str] = {}
        self.keys: dict[int, Key] = {}
        for candidate in candidates:
            rule = _left_out(candidate, teams, levels)
            if rule is None:
                self.keys[candidate.agent] = self.key_of(candidate, levels)
            else:
                self.before[str(candidate.agent)] = rule
        self.heap = list(self.keys.values())
        heapify(self.heap)
        self.in_turn = sorted(self.keys) if mode == "circular" else []

    def changed(self, candidate: Candidate) -> None:
        """The candidate holds more than before: he stands elsewhere, or is full."""
        if candidate.agent not in self.keys:
            return
        if candidate.load < candidate.capacity:
            key = self.keys[candidate.agent] = self.key_of(candidate, self.levels)
            heappush(self.heap, key)
        else:
            del self.keys[candidate.agent]
            self.since[str(candidate.agent)] = Rule.FULL

    def pick(self, ask: Ask) -> Pick:
        """Who is best for the contact."""
        since = dict(self.since)
        others = len(self.keys) - (ask.missed_by in self.keys)
        if not self.keys:
            return Pick(None, "nobody", self.before, since)
        if ask.preferred in self.keys and ask.preferred != ask.missed_by and ask.waited < ask.preferred_for:
            since |= {str(agent): Rule.PREFERRED_FIRST for agent in self.keys if agent != ask.preferred}
            return Pick(ask.preferred, "preferred", self.before, since)
        if not others:
            return Pick(ask.missed_by, "only_one", self.before, since)
        if others < len(self.keys):
            since[str(ask.missed_by)] = Rule.JUST_MISSED
        best = self._next_in_turn(ask) if self.mode == "circular" else self._first(ask.missed_by)
        if others == 1:
            return Pick(best, "only_one", self.before, since)
        return Pick(best, self.mode, self.before, since, self._tie(best, ask.missed_by))

    def _first(self, *left_out: int | None) -> int | None:
        """The best who isn't left out. Keys that hold no longer are dropped on the way."""
        put_back: list[Key] = []
        found = None
        while self.heap:
            agent = int(self.heap[0][-1])
            if self.keys.get(agent) != self.heap[0]:
                heappop(self.heap)
            elif agent in left_out:
                put_back.append(heappop(self.heap))
            else:
                found = agent
                break
        for key in put_back:
            heappush(self.heap, key)
        return found

    def _next_in_turn(self, ask: Ask) -> int | None:
        start = bisect_right(self.in_turn, ask.last_chosen) if ask.last_chosen is not None else 0
        turn = (*self.in_turn[start:], *self.in_turn[:start])
        return next((agent for agent in turn if agent in self.keys and agent != ask.missed_by), None)

    def _tie(self, best: int | None, missed_by: int | None) -> str:
        """The longest available, where the mode alone would have had to toss a coin."""
        told_apart = TOLD_APART.get(self.mode, 0)
        second = self._first(best, missed_by) if told_apart and best is not None else None
        if best is None or second is None or self.keys[best][:told_apart] != self.keys[second][:told_apart]:
            return ""
        return "longest_available"


def _has_room(candidate: Candidate) -> bool:
    return candidate.state == "available" and candidate.load < candidate.capacity


def _left_out(candidate: Candidate, teams: frozenset[int], levels: Levels) -> Rule | None:
    if candidate.state != "available":
        return Rule.NOT_AVAILABLE
    if candidate.team not in teams:
        return Rule.NOT_IN_GROUP
    if lacking(candidate, levels) is not None:
        return Rule.LACKS_SKILL
    if candidate.capacity == 0:
        return Rule.NO_CAPACITY
    if candidate.load >= candidate.capacity:
        return Rule.FULL
    return None


def lacking(candidate: Candidate, levels: Levels) -> int | None:
    """The first skill in which the candidate doesn't reach the level needed; None when he has them all."""
    if not levels:
        return None
    own = dict(candidate.skills)
    return next((skill for skill, level in levels if own.get(skill, 0) < level), None)


def _longest_available(candidate: Candidate, levels: Levels) -> Key:
    return candidate.free_since, candidate.agent


def _best_available(candidate: Candidate, levels: Levels) -> Key:
    own = dict(candidate.skills)
    return -sum(own.get(skill, 0) for skill, _level in levels), candidate.free_since, candidate.agent


def _least_busy(candidate: Candidate, levels: Levels) -> Key:
    return candidate.load / candidate.capacity, candidate.load, candidate.free_since, candidate.agent


def _circular(candidate: Candidate, levels: Levels) -> Key:
    return (candidate.agent,)


ORDERS: dict[str, Callable[[Candidate, Levels], Key]] = {
    "longest_available": _longest_available,
    "best_available": _best_available,
    "least_busy": _least_busy,
    "circular": _circular,
}
TOLD_APART = {"best_available": 1, "least_busy": 2}  # parts of the key that belong to the mode itself
