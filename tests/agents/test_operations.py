"""An agent's presence: signing in and out, states, lease, and the ledger of spells."""

from datetime import timedelta
from itertools import pairwise

import pytest

from agents import operations
from agents.models import Agent, IdleReason, Spell
from lib.clock import database_now
from lib.errors import Refused
from tests import cast
from tests.cast import fresh


def spells(agent: Agent) -> list[Spell]:
    return list(Spell.objects.filter(agent=agent).order_by("started_at", "pk"))


def test_signing_in_starts_idle_with_the_default_reason(house: cast.House, alice: Agent) -> None:
    operations.sign_in(alice, desk="one", by=alice.user)
    row = fresh(alice)
    assert (row.state, row.reason, row.desk) == ("idle", house.break_, "one")
    assert row.lease_until > database_now() + timedelta(seconds=70)


def test_an_inactive_agent_cannot_sign_in(alice: Agent) -> None:
    Agent.objects.filter(pk=alice.pk).update(is_active=False)
    with pytest.raises(Refused, match="forbidden"):
        operations.sign_in(alice, desk="one", by=alice.user)


def test_a_second_desk_is_refused_while_the_first_is_alive(alice: Agent) -> None:
    operations.sign_in(alice, desk="one", by=alice.user)
    with pytest.raises(Refused, match="conflict"):
        operations.sign_in(alice, desk="two", by=alice.user)
    assert fresh(alice).desk == "one"


def test_a_second_desk_takes_over_when_asked_to_and_keeps_the_state(alice_available: Agent) -> None:
    operations.sign_in(alice_available, desk="two", by=alice_available.user, take_over=True)
    row = fresh(alice_available)
    assert (row.desk, row.state) == ("two", "available")
    assert not operations.renew_lease(row, desk="one", by=row.user)
    assert operations.renew_lease(row, desk="two", by=row.user)


def test_a_second_desk_needs_no_take_over_once_the_first_was_silent_for_40_seconds(alice: Agent) -> None:
    operations.sign_in(alice, desk="one", by=alice.user)
    Agent.objects.filter(pk=alice.pk).update(desk_heard=database_now() - timedelta(seconds=41))
    assert operations.sign_in(alice, desk="two", by=alice.user).desk == "two"


def test_a_second_desk_needs_no_take_over_once_the_first_was_left(alice: Agent) -> None:
    operations.sign_in(alice, desk="one", by=alice.user)
    operations.leave_desk(alice, desk="one", by=alice.user)
    assert operations.sign_in(alice, desk="two", by=alice.user).desk == "two"


def test_leaving_a_desk_that_was_taken_over_leaves_the_new_one(alice: Agent) -> None:
    operations.sign_in(alice, desk="one", by=alice.user)
    operations.sign_in(alice, desk="two", by=alice.user, take_over=True)
    operations.leave_desk(alice, desk="one", by=alice.user)
    assert fresh(alice).desk == "two"


def test_idle_without_a_reason_takes_the_default_one(house: cast.House, alice_available: Agent) -> None:
    operations.go_idle(alice_available, by=alice_available.user)
    assert fresh(alice_available).reason == house.break_
    operations.go_idle(alice_available, by=alice_available.user, reason=house.lunch)
    assert fresh(alice_available).reason == house.lunch


def test_a_reason_no_longer_in_use_is_refused(house: cast.House, alice_available: Agent) -> None:
    IdleReason.objects.filter(pk=house.lunch.pk).update(is_active=False)
    with pytest.raises(Refused, match="invalid"):
        operations.go_idle(alice_available, by=alice_available.user, reason=fresh(house.lunch))
    assert fresh(alice_available).state == "available"


def test_choosing_the_state_one_is_in_changes_nothing(house: cast.House, alice_available: Agent) -> None:
    before = fresh(alice_available)
    operations.become_available(alice_available, by=alice_available.user)
    after = fresh(alice_available)
    assert (after.since, after.free_since) == (before.since, before.free_since)
    operations.go_idle(alice_available, by=alice_available.user, reason=house.lunch)
    count = len(spells(alice_available))
    operations.go_idle(alice_available, by=alice_available.user, reason=house.lunch)
    assert len(spells(alice_available)) == count


def test_becoming_available_puts_the_agent_last_in_line(alice_available: Agent) -> None:
    before = fresh(alice_available).free_since
    operations.go_idle(alice_available, by=alice_available.user)
    operations.become_available(alice_available, by=alice_available.user)
    assert fresh(alice_available).free_since > before


def test_who_is_offline_can_choose_nothing(alice: Agent) -> None:
    for verb in (operations.become_available, operations.go_idle, operations.sign_out):
        with pytest.raises(Refused, match="state"):
            verb(alice, by=alice.user)
    with pytest.raises(Refused, match="state"):
        operations.miss(alice)
    assert spells(alice) == []


