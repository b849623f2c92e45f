"""The database of the hand-written server: a pool, prepared statements, one transaction per message."""

import hashlib
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from lib.pci.mask import mask

POOL = 16
PAGE = 200
LONGEST = 10_000

# asyncpg prepares each statement once per connection. A cid used before breaks the unique constraint, which takes the
# number back with it.
STORE = """
WITH held AS (
    UPDATE usual_chat SET head = head + 1
    WHERE id = $1 AND state = 'active'
      AND EXISTS (SELECT FROM usual_chat_people WHERE chat_id = $1 AND person_id = $2)
    RETURNING head
), found AS (
    INSERT INTO usual_finding (chat_id, at, detector)
    SELECT $1, clock_timestamp(), detector FROM held, unnest($6::text[]) AS detector
)
INSERT INTO usual_message (chat_id, seq, sender_id, cid, at, text, findings)
SELECT $1, head, $2, $3, clock_timestamp(), $4, $5::jsonb FROM held
RETURNING seq, at
"""
BEFORE = "SELECT seq, at, text, findings FROM usual_message WHERE chat_id = $1 AND sender_id = $2 AND cid = $3"
STATE = """
SELECT state FROM usual_chat WHERE id = $1
AND EXISTS (SELECT FROM usual_chat_people WHERE chat_id = $1 AND person_id = $2)
"""
PERSON = "SELECT id, kind, name FROM usual_person WHERE token = $1"
HEADS = """
SELECT chat.id, chat.head FROM usual_chat_people place JOIN usual_chat chat ON chat.id = place.chat_id
WHERE place.person_id = $1
"""
LINES = """
SELECT seq, at, cid, text, findings, person.id, person.kind, person.name
FROM usual_message message JOIN usual_person person ON person.id = message.sender_id
WHERE chat_id = $1 AND seq > $2 ORDER BY seq LIMIT $3
"""


class Refused(Exception):
    """The message can't be taken; the text is the code."""


class Person(NamedTuple):
    """Who is at the socket."""

    id: int
    kind: str
    name: str

    def frame(self) -> dict[str, str]:
        """The sender as readers get him."""
        return {"kind": self.kind, "id": str(self.id), "name": self.name}


class Stored(NamedTuple):
    """A message as it stands in the database."""

    seq: int
    at: str
    text: str
    findings: list[dict[str, str]]
    duplicate: bool


class Store:
    """What the server asks of its database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        """Over an open pool."""
        self._pool = pool

    @classmethod
    async def open(cls, address: str) -> "Store":
        """Connected."""
        return cls(await asyncpg.create_pool(address, min_size=POOL, max_size=POOL))

    async def close(self) -> None:
        """Disconnected."""
        await self._pool.close()

    async def person(self, token: str) -> Person | None:
        """Whose token it is."""
        row = await self._pool.fetchrow(PERSON, hashlib.sha256(token.encode()).digest())
        return Person(*row) if row is not None else None

    async def heads(self, person: Person) -> dict[str, int]:
        """The last number of every chat of his."""
        return {str(chat): head for chat, head in await self._pool.fetch(HEADS, person.id)}

    async def page(self, chat: str, after: int) -> list[dict[str, Any]]:
        """Up to 200 lines after a number."""
        return [
            line(Stored(seq, instant(at), text, msgspec.json.decode(findings), False), cid, Person(*sender))
            for seq, at, cid, text, findings, *sender in await self._pool.fetch(LINES, UUID(chat), after, PAGE)
        ]

    async def say(self, person: Person, chat_id: str, cid: str, text: str) -> Stored:
        """The screened message stands once with the chat's next number, committed. Raises Refused."""
        if not text.strip() or len(text) > LONGEST:
            raise Refused("invalid")
        masked = mask(text)
        found = sorted({finding.detector for finding in masked.findings})
        findings = [{"detector": detector, "action": "masked"} for detector in found]
        chat, encoded = UUID(chat_id), msgspec.json.encode(findings).decode()
        try:
            row = await self._pool.fetchrow(STORE, chat, person.id, cid, masked.text, encoded, found)
        except asyncpg.UniqueViolationError:
            row = None
        if row is not None:
            return Stored(row[0], instant(row[1]), masked.text, findings, False)
        return await self._said_before(person, chat, cid, masked.text)

    async def _said_before(self, person: Person, chat: UUID, cid: str, text: str) -> Stored:
        row = await self._pool.fetchrow(BEFORE, chat, person.id, cid)
        if row is None:
            raise Refused("not_found" if await self._pool.fetchval(STATE, chat, person.id) is None else "gone")
        if row["text"] != text:
            raise Refused("conflict")
        return Stored(row["seq"], instant(row["at"]), row["text"], msgspec.json.decode(row["findings"]), True)


def instant(at: datetime) -> str:
    """RFC 3339 with milliseconds."""
    return at.isoformat(timespec="milliseconds")


def line(stored: Stored, cid: str, sender: Person) -> dict[str, Any]:
    """The message as readers get it."""
    return {
        "seq": stored.seq,
        "kind": "message",
        "at": stored.at,
        "sender": sender.frame(),
        "cid": cid,
        "text": stored.text,
        "attachments": [],
        "findings": stored.findings,
        "data": {},
    }
