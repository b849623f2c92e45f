"""The usual consumer: JSON in, one ORM transaction in a thread, `group_send`, JSON out."""

import hashlib
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import transaction
from django.utils import timezone

from bench.usual.models import Chat, Finding, Message, Person
from lib.pci.mask import mask

PAGE = 200
LONGEST = 10_000


class Refused(Exception):
    """The message can't be taken; the text is the code."""


class ChatConsumer(AsyncJsonWebsocketConsumer):
    """One socket of a customer or an agent."""

    person: Person | None = None

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        """Dispatch by type."""
        kind = content.get("type")
        if kind == "hello":
            await self.hello(content)
        elif self.person is None:
            await self.close(4401)
        elif kind == "message.send":
            await self.message_send(content)
        elif kind == "ping":
            heads = await database_sync_to_async(heads_of)(self.person)
            await self.send_json({"type": "pong", "server_time": timezone.now().isoformat(), "heads": heads})
        else:
            await self.send_json({"type": "error", "id": content.get("id"), "code": "invalid"})

    async def hello(self, frame: dict[str, Any]) -> None:
        """Authenticate by token, join the groups, tell what was missed."""
        self.person = await database_sync_to_async(person_of)(frame["token"])
        if self.person is None:
            await self.close(4401)
            return
        self.heads = await database_sync_to_async(heads_of)(self.person)
        for chat in self.heads:
            await self.channel_layer.group_add(f"chat.{chat}", self.channel_name)
        await self.send_json({"type": "welcome", "id": frame["id"], "heads": self.heads})
        for chat, head in self.heads.items():
            after = frame["after"].get(chat, head)
            while after < head:
                entries = await database_sync_to_async(page)(chat, after)
                await self.send_json({"type": "entries", "chat": chat, "stream": "public", "entries": entries})
                after = entries[-1]["seq"]

    async def message_send(self, frame: dict[str, Any]) -> None:
        """Store, tell everybody in the chat, answer."""
        try:
            message, duplicate = await database_sync_to_async(store)(
                self.person, frame["chat"], frame["cid"], frame["text"]
            )
        except Refused as refused:
            await self.send_json({"type": "error", "id": frame["id"], "code": str(refused)})
            return
        line = message.frame()
        if not duplicate:
            entries = {"type": "entries", "chat": frame["chat"], "stream": "public", "entries": [line]}
            await self.channel_layer.group_send(f"chat.{frame['chat']}", {"type": "chat.entries", "frame": entries})
        told = {key: line[key] for key in ("cid", "seq", "at", "text", "findings")}
        await self.send_json({"type": "ok", "id": frame["id"], "chat": frame["chat"], **told, "duplicate": duplicate})

    async def chat_entries(self, event: dict[str, Any]) -> None:
        """A line for this socket came through the layer."""
        await self.send_json(event["frame"])

    async def disconnect(self, code: int) -> None:
        """Leave the groups."""
        for chat in getattr(self, "heads", {}):
            await self.channel_layer.group_discard(f"chat.{chat}", self.channel_name)


def person_of(token: str) -> Person | None:
    """Whose token it is."""
    return Person.objects.filter(token=hashlib.sha256(token.encode()).digest()).first()


def heads_of(person: Person) -> dict[str, int]:
    """The last number of every chat of his."""
    return {str(chat): head for chat, head in person.chats.values_list("pk", "head")}


def page(chat: str, after: int) -> list[dict[str, Any]]:
    """Up to 200 lines after a number."""
    rows = Message.objects.filter(chat=chat, seq__gt=after).select_related("sender").order_by("seq")
    return [row.frame() for row in rows[:PAGE]]


def store(person: Person, chat_id: str, cid: str, text: str) -> tuple[Message, bool]:
    """The screened message stands once with the chat's next number. Raises Refused."""
    if not text.strip() or len(text) > LONGEST:
        raise Refused("invalid")
    masked = mask(text)
    found = sorted({finding.detector for finding in masked.findings})
    with transaction.atomic():
        chat = Chat.objects.select_for_update().filter(pk=UUID(chat_id), people=person).first()
        if chat is None:
            raise Refused("not_found")
        before = Message.objects.filter(chat=chat, sender=person, cid=cid).first()
        if before is not None:
            if before.text != masked.text:
                raise Refused("conflict")
            return before, True
        if chat.state != "active":
            raise Refused("gone")
        chat.head += 1
        chat.save(update_fields=["head"])
        message = Message.objects.create(
            chat=chat,
            seq=chat.head,
            sender=person,
            cid=cid,
            at=timezone.now(),
            text=masked.text,
            findings=[{"detector": detector, "action": "masked"} for detector in found],
        )
        Finding.objects.bulk_create(Finding(chat=chat, at=message.at, detector=detector) for detector in found)
    return message, False
