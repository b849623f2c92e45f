"""A message for later: left when nobody is there, given out when the queue opens, answered to an empty chair."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from agents.models import Agent
from chats import operations, snapshots
from chats.invariants import INVARIANTS
from chats.models import Chat, Finding, ScreeningPolicy, Seat
from chats.operations.open import Opened, hashed
from chats.senders import of_agent
from chats.tasks import sweep
from contactcenter import dashboard
from lib.clock import database_now
from lib.errors import Refused
from lib.invariants import all_broken
from routing.models import BusinessHours, EntryPoint, Queue
from tests import cast
from tests.cast import CARD, MASKED_CARD, fresh
from tests.chats.stage import by_socket, by_verb


@pytest.fixture
def closed(house: cast.House) -> BusinessHours:
    """The queue is closed, and the entry point takes messages."""
    hours = BusinessHours.objects.create(name="Never")
    Queue.objects.filter(pk=house.queue.pk).update(hours=hours)
    EntryPoint.objects.filter(pk=house.entry_point.pk).update(takes_messages=True)
    return hours


def left(house: cast.House, **form: Any) -> Opened:
    """Carol has left a message."""
    said = {"name": "Carol", "email": "carol@shop.example", "text": "Where is my lamp?", **form}
    return operations.take_message(EntryPoint.objects.get(pk=house.entry_point.pk), said, language="en")


def opens(hours: BusinessHours) -> None:
    """The queue is open from now on, all day, every day."""
    for weekday in range(7):
        hours.openings.create(weekday=weekday, opens="00:00", closes="23:59:59")


def test_a_message_waits_for_the_opening_and_then_goes_to_an_agent(
    house: cast.House, alice_available: Agent, closed: BusinessHours
) -> None:
    chat = left(house).chat
    sweep()
    assert (fresh(chat).state, fresh(chat).kind) == ("later", "message")
    assert [line.text for line in cast.lines(chat)] == ["Where is my lamp?"]
    opens(closed)
    sweep()
    offer = snapshots.offers(alice_available)[0]
    assert (offer["chat"], offer["message"], offer["customer"]["email"]) == (str(chat.pk), True, "carol@shop.example")
    cast.takes(chat, alice_available)
    mine = snapshots.chats(alice_available)[0]
    assert (mine["message"], mine["status"]) == (True, "customer_away")
    assert cast.verbs(chat) == ["open", "take_up", "offer", "accept"]


def test_the_customer_who_comes_back_reads_the_answer(
    house: cast.House, alice_available: Agent, closed: BusinessHours
) -> None:
    opened = left(house)
    opens(closed)
    sweep()
    seat = cast.takes(opened.chat, alice_available)
    cast.patience_is_over(opened.chat)
    sweep()
    assert fresh(opened.chat).state == "active", "who has left a message may be away"
    cast.agent_says(opened.chat, alice_available, "It left on Monday.")
    operations.end(opened.chat, by=alice_available)
    assert cast.wrapup_of(seat) is not None
    shown = snapshots.for_customer(Chat.objects.viewed(opened.chat.pk))["chat"]
    assert (shown["state"], shown["kind"], shown["can_rate"]) == ("ended", "message", True)
    row = fresh(opened.chat)
    assert row.token_until - row.ended_at == timedelta(days=7)


def days_pass(chat: Chat, days: int) -> None:
    """The message was left so many days ago."""
    ago = timedelta(days=days)
    Chat.objects.filter(pk=chat.pk).update(started_at=F("started_at") - ago, token_until=F("token_until") - ago)


def comes_back(opened: Opened) -> bool:
    """Whether the customer's token still opens his chat."""
    return Chat.objects.opened_by(hashed(opened.token)) is not None


@pytest.mark.parametrize("says", [by_verb, by_socket])
def test_after_ten_closed_days_the_answer_is_there_for_a_week(
    house: cast.House, alice_available: Agent, closed: BusinessHours, says: Any
) -> None:
    opens(closed)
    today = database_now().date()
    for day in range(-1, 11):
        closed.holidays.create(date=today + timedelta(days=day), name="Works holiday")
    opened = left(house)
    days_pass(opened.chat, 9)
    assert comes_back(opened)
    closed.holidays.all().delete()
    days_pass(opened.chat, 8)
    assert comes_back(opened), "it may be read at the opening and answered then"
    days_pass(opened.chat, 1)
    assert not comes_back(opened)
    sweep()
    assert comes_back(opened), "it was read later still"
    cast.takes(opened.chat, alice_available)
    for words in ("I'll look.", "It left on Monday."):
        days_pass(opened.chat, 6)
        says(opened.chat, of_agent(alice_available), words)
    days_pass(opened.chat, 6)
    assert comes_back(opened)
    assert [line.text for line in cast.lines(opened.chat) if line.text][-1] == "It left on Monday."
    operations.end(opened.chat, by=alice_available)
    days_pass(opened.chat, 6)
    assert comes_back(opened)
    days_pass(opened.chat, 1)
    assert not comes_back(opened)


def test_the_token_of_a_chat_lives_no_longer_for_what_is_said(alice_with_carol: Seat) -> None:
    until = fresh(alice_with_carol.chat).token_until
    cast.agent_says(alice_with_carol.chat, alice_with_carol.agent, "Hello")
    operations.end(alice_with_carol.chat, by=alice_with_carol.agent)
    assert fresh(alice_with_carol.chat).token_until == until


