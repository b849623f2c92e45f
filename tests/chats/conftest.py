"""What the tests of chats share."""

from collections.abc import Iterator

import pytest

from agents.models import Agent
from chats.models import Chat, Seat
from chats.operations.open import Opened
from tests import cast
from tests.cast import fresh
from tests.chats.stage import close_writer, on_loop


@pytest.fixture(scope="session", autouse=True)
def writer_closed_at_the_end(django_db_setup: None) -> Iterator[None]:
    """The fast lane's connections are gone before the database is."""
    yield
    on_loop(close_writer())


@pytest.fixture
def carol(house: cast.House) -> Opened:
    """Carol's chat with its token, waiting."""
    return cast.comes_in(house.entry_point)


@pytest.fixture
def seat(carol: Opened, alice: Agent) -> Seat:
    """Alice in Carol's chat; no socket is open yet."""
    cast.goes_available(alice)
    seat = cast.takes(carol.chat, alice)
    Agent.objects.filter(pk=alice.pk).update(desk="")
    return seat


@pytest.fixture
def chat(alice_with_carol: Seat) -> Chat:
    """Carol's chat, in which Alice sits."""
    return fresh(alice_with_carol.chat)


@pytest.fixture
def ben(house: cast.House) -> Agent:
    """A colleague of Alice, Available."""
    return cast.goes_available(cast.hire("Ben", house.team))
