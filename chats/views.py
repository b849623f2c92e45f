"""The HTTP twins of the socket: start a chat, read its lines, say something."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.models import Agent
from chats import operations, senders, snapshots
from chats.authentication import CustomerToken, DeskSession
from chats.commands import AGENT_MESSAGES, CUSTOMER_MESSAGES, answer
from chats.models import Chat
from chats.operations.open import Opened
from chats.senders import Sender
from chats.serializers import (
    LeftSerializer,
    LinesSerializer,
    MessageSerializer,
    PostedSerializer,
    StartedSerializer,
    StartSerializer,
    validated,
)
from chats.throttling import StartThrottle
from lib.errors import Refused
from lib.numbers import whole
from lib.transitions import one
from lib.wire import PAGE
from routing.models import EntryPoint


class Arrival(APIView):
    """Base of the two ways in: anybody may come, not too often from one address."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [StartThrottle]

    def opened(self, operation: Callable[..., Opened], serializer: type[StartSerializer], slug: str) -> Response:
        """What the operation opens at the entry point for the form that was sent; 404 when there is none."""
        entry_point = get_object_or_404(EntryPoint.objects.select_related("queue__hours"), slug=slug, is_active=True)
        form = validated(serializer, self.request.data)
        opened = operation(entry_point, form, language=form.get("language") or "")
        return Response({"chat": str(opened.chat.pk), "token": opened.token, "socket": "/ws/customer/"}, status=201)


class StartView(Arrival):
    """A customer comes in."""

    @extend_schema(request=StartSerializer, responses={201: StartedSerializer}, operation_id="start_chat")
    def post(self, request: Request, slug: str) -> Response:
        """Start a chat. 409 `closed` or `full` with the configured message; 400 names the fields that are wrong."""
        return self.opened(operations.open, StartSerializer, slug)


class MessageForLaterView(Arrival):
    """A customer leaves a message, for nobody is there."""

    @extend_schema(request=LeftSerializer, responses={201: StartedSerializer}, operation_id="leave_message")
    def post(self, request: Request, slug: str) -> Response:
        """Leave a message. 409 `state` while chats are taken, `closed` where no messages are; 400 names the fields."""
        return self.opened(operations.take_message, LeftSerializer, slug)


class ChatView(APIView):
    """Base of views inside one chat: reached through the one who asks."""

    authentication_classes = [CustomerToken, DeskSession]

    def find(self, request: Request, chat_id: UUID) -> tuple[Chat, Sender]:
        """The chat and who speaks in it. Refused("not_found") for anybody else's chat."""
        if isinstance(request.auth, Chat):
            if request.auth.pk != chat_id:
                raise Refused("not_found")
            chat = request.auth
            return chat, Sender("customer", str(chat.customer_id), chat.customer.name)
        agent = one(Agent.objects.filter(is_active=True), user=request.user.pk)
        return one(Chat.objects.readable_by(agent), pk=chat_id), senders.of_agent(agent)


class EntriesView(ChatView):
    """The lines of a chat."""

    @extend_schema(
        operation_id="list_entries",
        parameters=[
            OpenApiParameter("after", int, description="Lines after this number; 0 from the start."),
            OpenApiParameter("stream", str, enum=["public", "staff"], description="Staff is for agents."),
        ],
        responses=LinesSerializer,
    )
    def get(self, request: Request, chat_id: UUID) -> Response:
        """A page of at most 200 lines."""
        chat, sender = self.find(request, chat_id)
        stream = request.query_params.get("stream", "public")
        if stream not in ("public", "staff") or (stream == "staff" and sender.kind == "customer"):
            raise Refused("invalid", "stream is public.", fields={"stream": "public"})
        after = whole(request.query_params.get("after", "0"))
        if after is None or after > 2**31 - 1:
            raise Refused("invalid", "after is a whole number.", fields={"after": "a whole number from 0"})
        heads = chat.public_head, 0
        if sender.kind == "agent":
            heads = snapshots.reach(chat, Agent.objects.get(pk=sender.agent_id))
        head = heads[0] if stream == "public" else heads[1]
        entries, more = snapshots.page_of_lines(chat.pk, stream, after, PAGE, upto=head)
        return Response({"chat": str(chat.pk), "stream": stream, "entries": entries, "more": more, "head": head})


class MessagesView(ChatView):
    """Saying something over HTTP."""

    @extend_schema(
        request=MessageSerializer, responses={200: PostedSerializer, 201: PostedSerializer}, operation_id="send"
    )
    def post(self, request: Request, chat_id: UUID) -> Response:
        """As `message.send` on the socket: 201, a repeat 200."""
        chat, sender = self.find(request, chat_id)
        form = validated(MessageSerializer, request.data)
        bucket, principal = (
            (CUSTOMER_MESSAGES, str(chat.pk)) if sender.kind == "customer" else (AGENT_MESSAGES, sender.id)
        )
        if settings.RATE_LIMITS and not bucket.take(principal):
            raise Refused("rate_limited")
        files = form.get("attachments") or ()
        posted = operations.post(chat, by=sender, cid=form["cid"], text=form["text"], attachments=files)
        return Response(answer(posted), status=200 if posted.duplicate else 201)
