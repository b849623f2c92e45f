"""Recorded decisions decided once more by today's policy."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from routing.models import Decision, Roster, read_candidates, read_snapshot
from routing.selection import Candidate, choose


class Difference(NamedTuple):
    """A decision that comes out otherwise; `then` and `now` are readable."""

    decision: int
    contact: str
    then: str
    now: str


class Replay(NamedTuple):
    """How many decisions were decided again, and those that came out otherwise."""

    decided: int
    differences: list[Difference]


def replay(since: datetime) -> Replay:
    """Every decision recorded from that moment on is decided again from what it had looked at."""
    decided, differences = 0, []
    for roster in Roster.objects.filter(at__gte=since).order_by("at", "pk").iterator(chunk_size=20):
        for difference in _of_roster(roster):
            decided += 1
            if difference is not None:
                differences.append(difference)
    for decision in Decision.objects.filter(at__gte=since, roster=None).order_by("at", "pk").iterator():
        decided += 1
        found = _again(decision, read_candidates(decision.snapshot.get("candidates", [])))
        differences += [found] if found else []
    return Replay(decided, differences)


def _of_roster(roster: Roster) -> Iterator[Difference | None]:
    """The decisions on one roster in their order, with what agents were given in between, for other queues too."""
    candidates = read_candidates(roster.candidates)
    own = list(roster.decisions.order_by("at", "pk"))
    if not own:
        return
    given = Decision.objects.filter(at__gte=roster.at, at__lt=own[-1].at, chosen__in=[*candidates]).order_by("at")
    turns = list(given.values_list("chosen", "at"))
    place = 0
    for decision in own:
        while place < len(turns) and turns[place][1] < decision.at:
            agent, at = turns[place]
            candidates[agent] = candidates[agent].with_one_more(at.timestamp())
            place += 1
        yield _again(decision, candidates)


def _again(decision: Decision, candidates: dict[int, Candidate]) -> Difference | None:
    then = (decision.chosen_id, decision.rule, decision.tie, decision.removed)
    try:
        choice = choose(read_snapshot(decision.snapshot, candidates))
    except (msgspec.ValidationError, KeyError, TypeError) as error:
        return Difference(decision.pk, str(decision.contact), _words(*then), f"can't be read: {error}")
    now = (choice.agent, choice.rule, choice.tie, {agent: str(rule) for agent, rule in choice.removed.items()})
    if then == now:
        return None
    return Difference(decision.pk, str(decision.contact), _words(*then), _words(*now))


def _words(agent: int | None, rule: str, tie: str, removed: dict[str, str]) -> str:
    tied = f", tie by {tie}" if tie else ""
    who = "nobody" if agent is None else f"agent {agent}"
    counts = {each: [*removed.values()].count(each) for each in sorted(set(removed.values()))}
    return f"{who} ({rule}{tied}; left out {counts or 'none'})"
