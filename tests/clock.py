"""A clock that tests put forward: the database's own, as the product reads it, without moving anything written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

# A schema in front of the catalogue's, for the connections of this process only: nobody else's clock is touched.
CLOCK = """
CREATE SCHEMA IF NOT EXISTS ahead;
CREATE OR REPLACE FUNCTION ahead.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT pg_catalog.clock_timestamp() + make_interval(secs => current_setting('clock.ahead')::float) $$;
"""


class Clock:
    """Seconds that the clock is ahead of the real one. It only goes forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def forward(self, seconds: float) -> None:
        """So much time has passed; nothing has happened about it yet."""
        assert seconds >= 0
        self.ahead += seconds
        self._set()

    def _set(self, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('clock.ahead', %s, false), set_config('search_path', %s, false)",
                [str(self.ahead), "ahead, pg_catalog, public"],
            )


@contextmanager
def running() -> Iterator[Clock]:
    """Inside, every connection of this process to the test database reads this clock."""
    with connection.cursor() as cursor:
        cursor.execute(CLOCK)
    clock = Clock()
    connection_created.connect(clock._set)
    try:
        clock._set()
        yield clock
    finally:
        connection_created.disconnect(clock._set)
        connection.close()
        connection.close_pool()
