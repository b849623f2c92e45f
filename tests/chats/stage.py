"""The two ways to say something: the ordinary verb, and the fast lane of a socket."""

import asyncio
import threading
from collections.abc import Coroutine
from functools import lru_cache
from typing import Any

from chats import writer
from chats.commands import answer
from chats.models import Chat
from chats.operations import post
from chats.senders import Sender
from tests.cast import fresh, new_cid

PIECES = ("my card 4111 1111", "1111 1111")
MASKED_PIECES = ("my card •••• ••••", "•••• 1111")
PATIENCE = 30.0


@lru_cache(maxsize=1)
def loop() -> asyncio.AbstractEventLoop:
    """An event loop in a thread of its own, as in a web process, for all tests."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


def on_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """What the coroutine returns or raises."""
    return asyncio.run_coroutine_threadsafe(work, loop()).result(PATIENCE)


async def close_writer() -> None:
    """The writer holds no connection any more."""
    if writer._writer is not None:
        await writer._writer.pool.close()


def by_verb(chat: Chat, by: Sender, text: str, *, cid: str = "") -> dict[str, Any]:
    """Said by the ordinary verb."""
    return answer(post(fresh(chat), by=by, cid=cid or new_cid(), text=text))


def by_socket(chat: Chat, by: Sender, text: str, *, cid: str = "") -> dict[str, Any]:
    """Said as a socket says it: the fast lane, and the ordinary verb where that needs more."""
    cid = cid or new_cid()
    try:
        return on_loop(writer.say(chat.pk, by=by, cid=cid, text=text))
    except writer.NeedsMore:
        return by_verb(chat, by, text, cid=cid)
