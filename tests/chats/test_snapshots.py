"""What desk and widget show besides the lines."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from agents.models import Agent
from agents.operations import go_idle
from chats import operations, policies, snapshots, waits
from chats.models import Chat, Leg, Offer, ScreeningPolicy, Seat
from contactcenter.sockets import desk_snapshot
from lib.clock import database_now
from lib.pci.images import can_read_images
from lib.wire import instant
from routing.models import EntryPoint
from tests import cast
from tests.cast import comes_in, fresh, live_offer
from wrapup.models import WrapUpCode


def seen_by_customer(chat: Chat) -> dict[str, object]:
    return snapshots.for_customer(Chat.objects.viewed(chat.pk))["chat"]


def test_the_request_shows_customer_queue_and_times(house: cast.House, alice_available: Agent) -> None:
    chat = fresh(comes_in(house.entry_point, email="carol@example.com").chat)
    offer = live_offer(chat)
    (shown,) = desk_snapshot(alice_available)["offers"]
    assert shown["id"] == str(offer.pk)
    assert (shown["kind"], shown["channel"], shown["chat"]) == ("route", "chat", str(chat.pk))
    assert (shown["customer"]["name"], shown["customer"]["email"]) == ("Carol", "carol@example.com")
    assert shown["queue"] == {"id": str(house.queue.pk), "name": "Service"}
    assert shown["waiting_since"] == instant(chat.enqueued_at)
    assert (shown["offered_at"], shown["expires_at"]) == (instant(offer.offered_at), instant(offer.expires_at))


def test_requests_are_stacked_oldest_on_top(house: cast.House, alice_available: Agent) -> None:
    chats = [comes_in(house.entry_point).chat for _ in range(3)]
    assert [shown["chat"] for shown in desk_snapshot(alice_available)["offers"]] == [str(chat.pk) for chat in chats]


def test_the_desk_shows_the_chat_and_what_may_be_done(alice_with_carol: Seat) -> None:
    snapshot = desk_snapshot(alice_with_carol.agent)
    (shown,) = snapshot["chats"]
    assert (shown["id"], shown["role"], shown["status"]) == (str(alice_with_carol.chat_id), "owner", "connected")
    assert {"send", "end", "canned"} <= set(shown["allowed"])
    assert [agent["name"] for agent in shown["agents"]] == ["Alice"]
    assert shown["head"] == fresh(alice_with_carol.chat).public_head
    assert snapshot["offers"] == []
    assert snapshot["agent"]["engaged"] is True


def test_the_desk_shows_an_absent_customer(alice_with_carol: Seat) -> None:
    operations.customer_away(alice_with_carol.chat_id)
    assert desk_snapshot(alice_with_carol.agent)["chats"][0]["status"] == "connected", "he may only reload his page"
    cast.customer_stays_away(alice_with_carol.chat)
    assert desk_snapshot(alice_with_carol.agent)["chats"][0]["status"] == "customer_away"


def test_an_ended_chat_is_a_wrap_up_and_no_longer_a_chat(alice_with_carol: Seat) -> None:
    cast.customer_leaves(alice_with_carol.chat)
    snapshot = desk_snapshot(alice_with_carol.agent)
    assert snapshot["chats"] == []
    (shown,) = snapshot["wrapups"]
    assert shown["chat"] == str(alice_with_carol.chat_id)
    assert [code["name"] for code in shown["codes"]] == ["Answered", "Refund", "No reason given"]
    assert [code["default"] for code in shown["codes"]] == [False, False, True]


def test_load_counts_offers_chats_and_wrap_ups(house: cast.House, alice_with_carol: Seat) -> None:
    alice = alice_with_carol.agent
    comes_in(house.entry_point)
    assert snapshots.load(alice)["chat"] == 2
    cast.customer_leaves(alice_with_carol.chat)
    assert snapshots.load(alice)["chat"] == 2
    operations.release(fresh(alice_with_carol), by=cast.of_agent(alice))
    assert snapshots.load(alice)["chat"] == 1


def test_the_number_of_the_snapshot_only_grows(alice_available: Agent) -> None:
    numbers = [desk_snapshot(alice_available)["rev"] for _ in range(3)]
    assert numbers == sorted(set(numbers))


def test_both_sides_know_which_files_may_be_sent_and_what_a_card_number_does(alice_with_carol: Seat) -> None:
    def told() -> tuple[object, ...]:
        policies.forget()
        (desk,) = desk_snapshot(alice_with_carol.agent)["chats"]
        page = seen_by_customer(alice_with_carol.chat)
        assert (desk["policy"], desk["kinds"]) == (page["policy"], page["kinds"])
        assert ("attach" in desk["allowed"]) == page["can_attach"]
        return page["can_attach"], page["policy"], page["kinds"]

    may, policy, kinds = told()
    assert (may, policy) == (True, "redact")
    assert {"pdf", "txt"} <= set(kinds) and ("png" in kinds) == can_read_images()
    row = ScreeningPolicy.objects.create(policy="drop", kinds=["txt", "png"], images="let_through")
    assert told() == (True, "drop", ["png", "txt"])
    row.detectors, row.attachments = ["iban"], False
    row.save()
    assert told() == (False, None, [])


def test_mallory_sees_nothing(alice_with_carol: Seat, mallory: Agent) -> None:
    cast.goes_available(mallory)
    snapshot = desk_snapshot(mallory)
    assert (snapshot["offers"], snapshot["chats"], snapshot["wrapups"]) == ([], [], [])
    assert snapshots.heads(mallory) == {}


def test_the_customer_sees_his_place_and_an_offer_looks_like_waiting(house: cast.House, alice: Agent) -> None:
    first, second = (comes_in(house.entry_point).chat for _ in range(2))
    assert [seen_by_customer(chat)["position"] for chat in (first, second)] == [1, 2]
    cast.goes_available(alice)
    assert seen_by_customer(first)["state"] == "offered"
    assert [seen_by_customer(chat)["position"] for chat in (first, second)] == [1, 2]
    cast.takes(first, alice)
    shown = seen_by_customer(first)
    assert (shown["position"], shown["wait"], shown["agents"]) == (None, None, [{"id": str(alice.pk), "name": "Alice"}])
    assert seen_by_customer(second)["position"] == 1


def wait_told(chat: Chat) -> object:
    waits.forget()
    return seen_by_customer(chat)["wait"]


def each_waited(agent: Agent, seconds: float, chats: int) -> None:
    """The agent, alone, has answered so many, one every `seconds`, each of whom had come that long before."""
    entry_point, now = EntryPoint.objects.get(), database_now()
    for number in range(chats):
        chat = comes_in(entry_point).chat
        cast.takes(chat, agent)
        cast.customer_leaves(chat)
        cast.wraps_up(agent, WrapUpCode.objects.get(is_default=True))
        asked = now - timedelta(seconds=seconds * (number + 1))
        Offer.objects.filter(chat=chat).update(offered_at=asked, ended_at=asked, serving=1)
        Leg.objects.filter(chat=chat).update(since=asked - timedelta(seconds=seconds), ended_at=asked)


def test_the_wait_is_told_once_the_queue_is_known_and_somebody_is_there(house: cast.House, alice: Agent) -> None:
    first = comes_in(house.entry_point).chat
    assert wait_told(first) is None
    cast.customer_leaves(first)
    cast.goes_available(alice)
    each_waited(alice, 170, chats=8)
    for _ in range(3):
        cast.takes(comes_in(house.entry_point).chat, alice)
    chats = [comes_in(house.entry_point).chat for _ in range(2)]
    assert [wait_told(chat) for chat in chats] == [
        {"low": 2, "high": 3, "samples": 8},
        {"low": 5, "high": 6, "samples": 8},
    ]
    go_idle(alice, by=alice.user)
    assert [wait_told(chat) for chat in chats] == [None, None]


def test_while_places_are_free_nobody_is_told_of_the_times_when_none_was(house: cast.House, alice: Agent) -> None:
    cast.goes_available(alice)
    each_waited(alice, 180, chats=8)
    assert wait_told(comes_in(house.entry_point).chat) == {"low": 0, "high": 1, "samples": 8}
    Leg.objects.exclude(ended_at=None).update(ended_at=F("ended_at") - timedelta(hours=4))
    assert wait_told(comes_in(house.entry_point).chat) is None, "yesterday says nothing"


def test_the_pace_of_a_line_is_read_once_for_all_who_stand_in_it(house: cast.House) -> None:
    chats = [comes_in(house.entry_point).chat for _ in range(2)]
    seen_by_customer(chats[0])
    with CaptureQueriesContext(connection) as asked:
        seen_by_customer(chats[1])
        snapshots.places(house.queue.pk)
    assert not [each for each in asked.captured_queries if "chats_leg" in each["sql"]]


def test_the_customer_may_rate_once_and_only_what_was_answered(house: cast.House, alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    assert seen_by_customer(chat)["can_rate"] is False
    cast.customer_leaves(chat)
    assert (seen_by_customer(chat)["can_rate"], seen_by_customer(chat)["rated"]) == (True, False)
    operations.rate(chat, score=5, comment="")
    assert (seen_by_customer(chat)["can_rate"], seen_by_customer(chat)["rated"]) == (False, True)
    unanswered = comes_in(house.entry_point).chat
    cast.customer_leaves(unanswered)
    assert seen_by_customer(unanswered)["can_rate"] is False


def test_the_customer_never_sees_anything_of_staff(alice_with_carol: Seat) -> None:
    assert "staff" not in str(seen_by_customer(alice_with_carol.chat))


@pytest.mark.parametrize("after", [0, 1, 5, 99])
def test_lines_come_in_pages_in_order(alice_with_carol: Seat, after: int) -> None:
    for number in range(8):
        cast.customer_says(alice_with_carol.chat, f"{number}")
    seqs: list[int] = []
    more = True
    while more:
        page, more = snapshots.page_of_lines(alice_with_carol.chat_id, "public", (seqs or [after])[-1], 3)
        seqs += [line["seq"] for line in page]
    assert seqs == list(range(after + 1, 11))


def test_heads_hold_the_chats_that_may_be_read(alice_with_carol: Seat) -> None:
    chat, alice = alice_with_carol.chat, alice_with_carol.agent
    assert snapshots.heads(alice) == {str(chat.pk): fresh(chat).public_head}
    cast.customer_leaves(chat)
    assert snapshots.heads(alice) == {str(chat.pk): fresh(chat).public_head}
    operations.release(fresh(alice_with_carol), by=cast.of_agent(alice))
    assert snapshots.heads(alice) == {}


def test_the_places_of_a_whole_line_are_those_that_each_would_find_for_himself(house: cast.House) -> None:
    chats = [comes_in(house.entry_point).chat for _ in range(6)]
    now = database_now()
    for number, chat in enumerate(chats):
        priority, waited = (7, 3, 7, 5, 3, 9)[number], timedelta(seconds=(0, 5, 90, 400, 5, 3000)[number])
        Chat.objects.filter(pk=chat.pk).update(priority=priority, enqueued_at=now - waited)
    for ageing in (0, 60):
        house.queue.ageing = ageing
        house.queue.save()
        together = snapshots.places(house.queue.pk)
        assert together == {chat.pk: snapshots.place(Chat.objects.viewed(chat.pk)) for chat in chats}
        assert sorted(position for position, _ in together.values()) == [1, 2, 3, 4, 5, 6]
