"""Row by row: a row that fails or is held hinders no other, and afterwards the connection is as patient as before."""

import logging

import pytest
from django.db import connection, transaction

from agents.models import Agent
from lib.sweeps import each
from tests.races.race import held


def patience() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


@transaction.atomic
def lock(pk: int) -> bool:
    return bool(Agent.objects.select_for_update().get(pk=pk))


def test_a_row_that_fails_hinders_no_other(committed: None, caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def act(row: int) -> bool:
        if row == 1:
            raise ValueError("broken")
        done.append(row)
        return row != 2

    assert each(act, [1, 2, 3]) == 1
    assert done == [2, 3]
    assert "broken" in caplog.text


def test_a_row_that_somebody_holds_is_passed_by(alice: Agent, bob: Agent, caplog: pytest.LogCaptureFixture) -> None:
    before = patience()
    with held(alice):
        assert each(lock, [alice.pk, bob.pk]) == 1
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
    assert patience() == before == "3s"
    assert each(lock, [alice.pk, bob.pk]) == 2
