"""The policy table: Redact and Drop, per organisation and queue, detectors one by one, patterns of one's own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from agents.models import Agent
from chats import operations, policies
from chats.models import Chat, CustomPattern, Entry, Finding, ScreeningPolicy, Seat
from chats.senders import of_agent
from lib.errors import Refused
from tests import cast
from tests.chats.stage import by_socket, by_verb
from wrapup.operations import submit

IBAN = "DE89 3704 0044 0532 0130 00"
WAYS = pytest.mark.parametrize("say", [by_verb, by_socket])
Say = Callable[..., dict[str, Any]]


def set_policy(**fields: Any) -> None:
    """The organisation's policy."""
    ScreeningPolicy.objects.update_or_create(queue=None, defaults=fields)


def findings() -> list[tuple[str, str, str]]:
    return list(Finding.objects.order_by("pk").values_list("place", "detector", "action"))


@WAYS
def test_redact_masks_a_part(alice_with_carol: Seat, say: Say) -> None:
    chat = alice_with_carol.chat
    told = say(chat, cast.customer_of(chat), f"it is {cast.CARD}, thanks")
    assert told["text"] == f"it is {cast.MASKED_CARD}, thanks"
    assert told["findings"] == [{"detector": "pan", "action": "masked"}]
    assert cast.lines(chat)[-1].text == told["text"]
    assert findings() == [("message", "pan", "masked")]


@WAYS
@pytest.mark.parametrize("who", ["customer", "agent"])
def test_drop_keeps_nothing_but_a_finding(alice_with_carol: Seat, say: Say, who: str) -> None:
    set_policy(policy="drop")
    chat = alice_with_carol.chat
    by = cast.customer_of(chat) if who == "customer" else of_agent(alice_with_carol.agent)
    head = cast.fresh(chat).public_head
    with pytest.raises(Refused) as refused:
        say(chat, by, f"it is {cast.CARD}")
    assert (refused.value.code, refused.value.detail["findings"]) == (
        "pci_dropped",
        [{"detector": "pan", "action": "dropped"}],
    )
    assert cast.fresh(chat).public_head == head
    row = Finding.objects.get()
    assert (row.place, row.detector, row.action, row.sender_kind) == ("message", "pan", "dropped", who)
    assert say(chat, by, "nothing special")["text"] == "nothing special"


@WAYS
def test_a_queue_has_a_policy_of_its_own(alice_with_carol: Seat, say: Say) -> None:
    chat = alice_with_carol.chat
    ScreeningPolicy.objects.create(queue=chat.queue, policy="drop")
    with pytest.raises(Refused):
        say(chat, cast.customer_of(chat), cast.CARD)
    elsewhere = cast.new_queue("Elsewhere", alice_with_carol.agent.team)
    Chat.objects.filter(pk=chat.pk).update(queue=elsewhere)
    assert say(chat, cast.customer_of(chat), cast.CARD)["text"] == cast.MASKED_CARD


@WAYS
def test_detectors_are_switched_one_by_one(alice_with_carol: Seat, say: Say) -> None:
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    assert "•" in say(chat, by, IBAN)["text"]
    set_policy(detectors=["pan", "email"])
    assert say(chat, by, IBAN)["text"] == IBAN
    assert cast.lines(chat)[-1].text == IBAN
    assert "•" in say(chat, by, "carol@example.org")["text"]


@WAYS
def test_patterns_of_ones_own(alice_with_carol: Seat, say: Say) -> None:
    chat = alice_with_carol.chat
    CustomPattern.objects.create(name="contract", pattern=r"\bV-[0-9]{6}\b")
    told = say(chat, cast.customer_of(chat), "about V-123456")
    assert told["text"] == "about ••••••••"
    assert told["findings"] == [{"detector": "custom:contract", "action": "masked"}]
    CustomPattern.objects.update(is_active=False)
    policies.forget()
    assert say(chat, cast.customer_of(chat), "about V-123456")["text"] == "about V-123456"


def test_a_pattern_that_cannot_be_used_is_refused() -> None:
    for pattern in ("(", "a*", r"(a)\1"):
        with pytest.raises(ValidationError):
            CustomPattern(name="x", pattern=pattern).clean_fields()


def test_a_change_is_in_force_when_the_last_reading_is_old(house: cast.House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not policies.of_queue(house.queue.pk).screening.drop
    ScreeningPolicy.objects.bulk_create([ScreeningPolicy(policy="drop")])  # as another process does: no signal here
    assert not policies.of_queue(house.queue.pk).screening.drop
    monkeypatch.setattr(policies, "FRESH", 0.0)
    assert policies.of_queue(house.queue.pk).screening.drop
    assert policies.STALE <= 5


def test_one_policy_for_all_queues(house: cast.House) -> None:
    ScreeningPolicy.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        ScreeningPolicy.objects.create()


FORM = {
    "name": f"Carol {cast.CARD}",
    "email": "4111111111111111@example.org",
    "subject": f"paid with {cast.CARD}",
    "page": "https://shop.example/?pan=4111111111111111",
    "fields": {"Order": cast.CARD, cast.CARD: "x"},
}


def test_forms_are_redacted(house: cast.House) -> None:
    opened = operations.open(house.entry_point, FORM)
    chat = Chat.objects.select_related("customer").get(pk=opened.chat.pk)
    for value in (chat.customer.name, chat.customer.email, chat.subject, chat.page, str(chat.fields)):
        assert "1111" in value and "4111" not in value
    assert findings() == [("form", "pan", "masked")]


def test_forms_are_refused_under_drop(house: cast.House) -> None:
    set_policy(policy="drop")
    with pytest.raises(Refused) as refused:
        operations.open(house.entry_point, FORM)
    assert refused.value.code == "pci_dropped"
    assert not Chat.objects.exists()
    assert findings() == [("form", "pan", "dropped")]
    chat = operations.open(house.entry_point, {"page": FORM["page"]}).chat
    assert "4111" not in cast.fresh(chat).page


def ended(seat: Seat) -> None:
    cast.agent_says(seat.chat, seat.agent, "hello")
    cast.customer_leaves(seat.chat)


def test_notes_and_comments(alice_with_carol: Seat, house: cast.House) -> None:
    seat, alice = alice_with_carol, Agent.objects.get(pk=alice_with_carol.agent_id)
    ended(seat)
    wrapup = cast.wrapup_of(seat)
    set_policy(policy="drop")
    with pytest.raises(Refused) as refused:
        submit(wrapup.pk, by=alice, codes=[house.answered.pk], note=cast.CARD)
    assert refused.value.code == "pci_dropped"
    with pytest.raises(Refused):
        operations.rate(seat.chat, score=5, comment=cast.CARD)
    assert findings() == [("note", "pan", "dropped"), ("comment", "pan", "dropped")]
    set_policy(policy="redact")
    assert submit(wrapup.pk, by=alice, codes=[house.answered.pk], note=cast.CARD).note == cast.MASKED_CARD
    operations.rate(seat.chat, score=5, comment=cast.CARD)
    assert cast.fresh(seat.chat).comment == cast.MASKED_CARD


def test_what_the_chatbot_says_is_masked(house: cast.House) -> None:
    house.entry_point.bot_speaks_first = True
    house.entry_point.greeting = f"Never type {cast.CARD}"
    house.entry_point.save()
    chat = cast.comes_in(house.entry_point).chat
    assert Entry.objects.get(chat=chat).text == f"Never type {cast.MASKED_CARD}"
