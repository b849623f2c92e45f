"""Recorded decisions come out the same, and what doesn't is found; old ones are cleared away."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agents.models import Agent
from chats import operations
from lib.clock import database_now
from routing.management.commands.routing_replay import moment
from routing.models import Decision, Queue, Roster
from routing.replay import replay
from routing.tasks import prune
from tests import cast
from tests.cast import comes_in, hire

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def a_busy_hour(house: cast.House) -> None:
    """Decisions of every kind of mode, with RONA and with nobody, over two queues that share agents."""
    agents = [hire(name, house.team) for name in ("First", "Second", "Third")]
    other = cast.new_queue("Other", house.team, priority=2)
    for mode in ("longest_available", "least_busy", "circular", "best_available"):
        Queue.objects.update(mode=mode)
        for agent in agents:
            Agent.objects.filter(pk=cast.sits_down(agent).pk).update(state="idle")
        for number in range(4):
            house.entry_point.queue = other if number % 2 else house.queue
            house.entry_point.save()
            comes_in(house.entry_point)
        Agent.objects.update(state="available", free_since=database_now())
        operations.distribute()
    offer = agents[0].offers.filter(outcome="").first()
    assert offer is not None
    cast.time_is_up(offer)
    operations.lapse(offer.pk)
    operations.distribute()


def test_every_recorded_decision_comes_out_the_same(house: cast.House) -> None:
    a_busy_hour(house)
    result = replay(LONG_AGO)
    assert result.differences == []
    assert result.decided == Decision.objects.count() > 12
    out = StringIO()
    call_command("routing_replay", "--since", "2020-01-01", stdout=out)
    assert out.getvalue().strip().endswith(f"{result.decided} the same.")


def test_one_by_one_they_are_whole_too(house: cast.House) -> None:
    a_busy_hour(house)
    for decision in Decision.objects.all():
        assert len(decision.whole().candidates) == 3
        assert all(each.load <= each.capacity for each in decision.whole().candidates)


@pytest.mark.parametrize(
    "change", [{"rule": "circular"}, {"chosen_id": None}, {"removed": {"1": "full"}}, {"tie": "x"}]
)
def test_what_comes_out_otherwise_is_found(house: cast.House, alice_available: Agent, change: dict[str, Any]) -> None:
    chat = comes_in(house.entry_point).chat
    Decision.objects.filter(contact=chat.pk).update(**change)
    (difference,) = replay(LONG_AGO).differences
    assert difference.contact == str(chat.pk)
    out = StringIO()
    with pytest.raises(CommandError, match="1 came out otherwise"):
        call_command("routing_replay", "--since", "2020-01-01", stdout=out)
    assert f"contact {chat.pk}" in out.getvalue()


def test_a_record_nobody_can_read_is_a_difference(house: cast.House, alice_available: Agent) -> None:
    comes_in(house.entry_point)
    Decision.objects.update(snapshot={"mode": "by_dice"})
    (difference,) = replay(LONG_AGO).differences
    assert "can't be read" in difference.now


def test_only_what_was_decided_since(house: cast.House, alice_available: Agent) -> None:
    comes_in(house.entry_point)
    assert replay(database_now()).decided == 0


def test_moments_are_iso_and_utc_unless_they_say_otherwise() -> None:
    assert moment("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)
    assert moment("2026-03-01T09:00+01:00") == datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_a_bad_moment_is_explained() -> None:
    with pytest.raises(CommandError, match="no moment like"):
        call_command("routing_replay", "--since", "yesterday")


def test_old_decisions_are_cleared_away(house: cast.House, alice_available: Agent, settings: Any) -> None:
    comes_in(house.entry_point)
    comes_in(house.entry_point)
    old = Decision.objects.earliest("at")
    past = database_now() - timedelta(days=settings.DECISION_DAYS + 1)
    Decision.objects.filter(pk=old.pk).update(at=past)
    Roster.objects.filter(pk=old.roster_id).update(at=past)
    assert prune() == {"decisions": 1, "rosters": 1}
    assert prune() == {"decisions": 0, "rosters": 0}
    assert replay(LONG_AGO).differences == []


def test_zero_days_keeps_them(house: cast.House, alice_available: Agent, settings: Any) -> None:
    settings.DECISION_DAYS = 0
    comes_in(house.entry_point)
    Decision.objects.update(at=LONG_AGO)
    assert prune() == {"decisions": 0, "rosters": 0}
