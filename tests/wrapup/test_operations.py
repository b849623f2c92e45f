"""The wrap-up: owed for every seat, in by the agent or by the clock, once."""

import pytest

from agents.models import Agent, Team
from chats import operations as chat_operations
from chats.models import Offer, Seat
from lib.errors import Refused
from routing.models import Queue
from tests import cast
from tests.cast import fresh, wrapup_of
from wrapup import operations
from wrapup.models import WrapUp, WrapUpCode, WrapUpRule
from wrapup.tasks import sweep


@pytest.fixture
def wrapup(alice_with_carol: Seat) -> WrapUp:
    cast.customer_leaves(alice_with_carol.chat)
    return wrapup_of(alice_with_carol)


def codes_of(wrapup: WrapUp) -> list[str]:
    return [code.name for code in wrapup.codes.order_by("order")]


def test_several_reasons_and_a_note_are_kept(house: cast.House, wrapup: WrapUp) -> None:
    chosen = [house.answered.pk, house.refund.pk]
    operations.submit(wrapup.pk, by=wrapup.agent, codes=chosen, note="Sent a voucher")
    row = fresh(wrapup)
    assert codes_of(row) == ["Answered", "Refund"]
    assert (row.outcome, row.note) == ("submitted", "Sent a voucher")
    assert row.done_at is not None


def test_a_wrap_up_is_submitted_once(house: cast.House, wrapup: WrapUp) -> None:
    operations.submit(wrapup.pk, by=wrapup.agent, codes=[house.answered.pk])
    with pytest.raises(Refused, match="state"):
        operations.submit(wrapup.pk, by=wrapup.agent, codes=[house.refund.pk])
    assert codes_of(wrapup) == ["Answered"]


def test_a_reason_is_needed(wrapup: WrapUp) -> None:
    with pytest.raises(Refused, match="invalid"):
        operations.submit(wrapup.pk, by=wrapup.agent, codes=[])
    assert fresh(wrapup).outcome == ""


@pytest.mark.parametrize("foreign", ["of another queue", "of another team", "no longer in use", "unknown"])
def test_a_reason_that_is_not_offered_here_is_refused(house: cast.House, wrapup: WrapUp, foreign: str) -> None:
    code = WrapUpCode.objects.create(name="Foreign", is_active=foreign != "no longer in use")
    if foreign == "of another queue":
        code.queues.add(Queue.objects.create(name="Other"))
    if foreign == "of another team":
        code.teams.add(Team.objects.create(name="Other"))
    key = 10**9 if foreign == "unknown" else code.pk
    with pytest.raises(Refused, match="invalid"):
        operations.submit(wrapup.pk, by=wrapup.agent, codes=[house.answered.pk, key])
    assert (fresh(wrapup).outcome, codes_of(wrapup)) == ("", [])


def test_a_reason_of_this_queue_and_team_is_accepted(house: cast.House, wrapup: WrapUp) -> None:
    code = WrapUpCode.objects.create(name="Ours")
    code.queues.add(house.queue)
    code.teams.add(house.team)
    operations.submit(wrapup.pk, by=wrapup.agent, codes=[code.pk])
    assert codes_of(wrapup) == ["Ours"]


def test_a_note_that_is_too_long_is_refused(house: cast.House, wrapup: WrapUp) -> None:
    with pytest.raises(Refused, match="too_large"):
        operations.submit(wrapup.pk, by=wrapup.agent, codes=[house.answered.pk], note="x" * 2001)


def test_a_card_number_in_the_note_is_masked(house: cast.House, wrapup: WrapUp) -> None:
    operations.submit(wrapup.pk, by=wrapup.agent, codes=[house.answered.pk], note=f"Card {cast.CARD}")
    assert fresh(wrapup).note == f"Card {cast.MASKED_CARD}"


def test_nobody_else_can_submit_or_extend(house: cast.House, wrapup: WrapUp, bob: Agent, mallory: Agent) -> None:
    for agent in (bob, mallory):
        with pytest.raises(Refused, match="not_found"):
            operations.submit(wrapup.pk, by=agent, codes=[house.answered.pk])
        with pytest.raises(Refused, match="not_found"):
            operations.extend(wrapup.pk, by=agent)


def test_when_the_time_is_up_the_default_reason_is_submitted(wrapup: WrapUp) -> None:
    assert sweep() == 0
    cast.wrapup_is_due(wrapup)
    assert sweep() == 1
    assert (fresh(wrapup).outcome, codes_of(wrapup)) == ("lapsed", ["No reason given"])
    assert sweep() == 0


def test_the_default_reason_is_submitted_where_it_is_not_offered_too(house: cast.House, wrapup: WrapUp) -> None:
    house.no_reason.queues.add(Queue.objects.create(name="Other"))
    house.no_reason.teams.add(Team.objects.create(name="Other"))
    cast.wrapup_is_due(wrapup)
    sweep()
    assert (fresh(wrapup).outcome, codes_of(wrapup)) == ("lapsed", ["No reason given"])


def test_extending_stops_the_countdown_once(house: cast.House, wrapup: WrapUp) -> None:
    operations.extend(wrapup.pk, by=wrapup.agent)
    row = fresh(wrapup)
    assert (row.due_at, row.can_extend) == (None, False)
    assert not operations.lapse(wrapup.pk)
    with pytest.raises(Refused, match="forbidden"):
        operations.extend(wrapup.pk, by=wrapup.agent)
    operations.submit(wrapup.pk, by=wrapup.agent, codes=[house.answered.pk])


def test_extending_needs_the_rules_leave(house: cast.House, alice_with_carol: Seat) -> None:
    WrapUpRule.objects.update(may_extend=False)
    cast.customer_leaves(alice_with_carol.chat)
    row = wrapup_of(alice_with_carol)
    with pytest.raises(Refused, match="forbidden"):
        operations.extend(row.pk, by=row.agent)


@pytest.mark.parametrize(("seconds", "expected"), [(0, None), (5, 5.0)])
def test_the_queues_own_rule_counts_before_the_general_one(
    house: cast.House, alice_with_carol: Seat, seconds: int, expected: float | None
) -> None:
    WrapUpRule.objects.create(queue=house.queue, seconds=seconds)
    cast.customer_leaves(alice_with_carol.chat)
    row = wrapup_of(alice_with_carol)
    assert (row.due_at and (row.due_at - row.started_at).total_seconds()) == expected


def test_the_place_is_free_only_after_the_wrap_up(house: cast.House, wrapup: WrapUp) -> None:
    waiting = [cast.comes_in(house.entry_point).chat for _ in range(3)]
    assert [fresh(chat).state for chat in waiting] == ["offered", "offered", "queued"]
    operations.submit(wrapup.pk, by=wrapup.agent, codes=[house.answered.pk])
    assert Offer.objects.live().filter(agent=wrapup.agent).count() == 3
    assert fresh(wrapup.seat).released_at is not None


def test_every_seat_has_exactly_one_wrap_up(house: cast.House, alice_with_carol: Seat) -> None:
    chat_operations.end(alice_with_carol.chat, by=alice_with_carol.agent)
    assert WrapUp.objects.filter(seat=alice_with_carol).count() == 1
    with pytest.raises(Refused):
        chat_operations.end(alice_with_carol.chat, by=alice_with_carol.agent)
    assert WrapUp.objects.count() == 1
