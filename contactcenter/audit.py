"""Looking for card numbers where none may be, from the database to reports. What is found is told, never shown."""

import bz2
import gzip
import json
import lzma
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

import redis
from django.conf import settings
from django.db import connection
from psycopg import sql

from lib.pci.files import texts_inside
from lib.pci.formats.raw import strings
from lib.pci.formats.reading import Reader, Unreadable
from lib.pci.formats.text import within
from lib.pci.images import can_read_images, text_of_image
from lib.pci.mask import mask

DETECTORS = frozenset({"pan", "track", "cvv"})
TYPES = ("text", "character varying", "character", "json", "jsonb", "ARRAY", "bytea", "xml", "name")
ROWS = 500
LARGEST_FILE = 64 * 1024 * 1024
LONGEST_PLACE = 120
CUT_SHORT = re.compile(r"[\w-]*\.\.\. \([0-9]+ more bytes\)")
"""How Redis ends what it cuts; half an id is no id any more and may look like a card."""
OURS = re.compile(
    r"\b(?=[0-9a-f-]{0,35}[a-f])[0-9a-f]{8}-[0-9a-f]{4}-[34][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b"
    r"|\b20[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9](?::[0-5][0-9]){2}\.[0-9]{6}\+00(?::?00)?"
)
"""Ids and moments as our own programs write them: side by side, or with an offset, one in seventy looks like a card."""

RANDOM = frozenset(
    {"chats_chat.token", "chats_entry.fingerprint", "chats_heldmessage.fingerprint", "chats_attachment.stored"}
)
"""Columns into which only random bytes, digests and names of our own making go: nothing that anybody typed."""
OUR_NAME = re.compile(r"[0-9a-f]{40}")
PACKED: tuple[tuple[bytes, Callable[..., IO[bytes]] | None], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ", lzma.open),
    (b"\x28\xb5\x2f\xfd", None),  # zstd, zip, 7z: unpack them first
    (b"PK\x03\x04", None),
    (b"7z\xbc\xaf", None),
)
LONGEST_NUMBER = 60  # characters of a line in which half a number stands
ENDS_IN_DIGIT = re.compile(r"\d[\s\"',;|]{0,5}$")
BEGINS_WITH_DIGIT = re.compile(r"[\s\"'|>]{0,5}(?!\d{4}-\d\d-\d\d|\d{1,3}(?:\.\d{1,3}){3})\d")
"""But not with a moment or an address, as the lines of a log do."""


class Find(NamedTuple):
    """That something was found, and where: `place` names a column and row, a file, a key or a line."""

    where: str
    place: str
    detectors: tuple[str, ...]


class Looked(NamedTuple):
    """How much was looked at in one kind of place, what was found there, and what could not be read."""

    where: str
    looked_at: int
    finds: list[Find]
    unread: list[str]


def struck(texts: Iterable[str]) -> tuple[str, ...]:
    """The detectors that strike in these texts."""
    found = (finding for text in texts for finding in mask(OURS.sub("id", text), DETECTORS).findings)
    return tuple(sorted({finding.detector for finding in found}))


def _reader() -> Reader:
    return Reader(text_of_image if can_read_images() else None, True, texts_inside)


def unwrapped(value: str) -> Iterator[str]:
    """The text and what stands in it as base64, as Celery wraps what it sends."""
    try:
        yield from within(_reader(), value)
    except Unreadable:
        yield value


# --- the database


def look_at_database() -> Looked:
    """Every column of every table of the application's schema that can hold text, but those of `RANDOM`."""
    finds: list[Find] = []
    rows = 0
    for table, columns in _columns().items():
        for number, row in _rows(table, columns):
            rows += 1
            for column, value in zip(columns, row, strict=True):
                found = struck(strings(value) if isinstance(value, bytes) else unwrapped(value)) if value else ()
                if found:
                    finds.append(Find("database", f"{table}.{column}, row {number}", found))
    return Looked("database", rows, finds, [])


