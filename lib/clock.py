"""The database clock: the one that decides."""

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Func


class Clock(Func):
    """The moment by the database server's clock, inside a statement."""

    function = "clock_timestamp"
    output_field = DateTimeField()


def database_now() -> datetime:
    """The moment by the database server's clock, not the start of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT of one value has one row
    return row[0]


def database_now_and_epoch() -> tuple[datetime, str]:
    """The moment, and what changes when the server was restarted or replaced: numbers may have gone back then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp(), extract(epoch FROM pg_postmaster_start_time())::bigint, oid FROM pg_database "
            "WHERE datname = current_database()"
        )
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - the database we are connected to exists
    return row[0], f"{row[1]:x}-{row[2]:x}"
