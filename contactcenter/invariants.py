"""All invariants of the house, as `urls.py` has all its addresses, and what the last look at them found."""

from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple

from django.core.cache import cache
from django.db import OperationalError
from django.utils.dateparse import parse_datetime

import agents.invariants
import chats.invariants
import wrapup.invariants
from lib.clock import database_now
from lib.invariants import Invariant, broken

INVARIANTS: tuple[Invariant, ...] = (
    *chats.invariants.INVARIANTS,
    *wrapup.invariants.INVARIANTS,
    *agents.invariants.INVARIANTS,
)
KEPT = "invariants"  # the key in the cache; lost with it, and made anew by the next look
LOOKS_BACK = timedelta(hours=24)
LONGEST = 5  # seconds for one invariant: what takes longer says so, and hinders nobody
EXAMPLES = 5


class Looked(NamedTuple):
    """What was found of one invariant; `count` None: it took too long."""

    invariant: Invariant
    count: int | None
    examples: tuple[str, ...]


class Report(NamedTuple):
    """A look at all invariants: when, since when rows were looked at, how many seconds it took."""

    at: datetime
    since: datetime
    took: float
    looked: tuple[Looked, ...]

    @property
    def broken(self) -> int:
        """How many invariants don't hold."""
        return sum(1 for each in self.looked if each.count)

    @property
    def unfinished(self) -> int:
        """How many took too long."""
        return sum(1 for each in self.looked if each.count is None)


def look() -> Report:
    """The invariants of the last 24 hours and of all that is open were checked, and the result is kept."""
    at, began = database_now(), monotonic()
    looked = tuple(_look(invariant, at - LOOKS_BACK) for invariant in INVARIANTS)
    report = Report(at, at - LOOKS_BACK, monotonic() - began, looked)
    found = {each.invariant.key: [each.count, list(each.examples)] for each in looked}
    kept = {"at": at.isoformat(), "since": report.since.isoformat(), "took": report.took, "found": found}
    cache.set(KEPT, kept, timeout=None)
    return report


def _look(invariant: Invariant, since: datetime) -> Looked:
    try:
        found = broken(invariant, since=since, show=EXAMPLES, seconds=LONGEST)
    except OperationalError:
        return Looked(invariant, None, ())
    return Looked(invariant, found.count, found.examples)


def last_report() -> Report | None:
    """What the last look found; None when there was none or the cache has forgotten it."""
    try:
        kept = cache.get(KEPT)
    except Exception:  # a cache that is down knows nothing
        return None
    if not kept:
        return None
    at, since = parse_datetime(kept["at"]), parse_datetime(kept["since"])
    known = [(each, kept["found"][each.key]) for each in INVARIANTS if each.key in kept["found"]]
    looked = tuple(Looked(each, count, tuple(examples)) for each, (count, examples) in known)
    return Report(at, since, kept["took"], looked) if at and since else None
