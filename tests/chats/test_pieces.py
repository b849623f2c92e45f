"""A number in pieces: the earlier ones are masked afterwards, in the database and on every screen."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from chats.lookback import MOST
from chats.models import Entry, Finding, HeldMessage, ScreeningPolicy, Seat
from chats.senders import of_agent
from lib.errors import Refused
from tests import cast
from tests.chats.stage import MASKED_PIECES, PIECES, by_socket, by_verb

Say = Callable[..., dict[str, Any]]
WAYS = pytest.mark.parametrize("say", [by_verb, by_socket])


def said(seat: Seat) -> list[str]:
    return [line.text for line in cast.lines(seat.chat) if line.kind == "message"]


BEHIND_A_CARD = [
    (("4111 1111 1111 1111", "12/27", "123"), ("•••• •••• •••• 1111", "••/••", "•••")),
    (("378282246310005", "1227", "1234"), ("•••••••••••0005", "••••", "••••")),
    (("4111111111111111", "12/27 123"), ("••••••••••••1111", "••/•• •••")),
    (("my card 4111 1111", "1111 1111", "ok", "exp. 12/2027", "and it is 123"),
     ("my card •••• ••••", "•••• 1111", "ok", "exp. ••/••••", "and it is •••")),
    (("visa 4111 1111 1111 1112", "Dez 2027", "1 2 3"), ("visa •••• •••• •••• 1112", "Dez ••••", "• • •")),
    (("%B4111111111111111^DOE/JOHN^", "27121010000000000000?"), ("%B••••••••••••1111^DOE/JOHN^", "•" * 21)),
]  # fmt: skip
"""What one sender says one after the other, and what may stand of it."""


@WAYS
@pytest.mark.parametrize(("texts", "masked"), BEHIND_A_CARD)
def test_what_belongs_to_a_card_said_before_is_masked(
    alice_with_carol: Seat, say: Say, texts: tuple[str, ...], masked: tuple[str, ...]
) -> None:
    by = cast.customer_of(alice_with_carol.chat)
    for text in texts:
        say(alice_with_carol.chat, by, text)
    assert said(alice_with_carol) == list(masked)


@WAYS
@pytest.mark.parametrize("texts", [texts for texts, _masked in BEHIND_A_CARD])
def test_what_belongs_to_a_card_that_was_discarded_is_discarded(
    alice_with_carol: Seat, say: Say, texts: tuple[str, ...]
) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    by = cast.customer_of(alice_with_carol.chat)
    refused = []
    for text in texts:
        try:
            say(alice_with_carol.chat, by, text)
        except Refused as error:
            refused.append((text, error.code))
    assert {code for _text, code in refused} == {"pci_dropped"}
    kept = [text for text in texts if text not in dict(refused)]
    assert all(text in {"ok", "my card 4111 1111"} for text in kept)
    assert "12/" not in str(said(alice_with_carol)) and "123" not in str(said(alice_with_carol))


@WAYS
def test_small_numbers_in_talk_stay_behind_a_card(alice_with_carol: Seat, say: Say) -> None:
    chat, by = alice_with_carol.chat, cast.customer_of(alice_with_carol.chat)
    talk = [
        "I ordered 123 of them",
        "it cost 150 €",
        "$250",
        "order 55123",
        "19,99",
        "two, or 3",
        "I fly to Rome on 12/25 with my family",
    ]
    for text in [cast.CARD, *talk]:
        say(chat, by, text)
    assert said(alice_with_carol)[1:] == talk


@WAYS
def test_a_bare_number_stays_without_a_card_and_long_behind_one(alice_with_carol: Seat, say: Say) -> None:
    chat, by = alice_with_carol.chat, cast.customer_of(alice_with_carol.chat)
    say(chat, by, "123")
    say(chat, of_agent(alice_with_carol.agent), cast.CARD)
    say(chat, by, "124")
    say(chat, by, cast.CARD)
    for _ in range(MOST):
        say(chat, by, "and so on")
    say(chat, by, "125")
    assert [text for text in said(alice_with_carol) if len(text) == 3] == ["123", "124", "125"]


@WAYS
@pytest.mark.parametrize("who", ["customer", "agent"])
def test_redact(alice_with_carol: Seat, say: Say, who: str) -> None:
    chat = alice_with_carol.chat
    by = cast.customer_of(chat) if who == "customer" else of_agent(alice_with_carol.agent)
    first = say(chat, by, PIECES[0])
    assert first["text"] == PIECES[0]
    second = say(chat, by, PIECES[1])
    assert second["text"] == MASKED_PIECES[1]
    assert second["findings"] == [{"detector": "pan", "action": "masked"}]
    assert said(alice_with_carol) == list(MASKED_PIECES)
    old, amended, last = cast.lines(chat)[-3:]
    assert (amended.kind, amended.data, amended.text) == ("amended", {"of": old.seq}, MASKED_PIECES[0])
    assert [old.seq, amended.seq, last.seq] == [first["seq"], first["seq"] + 1, second["seq"]]
    assert old.findings == amended.findings == [{"detector": "pan", "action": "amended"}]
    assert list(Finding.objects.order_by("pk").values_list("action", flat=True)) == ["amended", "masked"]


@WAYS
def test_drop(alice_with_carol: Seat, say: Say) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    say(chat, by, PIECES[0])
    with pytest.raises(Refused) as refused:
        say(chat, by, PIECES[1])
    assert refused.value.code == "pci_dropped"
    assert said(alice_with_carol) == [MASKED_PIECES[0]]
    assert cast.kinds(chat)[-1] == "amended"
    assert list(Finding.objects.order_by("pk").values_list("action", flat=True)) == ["amended", "dropped"]


@WAYS
def test_one_digit_a_message(alice_with_carol: Seat, say: Say) -> None:
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    for digit in "4111111111111111":
        say(chat, by, digit)
    assert said(alice_with_carol) == ["•"] * 12 + ["1"] * 4


@WAYS
def test_talk_in_between_does_not_matter(alice_with_carol: Seat, say: Say) -> None:
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    for text in ("41111111", "wait a moment please", "11111111"):
        say(chat, by, text)
    assert said(alice_with_carol) == ["••••••••", "wait a moment please", "••••1111"]


@WAYS
def test_two_people_complete_nothing_together(alice_with_carol: Seat, say: Say) -> None:
    chat = alice_with_carol.chat
    say(chat, cast.customer_of(chat), PIECES[0])
    say(chat, of_agent(alice_with_carol.agent), PIECES[1])
    assert said(alice_with_carol) == list(PIECES)


def test_what_was_masked_afterwards_answers_its_repetition(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    cast.customer_says(chat, PIECES[0], cid="first")
    cast.customer_says(chat, PIECES[1], cid="second")
    for cid, text, stands in (("first", PIECES[0], MASKED_PIECES[0]), ("second", PIECES[1], MASKED_PIECES[1])):
        again = cast.customer_says(chat, text, cid=cid)
        assert (again.duplicate, again.entry.text) == (True, stands)
    assert Entry.objects.filter(chat=chat, kind="amended").count() == 1


def refusal(say: Say, seat: Seat, text: str, cid: str) -> tuple[str, Any]:
    with pytest.raises(Refused) as refused:
        say(seat.chat, cast.customer_of(seat.chat), text, cid=cid)
    return refused.value.code, refused.value.detail


@WAYS
def test_a_discarded_piece_stays_discarded_when_it_is_sent_again(alice_with_carol: Seat, say: Say) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    say(alice_with_carol.chat, cast.customer_of(alice_with_carol.chat), PIECES[0])
    first = refusal(say, alice_with_carol, PIECES[1], "second")
    head = cast.fresh(alice_with_carol.chat).public_head
    assert first == ("pci_dropped", {"findings": [{"detector": "pan", "action": "dropped"}]})
    for again in (by_verb, by_socket):
        assert refusal(again, alice_with_carol, PIECES[1], "second") == first
    cast.customer_leaves(alice_with_carol.chat)
    assert refusal(say, alice_with_carol, PIECES[1], "second") == first
    assert said(alice_with_carol) == [MASKED_PIECES[0]]
    assert (cast.kinds(alice_with_carol.chat)[head:], Finding.objects.count()) == (["left", "ended"], 2)
    held = HeldMessage.objects.get()
    assert (held.text, held.fingerprint) == ("", None)


@WAYS
def test_a_discarded_message_is_found_once_however_often_it_is_sent(alice_with_carol: Seat, say: Say) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    first, *others = [refusal(say, alice_with_carol, cast.CARD, "same") for _ in range(3)]
    assert others == [first, first]
    assert Finding.objects.count() == 1


@pytest.mark.parametrize("ways", [(by_verb, by_verb), (by_socket, by_socket), (by_socket, by_verb)])
def test_a_discarded_piece_sent_twice_at_once_is_discarded_twice(alice_with_carol: Seat, ways: tuple[Say, Say]) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    by_verb(alice_with_carol.chat, cast.customer_of(alice_with_carol.chat), PIECES[0])
    together, codes = threading.Barrier(2), []

    def twin(way: Say) -> None:
        together.wait()
        try:
            codes.append(refusal(way, alice_with_carol, PIECES[1], "second")[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=twin, args=(way,)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == ["pci_dropped", "pci_dropped"]
    assert said(alice_with_carol) == [MASKED_PIECES[0]]


@pytest.mark.parametrize("first", [by_verb, by_socket])
@pytest.mark.parametrize("round", range(5))
def test_two_pieces_at_once_over_two_connections(alice_with_carol: Seat, first: Say, round: int) -> None:
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    barrier = threading.Barrier(2)

    def say(way: Say, text: str) -> None:
        barrier.wait()
        try:
            way(chat, by, text)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=say, args=(first, "4111 1111")),
        threading.Thread(target=say, args=(by_verb, "1111 1111")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = " ".join(said(alice_with_carol))
    assert together in {"•••• •••• •••• 1111", "1111 1111 4111 1111"}  # the other way round it is no card
