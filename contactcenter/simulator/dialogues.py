"""Conversations to play: JSON lines, one conversation a line, only the customer's side.

`{"id": "…", "domain": "…", "customer": [{"text": "…"}, …]}`; `language` ("en" or "de", else "en") may be added, other
keys are passed over. Empty lines are allowed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).with_name("sample.jsonl")
LONGEST = 10_000
LANGUAGES = ("en", "de")


class BadTranscript(Exception):
    """The file can't be played; the text names file, line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What one customer says, in order; at least one line, each 1 to 10 000 characters."""

    id: str
    domain: str
    language: str
    lines: tuple[str, ...]


def read(path: Path) -> tuple[Dialogue, ...]:
    """Every conversation of the file, in its order; at least one, or `BadTranscript`."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadTranscript(f"{path}: can't be read ({error.strerror or error}).") from error
    found = tuple(_conversations(path, raw))
    if not found:
        raise BadTranscript(f"{path}: holds no conversation.")
    return found


def _conversations(path: Path, raw: bytes) -> Iterator[Dialogue]:
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            yield parse(line)
        except ValueError as error:
            raise BadTranscript(f"{path}, line {number}: {error}") from error


def parse(line: bytes) -> Dialogue:
    """One conversation from its line; `ValueError` with a sentence that says what is wrong."""
    try:
        # Some editors put a byte order mark before the first line.
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 (byte {error.start + 1}).") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg}, column {error.colno}).") from error
    except RecursionError as error:
        raise ValueError("not JSON this reader can follow (nested too deep).") from error
    if not isinstance(value, dict):
        raise ValueError("must be an object with id, domain and customer.")
    language = value.get("language")
    return Dialogue(
        id=_word(value, "id"),
        domain=_word(value, "domain"),
        language=language if language in LANGUAGES else LANGUAGES[0],
        lines=_lines(value.get("customer")),
    )


def _word(value: dict[str, Any], name: str) -> str:
    word = value.get(name)
    if not isinstance(word, str) or not word.strip():
        raise ValueError(f'"{name}" must be a text that isn\'t empty.')
    return word


def _lines(customer: object) -> tuple[str, ...]:
    if not isinstance(customer, list) or not customer:
        raise ValueError('"customer" must be a list with at least one {"text": …}.')
    return tuple(_text(said, place) for place, said in enumerate(customer, start=1))


def _text(said: object, place: int) -> str:
    text = said.get("text") if isinstance(said, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f'customer line {place} must be {{"text": …}} with a text that isn\'t empty.')
    if len(text) > LONGEST:
        raise ValueError(f"customer line {place} has {len(text)} characters, {LONGEST} are allowed.")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(f"customer line {place} holds a NUL or half a surrogate pair.")
    return text
