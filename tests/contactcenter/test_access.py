"""What follows at once when an administrator takes somebody's rights away."""

from collections.abc import Callable

import pytest
from django.db import transaction

from agents.models import Agent
from chats import operations
from chats.models import Seat
from lib.errors import Refused
from tests import cast
from tests.cast import fresh


def log_in_disabled(agent: Agent) -> None:
    agent.user.is_active = False
    agent.user.save()


def agent_disabled(agent: Agent) -> None:
    row = fresh(agent)
    row.is_active = False
    row.save()


@pytest.mark.parametrize("disable", [log_in_disabled, agent_disabled])
def test_who_is_disabled_is_offline_at_once_and_offered_nothing(
    house: cast.House, alice: Agent, disable: Callable[[Agent], None]
) -> None:
    cast.goes_available(alice)
    seat = cast.takes(cast.comes_in(house.entry_point).chat, alice)
    offer = cast.live_offer(cast.comes_in(house.entry_point).chat)
    with transaction.atomic():
        disable(alice)
    assert fresh(alice).state == "offline"
    assert fresh(offer).outcome == "withdrawn"
    assert fresh(offer.chat).state == "queued"
    assert fresh(seat).away_since, "his chats come back by the usual rule"
    assert fresh(cast.comes_in(house.entry_point).chat).state == "queued"
    with pytest.raises(Refused, match="forbidden"):
        cast.sits_down(alice)


def test_nothing_is_offered_to_a_disabled_log_in_whatever_its_state(
    house: cast.House, alice_with_carol: Seat, bob: Agent
) -> None:
    cast.goes_available(bob)
    type(bob.user).objects.filter(pk=bob.user_id).update(is_active=False)  # as SQL does it: nobody is told
    Agent.objects.filter(pk=alice_with_carol.agent_id).update(state="idle")
    assert fresh(cast.comes_in(house.entry_point).chat).state == "queued"
    for ask in (operations.transfer, operations.request_conference):
        with pytest.raises(Refused, match="not_found"):
            ask(alice_with_carol.chat, by=alice_with_carol.agent, agent=bob)


def test_a_new_name_or_profile_takes_nothing_away(alice_with_carol: Seat) -> None:
    alice = fresh(alice_with_carol.agent)
    alice.name = "Alice B."
    alice.save()
    assert (fresh(alice).state, fresh(alice_with_carol).away_since) == ("available", None)
