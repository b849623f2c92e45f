"""The chatbot: preset answers, and people for everything else."""

import time
from typing import Any

import pytest

from chats import snapshots
from chats.bot import HEARD, best_match
from chats.models import BotAnswer, Chat
from routing.models import BusinessHours, EntryPoint, Queue
from tests import cast
from tests.cast import customer_says, fresh


@pytest.fixture
def bot_chat(house: cast.House) -> Chat:
    EntryPoint.objects.update(bot_speaks_first=True)
    words = [
        ("en", "delivery\nwhere is my order", "Two days.", "Returns\nTalk to a person", False),
        ("en", "returns\nsend back", "Thirty days.", "", False),
        ("en", "talk to a person", "One moment.", "", True),
        ("de", "lieferung", "Zwei Tage.", "", False),
    ]
    for order, (language, triggers, text, replies, hands_over) in enumerate(words):
        BotAnswer.objects.create(
            entry_point=house.entry_point,
            order=order,
            language=language,
            triggers=triggers,
            text=text,
            quick_replies=replies,
            hands_over=hands_over,
        )
    return cast.comes_in(house.entry_point).chat


def last_words(chat: Chat) -> str:
    return next(line.text for line in reversed(cast.lines(chat)) if line.sender_kind == "bot")


@pytest.mark.parametrize(
    "said", ["delivery", "DELIVERY?", "What about delivery, please", "Hi! Where is my order?", "délivery", "delivry"]
)
def test_a_trigger_phrase_is_found_in_any_case_and_with_small_typing_errors(bot_chat: Chat, said: str) -> None:
    customer_says(bot_chat, said)
    assert last_words(bot_chat) == "Two days."
    assert fresh(bot_chat).state == "bot"


def test_the_answer_brings_its_quick_replies(bot_chat: Chat) -> None:
    customer_says(bot_chat, "delivery")
    assert cast.lines(bot_chat)[-1].data == {"quick_replies": ["Returns", "Talk to a person"]}


def test_a_quick_reply_is_understood(bot_chat: Chat) -> None:
    customer_says(bot_chat, "Returns")
    assert last_words(bot_chat) == "Thirty days."


