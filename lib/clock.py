"""The database clock: the one that decides."""

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Expression
from django.db.models.expressions import RawSQL

Moment = datetime | Expression

NOW = RawSQL("SELECT clock_timestamp()", (), DateTimeField())
"""The moment inside a statement that is composed once and asked again and again; read once each time."""


def database_now() -> datetime:
    """The moment by the database server's clock, not the start of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT of one value has one row
    return row[0]


def database_epoch() -> str:
    """Changes when the server was restarted or replaced: numbers handed out before may have gone back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM pg_postmaster_start_time())::bigint, oid FROM pg_database "
            "WHERE datname = current_database()"
        )
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - the database we are connected to exists
    return f"{row[0]:x}-{row[1]:x}"
