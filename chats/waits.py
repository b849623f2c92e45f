"""How fast the line of each queue moves, as this process knows it: read at most every three seconds."""

import time
from datetime import datetime, timedelta

from chats.legs import Outcome
from chats.models import Leg, Offer
from chats.rosters import Rosters
from lib.clock import database_now
from routing.selection import Candidate, Need, lacking, open_teams
from routing.wait import MOST_SAMPLES, WINDOW, Answer, Pace, learn

FRESH = 3.0  # seconds

_known: dict[int, tuple[float, Pace]] = {}


def forget() -> None:
    """The next who asks reads anew."""
    _known.clear()


def pace_of(queue_id: int) -> Pace:
    """The queue's pace; the same for everybody in its line."""
    known = _known.get(queue_id)
    if known is None or time.monotonic() - known[0] >= FRESH:
        known = _known[queue_id] = (time.monotonic(), _read(queue_id))
    return known[1]


def _read(queue_id: int) -> Pace:
    now = database_now()
    rosters = Rosters({queue_id})
    candidates = rosters.lineups[queue_id].now()
    groups, needs = rosters.groups.get(queue_id, []), rosters.needs.get(queue_id, ())
    asked = open_teams(groups, 0.0)
    free = sum(_room(each, needs) for each in candidates if each.team in asked)
    held = Offer.objects.live().filter(queue=queue_id, kind=Offer.Kind.ROUTE).count()
    return learn(
        _answers(queue_id, now - timedelta(seconds=WINDOW)),
        now=now.timestamp(),
        agents=rosters.serving(queue_id),
        free=free + held,
    )


def _room(candidate: Candidate, needs: tuple[Need, ...]) -> int:
    """Free places of somebody who is asked at once."""
    levels = tuple((need.skill, need.level(0.0)) for need in needs)
    fits = candidate.state == "available" and lacking(candidate, levels) is None
    return max(0, candidate.capacity - candidate.load) if fits else 0


def _answers(queue_id: int, since: datetime) -> list[Answer]:
    rows = Leg.objects.of_customers().filter(queue=queue_id, outcome=Outcome.ANSWERED, ended_at__gt=since)
    rows = rows.filter(offer__isnull=False).order_by("-ended_at")[:MOST_SAMPLES]
    moments = rows.values_list("since", "offer__offered_at", "ended_at", "offer__serving")
    return [
        Answer(came.timestamp(), asked.timestamp(), answered.timestamp(), agents)
        for came, asked, answered, agents in moments
    ]
