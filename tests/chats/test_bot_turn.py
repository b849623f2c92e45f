"""What the chatbot answers to: also words that came with a file, once they stand."""

from pathlib import Path
from typing import Any

import pytest

from chats.models import BotAnswer, ScreeningPolicy
from routing.models import EntryPoint
from tests import cast
from tests.chats.filing import looked_at, sent, statuses, uploaded


@pytest.mark.parametrize(("policy", "state_before"), [("redact", "queued"), ("drop", "bot")])
def test_the_chatbot_reads_what_comes_with_a_file(
    house: cast.House, settings: Any, tmp_path: Path, policy: str, state_before: str
) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    EntryPoint.objects.update(bot_speaks_first=True)
    BotAnswer.objects.create(entry_point=house.entry_point, triggers="delivery", text="Two days.")
    chat = cast.comes_in(house.entry_point).chat
    ScreeningPolicy.objects.create(policy=policy)
    by = cast.customer_of(chat)
    asked, broken = uploaded(chat, by), uploaded(chat, by)
    sent(chat, by, asked, text="When is my delivery?")
    looked_at(asked)
    assert [line.text for line in cast.lines(chat) if line.kind == "message"][-2:] == [
        "When is my delivery?",
        "Two days.",
    ]
    sent(chat, by, broken, text="It's broken, see photo")
    assert cast.fresh(chat).state == state_before
    looked_at(broken)
    assert cast.fresh(chat).state == "queued"
    said, answered = [line for line in cast.lines(chat) if line.kind == "message"][-2:]
    assert (said.text, statuses(said)) == ("It's broken, see photo", [("clean", None)])
    assert "get somebody" in answered.text


def test_a_file_without_words_is_for_people(house: cast.House, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    EntryPoint.objects.update(bot_speaks_first=True)
    BotAnswer.objects.create(entry_point=house.entry_point, triggers="delivery", text="Two days.")
    chat = cast.comes_in(house.entry_point).chat
    by = cast.customer_of(chat)
    sent(chat, by, uploaded(chat, by), text="")
    assert cast.fresh(chat).state == "queued"
    assert "get somebody" in [line.text for line in cast.lines(chat) if line.kind == "message"][-1]


@pytest.mark.parametrize("policy", ["redact", "drop"])
def test_the_chatbot_sends_no_number_in_pieces_either(house: cast.House, policy: str) -> None:
    EntryPoint.objects.update(bot_speaks_first=True)
    BotAnswer.objects.create(entry_point=house.entry_point, triggers="first", text="It is 4111 1111")
    BotAnswer.objects.create(entry_point=house.entry_point, triggers="second", text="1111 1111")
    ScreeningPolicy.objects.create(policy=policy)
    chat = cast.comes_in(house.entry_point).chat
    cast.customer_says(chat, "first")
    cast.customer_says(chat, "second")
    said = [line.text for line in cast.lines(chat) if line.kind == "message" and line.sender_kind == "bot"]
    assert said[-2:] == ["It is •••• ••••", "•••• 1111"]


def test_words_behind_a_held_message_are_read_by_the_chatbot_in_their_order(
    house: cast.House, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    EntryPoint.objects.update(bot_speaks_first=True)
    BotAnswer.objects.create(entry_point=house.entry_point, triggers="delivery", text="Two days.")
    ScreeningPolicy.objects.create(policy="drop")
    chat = cast.comes_in(house.entry_point).chat
    by = cast.customer_of(chat)
    row = uploaded(chat, by)
    sent(chat, by, row, text="When is my delivery?")
    assert cast.customer_says(chat, "It's broken").held
    assert cast.customer_says(chat, "delivery").held
    looked_at(row)
    said = [line.text for line in cast.lines(chat) if line.kind == "message"][1:]
    assert said[:3] == ["When is my delivery?", "Two days.", "It's broken"]
    assert "get somebody" in said[3] and said[4:] == ["delivery"]
    assert cast.fresh(chat).state == "queued"
