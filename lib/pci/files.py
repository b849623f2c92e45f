"""Bytes and a name → what kind of file it is and every text in it, or why nobody can say."""

import html
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from lib.pci.custom import CustomPattern
from lib.pci.formats.mail import read_mail, starts_like_mail
from lib.pci.formats.ole import kind_of_ole, open_ole, read_ole
from lib.pci.formats.packed import kind_of_zip, open_zip, read_archive, read_office
from lib.pci.formats.pdf import read_pdf
from lib.pci.formats.picture import read_picture
from lib.pci.formats.raw import strings
from lib.pci.formats.reading import Reader, Unreadable
from lib.pci.formats.rtf import read_rtf
from lib.pci.formats.text import read_html, read_text
from lib.pci.images import can_read_images, text_of_image
from lib.pci.kinds import IMAGES, TEXTUAL, ending, family
from lib.pci.mask import mask

CHUNK = 200_000  # characters looked at together
OVERLAP = 300
ONE_FILE = IMAGES | {"pdf", "rtf"}
"""Kinds in which anything may follow the first bytes."""
KNOWN_BY_CONTENT = frozenset({("rtf", "doc")})
"""Found and claimed: Word writes the one under the name of the other, and looks at the bytes when it reads."""
CARDS = frozenset({"pan", "pan_near", "cvv", "track"})


class Verdict(NamedTuple):
    """`reason` is empty for a clean file; `detectors` are those that struck."""

    kind: str
    reason: str
    detectors: tuple[str, ...]


def inspect(
    data: bytes,
    name: str,
    *,
    kinds: Collection[str],
    detectors: Collection[str],
    custom: Sequence[CustomPattern] = (),
    unread_images: bool = False,
) -> Verdict:
    """Whether the file may be passed on: of an allowed kind, read whole, nothing found in it."""
    reader = Reader(text_of_image if can_read_images() else None, unread_images, texts_inside)
    kind = ""
    struck: set[str] = set()
    try:
        kind, texts = open_file(reader, data, name)
        if kind not in kinds or not _as_named(kind, name):
            return Verdict(kind, "type", ())
        for text in chain(texts, reader.together()):
            for piece in _pieces(text):
                struck |= {finding.detector for finding in mask(piece, detectors, custom).findings}
    except Unreadable as unreadable:
        return Verdict(kind, unreadable.reason, tuple(sorted(struck)))
    except (RecursionError, MemoryError):
        return Verdict(kind, "too_large", tuple(sorted(struck)))
    except Exception:  # readers of damaged files raise whatever they like: what can't be read is not clean
        return Verdict(kind, "unreadable", tuple(sorted(struck)))
    reason = "" if not struck else "card" if struck & CARDS else "data"
    return Verdict(kind, reason, tuple(sorted(struck)))


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, max(1, len(text)), CHUNK):
        yield text[max(0, start - OVERLAP) : start + CHUNK]


def texts_inside(reader: Reader, data: bytes, name: str) -> Iterator[str]:
    """The texts of a file in a file, whatever kind it is. Raises Unreadable("type") when it is named as another kind.

    Under a name that says nothing to us a picture may still be opened as a page: it is read as both.
    """
    kind, texts = open_file(reader, data, name, inside=True)
    if not _as_named(kind, name) and kind not in TEXTUAL and ending(name):
        raise Unreadable("type")
    yield from texts
    if kind in ONE_FILE and not ending(name):
        yield from map(html.unescape, strings(data))


def _as_named(kind: str, name: str) -> bool:
    """Whether a program that goes by the name makes the same of the bytes as one that goes by the bytes."""
    claimed = ending(name)
    return kind == claimed or {kind, claimed} <= IMAGES or (kind, claimed) in KNOWN_BY_CONTENT


def open_file(reader: Reader, data: bytes, name: str, *, inside: bool = False) -> tuple[str, Iterator[str]]:
    """Its kind by content, and its texts, read as they are asked for. Raises Unreadable, as does the reading.

    A text `inside` another file may have any name, and is read as whatever a text can be.
    """
    found = family(data)
    if found == "zip":
        archive = open_zip(data)
        kind = kind_of_zip(archive)
        return kind, read_archive(reader, archive, data) if kind == "zip" else read_office(reader, archive, data, kind)
    if found == "ole":
        file = open_ole(data)
        kind = kind_of_ole(file)
        return kind, read_ole(reader, file, data, kind)
    if found == "pdf":
        return found, read_pdf(reader, data)
    if found == "rtf":
        return found, read_rtf(reader, data)
    if found in IMAGES:
        return found, read_picture(reader, data, found)
    return _textual(reader, data, name, inside)


def _textual(reader: Reader, data: bytes, name: str, inside: bool) -> tuple[str, Iterator[str]]:
    claimed = ending(name)
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if claimed == "html" or start.startswith((b"<!doctype html", b"<html")):
        return "html", read_html(reader, data)
    if claimed == "eml":
        return "eml", read_mail(reader, data)
    if inside:
        return claimed or "txt", _any_text(reader, data)
    if claimed in TEXTUAL:
        return claimed, read_text(reader, data)
    raise Unreadable("type")


def _any_text(reader: Reader, data: bytes) -> Iterator[str]:
    """What a program that knows better than its name would make of a text in a file: e-mail, a page, or just text."""
    yield from read_html(reader, data)
    if starts_like_mail(data):
        yield from read_mail(reader, data)
