"""Rich text."""

import re
from collections.abc import Iterator

from lib.pci.formats.reading import Reader, Unreadable

TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\u(-?[0-9]{1,6}) ?\??|\\([a-zA-Z]+)(-?[0-9]{1,10})? ?|\\(.)|([{}])|([^\\{}]+)", re.S
)
HEX = re.compile(rb"[0-9a-fA-F\s]+")
LINE = {b"par", b"line", b"row", b"cell", b"tab", b"sect", b"page"}
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
SMALLEST_OBJECT = 64
UNKNOWN = (1000, 1000)


def read_rtf(reader: Reader, data: bytes) -> Iterator[str]:
    """The text with control words taken out, objects opened; a picture counts as an image."""
    shown: list[str] = []
    for found in TOKEN.finditer(data):
        code, point, word, _number, sign, _brace, plain = found.groups()
        if code:
            shown.append(bytes.fromhex(code.decode()).decode("cp1252", "replace"))
        elif point:
            shown.append(chr(int(point) % 0x10000))
        elif word == b"bin":
            raise Unreadable("unreadable")
        elif word in LINE:
            shown.append("\n")
        elif sign:
            shown.append({b"~": " ", b"_": "-"}.get(sign, sign.decode("latin-1") if sign in b"\\{}" else ""))
        elif plain:
            yield from _hidden(reader, plain)
            shown.append(plain.replace(b"\r", b"").replace(b"\n", b"").decode("cp1252", "replace"))
    yield "".join(shown)


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
