"""Contact history: one's own, and that of the customer one talks to; nobody else's."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest

from agents import operations as agent_operations
from agents.models import Agent
from chats.models import Chat, Customer, Seat
from lib.clock import database_now
from lib.errors import Refused
from routing.models import EntryPoint
from tests import cast
from tests.cast import fresh, wrapup_of
from wrapup import history, operations
from wrapup.models import WrapUp


def talk(house: cast.House, agent: Agent, customer: Customer | None = None, **form: Any) -> Seat:
    """A chat of that customer that was answered, ended and wrapped up."""
    chat = cast.comes_in(house.entry_point, **form).chat
    if customer is not None:
        Chat.objects.filter(pk=chat.pk).update(customer=customer)
    seat = cast.takes(chat, agent)
    cast.customer_says(chat, "Hello")
    cast.customer_leaves(Chat.objects.get(pk=chat.pk))
    operations.submit(wrapup_of(seat).pk, by=agent, codes=[house.refund.pk])
    return seat


def of_customer(agent: Agent, chat: Chat, **filters: Any) -> dict[str, Any]:
    return history.of_customer(agent, chat.pk, **{"q": "", "queue": None, "code": None, "before": None, **filters})


@pytest.fixture
def past(house: cast.House, alice_with_carol: Seat) -> Seat:
    """An earlier chat of the customer to whom Alice talks now."""
    return talk(house, alice_with_carol.agent, alice_with_carol.chat.customer)


def test_own_last_day_newest_first(house: cast.House, alice_available: Agent, bob_available: Agent) -> None:
    first = talk(house, alice_available)
    second = talk(house, bob_available)
    third = talk(house, alice_available)
    items = history.mine(alice_available)["items"]
    assert [item["chat"] for item in items] == [str(third.chat_id), str(first.chat_id)]
    assert items[0]["codes"] == [{"id": str(house.refund.pk), "name": "Refund"}]
    assert [item["chat"] for item in history.mine(bob_available)["items"]] == [str(second.chat_id)]


def test_own_history_ends_after_a_day(house: cast.House, alice_available: Agent) -> None:
    seat = talk(house, alice_available)
    WrapUp.objects.filter(seat=seat).update(done_at=database_now() - timedelta(hours=24, seconds=1))
    assert history.mine(alice_available)["items"] == []
    with pytest.raises(Refused, match="not_found"):
        history.transcript(alice_available, seat.chat_id, seat.chat_id)


def test_the_customers_earlier_chats_and_only_his(house: cast.House, alice_with_carol: Seat, past: Seat) -> None:
    talk(house, alice_with_carol.agent)  # of another customer
    (item,) = of_customer(alice_with_carol.agent, alice_with_carol.chat)["items"]
    assert (item["chat"], item["agent"]["name"]) == (str(past.chat_id), "Alice")
    assert item["codes"] == [{"id": str(house.refund.pk), "name": "Refund"}]
    assert item["connected_at"] < item["ended_at"]


def test_the_transcript_of_an_earlier_chat(alice_with_carol: Seat, past: Seat) -> None:
    entries = history.transcript(alice_with_carol.agent, alice_with_carol.chat_id, past.chat_id)["entries"]
    assert [entry["kind"] for entry in entries] == ["queued", "joined", "message", "left", "ended"]


def test_mallory_finds_nothing(alice_with_carol: Seat, past: Seat, mallory: Agent) -> None:
    cast.goes_available(mallory)
    assert history.mine(mallory)["items"] == []
    for ask in (
        lambda: of_customer(mallory, alice_with_carol.chat),
        lambda: history.transcript(mallory, alice_with_carol.chat_id, past.chat_id),
        lambda: history.transcript(mallory, past.chat_id, past.chat_id),
    ):
        with pytest.raises(Refused, match="not_found"):
            ask()


def test_another_customers_chat_is_not_found_through_ones_own(
    house: cast.House, alice_with_carol: Seat, bob_available: Agent
) -> None:
    agent_operations.go_idle(alice_with_carol.agent, by=alice_with_carol.agent.user)
    other = talk(house, bob_available)
    for past_id in (other.chat_id, uuid4()):
        with pytest.raises(Refused, match="not_found"):
            history.transcript(alice_with_carol.agent, alice_with_carol.chat_id, past_id)


def test_a_customer_is_known_again_only_where_the_web_site_vouches_for_him(
    house: cast.House, alice_with_carol: Seat
) -> None:
    same_words = {"name": "Carol", "email": "carol@example.com"}
    Customer.objects.filter(pk=alice_with_carol.chat.customer_id).update(**same_words)
    talk(house, alice_with_carol.agent, **same_words)
    assert of_customer(alice_with_carol.agent, alice_with_carol.chat)["items"] == []


@pytest.mark.parametrize(("realm", "count"), [("", 0), ("family", 1)])
def test_who_has_the_same_id_at_another_web_site_has_a_history_of_his_own(
    house: cast.House, alice_available: Agent, realm: str, count: int
) -> None:
    EntryPoint.objects.filter(pk=house.entry_point.pk).update(realm=realm)
    doors = (fresh(house.entry_point), EntryPoint.objects.create(name="B", slug="b", queue=house.queue, realm=realm))
    soon = int((database_now() + timedelta(minutes=5)).timestamp())
    for door in doors:
        identity = jwt.encode({"sub": "42", "exp": soon}, door.secret, algorithm="HS256")
        seat = cast.takes(cast.comes_in(door, identity=identity).chat, alice_available)
        if door is doors[0]:
            cast.customer_leaves(seat.chat)
    assert len(of_customer(alice_available, seat.chat)["items"]) == count


def test_sixty_days_back_and_no_further(alice_with_carol: Seat, past: Seat) -> None:
    now = database_now()
    for days, count in ((59, 1), (61, 0)):
        moment = now - timedelta(days=days)
        Chat.objects.filter(pk=past.chat_id).update(started_at=moment, ended_at=moment)
        assert len(of_customer(alice_with_carol.agent, alice_with_carol.chat)["items"]) == count


def test_filters_by_words_queue_and_reason(house: cast.House, alice_with_carol: Seat, past: Seat) -> None:
    Chat.objects.filter(pk=past.chat_id).update(subject="Broken lamp")
    alice, chat = alice_with_carol.agent, alice_with_carol.chat
    for filters, count in (
        ({"q": "lamp"}, 1),
        ({"q": "refund lamp"}, 1),
        ({"q": "sofa"}, 0),
        ({"queue": house.queue.pk}, 1),
        ({"queue": 10**9}, 0),
        ({"code": house.refund.pk}, 1),
        ({"code": house.answered.pk}, 0),
    ):
        assert len(of_customer(alice, chat, **filters)["items"]) == count, filters


@pytest.mark.parametrize("before", ["yesterday", "2026-11-22", "2026-11-22T10:00:00"])
def test_a_moment_that_is_none_is_refused(alice_with_carol: Seat, before: str) -> None:
    with pytest.raises(Refused, match="invalid"):
        of_customer(alice_with_carol.agent, alice_with_carol.chat, before=before)


def test_pages_go_back_in_time(house: cast.House, alice_with_carol: Seat, past: Seat) -> None:
    older = talk(house, alice_with_carol.agent, alice_with_carol.chat.customer)
    Chat.objects.filter(pk=older.chat_id).update(started_at=database_now() - timedelta(days=3))
    started = Chat.objects.get(pk=past.chat_id).started_at.isoformat()
    items = of_customer(alice_with_carol.agent, alice_with_carol.chat, before=started)["items"]
    assert [item["chat"] for item in items] == [str(older.chat_id)]
