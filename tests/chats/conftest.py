"""What the tests of chats share."""

from collections.abc import Iterator

import pytest

from tests.chats.stage import close_writer, on_loop


@pytest.fixture(scope="session", autouse=True)
def writer_closed_at_the_end(django_db_setup: None) -> Iterator[None]:
    """The fast lane's connections are gone before the database is."""
    yield
    on_loop(close_writer())
