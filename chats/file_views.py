"""Files over HTTP: announced, sent in parts, cancelled, fetched once they are clean."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from agents.models import Agent
from chats import operations, snapshots
from chats.attachments import PART_SIZE, Attachment
from chats.models import Chat
from chats.senders import Sender
from chats.serializers import (
    AnnouncedSerializer,
    AnnounceSerializer,
    FileSerializer,
    ReceivedSerializer,
    validated,
)
from chats.views import ChatView
from lib.errors import Refused
from lib.pci.kinds import IMAGES, KINDS
from lib.rates import Buckets
from lib.transitions import one

CHUNK = 64 * 1024
PARTS = Buckets(10, 60)
INERT = "application/octet-stream"


class RawParser(BaseParser):
    """The body as bytes, at most one more than a part may have."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> bytes:
        """The bytes; a body that is too long is read no further."""
        return stream.read(PART_SIZE + 1)


class AttachmentsView(ChatView):
    """Files that will be sent with a message."""

    parser_classes = [JSONParser]

    @extend_schema(request=AnnounceSerializer, responses={201: AnnouncedSerializer}, operation_id="announce_file")
    def post(self, request: Request, chat_id: UUID) -> Response:
        """Announce a file: 400 `invalid` for a kind that can't be sent, 413 beyond 10 files or 25 MB."""
        chat, sender = self.find(request, chat_id)
        form = validated(AnnounceSerializer, request.data)
        _limit(sender.id)
        row = operations.announce(chat, by=sender, name=form["name"], size=form["size"])
        return Response({"id": str(row.pk), "parts": row.parts, "part_size": PART_SIZE}, status=201)


class PartView(ChatView):
    """One part of a file."""

    parser_classes = [RawParser]

    @extend_schema(
        request={INERT: OpenApiTypes.BINARY},
        responses={200: FileSerializer, 202: ReceivedSerializer},
        operation_id="send_part",
    )
    def put(self, request: Request, chat_id: UUID, attachment_id: UUID, number: int) -> Response:
        """Part `number`, from 1: 202 with the parts received so far; 200 with the file when it was the last."""
        chat, sender = self.find(request, chat_id)
        _limit(sender.id)
        data = request.data
        if not isinstance(data, bytes):
            raise Refused("invalid", fields={"part": "bytes"})
        if len(data) > PART_SIZE:
            raise Refused("too_large", fields={"part": PART_SIZE})
        row = operations.receive(chat, attachment_id, number, data, by=sender)
        if row.status == Attachment.Status.UPLOADING:
            return Response({"id": str(row.pk), "parts": row.parts, "received": row.received}, status=202)
        return Response(row.card())


class AttachmentView(ChatView):
    """One file."""

    parser_classes = [JSONParser]

    @extend_schema(responses={204: None}, operation_id="cancel_file")
    def delete(self, request: Request, chat_id: UUID, attachment_id: UUID) -> Response:
        """Cancel an upload: 409 once it was sent."""
        chat, sender = self.find(request, chat_id)
        operations.cancel(chat, attachment_id, by=sender)
        return Response(status=204)

    @extend_schema(responses={(200, INERT): OpenApiTypes.BINARY}, operation_id="fetch_file")
    def get(self, request: Request, chat_id: UUID, attachment_id: UUID) -> StreamingHttpResponse:
        """The bytes of a clean file, as a download; 404 while it isn't clean, or in a line that he may not read."""
        chat, sender = self.find(request, chat_id)
        clean = Attachment.objects.filter(chat=chat, status=Attachment.Status.CLEAN).select_related("entry")
        row = one(clean, pk=attachment_id)
        if not _may_read(row, chat, sender) or not row.path.is_file():
            raise Refused("not_found")
        return StreamingHttpResponse(
            _chunks(row.path),
            content_type=KINDS[row.kind] if row.kind in IMAGES else INERT,
            headers={
                "Content-Length": str(row.size),
                "Content-Disposition": content_disposition_header(True, _one_line(row.name)) or "attachment",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Cache-Control": "private, no-store",
            },
        )


def _may_read(row: Attachment, chat: Chat, who: Sender) -> bool:
    if row.entry is None:
        return row.sender_kind == who.kind and row.sender_id == who.id
    if who.kind == "customer":
        return True
    return row.entry.seq <= snapshots.reach(chat, Agent.objects.get(pk=who.agent_id))[0]


def _one_line(name: str) -> str:
    """The name without what could end a header or lead elsewhere."""
    return "".join(" " if ord(char) < 32 or char in '/\\"' or ord(char) == 127 else char for char in name)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    """The file, piece by piece, read beside the event loop."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
    finally:
        file.close()


def _limit(principal: str) -> None:
    if settings.RATE_LIMITS and not PARTS.take(principal):
        raise Refused("rate_limited")
