"""Frames of the wire, version 1: envelope, codec, limits, close codes. What a command means is not known here."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from lib.errors import Refused
from lib.pci.mask import mask

SUBPROTOCOL: Final = "contactcenter.v1"

MAX_FRAME: Final = 64 * 1024  # bytes
MAX_TEXT: Final = 10_000  # characters
FIRST_FRAME_SECONDS: Final = 5.0
SILENCE_SECONDS: Final = 60.0  # a socket that pings no more is closed: three heartbeats of 20 s
FRAMES_PER_SECOND, FRAMES_BURST = 20.0, 60
SOCKETS_PER_PRINCIPAL: Final = 5
OUTBOUND_FRAMES, OUTBOUND_BYTES = 256, 1024 * 1024
INBOUND_FRAMES, INBOUND_BYTES = 64, 256 * 1024  # waiting for their turn; then the connection isn't read any more
INBOUND_MOST: Final = 1024  # frames, where the server in front can't stop reading
MOST_WAITING: Final = 5000  # hellos in line in one process; the next one is told to try later
PAGE: Final = 200  # entries a page

CLOSE_NORMAL, CLOSE_TOO_BIG, CLOSE_RESTART, CLOSE_LATER = 1000, 1009, 1012, 1013
CLOSE_MALFORMED, CLOSE_UNAUTHENTICATED, CLOSE_FORBIDDEN = 4400, 4401, 4403
CLOSE_SLOW, CLOSE_REPLACED, CLOSE_OVER, CLOSE_TIMED_OUT, CLOSE_TOO_MANY = 4408, 4409, 4410, 4411, 4429

# Signals are heard by sockets, never sent on to a browser: JSON can't begin with "!".
DESK_CHANGED: Final = b"!desk"
CHAT_CHANGED: Final = b"!chat"
BOARD_CHANGED: Final = b"!board"
QUEUE_MOVED: Final = b"!queue"
REVOKED: Final = b"!revoked"
REPLACED: Final = b"!replaced:"
TIMED_OUT: Final = b"!timed-out"

CID_PATTERN: Final = r"^[A-Za-z0-9_-]{1,64}\Z"


class Frame(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What every frame from a client carries. A field that isn't declared is refused."""

    type: str
    id: str | None = None


class Header(msgspec.Struct):
    """The two fields by which any frame is dispatched and answered."""

    type: str
    id: str | None = None


_header = msgspec.json.Decoder(Header)


class Malformed(Exception):
    """Not a JSON object with a type: the socket is closed, for this is no client of ours."""


def instant(moment: datetime | None) -> str | None:
    """RFC 3339, UTC, milliseconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    if isinstance(value, (UUID, str)):
        return str(value)
    raise NotImplementedError(type(value))


_encoder = msgspec.json.Encoder(enc_hook=_plain)


def encode(frame: Any) -> bytes:
    """The frame as JSON bytes; UUIDs and kinds of text become strings."""
    return _encoder.encode(frame)


def head(raw: str) -> Header:
    """Type and id of a raw frame. Raises Malformed when it is no JSON object, Refused when it can't be used."""
    try:
        header = _header.decode(raw)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        header = _read_leniently(raw)
    if header.id is not None and not 1 <= len(header.id) <= 64:
        raise Refused("invalid", "id must have 1 to 64 characters.")
    return header


def _read_leniently(raw: str) -> Header:
    """Type and id of an object that is no frame (lone surrogates, nested deeply): `body` says no."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    if not isinstance(value, dict):
        raise Malformed
    kind, frame_id = value.get("type"), value.get("id")
    if not isinstance(kind, str) or not (frame_id is None or isinstance(frame_id, str)):
        raise Refused("invalid", "A frame has a text `type` and a text `id`.")
    if not can_be_kept(kind) or not can_be_kept(frame_id or ""):
        raise Refused("invalid", "A frame holds no lone surrogates in `type` and `id`.")
    return Header(kind, frame_id)


def body(raw: str, decoder: msgspec.json.Decoder[Any]) -> Any:
    """The whole frame as its type. Raises Refused("invalid") that names what is wrong."""
    try:
        frame = decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError) as error:
        raise Refused("invalid", str(error) if isinstance(error, msgspec.MsgspecError) else None) from error
    if "\\u0000" in raw and _holds_nul(frame):
        raise Refused("invalid", "Text must not hold NUL characters.")
    return frame


def can_be_kept(text: str) -> bool:
    """Whether a database can hold the text: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, msgspec.Struct):
        return any(_holds_nul(getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, (list, tuple)):
        return any(map(_holds_nul, value))
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    return False


def ok(frame_id: str | None, **fields: Any) -> bytes:
    """The answer to a frame that was carried out."""
    return encode({"type": "ok", "id": frame_id, **fields})


def error(frame_id: str | None, refused: Refused) -> bytes:
    """The answer to a frame that was refused."""
    frame: dict[str, Any] = {
        "type": "error",
        "id": frame_id,
        "code": refused.code,
        "message": mask(str(refused.message)).text,  # it may name a wrong field or value, and that may be card data
    }
    if refused.fields:
        frame["fields"] = refused.fields
    frame.update(refused.detail)
    return encode(frame)
