"""A whole day: at its end everything holds that must, and every routing decision can be made again."""

import itertools
import os
from datetime import datetime
from pathlib import Path

from django.db.models import F, Max
from pytest_django import DjangoDbBlocker

from chats.models import Chat, ChatEvent, Offer
from contactcenter.invariants import INVARIANTS
from contactcenter.simulator import dialogues
from lib.invariants import all_broken
from routing.replay import replay
from tests import clock
from tests.day import Day
from tests.faults.house import PROOF, SEED, size
from tests.live import empty_database

CHATS, AGENTS, HOURS = size(24, 2000), size(8, 60), size(0.15, 5)
STARTS = "2026-03-02T07:00:00Z"
SOURCE = Path(os.environ.get("DIALOGUES") or dialogues.SAMPLE)  # DIALOGUES=… plays another file's openings
HAPPENS = {"offer", "accept", "leave"} | (
    {"lapse", "requeue", "lose", "end", "abandon", "overflow"} if PROOF else set()
)


def test_a_day_ends_with_everything_as_it_must_be(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    print(f"SEED={SEED}")  # noqa: T201 - pytest shows it when a test fails
    openings = list(itertools.islice(itertools.cycle(dialogues.read(SOURCE)), CHATS))
    with django_db_blocker.unblock(), clock.running(STARTS) as time:
        empty_database(stay=True)
        day = Day(time, openings, agents=AGENTS, hours=HOURS, seed=str(SEED))
        day.run()
        assert Chat.objects.filter(state="ended").count() == CHATS == day.happened["opens"]
        assert all_broken(INVARIANTS) == {}
        again = replay(datetime.fromisoformat(STARTS))
        assert again.decided >= Offer.objects.filter(kind="route").count() > 0
        assert again.differences == []
        verbs = set(ChatEvent.objects.values_list("verb", flat=True))
        late = Offer.objects.filter(outcome="lapsed").aggregate(most=Max(F("ended_at") - F("expires_at")))["most"]
        print(f"{CHATS} chats, {AGENTS} agents, {HOURS} h: {dict(day.happened)}")  # noqa: T201
        print(f"{again.decided} decisions the same, RONA at most {late} late, verbs {sorted(verbs)}")  # noqa: T201
        assert verbs >= HAPPENS
        empty_database()
