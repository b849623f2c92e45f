"""What the fast lane remembers of a chat is what the database holds, whoever wrote it."""

import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chats import lookback, writer
from chats.lookback import ALWAYS, LONGEST_ON_LOOP, MOST, Memory
from chats.models import Entry, Seat
from chats.senders import Sender, of_agent
from lib.clock import database_now
from lib.wire import MAX_TEXT
from tests import cast
from tests.cast import fresh
from tests.chats.stage import MASKED_PIECES, PIECES, by_socket, by_verb, on_loop


def in_database(seat: Seat, by: Sender) -> list[str]:
    """What the query gives of the sender's last messages."""
    speaker = (seat.chat_id, by.kind, by.id)

    async def read() -> list[str]:
        async with (await writer.running_writer()).pool.connection() as connection:
            return [text for text, _at in (await lookback._read(connection, [speaker]))[speaker]]

    return on_loop(read())


def remembered(seat: Seat, by: Sender) -> list[str] | None:
    """What the writer knows without asking."""
    assert writer._writer is not None
    speaker = (seat.chat_id, by.kind, by.id)
    return writer._writer.memory.recall(speaker, fresh(seat.chat).public_head, database_now())


def test_the_second_look_asks_nobody(alice_with_carol: Seat) -> None:
    carol, alice = cast.customer_of(alice_with_carol.chat), of_agent(alice_with_carol.agent)
    for text in ("order 55123", "two of them"):
        by_socket(alice_with_carol.chat, carol, text)
        by_socket(alice_with_carol.chat, alice, "no digit")
    assert remembered(alice_with_carol, carol) == ["order 55123", "two of them"]
    assert remembered(alice_with_carol, alice) is None, "who never said a digit was never looked up"


def test_a_piece_that_another_process_wrote_counts(alice_with_carol: Seat) -> None:
    chat, carol = alice_with_carol.chat, cast.customer_of(alice_with_carol.chat)
    by_socket(chat, carol, "order 55123")
    by_verb(chat, carol, PIECES[0])
    assert by_socket(chat, carol, PIECES[1])["text"] == MASKED_PIECES[1]
    assert [line.text for line in Entry.objects.filter(chat=chat, kind="message").order_by("seq")] == [
        "order 55123",
        *MASKED_PIECES,
    ]


@pytest.mark.parametrize("seed", range(3))
def test_memory_is_what_the_database_says(alice_with_carol: Seat, seed: int) -> None:
    chance = random.Random(seed)
    carol, alice = cast.customer_of(alice_with_carol.chat), of_agent(alice_with_carol.agent)
    known = 0
    for number in range(MOST + 12):
        by = chance.choice([carol, carol, alice])
        way = chance.choice([by_socket, by_socket, by_socket, by_verb])
        way(alice_with_carol.chat, by, f"line {number}, see you")
        for who in (carol, alice):
            texts = remembered(alice_with_carol, who)
            known += texts is not None
            assert texts is None or texts == in_database(alice_with_carol, who)
    assert known > MOST


def test_old_messages_fade_but_for_the_last_eight() -> None:
    memory, speaker, now = Memory(), (uuid4(), "customer", "1"), datetime.now(UTC)
    ages = [timedelta(minutes=20 - number) for number in range(ALWAYS + 4)]
    memory.learn(speaker, 40, [(str(number), now - age) for number, age in enumerate(ages)])
    assert memory.recall(speaker, 40, now) == [str(number) for number in range(4, ALWAYS + 4)]
    memory.hear(speaker, 41, "new", now)
    assert memory.recall(speaker, 41, now) == [*map(str, range(5, ALWAYS + 4)), "new"]


def held(memory: Memory) -> int:
    """How many characters are remembered."""
    return sum(len(text) for kept in memory._chats.values() for lines in kept.said.values() for text, _at in lines)


def test_no_more_is_remembered_of_anybody_than_is_read_on_the_loop() -> None:
    memory, now, talkers = Memory(), datetime.now(UTC), [(uuid4(), "customer", str(n)) for n in range(50)]
    for speaker in talkers:
        memory.learn(speaker, 40, [("4" * MAX_TEXT, now)] * MOST)
        assert memory.recall(speaker, 40, now) is None
        memory.learn(speaker, 40, [("4", now)])
        for seq in range(41, 41 + MOST):
            memory.hear(speaker, seq, "1" * MAX_TEXT, now)
            assert held(memory) <= LONGEST_ON_LOOP
        assert memory.recall(speaker, 40 + MOST, now) is None
    assert held(memory) == 0


def test_what_a_talkative_speaker_said_does_not_hide_what_the_other_said() -> None:
    memory, now, chat = Memory(), datetime.now(UTC), uuid4()
    quiet, talker = (chat, "agent", "1"), (chat, "customer", "1")
    memory.learn(quiet, 40, [("4111", now)])
    memory.learn(talker, 40, [("4" * MAX_TEXT, now)] * 3)
    memory.hear(talker, 41, "more", now)
    assert (memory.recall(quiet, 41, now), memory.recall(talker, 41, now)) == (["4111"], None)


def test_a_hole_is_forgotten() -> None:
    memory, speaker, now = Memory(), (uuid4(), "customer", "1"), datetime.now(UTC)
    memory.learn(speaker, 40, [("4111", now)])
    memory.hear(speaker, 42, "1111", now)
    assert memory.recall(speaker, 42, now) is None and memory.recall(speaker, 40, now) is None
