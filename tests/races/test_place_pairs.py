"""Race pairs over an agent's last place: a wrap-up that frees it, an administrator who takes it away, and a pass."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection

from agents.models import Agent, MultimediaProfile
from chats import operations
from chats.models import Offer, Seat
from contactcenter.invariants import INVARIANTS
from lib.invariants import all_broken
from tests import cast
from tests.cast import comes_in, customer_leaves, fresh
from tests.live import until
from tests.races.race import PATIENCE, ROUNDS, at_once, held, waiting_for_locks
from wrapup import operations as wrapup_operations
from wrapup.models import WrapUp


@pytest.fixture
def one_place(house: cast.House, alice: Agent) -> Agent:
    """Alice, Available, who can hold one chat."""
    MultimediaProfile.objects.update(chat=1)
    return cast.goes_available(alice)


def submits(row: WrapUp, house: cast.House) -> Callable[[], Any]:
    return partial(wrapup_operations.submit, row.pk, by=row.agent, codes=[house.answered.pk])


def allows(chats: int) -> None:
    MultimediaProfile.objects.update(chat=chats)


def offered(agent: Agent) -> int:
    return Offer.objects.live().filter(agent=agent).count()


def everybody_leaves() -> None:
    for chat in cast.Chat.objects.live():
        customer_leaves(chat)


def owes(house: cast.House, alice: Agent) -> WrapUp:
    """Alice wraps up, and somebody waits for her place."""
    chat = comes_in(house.entry_point).chat
    seat: Seat = cast.takes(chat, alice)
    customer_leaves(chat)
    comes_in(house.entry_point)
    return cast.wrapup_of(seat)


def test_wrap_up_and_offer(house: cast.House, one_place: Agent) -> None:
    for _ in range(ROUNDS):
        row = owes(house, one_place)
        at_once(submits(row, house), operations.distribute, operations.distribute)
        assert fresh(row).outcome == "submitted"
        assert offered(one_place) == 1, "the place is free, and only once"
        everybody_leaves()
    assert all_broken(INVARIANTS) == {}


def test_capacity_change_and_offer(house: cast.House, one_place: Agent) -> None:
    for number in range(ROUNDS):
        allows(0)
        chat = comes_in(house.entry_point).chat
        allows(1)
        at_once(operations.distribute, partial(allows, 0) if number % 2 else partial(allows, 2))
        assert offered(one_place) <= 1
        assert fresh(chat).state == ("offered" if offered(one_place) else "queued")
        assert number % 2 or offered(one_place) == 1, "more places are no reason to offer nothing"
        everybody_leaves()
    assert all_broken(INVARIANTS) == {}


def in_background(verb: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        try:
            return verb()
        finally:
            connection.close()

    return run


def test_forced_offer_while_a_wrap_up_is_handed_in(house: cast.House, one_place: Agent) -> None:
    row = owes(house, one_place)
    with ThreadPoolExecutor(1) as pool:
        with held(one_place):
            handed_in = pool.submit(in_background(submits(row, house)))
            until(waiting_for_locks, PATIENCE)
            assert operations.distribute() == 0, "until it is in, it counts"
        handed_in.result(PATIENCE)
    assert offered(one_place) == 1


@pytest.mark.parametrize("places", [0, 2])
def test_forced_capacity_change_while_a_pass_makes_its_offer(house: cast.House, one_place: Agent, places: int) -> None:
    allows(0)
    chat = comes_in(house.entry_point).chat
    allows(1)
    with ThreadPoolExecutor(1) as pool:
        with held(one_place):
            passing = pool.submit(in_background(operations.distribute))
            until(waiting_for_locks, PATIENCE)
            allows(places)
        assert passing.result(PATIENCE) <= 1
    operations.distribute()
    assert (offered(one_place), fresh(chat).state) == ((1, "offered") if places else (0, "queued"))
    assert all_broken(INVARIANTS) == {}
