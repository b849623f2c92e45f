"""News: receivers in the transaction, sockets after it, nobody when it is rolled back."""

from collections.abc import Iterable, Iterator

import pytest
from django.db import transaction

from lib import events
from lib.events import Event, afterwards, publish, receives


class Rang(Event):
    number: int

    def frames(self) -> Iterable[tuple[str, bytes]]:
        return [("door", b"%d" % self.number)]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What went out to the sockets."""
    out: list[bytes] = []
    monkeypatch.setattr(events, "publish_frames", lambda frames: out.extend(frame for _group, frame in frames))
    return out


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """What a receiver in the transaction has heard."""
    numbers: list[int] = []
    receives(Rang)(lambda event: numbers.append(event.number))
    yield numbers
    del events._receivers[Rang]


def test_receivers_hear_at_once_and_sockets_after_the_commit(
    committed: None, told: list[bytes], heard: list[int]
) -> None:
    with transaction.atomic():
        publish(Rang(number=1))
        publish(Rang(number=2))
        assert (heard, told) == ([1, 2], [])
    assert told == [b"1", b"2"]


def test_what_was_rolled_back_was_never_told(committed: None, told: list[bytes]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(Rang(number=1))
        raise ZeroDivisionError
    assert told == []


def test_only_the_part_that_was_rolled_back_is_not_told(committed: None, told: list[bytes]) -> None:
    with transaction.atomic():
        publish(Rang(number=1))
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            publish(Rang(number=2))
            raise ZeroDivisionError
    assert told == [b"1"]


def test_a_receiver_that_refuses_undoes_the_whole_verb(committed: None, told: list[bytes], heard: list[int]) -> None:
    @receives(Rang)
    def refuse(event: Rang) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(Rang(number=1))
    assert told == []


def test_outside_a_transaction_the_sockets_hear_at_once(committed: None, told: list[bytes]) -> None:
    publish(Rang(number=1))
    assert told == [b"1"]


def test_what_follows_a_commit_and_fails_hinders_nothing_else(
    committed: None, told: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fails(why: str) -> None:
        raise OSError(why)

    with transaction.atomic():
        afterwards(fails, "nobody there")
        afterwards(done.append, "next")
        publish(Rang(number=1))
        assert not done
    assert (done, told) == (["next"], [b"1"])
    assert "what follows a commit failed: fails" in caplog.text
