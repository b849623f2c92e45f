"""The writer of a process: somebody who holds one chat delays the messages in that chat, and no others."""

import asyncio
import time
from typing import Any

from chats import writer
from chats.models import Chat
from chats.operations.open import Opened
from tests import cast
from tests.cast import customer_of, fresh, new_cid
from tests.chats.stage import loop, on_loop
from tests.races.race import held

AT_ONCE = 2.0  # seconds; of these the writer waits a quarter for the chat that is held


async def say(*messages: tuple[Chat, Any, str]) -> list[Any]:
    """The answers to messages that came together, in order; an exception where one was refused."""
    saying = [writer.say(chat.pk, by=by, cid=new_cid(), text=text) for chat, by, text in messages]
    return await asyncio.gather(*saying, return_exceptions=True)


def test_who_holds_a_chat_delays_no_other(carol: Opened, house: cast.House) -> None:
    slow, quick = carol.chat, cast.comes_in(house.entry_point).chat
    by_slow, by_quick = customer_of(slow), customer_of(quick)
    on_loop(say((slow, by_slow, "hello"), (quick, by_quick, "hello")))
    with held(slow):
        late = [asyncio.run_coroutine_threadsafe(say((slow, by_slow, f"late {n}")), loop()) for n in "abc"]
        for text in ("one", "two", "three"):
            began = time.monotonic()
            (answer,) = on_loop(say((quick, by_quick, text)))
            assert answer["text"] == text
            assert time.monotonic() - began < AT_ONCE
        assert not any(each.done() for each in late)
    assert [each.result(AT_ONCE)[0]["text"] for each in late] == ["late a", "late b", "late c"]
    assert [line.text for line in cast.lines(fresh(slow)) if line.text] == ["hello", "late a", "late b", "late c"]
    assert writer.waiting() == 0