def test_what_comes_late_in_a_long_message_is_for_people(bot_chat: Chat) -> None:
    customer_says(bot_chat, "well, " * (HEARD // 6) + "delivery")
    assert fresh(bot_chat).state == "queued"


@pytest.mark.parametrize("unit", ["a ", "delivexy ", "\ufdfa"])
def test_a_long_message_costs_no_more_than_a_short_one(unit: str) -> None:
    answers = [BotAnswer(triggers=f"delivery\nwhere is order {number}") for number in range(20)]
    ratios = []
    for _ in range(3):
        times = []
        for length in (HEARD, 10_000):
            start = time.process_time()
            best_match((unit * length)[:length], answers)
            times.append(max(time.process_time() - start, 0.002))
        ratios.append(times[1] / times[0])
    assert min(ratios) < 3


def test_asking_for_a_person_hands_over_with_the_answer(bot_chat: Chat) -> None:
    customer_says(bot_chat, "Talk to a person")
    assert last_words(bot_chat) == "One moment."
    assert cast.kinds(bot_chat)[-2:] == ["message", "queued"]
    assert fresh(bot_chat).state == "queued"


@pytest.mark.parametrize("said", ["My dog ate the parcel", "zzz", "??", "Lieferung"])
def test_what_the_chatbot_does_not_know_people_do(bot_chat: Chat, said: str) -> None:
    customer_says(bot_chat, said)
    assert fresh(bot_chat).state == "queued"
    assert "get somebody" in last_words(bot_chat)


def test_the_chatbot_speaks_only_the_customers_language(house: cast.House, bot_chat: Chat) -> None:
    german = cast.comes_in(house.entry_point, language="de").chat
    customer_says(german, "Lieferung")
    assert last_words(german) == "Zwei Tage."


def test_after_the_hand_over_the_chatbot_is_silent(bot_chat: Chat) -> None:
    customer_says(bot_chat, "zzz")
    head = fresh(bot_chat).public_head
    customer_says(bot_chat, "delivery")
    assert fresh(bot_chat).public_head == head + 1


def test_the_age_counts_from_the_hand_over(bot_chat: Chat) -> None:
    assert fresh(bot_chat).enqueued_at is None
    customer_says(bot_chat, "zzz")
    row = fresh(bot_chat)
    assert row.enqueued_at > row.started_at


def test_a_card_number_told_to_the_chatbot_is_masked(bot_chat: Chat) -> None:
    customer_says(bot_chat, f"delivery to {cast.CARD}")
    assert cast.lines(bot_chat)[-2].text == f"delivery to {cast.MASKED_CARD}"
    assert last_words(bot_chat) == "Two days."


OWN = {"closed": "Back on Monday.", "full": "All lines are busy."}
OURS = {
    ("closed", "en"): "We are closed at the moment.",
    ("closed", "de"): "Wir haben gerade geschlossen.",
    ("full", "en"): "Too many people are waiting at the moment. Please try again later.",
    ("full", "de"): "Gerade warten zu viele. Bitte versuchen Sie es später wieder.",
}
ASKS = {"en": "Talk to a person", "de": "Mit einem Menschen sprechen"}  # the German one isn't known: that asks, too


def nobody_is_there(why: str) -> None:
    """Since the chatbot has begun the queue was closed, or the last place in it was taken."""
    if why == "closed":
        Queue.objects.update(hours=BusinessHours.objects.create(name="Never"))
    else:
        Queue.objects.update(max_waiting=1)
        EntryPoint.objects.update(bot_speaks_first=False)
        cast.comes_in(EntryPoint.objects.get())


def snapshot(chat: Chat) -> dict[str, Any]:
    """What the customer's page shows besides the lines."""
    return snapshots.for_customer(Chat.objects.viewed(chat.pk))["chat"]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("why", ["closed", "full"])
def test_when_nobody_is_there_the_chatbot_says_so_and_stays(
    house: cast.House, bot_chat: Chat, why: str, language: str
) -> None:
    chat = cast.comes_in(house.entry_point, language=language).chat
    nobody_is_there(why)
    customer_says(chat, ASKS[language])
    assert last_words(chat) == OURS[why, language]
    assert (fresh(chat).state, snapshot(chat)["leave_message"]) == ("bot", None)
    assert "queued" not in cast.kinds(chat)
    EntryPoint.objects.update(takes_messages=True, closed_message=OWN["closed"])
    Queue.objects.update(full_message=OWN["full"])
    customer_says(chat, "zzz")
    assert last_words(chat) == OWN[why]
    shown = snapshot(chat)
    assert (shown["state"], shown["leave_message"]) == ("bot", why)
    replies = {"en": ["delivery", "returns"], "de": ["lieferung"]}
    assert shown["quick_replies"] == replies[language]
    customer_says(chat, replies[language][0])
    assert last_words(chat) in ("Two days.", "Zwei Tage.")
    assert snapshot(chat)["leave_message"] is None
    Queue.objects.update(hours=None, max_waiting=0)
    customer_says(chat, "zzz")
    assert fresh(chat).state == "queued"


def test_when_the_queue_is_full_the_chatbot_hands_over_to_its_overflow(house: cast.House, bot_chat: Chat) -> None:
    nobody_is_there("full")
    other = cast.new_queue("Overflow", house.team, priority=3)
    Queue.objects.filter(pk=house.queue.pk).update(overflow=other)
    customer_says(bot_chat, "Talk to a person")
    row = fresh(bot_chat)
    assert (row.state, row.queue, row.priority) == ("queued", other, 3)
    assert [line.data["why"] for line in cast.lines(row) if line.kind == "queued"] == ["overflow"]
    assert "One moment." in [line.text for line in cast.lines(row)]


def test_who_began_while_the_queue_was_full_goes_to_it_when_it_has_room_again(
    house: cast.House, bot_chat: Chat
) -> None:
    other = cast.new_queue("Overflow", house.team)
    Chat.objects.filter(pk=bot_chat.pk).update(queue=other)
    customer_says(bot_chat, "zzz")
    assert (fresh(bot_chat).state, fresh(bot_chat).queue) == ("queued", house.queue)
