"""The writer of a process: somebody who holds one chat delays the messages in that chat, and no others."""

import asyncio
import time
from typing import Any

from chats import writer
from chats.models import Chat
from chats.operations.open import Opened
from chats.said import Said
from chats.screening import DEFAULT, screen
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


def test_who_is_refused_after_waiting_too_long_is_kept_no_longer(carol: Opened) -> None:
    by = customer_of(carol.chat)

    async def waited_too_long() -> tuple[Any, list[Said]]:
        running = await writer.running_writer()
        done, since = running.hub.loop.create_future(), running.hub.loop.time() - writer.PATIENCE
        running._queue.append(Said(carol.chat.pk, by, "late", screen("x"), DEFAULT, None, False, done, since))
        running._lose_patience()
        return done.exception(), running._queue

    error, queue = on_loop(waited_too_long())
    assert (error.code, queue) == ("unavailable", [])
