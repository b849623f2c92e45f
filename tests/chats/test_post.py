"""Saying something: once, in order, masked before anything is written."""

import pytest
from django.db import connection

from agents.models import Agent
from chats import operations
from chats.models import Chat, Entry, Finding, Seat
from chats.senders import of_agent
from lib.errors import Refused
from tests import cast
from tests.cast import agent_says, customer_of, customer_says, fresh


def everything_written() -> str:
    """Every value of every text column of every table."""
    texts: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND (data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea') OR data_type = 'ARRAY')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT "{column}"::text FROM "{table}" WHERE "{column}" IS NOT NULL')
            texts += [value for (value,) in cursor.fetchall()]
    return "\n".join(texts)


def test_a_message_stands_in_the_transcript_with_the_next_number(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    head = fresh(chat).public_head
    first, second = customer_says(chat, "Hello"), agent_says(chat, alice_with_carol.agent, "Hi")
    assert (first.entry.seq, second.entry.seq) == (head + 1, head + 2)
    assert [line.text for line in cast.lines(chat)[-2:]] == ["Hello", "Hi"]
    assert [line.sender_name for line in cast.lines(chat)[-2:]] == ["Carol", "Alice"]
    assert fresh(chat).public_head == head + 2


def test_numbers_run_from_one_without_a_gap(alice_with_carol: Seat) -> None:
    for number in range(5):
        customer_says(alice_with_carol.chat, f"{number}")
    assert [line.seq for line in cast.lines(alice_with_carol.chat)] == list(range(1, 8))


def test_the_same_message_again_gives_the_same_answer(carol_chat: Chat) -> None:
    first = customer_says(carol_chat, "Hello", cid="one")
    again = customer_says(carol_chat, "Hello", cid="one")
    assert (first.duplicate, again.duplicate) == (False, True)
    assert first.entry.pk == again.entry.pk
    assert Entry.objects.filter(cid="one").count() == 1


def test_another_text_under_the_same_cid_is_a_conflict(carol_chat: Chat) -> None:
    customer_says(carol_chat, "Hello", cid="one")
    with pytest.raises(Refused, match="conflict"):
        customer_says(carol_chat, "Hello!", cid="one")
    assert Entry.objects.get(cid="one").text == "Hello"


def test_both_sides_may_use_the_same_cid(alice_with_carol: Seat) -> None:
    customer_says(alice_with_carol.chat, "Hello", cid="one")
    assert not agent_says(alice_with_carol.chat, alice_with_carol.agent, "Hi", cid="one").duplicate


def test_after_the_end_nobody_can_write(alice_with_carol: Seat) -> None:
    chat, alice = alice_with_carol.chat, alice_with_carol.agent
    cast.customer_leaves(chat)
    head = fresh(chat).public_head
    for says in (lambda: customer_says(chat, "x"), lambda: agent_says(chat, alice, "x")):
        with pytest.raises(Refused, match="gone"):
            says()
    assert fresh(chat).public_head == head
    assert cast.lines(chat)[-1].kind == "ended"


def test_a_repeat_is_answered_even_after_the_end(alice_with_carol: Seat) -> None:
    first = customer_says(alice_with_carol.chat, "Hello", cid="one")
    cast.customer_leaves(alice_with_carol.chat)
    again = customer_says(alice_with_carol.chat, "Hello", cid="one")
    assert (again.duplicate, again.entry.seq) == (True, first.entry.seq)


def test_an_agent_without_a_seat_cannot_write(carol_chat: Chat, alice: Agent, mallory: Agent) -> None:
    for agent in (alice, mallory):
        with pytest.raises(Refused, match="forbidden"):
            agent_says(carol_chat, agent, "x")


def test_ten_thousand_characters_fit_and_one_more_does_not(carol_chat: Chat) -> None:
    assert len(customer_says(carol_chat, "ä" * 10_000).entry.text) == 10_000
    with pytest.raises(Refused, match="too_large"):
        customer_says(carol_chat, "x" * 10_001)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_is_not_a_message(carol_chat: Chat, text: str) -> None:
    with pytest.raises(Refused, match="invalid"):
        customer_says(carol_chat, text)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{customer.__class__}", "%s %(x)s", "' OR 1=1 --", "🙂\u200d", "a\u202eb"]
)
def test_text_is_kept_as_it_was_written(carol_chat: Chat, text: str) -> None:
    customer_says(carol_chat, text)
    assert cast.lines(carol_chat)[-1].text == text


def test_a_card_number_is_masked_before_anything_is_written(alice_with_carol: Seat) -> None:
    chat, alice = alice_with_carol.chat, alice_with_carol.agent
    by_customer = customer_says(chat, f"It is {cast.CARD}, thanks", cid="one")
    by_agent = agent_says(chat, alice, "4111-1111-1111-1111?")
    operations.leave(chat, by=customer_of(chat))
    operations.rate(fresh(chat), score=1, comment=f"you took {cast.CARD}")
    assert by_customer.entry.text == f"It is {cast.MASKED_CARD}, thanks"
    assert by_customer.entry.findings == [{"detector": "pan", "action": "masked"}]
    assert by_agent.entry.text == "••••-••••-••••-1111?"
    written = everything_written()
    for canary in (cast.CARD, "4111111111111111", "4111-1111"):
        assert canary not in written
    assert cast.MASKED_CARD in written


def test_a_repeat_of_a_masked_message_is_recognised(carol_chat: Chat) -> None:
    customer_says(carol_chat, cast.CARD, cid="one")
    assert customer_says(carol_chat, cast.CARD, cid="one").duplicate


def test_a_finding_says_who_where_and_what_kind_and_never_the_data(alice_with_carol: Seat) -> None:
    agent_says(alice_with_carol.chat, alice_with_carol.agent, f"{cast.CARD} and DE89 3704 0044 0532 0130 00")
    rows = Finding.objects.order_by("detector")
    assert [(row.detector, row.place, row.action) for row in rows] == [
        ("iban", "message", "masked"),
        ("pan", "message", "masked"),
    ]
    assert {(row.sender_kind, row.sender_id) for row in rows} == {("agent", of_agent(alice_with_carol.agent).id)}


def test_a_cid_that_looks_like_a_card_number_is_refused_and_stored_nowhere(carol_chat: Chat) -> None:
    with pytest.raises(Refused) as refused:
        customer_says(carol_chat, "Hello", cid="4111111111111111")
    assert refused.value.code == "invalid"
    assert "4111111111111111" not in everything_written()
