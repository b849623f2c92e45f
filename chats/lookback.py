"""The fast lane's look at what a sender said before: a number in pieces is left to the ordinary verb.

Most messages hold a digit somewhere, so what was said is kept in memory too, under the head of its chat: while that
is the head nobody else has written there, and no line was masked afterwards, for that writes a line as well.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from psycopg import AsyncConnection

from lib.pci.window import completed

MOST = 24  # messages: a number of 19 digits, one digit a message, with some talk between
ALWAYS = 8  # of them however old they are
WINDOW_SECONDS = 600
LONGEST_ON_LOOP = 20_000  # characters read together on the event loop: a few milliseconds
CHATS_KEPT = 5_000

BEFORE = """
SELECT asked.n, line.text, line.at
FROM unnest(%(n)s::int[], %(chat)s::uuid[], %(kind)s::text[], %(who)s::text[]) AS asked (n, chat, kind, who)
CROSS JOIN LATERAL (
    SELECT seq, text, at, row_number() OVER (ORDER BY seq DESC) AS nth FROM chats_entry
    WHERE chat_id = asked.chat AND stream = 'public' AND kind = 'message'
        AND sender_kind = asked.kind AND sender_id = asked.who
    ORDER BY seq DESC LIMIT %(most)s
) AS line
WHERE line.nth <= %(always)s OR line.at > clock_timestamp() - make_interval(secs => %(window)s)
ORDER BY asked.n, line.seq
"""

Speaker = tuple[UUID, str, str]
Line = tuple[str, datetime]


@dataclass(slots=True)
class Kept:
    """What is known of a chat whose last line is `head`: the last messages of some of its speakers."""

    head: int
    said: dict[Speaker, deque[Line]] = field(default_factory=dict)

    def bound(self, speaker: Speaker) -> None:
        """Too much to be read on the event loop isn't kept."""
        if sum(len(text) for text, _at in self.said[speaker]) > LONGEST_ON_LOOP:
            del self.said[speaker]


class Memory:
    """What speakers said last in the chats of this process, at most MOST messages of each in CHATS_KEPT chats.

    Nor more than LONGEST_ON_LOOP characters of each: who said more is left to the ordinary verb, so nothing is kept.
    """

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._chats: dict[UUID, Kept] = {}

    def recall(self, speaker: Speaker, head: int, now: datetime) -> list[str] | None:
        """What he said last, oldest first; None where the chat has moved on or he isn't known."""
        kept = self._chats.get(speaker[0])
        if kept is None or kept.head != head or speaker not in kept.said:
            return None
        lines = kept.said[speaker]
        since, certain = now - timedelta(seconds=WINDOW_SECONDS), len(lines) - ALWAYS
        return [text for nth, (text, at) in enumerate(lines) if nth >= certain or at > since]

    def learn(self, speaker: Speaker, head: int, lines: Sequence[Line]) -> None:
        """This is what he said until that head, oldest first."""
        kept = self._chats.pop(speaker[0], None)
        if kept is None or kept.head != head:
            kept = Kept(head)
        kept.said[speaker] = deque(lines, maxlen=MOST)
        self._chats[speaker[0]] = kept
        kept.bound(speaker)
        if len(self._chats) > CHATS_KEPT:
            del self._chats[next(iter(self._chats))]

    def hear(self, speaker: Speaker, seq: int, text: str, at: datetime) -> None:
        """A line was committed; what is known of its chat is forgotten unless the line is the next one."""
        kept = self._chats.get(speaker[0])
        if kept is None:
            return
        if seq != kept.head + 1:
            del self._chats[speaker[0]]
            return
        kept.head = seq
        if speaker in kept.said:
            kept.said[speaker].append((text, at))
            kept.bound(speaker)


async def said_before(
    connection: AsyncConnection, speakers: Sequence[Speaker], heads: Mapping[UUID, int], now: datetime, memory: Memory
) -> Mapping[Speaker, list[str]]:
    """What each of them said last in his chat, oldest first. The chats must be locked, their heads read behind that."""
    known = {speaker: memory.recall(speaker, heads.get(speaker[0], 0), now) for speaker in speakers}
    unknown = [speaker for speaker, texts in known.items() if texts is None]
    if unknown:
        for speaker, lines in (await _read(connection, unknown)).items():
            known[speaker] = [text for text, _at in lines]
            memory.learn(speaker, heads.get(speaker[0], 0), lines)
    return {speaker: texts or [] for speaker, texts in known.items()}


async def _read(connection: AsyncConnection, asked: Sequence[Speaker]) -> Mapping[Speaker, list[Line]]:
    cursor = await connection.execute(
        BEFORE,
        {
            "n": list(range(len(asked))),
            "chat": [chat for chat, _kind, _who in asked],
            "kind": [kind for _chat, kind, _who in asked],
            "who": [who for _chat, _kind, who in asked],
            "most": MOST,
            "always": ALWAYS,
            "window": WINDOW_SECONDS,
        },
        prepare=True,
    )
    lines: dict[Speaker, list[Line]] = {speaker: [] for speaker in asked}
    for n, text, at in await cursor.fetchall():
        lines[asked[n]].append((text, at))
    return lines


def completes(before: Sequence[str], text: str, detectors: Collection[str]) -> bool:
    """Whether the text, read with what was said before, shows more to be masked than alone; too much to read counts."""
    if not before:
        return False
    if sum(map(len, before)) + len(text) > LONGEST_ON_LOOP:
        return True
    return completed([*before, text], detectors)
