"""What a desk may ask of wrap-ups, and of what was wrapped up before."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from agents.commands import Desk, key
from lib.commands import Commands
from lib.wire import Frame
from wrapup import history, operations

DESK = Commands()


class Submit(Frame, kw_only=True):
    """Hand in the wrap-up."""

    wrapup: UUID
    codes: Annotated[list[str], msgspec.Meta(max_length=50)]
    note: str | None = None


class Extend(Frame, kw_only=True):
    """Stop the countdown."""

    wrapup: UUID


class ListHistory(Frame, kw_only=True):
    """This customer's earlier chats."""

    chat: UUID
    q: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    queue: str | None = None
    code: str | None = None
    before: str | None = None


class OpenHistory(Frame, kw_only=True):
    """One of them."""

    chat: UUID
    past: UUID


@DESK.handles("wrapup.submit", Submit)
def submit(desk: Desk, frame: Submit) -> dict[str, Any]:
    """Reasons and note are in."""
    codes = [key(code) for code in frame.codes]
    operations.submit(frame.wrapup, by=desk.agent, codes=codes, note=frame.note or "")
    return {}


@DESK.handles("wrapup.extend", Extend)
def extend(desk: Desk, frame: Extend) -> dict[str, Any]:
    """The countdown has stopped."""
    operations.extend(frame.wrapup, by=desk.agent)
    return {}


@DESK.handles("history.mine", Frame)
def mine(desk: Desk, frame: Frame) -> dict[str, Any]:
    """The agent's own last 24 hours."""
    return {"result": history.mine(desk.agent)}


@DESK.handles("history.list", ListHistory)
def list_history(desk: Desk, frame: ListHistory) -> dict[str, Any]:
    """The customer's last 60 days."""
    filters = {"queue": key(frame.queue) if frame.queue else None, "code": key(frame.code) if frame.code else None}
    return {"result": history.of_customer(desk.agent, frame.chat, q=frame.q or "", before=frame.before, **filters)}


@DESK.handles("history.open", OpenHistory)
def open_history(desk: Desk, frame: OpenHistory) -> dict[str, Any]:
    """The transcript of an earlier chat."""
    return {"result": history.transcript(desk.agent, frame.chat, frame.past)}
