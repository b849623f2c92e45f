"""The AsyncAPI 3.0 document of both sockets, made of the very types by which frames are read."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from chats.commands import CUSTOMER
from chats.consumers import CustomerHello, DeskHello
from contactcenter import frames
from contactcenter.sockets import Desk
from lib import wire
from lib.commands import Command

FILE = Path(__file__).resolve().parent.parent / "docs" / "asyncapi.json"
SCHEMAS = "#/components/schemas/"
# What a command's `ok` holds besides its id, where it holds anything.
ANSWERS: Mapping[str, type[frames.Ok]] = {
    "message.send": frames.OkMessage,
    "sync": frames.OkLines,
    "offer.accept": frames.OkChat,
    **dict.fromkeys(
        (
            *("offer.accept_all", "canned.search", "history.mine", "history.list", "history.open"),
            *("targets.list", "supervise.list", "supervise.whisper"),
        ),
        frames.OkResult,
    ),
    **dict.fromkeys(("board.watch", "board.waiting", "board.why", "board.chats"), frames.OkResult),
}
CLOSE_CODES = {
    1000: "done",
    1009: "a frame was too big",
    1012: "the server restarts: come back",
    1013: "not now: come back later",
    4400: "malformed",
    4401: "not, or no longer, who you said",
    4403: "not from this page",
    4408: "too slow, or silent",
    4409: "another desk took over",
    4410: "the chat is over",
    4411: "signed out: nobody did anything at the desk",
    4429: "too many sockets",
}


def document() -> dict[str, Any]:
    """The whole document, the same for the same types."""
    sides = {
        "customer": ("/ws/customer/", CUSTOMER, CustomerHello, frames.CUSTOMER),
        "desk": ("/ws/desk/", Desk.commands, DeskHello, frames.DESK),
    }
    channels, operations = {}, {}
    heard: Heard = {}
    types: dict[str, type[Any]] = {}
    for side, (address, commands, hello, said) in sides.items():
        told = _heard(side, commands, hello)
        spoken = {f"{side}.server.{kind.__name__}": kind for kind in (*frames.ANSWERS, *said)}
        here = {**{name: frame for name, (_type, frame, _text) in told.items()}, **spoken}
        names = {name: {"$ref": f"#/components/messages/{name}"} for name in here}
        channels[side] = {"address": address, "messages": names, "bindings": {"ws": {"method": "GET"}}}
        operations |= _operations(side, told, spoken)
        heard |= told
        types |= here
    refs, schemas = msgspec.json.schema_components(tuple(types.values()), ref_template=SCHEMAS + "{name}")
    messages = {name: _message(schema, heard.get(name), types[name]) for name, schema in zip(types, refs, strict=True)}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Contact centre", "version": "1", "description": _description()},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": dict(sorted(schemas.items()))},
    }


def text() -> str:
    """The document as the file holds it."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _description() -> str:
    codes = "; ".join(f"{code} {meaning}" for code, meaning in CLOSE_CODES.items())
    return f"JSON text frames, subprotocol {wire.SUBPROTOCOL}. docs/protocol.md explains them. Close codes: {codes}."


Heard = dict[str, tuple[str, type[wire.Frame], str]]


def _heard(side: str, commands: Mapping[str, Command], hello: type[wire.Frame]) -> Heard:
    """Message name → type on the wire, struct, what it does."""
    told = {"hello": (hello, hello.__doc__ or ""), "ping": (wire.Frame, "The heartbeat, every 20 s.")}
    told |= {name: (command.frame, command.run.__doc__ or "") for name, command in sorted(commands.items())}
    return {f"{side}.{name}": (name, frame, words.strip().split("\n")[0]) for name, (frame, words) in told.items()}


def _message(
    schema: dict[str, Any], heard: tuple[str, type[wire.Frame], str] | None, kind: type[Any]
) -> dict[str, Any]:
    if heard is None:
        return {"name": kind.__struct_config__.tag, "summary": (kind.__doc__ or "").strip(), "payload": schema}
    wire_type, _frame, words = heard
    payload = {"allOf": [schema, {"properties": {"type": {"const": wire_type}}}]}
    return {"name": wire_type, "summary": words, "payload": payload}


def _operations(side: str, heard: Heard, spoken: Iterable[str]) -> dict[str, dict[str, Any]]:
    """One operation for each command with its answers, and one for what the server says unasked."""
    channel = {"$ref": f"#/channels/{side}"}

    def ref(name: str) -> dict[str, str]:
        return {"$ref": f"#/channels/{side}/messages/{name}"}

    def answers(name: str) -> list[dict[str, str]]:
        kinds = {"hello": "Welcome", "ping": "CustomerPong" if side == "customer" else "DeskPong"}
        kind = kinds.get(name) or ANSWERS.get(name, frames.Ok).__name__
        return [ref(f"{side}.server.{kind}"), ref(f"{side}.server.Error")]

    found = {
        re.sub(r"\W", "_", name): {
            "action": "receive",
            "channel": channel,
            "summary": words,
            "messages": [ref(name)],
            "reply": {"channel": channel, "messages": answers(wire_type)},
        }
        for name, (wire_type, _frame, words) in heard.items()
    }
    answered = {f"{side}.server.{kind.__name__}" for kind in (*frames.ANSWERS, frames.Error, frames.Welcome)}
    unasked = [ref(name) for name in spoken if name not in answered and not name.endswith("Pong")]
    found[f"{side}_hears"] = {"action": "send", "channel": channel, "messages": unasked}
    return found
