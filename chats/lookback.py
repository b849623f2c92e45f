"""The fast lane's look at what a sender said before: a number in pieces is left to the ordinary verb."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from psycopg import AsyncConnection

from lib.pci.window import completed

MOST = 24  # messages: a number of 19 digits, one digit a message, with some talk between
ALWAYS = 8  # of them however old they are
WINDOW_SECONDS = 600
LONGEST_ON_LOOP = 20_000  # characters read together on the event loop: a few milliseconds

BEFORE = """
SELECT asked.n, line.text
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


async def said_before(connection: AsyncConnection, speakers: Sequence[Speaker]) -> Mapping[Speaker, list[str]]:
    """What each of them said last in his chat, oldest first. The chats must be locked."""
    texts: dict[Speaker, list[str]] = {speaker: [] for speaker in speakers}
    asked = list(texts)
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
    for n, text in await cursor.fetchall():
        texts[asked[n]].append(text)
    return texts


def completes(before: Sequence[str], text: str, detectors: Collection[str]) -> bool:
    """Whether the text, read with what was said before, shows more to be masked than alone; too much to read counts."""
    if not before:
        return False
    if sum(map(len, before)) + len(text) > LONGEST_ON_LOOP:
        return True
    return completed([*before, text], detectors)
