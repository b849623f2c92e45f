"""Plain text in any charset, and what is hidden in it."""

import base64
import binascii
import codecs
import html
import re
from collections.abc import Iterator
from itertools import zip_longest
from urllib.parse import unquote

from lib.pci.formats.cells import cut_over, stretches
from lib.pci.formats.reading import APART, Reader, Unreadable, floats
from lib.pci.formats.webpage import shown
from lib.pci.kinds import family, may_be_text

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{4}(?:\r?\n[ \t]*)?){4,}(?:[A-Za-z0-9+/_-]{1,3}={0,2})?")
"""Sixteen signs and more: the shortest card number takes that many."""
SHORT = 200  # signs; so short a run is also read from its second, third and fourth sign on: what is before may be text
COLUMN = re.compile(r"[;,\t|]")
NOT_TEXT = re.compile("[\x00-\x06\x0e-\x1a]")
TAG = re.compile(r"<[^<>]{0,2000}>")


def decode(data: bytes) -> str:
    """The text. Raises Unreadable("type") for bytes that are none."""
    if not may_be_text(data):
        raise Unreadable("type")
    for mark, charset in MARKS:
        if data.startswith(mark):
            return _strictly(data, charset)
    sample = data[:4096]
    if sample.count(0) > len(sample) // 4:
        return _strictly(data, "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if NOT_TEXT.search(text):
        raise Unreadable("type")
    return text


def _strictly(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset)
    except UnicodeError as error:
        raise Unreadable("unreadable") from error


def read_text(reader: Reader, data: bytes) -> Iterator[str]:
    """The text, whatever stands in it as base64 or by number, and cards cut over the columns of a list."""
    text = decode(data)
    yield from within(reader, text)
    if "&#" in text or "%3" in text:
        yield unquote(html.unescape(text))
    if COLUMN.search(text):
        rows = map(COLUMN.split, text.splitlines())
        yield APART.join(cut_over(stretches(zip_longest(*rows, fillvalue="")), named=False, lists=False))


def within(reader: Reader, text: str) -> Iterator[str]:
    """The text as it is, with numbers written out, and what stands in it as base64."""
    yield floats(text)
    for found in BASE64.finditer(text):
        packed = "".join(found[0].split()).rstrip("=").replace("-", "+").replace("_", "/")
        for start in range(4 if len(packed) <= SHORT else 1):
            yield from _unwrapped(reader, packed[start:])


def _unwrapped(reader: Reader, packed: str) -> Iterator[str]:
    whole = packed[:-1] if len(packed) % 4 == 1 else packed
    try:
        data = base64.b64decode(whole + "=" * (-len(whole) % 4))
    except (binascii.Error, ValueError):
        return
    if family(data):
        reader.spend(len(data))
        yield from reader.inside(data, "")
        return
    try:
        yield data.decode("utf-8")
    except UnicodeDecodeError:
        return


def read_html(reader: Reader, data: bytes) -> Iterator[str]:
    """The source with its attributes, comments and scripts, and the text as a browser shows it."""
    source = decode(data)
    yield from within(reader, source)
    yield html.unescape(TAG.sub("", source))
    if "<" not in source:
        return
    try:
        yield from shown(source)
    except AssertionError as error:  # a declaration that the parser doesn't know
        raise Unreadable("unreadable") from error
