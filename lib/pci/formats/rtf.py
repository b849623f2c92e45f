"""Rich text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lib.pci.formats.looks import without_a_look
from lib.pci.formats.reading import APART, Reader, Unreadable

TOKEN = re.compile(
    rb"\\'(?P<code>[0-9a-fA-F]{2})|\\(?P<word>[a-zA-Z]+)(?P<number>-?[0-9]{1,10})? ?|\\(?P<sign>.)"
    rb"|(?P<brace>[{}])|(?P<plain>[^\\{}]+)",
    re.DOTALL,
)
HEX = re.compile(rb"[0-9a-fA-F\s]+")
LINE = {b"par", b"line", b"row", b"cell", b"tab", b"sect", b"page"}
NOT_SHOWN = {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"objdata", b"listtable", b"themedata"}
"""Groups that a page doesn't show; so are those that begin with an asterisk."""
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
MOST_WORDS = 20
SMALLEST_OBJECT = 64
UNKNOWN = (1000, 1000)


@dataclass(frozen=True)
class _Group:
    """How text is meant where we are: shown or not, and how many signs stand in for one by its number."""

    shown: bool = True
    hidden: bool = False
    stand_ins: int = 1
    look: tuple[tuple[bytes, bytes], ...] = ()
    """The words that say how signs look here, each with its last number unless that is nought."""


class _Page:
    """What a page shows: hidden text, unknown groups and stand-ins are left out."""

    def __init__(self) -> None:
        self.groups = [_Group()]
        self.skip = 0
        self.text: list[str] = []
        self.line: list[tuple[tuple[tuple[bytes, bytes], ...], str]] = []
        self.cut: list[str] = []

    def brace(self, sign: bytes) -> None:
        self.skip = 0
        if sign == b"{":
            self.groups.append(self.groups[-1])
        elif len(self.groups) > 1:
            self.groups.pop()

    def say(self, text: str, *, signs: bool = True) -> None:
        """`signs`: each may be a stand-in for what was said by its number."""
        if signs and self.skip:
            text, self.skip = text[self.skip :], max(0, self.skip - len(text))
        if self.groups[-1].shown:
            self.line.append((self.groups[-1].look, text))
            if not self.groups[-1].hidden:
                self.text.append(text)

    def end_line(self) -> None:
        self.cut += without_a_look(self.line)
        self.line = []

    def word(self, word: bytes, number: bytes | None) -> None:
        here, value = self.groups[-1], int(number or b"1")
        if word == b"u":
            self.say(chr(value % 0x10000), signs=False)
            self.skip = here.stand_ins
        elif self.skip:
            self.skip -= 1
        elif word in LINE:
            self.say("\n", signs=False)
            self.end_line()
        elif word in (b"v", b"plain"):
            self.groups[-1] = replace(here, hidden=word == b"v" and value != 0, look=_dressed(here.look, word, number))
        elif word == b"uc":
            self.groups[-1] = replace(here, stand_ins=max(0, min(value, 100)))
        elif word in NOT_SHOWN:
            self.unseen()
        else:
            self.groups[-1] = replace(here, look=_dressed(here.look, word, number))

    def unseen(self) -> None:
        self.groups[-1] = replace(self.groups[-1], shown=False)


def _dressed(
    look: tuple[tuple[bytes, bytes], ...], word: bytes, number: bytes | None
) -> tuple[tuple[bytes, bytes], ...]:
    """What signs look like once the word was said."""
    if word == b"plain":
        return ()
    others = [said for said in look if said[0] != word]
    return tuple(sorted([*others, (word, number or b"")] if number != b"0" else others))[:MOST_WORDS]


def read_rtf(reader: Reader, data: bytes) -> Iterator[str]:
    """All text with control words taken out, the text as a page shows it, objects opened; a picture is an image."""
    every: list[str] = []
    page = _Page()
    for found in TOKEN.finditer(data):
        code, word, sign, plain = found["code"], found["word"], found["sign"], found["plain"]
        if word == b"bin":
            raise Unreadable("unreadable")
        if found["brace"]:
            page.brace(found["brace"])
        elif word:
            page.word(word, found["number"])
            every.append(_meaning(word, found["number"]))
        elif sign == b"*":
            page.unseen()
        else:
            if plain:
                yield from _hidden(reader, plain)
                text = plain.replace(b"\r", b"").replace(b"\n", b"").decode("cp1252", "replace")
            else:
                text = bytes.fromhex(code.decode()).decode("cp1252", "replace") if code else _symbol(sign)
            every.append(text)
            page.say(text)
    yield "".join(every)
    yield "".join(page.text)
    page.end_line()
    yield APART.join(page.cut)


def _meaning(word: bytes, number: bytes | None) -> str:
    if word == b"u" and number:
        return chr(int(number) % 0x10000)
    return "\n" if word in LINE else ""


def _symbol(sign: bytes) -> str:
    return {b"~": " ", b"_": "-", b"\n": "\n", b"\r": "\n"}.get(sign, sign.decode("latin-1") if sign in b"\\{}" else "")


def _hidden(reader: Reader, plain: bytes) -> Iterator[str]:
    """What stands there as hexadecimal digits: an object or a picture."""
    if len(plain) < 2 * SMALLEST_OBJECT or not HEX.fullmatch(plain):
        return
    digits = b"".join(plain.split())
    data = bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
    start = data.find(OLE)
    if start >= 0:
        reader.spend(len(data))
        yield from reader.inside(data[start:], "")
    elif data[:8] == b"\x89PNG\r\n\x1a\n" or data[:3] == b"\xff\xd8\xff":
        yield from reader.inside(data, "")
    elif not data.isascii():
        yield from reader.image(data, "", UNKNOWN)
    else:
        yield data.decode("ascii")
