"""Who gets the contact: plain values in, a decision out. No query, no clock."""

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec


class Rule(StrEnum):
    """Why a candidate was left out."""

    NOT_AVAILABLE = "not_available"
    NOT_IN_GROUP = "not_in_group"
    NO_CAPACITY = "no_capacity"
    FULL = "full"
    JUST_MISSED = "just_missed"


class Group(msgspec.Struct, frozen=True):
    """Teams that are asked once the contact has waited `after` seconds."""

    after: float
    teams: tuple[int, ...]


class Candidate(msgspec.Struct, frozen=True):
    """An agent as the pass sees him. `free_since` in epoch seconds; load and capacity count contacts."""

    agent: int
    team: int
    state: str
    load: int
    capacity: int
    free_since: float


class Snapshot(msgspec.Struct, frozen=True):
    """All that a pass may look at. `waited` in seconds; `missed_by` let this contact's last offer lapse."""

    contact: str
    queue: int
    mode: str
    waited: float
    groups: tuple[Group, ...]
    candidates: tuple[Candidate, ...]
    missed_by: int | None = None


class Choice(msgspec.Struct, frozen=True):
    """Who was chosen by which rule, or None; and for everybody else the rule that left him out."""

    agent: int | None
    rule: str
    removed: dict[str, str]


def open_teams(groups: Sequence[Group], waited: float) -> frozenset[int]:
    """The teams whose waiting time has come."""
    return frozenset(team for group in groups if group.after <= waited for team in group.teams)


def choose(snapshot: Snapshot) -> Choice:
    """The same snapshot always gives the same choice.

    Who just let this contact pass is asked again only when nobody else fits.
    """
    teams = open_teams(snapshot.groups, snapshot.waited)
    removed: dict[str, str] = {}
    fitting: list[Candidate] = []
    for candidate in snapshot.candidates:
        rule = _left_out(candidate, teams)
        if rule is None:
            fitting.append(candidate)
        else:
            removed[str(candidate.agent)] = rule
    others = [candidate for candidate in fitting if candidate.agent != snapshot.missed_by]
    if others and len(others) < len(fitting):
        removed[str(snapshot.missed_by)] = Rule.JUST_MISSED
    ranked = sorted(others or fitting, key=ORDERS[snapshot.mode])
    if not ranked:
        return Choice(agent=None, rule="nobody", removed=removed)
    rule_of_choice = snapshot.mode if len(ranked) > 1 else "only_one"
    return Choice(agent=ranked[0].agent, rule=rule_of_choice, removed=removed)


def _left_out(candidate: Candidate, teams: frozenset[int]) -> Rule | None:
    if candidate.team not in teams:
        return Rule.NOT_IN_GROUP
    if candidate.state != "available":
        return Rule.NOT_AVAILABLE
    if candidate.capacity == 0:
        return Rule.NO_CAPACITY
    if candidate.load >= candidate.capacity:
        return Rule.FULL
    return None


def _longest_available(candidate: Candidate) -> tuple[float, int]:
    return candidate.free_since, candidate.agent


ORDERS: dict[str, Callable[[Candidate], tuple[float, int]]] = {"longest_available": _longest_available}
