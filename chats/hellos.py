"""What a hello and a heartbeat read, each in one go: presence, heads, missed lines and snapshot on one connection."""

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user

from agents import operations as agent_operations
from agents.models import Agent, User
from chats import operations, snapshots
from chats.models import Chat
from chats.operations.open import hashed
from chats.querysets import Opened, View
from chats.snapshots import Page
from lib.clock import database_epoch, database_now
from lib.wire import PAGE

Cursor = tuple[UUID, str]


class Standing(NamedTuple):
    """Where everything stands at one moment: what a welcome tells."""

    now: datetime
    epoch: str
    heads: dict[str, int]
    missed: dict[Cursor, Page]
    snapshot: dict[str, Any]


class DeskHeard(NamedTuple):
    """What a desk's heartbeat is answered with; `mine` is False when the desk is no longer the agent's."""

    mine: bool
    now: datetime | None
    heads: dict[str, int]
    rev: int
    desk: str
    standing: Hashable


def agent_of_session(key: str) -> Agent | None:
    """The active agent who is logged in in the browser's session, with his log-in; None when nobody is."""
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(SimpleNamespace(session=session)) if key else None
    if user is None or not user.is_authenticated or not user.is_active:
        return None
    agent = Agent.objects.filter(user=user.pk, is_active=True).select_related("team").first()
    if agent is not None:
        agent.user = user
    return agent


def chat_of_token(token: str) -> Opened | None:
    """The chat that the token opens; None when it opens none, or no longer."""
    return Chat.objects.opened_by(hashed(token))


def customer(chat_id: UUID, after: int) -> tuple[View, Standing]:
    """The customer is here again, has read up to a line, and learns the rest."""
    view = operations.customer_here(chat_id)
    cursors = {(chat_id, "public"): after} if after < view.public_head else {}
    missed, heads = snapshots.first_pages(cursors, PAGE), {str(chat_id): view.public_head}
    return view, Standing(view.now, database_epoch(), heads, missed, snapshots.for_customer(view))


def customer_now(chat_id: UUID) -> tuple[View, dict[str, Any]]:
    """The chat and what its customer's page shows of it."""
    view = Chat.objects.viewed(chat_id)
    return view, snapshots.for_customer(view)


def take_desk(agent: Agent, *, desk: str, by: User, take_over: bool, lost: Callable[[], bool]) -> dict[str, int]:
    """The desk is the agent's; gives the heads of what he may read. Refused as `sign_in`.

    Raises Lost when the socket was lost while it waited: a hello that nobody waits for any more must not close the
    desk of the one that came after it.
    """
    operations.sign_in(agent, desk=desk, by=by, take_over=take_over, lost=lost)
    return snapshots.heads(agent)


def desk(agent: Agent, after: Mapping[str, int], snapshot: Callable[[Agent], dict[str, Any]]) -> Standing:
    """Where the agent's desk stands, who has read each stream up to a line."""
    heads = snapshots.heads(agent)
    cursors = {_cursor(name): max(0, seq) for name, seq in after.items() if name in heads and seq < heads[name]}
    return Standing(database_now(), database_epoch(), heads, snapshots.first_pages(cursors, PAGE), snapshot(agent))


def desk_now(agent: Agent, snapshot: Callable[[Agent], dict[str, Any]]) -> tuple[dict[str, Any], dict[str, int]]:
    """The desk's snapshot, and the heads of the chats whose lines it hears."""
    return snapshot(agent), snapshots.heads(agent)


def desk_beats(
    agent: Agent, standing: Callable[[Agent], Hashable], *, desk: str, by: User, active: bool = False
) -> DeskHeard:
    """The agent is here for another while, and did something if `active`."""
    mine = agent_operations.renew_lease(agent, desk=desk, by=by, active=active)
    heads, stands = (snapshots.heads(agent), standing(agent)) if mine else ({}, None)
    now, rev, named = Agent.objects.values_list("desk_heard", "desk_rev", "desk").get(pk=agent.pk)
    return DeskHeard(mine, now, heads, rev, named, stands)


def _cursor(name: str) -> Cursor:
    chat, _, stream = name.partition("/")
    return UUID(chat), stream or "public"