def _columns() -> dict[str, dict[str, bool]]:
    """The columns of each table, and whether they hold bytes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name, c.data_type = 'bytea' FROM information_schema.columns c "
            "JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.data_type = ANY(%s) "
            "ORDER BY c.table_name, c.ordinal_position",
            [list(TYPES)],
        )
        tables: dict[str, dict[str, bool]] = {}
        for table, column, is_bytes in cursor.fetchall():
            if f"{table}.{column}" not in RANDOM:
                tables.setdefault(table, {})[column] = is_bytes
        return tables


def _rows(table: str, columns: dict[str, bool]) -> Iterator[tuple[str, list[str | bytes | None]]]:
    """Each row by its place in the table's file, with its texts; never more than a few hundred in memory.

    Bytes come as they are: the hexadecimal digits of random ones look like cards.
    """
    shown = [
        sql.SQL("{}" if is_bytes else "{}::text").format(sql.Identifier(column)) for column, is_bytes in columns.items()
    ]
    query = sql.SQL("SELECT ctid::text, {} FROM {}").format(sql.SQL(", ").join(shown), sql.Identifier(table))
    with connection.chunked_cursor() as cursor:
        cursor.execute(query)
        while batch := cursor.fetchmany(ROWS):
            for number, *values in batch:
                yield number, [bytes(value) if isinstance(value, memoryview) else value for value in values]


# --- files


def look_at_media() -> Looked:
    """Every file that was sent in a chat and kept."""
    finds, unread, looked = [], [], 0
    for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
        if not path.is_file():
            continue
        looked += 1
        name = str(path.relative_to(settings.MEDIA_ROOT))
        try:
            found = struck(_texts_of(path))
        except Exception as error:  # readers of damaged files raise whatever they like
            unread.append(f"{name}: {getattr(error, 'reason', type(error).__name__)}")
            continue
        if found:
            finds.append(Find("media", name, found))
    return Looked("media", looked, finds, unread)


def _texts_of(path: Path) -> Iterator[str]:
    if path.stat().st_size > LARGEST_FILE:
        raise Unreadable("too_large")
    if not OUR_NAME.fullmatch(path.name):
        yield path.name
    yield from texts_inside(_reader(), path.read_bytes(), "")


def look_at_lines(where: str, paths: Iterable[Path]) -> Looked:
    """Every line of the files named, and of every file in the folders named, packed or not, and each two together."""
    finds, unread, lines = [], [], 0
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_dir():
                continue
            try:
                before = ""
                for number, line in enumerate(_lines(file), 1):
                    lines += 1
                    found = struck(unwrapped(line)) or _struck_across(before, line)
                    if found:
                        finds.append(Find(where, f"{file}:{number}", found))
                    before = line
            except (OSError, EOFError, Unreadable, zlib.error, lzma.LZMAError) as error:
                unread.append(f"{file}: {getattr(error, 'reason', '') or type(error).__name__}")
    return Looked(where, lines, finds, unread)


def _lines(path: Path) -> Iterator[str]:
    """The lines of a file, unpacked. Raises Unreadable for what is packed in a way that nobody here unpacks."""
    with path.open("rb") as file:
        start = file.read(6)
    opened = next((opener for magic, opener in PACKED if start.startswith(magic)), Path.open)
    if opened is None:
        raise Unreadable("type")
    with opened(path, "rb") as log:
        for line in log:
            yield line.decode("utf-8", "replace")


def _struck_across(before: str, line: str) -> tuple[str, ...]:
    """What strikes only when two lines are read as one: a number whose rest stands in the next line."""
    if not ENDS_IN_DIGIT.search(before) or not BEGINS_WITH_DIGIT.match(line):
        return ()
    first = before[-LONGEST_NUMBER:]
    findings = mask(OURS.sub("id", first) + line[:LONGEST_NUMBER], DETECTORS).findings
    edge = len(OURS.sub("id", first))
    return tuple(sorted({finding.detector for finding in findings if finding.start < edge < finding.end}))


# --- Redis


def look_at_redis() -> Looked:
    """Every key and value, Celery's payloads among them, and the log of slow commands."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    finds, keys = [], 0
    for key in client.scan_iter(count=ROWS):
        keys += 1
        name = key.decode("utf-8", "replace")
        found = struck(text for value in (name, *_values(client, key)) for text in unwrapped(value))
        if found:
            finds.append(Find("redis", mask(name).text[:LONGEST_PLACE], found))
    for entry in client.slowlog_get(1000):
        found = struck([CUT_SHORT.sub("", _text(entry["command"]))])
        if found:
            finds.append(Find("redis", f"slow command {entry['id']}", found))
    return Looked("redis", keys, finds, [])


def _values(client: "redis.Redis", key: bytes) -> Iterator[str]:
    readers = {
        b"string": lambda: [client.get(key)],
        b"list": lambda: client.lrange(key, 0, -1),
        b"set": lambda: client.smembers(key),
        b"zset": lambda: client.zrange(key, 0, -1),
        b"hash": lambda: [part for pair in client.hgetall(key).items() for part in pair],
        b"stream": lambda: [json.dumps(str(client.xrange(key)))],
    }
    read = readers.get(client.type(key))
    yield from (_text(value) for value in (read() if read else []) if value is not None)


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
