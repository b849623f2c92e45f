"""The sweep of wrap-ups: each for itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from agents.models import Agent
from chats import operations
from tests import cast
from tests.cast import fresh
from tests.races.race import held
from wrapup.models import WrapUp
from wrapup.tasks import sweep


def two_due(house: cast.House, alice: Agent) -> tuple[WrapUp, WrapUp]:
    """Alice owes two wrap-ups whose time is up, the older one first."""
    cast.goes_available(alice)
    rows = []
    for _ in range(2):
        seat = cast.takes(cast.comes_in(house.entry_point).chat, alice)
        operations.end(seat.chat, by=alice)
        rows.append(cast.wrapup_of(seat))
        cast.wrapup_is_due(rows[-1])
    return rows[0], rows[1]


@contextmanager
def broken(row: WrapUp) -> Iterator[None]:
    """Inside, the row can't be changed: the database refuses it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$; "
            "CREATE TRIGGER refused BEFORE UPDATE ON wrapup_wrapup FOR EACH ROW "
            f"WHEN (OLD.id = '{row.pk}') EXECUTE FUNCTION refuse()"
        )
        try:
            yield
        finally:
            cursor.execute("DROP TRIGGER refused ON wrapup_wrapup; DROP FUNCTION refuse()")


def test_a_wrap_up_that_fails_hinders_no_later_one(house: cast.House, alice: Agent) -> None:
    first, second = two_due(house, alice)
    with broken(first):
        assert sweep() == 1
    assert (fresh(first).outcome, fresh(second).outcome) == ("", "lapsed")
    assert sweep() == 1
    assert fresh(first).outcome == "lapsed"


def test_a_wrap_up_that_somebody_holds_hinders_no_later_one(house: cast.House, alice: Agent) -> None:
    first, second = two_due(house, alice)
    with held(first):
        assert sweep() == 1
    assert (fresh(first).outcome, fresh(second).outcome) == ("", "lapsed")
