"""A clock that tests put forward: the database's own, as the product reads it, without moving anything written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

# A schema in front of the catalogue's, for the connections of this process only: nobody else's clock is touched.
CLOCK = """
CREATE SCHEMA IF NOT EXISTS ahead;
CREATE SEQUENCE IF NOT EXISTS ahead.tick;
CREATE OR REPLACE FUNCTION ahead.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT make_interval(secs => current_setting('clock.ahead')::float) + CASE current_setting('clock.starts')
        WHEN '' THEN pg_catalog.clock_timestamp()
        ELSE current_setting('clock.starts')::timestamptz + nextval('ahead.tick') * interval '1 microsecond' END
$$;
"""


class Clock:
    """Goes on by itself from now on, or from `starts` a microsecond with every look at it; `forward` sets it ahead."""

    def __init__(self, starts: str = "") -> None:
        self.starts = starts
        self.ahead = 0.0

    def forward(self, seconds: float) -> None:
        """So much time has passed; nothing has happened about it yet."""
        assert seconds >= 0
        self.ahead += seconds
        self.set()

    def restart(self) -> None:
        """It is the beginning again."""
        self.ahead = 0.0
        with connection.cursor() as cursor:
            cursor.execute("ALTER SEQUENCE ahead.tick RESTART")
        self.set()

    def set(self, **_: Any) -> None:
        """The connection of this thread reads this clock."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('clock.ahead', %s, false), set_config('clock.starts', %s, false),"
                " set_config('search_path', 'ahead, pg_catalog, public', false)",
                [str(self.ahead), self.starts],
            )


@contextmanager
def running(starts: str = "") -> Iterator[Clock]:
    """Inside, every connection of this process to the test database reads this clock."""
    with connection.cursor() as cursor:
        cursor.execute(CLOCK)
    clock = Clock(starts)
    connection_created.connect(clock.set)
    try:
        clock.restart()
        yield clock
    finally:
        connection_created.disconnect(clock.set)
        connection.close()
        connection.close_pool()
