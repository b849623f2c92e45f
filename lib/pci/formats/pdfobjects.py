"""The objects of a PDF as one that has read it all writes them: texts, files and drawings that no page shows."""

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lib.pci.formats.cells import cut_over
from lib.pci.formats.reading import APART, MOST_BYTES, Unreadable

PLACE = re.compile(rb"(?m)^([0-9]{10}) [0-9]{5} n")
START = re.compile(rb"([0-9]+) [0-9]+ obj\s*")
STREAM = re.compile(rb">>\s*stream\r?\n")
"""No text of a directory holds a line break: they are written with a backslash."""
STRING = re.compile(rb"\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f\s]+)>", re.DOTALL)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r?\n|.)", re.DOTALL)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
LANGUAGE = re.compile("\x1b[^\x1b]{0,12}\x1b")
NAME = re.compile(rb"/([^\s/<>\[\]()%]{12,})")
HEXED = re.compile(rb"#([0-9A-Fa-f]{2})")
REFERENCE = re.compile(rb"([0-9]+) [0-9]+ R\b")
FILTERS = re.compile(rb"/Filter\s*(?:\[([^\]]*)\]|(/\w+))")
BOX = re.compile(rb"/BBox\s*\[\s*([-+.0-9eE\s]+)\]")
VALUE = re.compile(rb"/V\s*(?:" + STRING.pattern + rb"|/([^\s/<>\[\]()%]+))", re.DOTALL)
NO_TEXT = frozenset({b"/DCTDecode", b"/JPXDecode", b"/CCITTFaxDecode", b"/JBIG2Decode"})
NESTED = 20


class Thing(NamedTuple):
    """One object: its directory (or whatever it is) as written, and its stream as packed; None where it has none."""

    words: bytes
    stream: bytes | None


def things(written: bytes) -> dict[int, Thing]:
    """Every object by its number. `written` is a whole PDF with a plain table at its end, without packed objects."""
    table = written.rfind(b"xref", 0, written.rfind(b"startxref"))
    places = sorted({int(place) for place in PLACE.findall(written, table)})
    found: dict[int, Thing] = {}
    for start, end in zip(places, [*places[1:], table], strict=True):
        head = START.match(written, start)
        if head is None:
            raise Unreadable("unreadable")
        body = written[head.end() : end]
        begin = STREAM.search(body)
        if begin is None:
            found[int(head[1])] = Thing(body, None)
        else:
            stream = body[begin.end() : body.rfind(b"endstream")]
            found[int(head[1])] = Thing(body[: begin.start() + 2], stream)
    return found


def unpacked(thing: Thing) -> bytes:
    """What its stream says. Raises Unreadable for what is packed in a way not known here, is damaged, or too large."""
    data = thing.stream or b""
    found = FILTERS.search(thing.words)
    names = (found[1] or found[2]).split() if found else []
    names = re.findall(rb"/\w+", b"".join(names))
    if names and re.search(rb"/Predictor\s+(?:[2-9]|1[0-9])", thing.words):
        raise Unreadable("unreadable")
    try:
        for name in names:
            data = _without(name, data)
    except (zlib.error, ValueError) as error:
        raise Unreadable("unreadable") from error
    return data


def _without(name: bytes, data: bytes) -> bytes:
    if name in (b"/FlateDecode", b"/Fl"):
        shown = zlib.decompressobj().decompress(data, MOST_BYTES)
        if len(shown) == MOST_BYTES:
            raise Unreadable("too_large")
        return shown
    if name in (b"/ASCIIHexDecode", b"/AHx"):
        digits = b"".join(data.partition(b">")[0].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    if name in (b"/ASCII85Decode", b"/A85"):
        return base64.a85decode(b"".join(data.partition(b"~>")[0].split()))
    raise Unreadable("unreadable")


def is_picture(thing: Thing) -> bool:
    """Whether its stream is packed as only pictures are."""
    found = FILTERS.search(thing.words)
    return found is not None and not NO_TEXT.isdisjoint(re.findall(rb"/\w+", found[0]))


def words(found: Iterable[Thing]) -> Iterator[str]:
    """Every text in the directories: particulars, comments, values and choices of fields; and long names."""
    values = []
    for thing in found:
        said = [_text(text, digits) for text, digits in STRING.findall(thing.words)]
        said += [HEXED.sub(_byte, name).decode("utf-8", "replace") for name in NAME.findall(thing.words)]
        for text, digits, name in VALUE.findall(thing.words):
            values.append(HEXED.sub(_byte, name).decode("utf-8", "replace") if name else _text(text, digits))
        if said:
            yield APART.join(said)
    yield APART.join(cut_over([values], named=True))


def _byte(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])


def _text(text: bytes, digits: bytes) -> str:
    if digits:
        plain = b"".join(digits.split())
        data = bytes.fromhex((plain + b"0" * (len(plain) % 2)).decode("ascii"))
    else:
        data = ESCAPE.sub(_escaped, text)
    if data[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return LANGUAGE.sub("", data.decode("utf-16", "replace"))
    if data[:3] == b"\xef\xbb\xbf":
        return data.decode("utf-8", "replace")
    return data.decode("cp1252", "replace")


def _escaped(found: re.Match[bytes]) -> bytes:
    sign = found[1]
    if sign[:1].isdigit():
        return bytes([int(sign, 8) & 0xFF])
    return b"" if sign.endswith(b"\n") else ESCAPES.get(sign, sign)


def under(found: dict[int, Thing], key: bytes) -> set[int]:
    """The objects that stand under this key anywhere, those named by lists and directories of their own too."""
    pattern = re.compile(re.escape(key) + rb"(?![\w#])\s*")
    numbers: set[int] = set()
    for thing in found.values():
        for place in pattern.finditer(thing.words):
            numbers |= _named(value_at(thing.words, place.end()))
    for _ in range(2):
        plain = [found[number] for number in numbers if number in found and found[number].stream is None]
        numbers |= {number for thing in plain for number in _named(thing.words)}
    return {number for number in numbers if number in found and found[number].stream is not None}


def _named(value: bytes) -> set[int]:
    return {int(number) for number in REFERENCE.findall(value)}


def value_at(written: bytes, start: int) -> bytes:
    """The value that begins there: a reference, a list, a directory, or whatever stands before the next key."""
    if written[start : start + 1] not in (b"<", b"["):
        end = re.compile(rb"[/>\]]").search(written, start)
        return written[start : end.start() if end else len(written)]
    depth, place = 0, start
    for sign in re.compile(rb"\((?:[^()\\]|\\.)*\)|<<|>>|\[|\]", re.DOTALL).finditer(written, start):
        depth += (sign[0] in (b"<<", b"[")) - (sign[0] in (b">>", b"]"))
        place = sign.end()
        if not depth:
            break
        if depth > NESTED:
            raise Unreadable("unreadable")
    return written[start:place]
