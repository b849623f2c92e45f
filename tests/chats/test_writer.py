"""The writer of a process: somebody who holds one chat delays the messages in that chat, and no others."""

import asyncio
import time
from functools import partial
from typing import Any

from agents import operations as agent_operations
from agents.models import Agent
from chats import hellos, tasks, writer
from chats.models import Chat, Seat
from chats.operations.open import Opened
from chats.said import Said
from chats.screening import DEFAULT, screen
from tests import cast
from tests.cast import customer_of, fresh, new_cid
from tests.chats.stage import loop, on_loop
from tests.races.race import ROUNDS, at_once, held

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


def test_a_desk_returns_to_two_chats_while_both_are_written_in(house: cast.House, alice: Agent) -> None:
    cast.goes_available(alice)
    chats = [cast.comes_in(house.entry_point).chat for _ in range(2)]
    seats = [cast.takes(chat, alice) for chat in chats]
    texts = [(chat, customer_of(chat), "hello") for chat in chats] * 8
    returns = partial(hellos.take_desk, alice, desk="new", by=alice.user, take_over=True, lost=lambda: False)
    for _ in range(max(4, ROUNDS // 5)):
        cast.desk_is_silent(alice)
        agent_operations.lapse(alice)
        assert all(fresh(seat).away_since for seat in seats)
        _heads, said = at_once(returns, lambda: on_loop(say(*texts)))
        assert [answer["text"] for answer in said] == ["hello"] * len(texts)
        tasks.sweep()
        assert not Seat.objects.filter(away_since__isnull=False).exists()


def test_after_a_fault_of_its_own_another_writer_goes_on(carol: Opened) -> None:
    by = customer_of(carol.chat)

    async def ends() -> None:
        first = await writer.running_writer()
        first._task.cancel()
        await asyncio.wait([first._task])

    on_loop(say((carol.chat, by, "before")))
    on_loop(ends())
    (answer,) = on_loop(say((carol.chat, by, "after")))
    assert answer["text"] == "after"
