"""The stage of the tests: the real database and Valkey, a furnished house, and the cast."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from agents.models import Agent, Team
from chats import policies, waits
from chats.models import Chat, Seat
from tests import cast
from tests.live import empty_database, leave_database, live_server_processes
from tests.sockets import hub, stage

__all__ = ["hub", "live_server_processes", "stage"]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, django_db_keepdb: bool
) -> Iterator[None]:
    """The test database exists, whichever way a test reaches it."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=django_db_keepdb)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            leave_database()
            teardown_databases(made, verbosity=0)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Every transaction really commits: news goes out, threads and other processes see it. Emptied afterwards."""
    with django_db_blocker.unblock():
        cache.clear()
        policies.forget()
        waits.forget()
        yield
        empty_database()


@pytest.fixture
def house(committed: None) -> cast.House:
    """A queue with its entry point, team, profile, idle reasons and wrap-up codes; nobody signed in."""
    return cast.furnish()


@pytest.fixture
def alice(house: cast.House) -> Agent:
    """An agent of the team, offline."""
    return cast.hire("Alice", house.team)


@pytest.fixture
def bob(house: cast.House) -> Agent:
    """The supervisor of Alice's team, offline."""
    agent = cast.hire("Bob", house.team, role=Agent.Role.SUPERVISOR)
    house.team.supervisors.add(agent)
    return agent


@pytest.fixture
def mallory(house: cast.House) -> Agent:
    """An agent of another team, with an own queue: nothing of this house is hers."""
    team = Team.objects.create(name="Elsewhere")
    cast.new_queue("Elsewhere", team)
    return cast.hire("Mallory", team)


@pytest.fixture
def alice_available(alice: Agent) -> Agent:
    """Alice, signed in and Available."""
    return cast.goes_available(alice)


@pytest.fixture
def bob_available(bob: Agent) -> Agent:
    """Bob, signed in and Available."""
    return cast.goes_available(bob)


@pytest.fixture
def carol_chat(house: cast.House) -> Chat:
    """Carol waits in the queue; it is offered to whoever is Available."""
    return cast.comes_in(house.entry_point).chat


@pytest.fixture
def alice_with_carol(carol_chat: Chat, alice_available: Agent) -> Seat:
    """Alice sits in Carol's chat."""
    return cast.takes(carol_chat, alice_available)
