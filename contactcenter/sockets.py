"""Joins the rooms' socket commands and snapshots, as `urls.py` joins their views."""

from collections.abc import Hashable
from typing import Any

from django.urls import path

import agents.commands
import agents.snapshots
import chats.board_commands
import chats.commands
import chats.sharing_commands
import chats.snapshots
import wrapup.commands
import wrapup.snapshots
from agents.models import Agent
from chats.consumers import CustomerConsumer, DeskConsumer


def desk_snapshot(agent: Agent) -> dict[str, Any]:
    """The whole desk of an agent: himself, requests, chats, wrap-ups. The number is taken first: later is newer."""
    rev = agents.snapshots.next_rev(agent)
    on_desk = chats.snapshots.chats(agent)
    owed = wrapup.snapshots.wrapups(agent)
    offered = chats.snapshots.offers(agent)
    me = {**agents.snapshots.me(agent), "load": chats.snapshots.load(agent), "engaged": bool(on_desk)}
    if offered or on_desk or owed:
        me["sign_out_at"] = None  # nobody with open work is signed out
    return {
        "type": "desk",
        "rev": rev,
        "agent": me,
        "reasons": agents.snapshots.reasons(),
        "offers": offered,
        "chats": on_desk,
        "watched": chats.snapshots.watched(agent),
        "wrapups": owed,
    }


def desk_standing(agent: Agent) -> Hashable:
    """How the desk stands, a fifth of a snapshot's work; if it differs without a signal, one was lost."""
    return agents.snapshots.standing(agent), chats.snapshots.standing(agent), wrapup.snapshots.standing(agent)


class Desk(DeskConsumer):
    """The desk's socket with every room's commands."""

    commands = {
        **agents.commands.DESK,
        **chats.commands.DESK,
        **chats.board_commands.DESK,
        **chats.sharing_commands.DESK,
        **wrapup.commands.DESK,
    }
    snapshot = staticmethod(desk_snapshot)
    standing = staticmethod(desk_standing)


routes = [
    path("ws/desk/", Desk.as_asgi()),
    path("ws/customer/", CustomerConsumer.as_asgi()),
]