def test_rona_is_left_by_choosing(house: cast.House, alice_available: Agent) -> None:
    operations.miss(alice_available)
    row = fresh(alice_available)
    assert (row.state, row.reason) == ("rona", None)
    operations.go_idle(row, by=row.user)
    assert fresh(row).reason == house.break_
    operations.miss(row)
    operations.become_available(row, by=row.user)
    assert fresh(row).state == "available"


def test_signing_out_leaves_no_desk_and_no_lease(alice_available: Agent) -> None:
    operations.sign_out(alice_available, by=alice_available.user)
    row = fresh(alice_available)
    assert (row.state, row.desk, row.lease_until, row.desk_heard) == ("offline", "", None, None)
    assert not operations.renew_lease(row, desk="", by=row.user)


def test_the_lease_lapses_only_when_it_has_run_out(alice_available: Agent) -> None:
    assert not operations.lapse(alice_available)
    cast.desk_is_silent(alice_available)
    assert operations.lapse(alice_available)
    assert fresh(alice_available).state == "offline"
    assert not operations.lapse(alice_available)


def test_a_heartbeat_renews_the_lease(alice_available: Agent) -> None:
    cast.desk_is_silent(alice_available)
    assert operations.renew_lease(alice_available, desk=fresh(alice_available).desk, by=alice_available.user)
    assert not operations.lapse(alice_available)


def test_the_ledger_has_one_spell_for_each_change_without_hole_or_overlap(house: cast.House, alice: Agent) -> None:
    operations.sign_in(alice, desk="one", by=alice.user)
    operations.become_available(alice, by=alice.user)
    operations.miss(alice)
    operations.go_idle(alice, by=alice.user, reason=house.lunch)
    operations.become_available(alice, by=alice.user)
    operations.sign_out(alice, by=alice.user)
    rows = spells(alice)
    assert [row.state for row in rows] == ["idle", "available", "rona", "idle", "available"]
    assert [row.verb for row in rows] == ["sign_in", "become_available", "miss", "go_idle", "become_available"]
    assert [row.reason for row in rows] == [house.break_, None, None, house.lunch, None]
    assert all(before.ended_at == after.started_at for before, after in pairwise(rows))
    assert all(row.ended_at is not None for row in rows)


def test_the_spells_of_a_day_add_up_to_the_time_signed_in(alice: Agent) -> None:
    operations.sign_in(alice, desk="one", by=alice.user)
    operations.become_available(alice, by=alice.user)
    operations.go_idle(alice, by=alice.user)
    cast.desk_is_silent(alice)
    operations.lapse(alice)
    operations.sign_in(alice, desk="one", by=alice.user)
    operations.sign_out(alice, by=alice.user)
    first, second = spells(alice)[:3], spells(alice)[3:]
    for times in (first, second):
        worked = times[-1].ended_at - times[0].started_at
        assert sum((row.ended_at - row.started_at for row in times), timedelta()) == worked
    assert first[-1].ended_at <= second[0].started_at
    assert fresh(alice).since == second[-1].ended_at


def test_who_caused_a_change_is_written_down(alice: Agent, bob: Agent) -> None:
    cast.sits_down(alice)
    operations.become_available(alice, by=bob.user)
    operations.miss(alice)
    assert [row.caused_by for row in spells(alice)] == [alice.user, bob.user, None]


def test_who_does_nothing_for_too_long_is_signed_out_with_a_reason(house: cast.House, alice_available: Agent) -> None:
    cast.does_nothing(alice_available)
    assert operations.time_out(alice_available)
    row = fresh(alice_available)
    assert (row.state, row.lease_until, row.desk) == ("offline", None, "")
    assert Spell.objects.get(agent=row, state="available").end_verb == "time_out"
    assert not operations.time_out(alice_available)


def test_nobody_is_signed_out_where_the_team_does_not_ask_for_it(house: cast.House, alice_available: Agent) -> None:
    cast.does_nothing(alice_available)
    house.team.inactivity_sign_out = False
    house.team.save()
    assert not operations.time_out(alice_available)
    assert fresh(alice_available).state == "available"


def test_whoever_does_something_stays(house: cast.House, alice_available: Agent) -> None:
    cast.does_nothing(alice_available)
    operations.active(alice_available, by=alice_available.user)
    assert not operations.time_out(alice_available)
    cast.does_nothing(alice_available)
    desk = fresh(alice_available).desk
    assert operations.renew_lease(alice_available, desk=desk, by=alice_available.user, active=True)
    assert not operations.time_out(alice_available)


def test_a_heartbeat_alone_is_no_sign_of_anybody(house: cast.House, alice_available: Agent) -> None:
    cast.does_nothing(alice_available)
    assert operations.renew_lease(alice_available, desk=fresh(alice_available).desk, by=alice_available.user)
    assert operations.time_out(alice_available)