def test_the_customer_sees_when_it_opens(house: cast.House, closed: BusinessHours) -> None:
    chat = left(house).chat
    assert snapshots.for_customer(Chat.objects.viewed(chat.pk))["chat"]["opens_at"] is None, "no opening is known"
    opens(closed)
    shown = snapshots.for_customer(Chat.objects.viewed(chat.pk))["chat"]
    assert shown["opens_at"] is not None
    assert (shown["state"], shown["position"], shown["wait"]) == ("later", None, None)


def test_more_may_be_said_and_it_may_be_taken_back(house: cast.House, closed: BusinessHours) -> None:
    chat = left(house).chat
    cast.customer_says(chat, "Order A-17")
    assert [line.text for line in cast.lines(chat)] == ["Where is my lamp?", "Order A-17"]
    cast.customer_leaves(chat)
    opens(closed)
    sweep()
    assert fresh(chat).state == "ended"


def test_customers_who_wait_come_before_messages(house: cast.House, alice: Agent, closed: BusinessHours) -> None:
    note = left(house).chat
    opens(closed)
    sweep()
    waiting = cast.comes_in(house.entry_point).chat
    profile = house.profile
    profile.chat = 1
    profile.save()
    cast.goes_available(alice)
    assert (fresh(waiting).state, fresh(note).state) == ("offered", "queued")


def test_closed_hours_spoil_neither_line_nor_service_level(
    house: cast.House, alice_available: Agent, closed: BusinessHours
) -> None:
    note = left(house).chat
    Queue.objects.update(max_waiting=1, max_wait=1)
    opens(closed)
    sweep()
    cast.has_waited(note, 3600)
    sweep()
    assert fresh(note).state in ("queued", "offered"), "nobody waits with it, so it is not turned away"
    assert not Chat.objects.in_line().exists()
    live = cast.comes_in(house.entry_point).chat
    assert snapshots.place(Chat.objects.viewed(live.pk))[0] == 1
    cast.takes(fresh(note), alice_available)
    today = dashboard.now().today
    assert (today.queued, today.answered, today.average_wait) == (1, 0, None)


def test_a_full_queue_takes_messages_and_they_wait_at_once(house: cast.House, alice: Agent) -> None:
    EntryPoint.objects.update(takes_messages=True)
    Queue.objects.update(max_waiting=1)
    with pytest.raises(Refused, match="state"):
        left(house)
    cast.comes_in(house.entry_point)
    with pytest.raises(Refused, match="full"):
        cast.comes_in(house.entry_point)
    assert fresh(left(house).chat).state == "queued"


def test_messages_are_taken_only_where_the_administrator_wants_them(house: cast.House, closed: BusinessHours) -> None:
    EntryPoint.objects.update(takes_messages=False)
    with pytest.raises(Refused, match="closed"):
        left(house)
    assert not Chat.objects.exists()


@pytest.mark.parametrize(
    ("form", "field"), [({"text": " "}, "text"), ({"email": ""}, "email"), ({"email": "nowhere"}, "email")]
)
def test_a_message_needs_words_and_an_address(
    house: cast.House, closed: BusinessHours, form: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused, match="invalid") as refused:
        left(house, **form)
    assert list(refused.value.fields) == [field]


def test_card_numbers_are_masked_in_message_and_form(house: cast.House, closed: BusinessHours) -> None:
    chat = left(house, text=f"my card {CARD}", name=CARD, fields={"Order": CARD}).chat
    assert cast.lines(chat)[0].text == f"my card {MASKED_CARD}"
    assert cast.lines(chat)[0].findings == [{"detector": "pan", "action": "masked"}]
    row = fresh(chat)
    assert (row.customer.name, row.fields) == (MASKED_CARD, {"Order": MASKED_CARD})
    assert set(Finding.objects.values_list("place", flat=True)) == {"form", "message"}


def test_under_the_policy_drop_nothing_is_kept(house: cast.House, closed: BusinessHours) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    with pytest.raises(Refused, match="pci_dropped"):
        left(house, text=f"my card {CARD}")
    assert not Chat.objects.exists()
    assert list(Finding.objects.values_list("place", "action")) == [("message", "dropped")]


def test_the_invariants_hold_for_messages(house: cast.House, alice_available: Agent, closed: BusinessHours) -> None:
    waiting, answered = left(house).chat, left(house).chat
    assert all_broken(INVARIANTS) == {}
    opens(closed)
    sweep()
    seat = cast.takes(answered, alice_available)
    operations.end(answered, by=alice_available)
    operations.release(seat, by=of_agent(alice_available))
    assert fresh(waiting).state == "offered"
    assert all_broken(INVARIANTS) == {}


def test_over_http_a_message_opens_its_chat_and_counts_as_a_start(
    house: cast.House, closed: BusinessHours, client: Client
) -> None:
    said = {"name": "Carol", "email": "carol@shop.example", "text": "Where is my lamp?", "language": "en"}
    address = "/api/v1/widget/help/messages/"

    def sends(**fields: str) -> Any:
        return client.post(address, {**said, **fields}, content_type="application/json", REMOTE_ADDR="10.0.0.9")

    answer = sends()
    assert answer.status_code == 201
    token = {"Authorization": f"Bearer {answer.json()['token']}"}
    lines = client.get(f"/api/v1/chats/{answer.json()['chat']}/entries/", headers=token).json()["entries"]
    assert [line["text"] for line in lines] == ["Where is my lamp?"]
    assert sends(email="").json()["fields"] == {"email": "Please fill this in."}
    assert sends(who="else").status_code == 400
    opens(closed)
    assert (sends().status_code, sends().json()["code"]) == (409, "state")
    assert [sends().status_code for _n in range(6)][-1] == 429
