"""Pictures: what they say of themselves, and what can be read in them."""

import html
import struct
import zlib
from collections.abc import Iterator

from lib.pci.formats.pixels import apart, gif_frames
from lib.pci.formats.raw import strings
from lib.pci.formats.reading import Reader, Unreadable
from lib.pci.images import MOST_PIXELS, TooLarge, dimensions

PNG_START = 8
PACKED_TEXT = (b"zTXt", b"iTXt", b"iCCP")
END_OF_ZIP, LAST_BYTES = b"PK\5\6", 65_557  # in which an archive that hangs on another file must end
LEAST_DIGITS = 12
"""That a stretch of pixels must hold: fewer stand there by chance, and read as a code or a PIN."""


def read_picture(reader: Reader, data: bytes, kind: str) -> Iterator[str]:
    """Comments, particulars, and the text to be seen. Raises Unreadable: too_large, unreadable, image."""
    try:
        size = dimensions(data, kind)
        if size[0] * size[1] > MOST_PIXELS:
            raise Unreadable("too_large")
        said, pixels = apart(data, kind)
        yield from _words(said)
        yield from _words(pixels, LEAST_DIGITS)
        if kind == "png":
            yield from _chunks(reader, data)
        if END_OF_ZIP in data[-LAST_BYTES:]:
            raise Unreadable("unreadable")
        if _moves(data, kind) and not reader.unread_images:
            raise Unreadable("image")  # only the first picture would be read
        yield from reader.image(data, kind, size)
    except TooLarge as error:
        raise Unreadable("too_large") from error
    except (ValueError, IndexError, struct.error, zlib.error) as error:
        raise Unreadable("unreadable") from error


def _words(data: bytes, digits: int = 0) -> Iterator[str]:
    for text in strings(data, digits):
        yield html.unescape(text) if "&" in text else text


def _chunks(reader: Reader, data: bytes) -> Iterator[str]:
    """What stands packed in a PNG. Raises Unreadable when something follows its end."""
    place = PNG_START
    while place < len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + size]
        place += 12 + size
        if kind in PACKED_TEXT:
            yield from _unpacked(reader, kind, body)
        if kind == b"IEND":
            if data[place:].strip(b"\0"):
                raise Unreadable("unreadable")
            return
    raise Unreadable("unreadable")


def _unpacked(reader: Reader, kind: bytes, body: bytes) -> Iterator[str]:
    rest = body.partition(b"\0")[2]
    if kind == b"iTXt":
        if rest[:1] != b"\1":
            return  # plain: read with all that reads as text
        rest = b"\0" + rest[2:].split(b"\0", 2)[2]
    if rest[:1] != b"\0":
        raise Unreadable("unreadable")
    text = zlib.decompressobj().decompress(rest[1:], reader.left())
    reader.spend(len(text), len(rest))
    yield from _words(text)


def _moves(data: bytes, kind: str) -> bool:
    """Whether there is more than one picture in it."""
    if kind == "png":
        return b"acTL" in data
    if kind == "webp":
        return b"ANMF" in data
    return kind == "gif" and len([*gif_frames(data)]) > 1
