"""The ways to say something: the ordinary verb, the fast lane of a socket, and HTTP."""

import asyncio
import threading
from collections.abc import Coroutine
from functools import lru_cache
from typing import Any

from django.test import Client

from agents.models import Agent
from chats import writer
from chats.commands import answer
from chats.models import Chat
from chats.operations import post
from chats.operations.open import hashed
from chats.senders import Sender
from lib.errors import Refused
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


def by_http(chat: Chat, by: Sender, text: str, *, cid: str = "") -> dict[str, Any]:
    """Said over HTTP, with the customer's token or in the agent's session."""
    client, headers = Client(), {}
    if by.kind == "customer":
        Chat.objects.filter(pk=chat.pk).update(token=hashed(f"token of {chat.pk}"))
        headers = {"authorization": f"Bearer token of {chat.pk}"}
    else:
        client.force_login(Agent.objects.get(pk=by.agent_id).user)
    form = {"cid": cid or new_cid(), "text": text}
    path = f"/api/v1/chats/{chat.pk}/messages/"
    response = client.post(path, form, content_type="application/json", headers=headers)
    body: dict[str, Any] = response.json()
    if response.status_code >= 400:
        raise Refused(body["code"])
    return body
