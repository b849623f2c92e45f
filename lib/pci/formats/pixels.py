"""Where in a picture its pixels lie packed, in which letters and digits stand by chance, and what it says of itself."""

import re
import struct
from collections.abc import Callable, Iterator, Mapping

PNG_START, CHUNK = 8, 12  # bytes; length, name and check of a chunk
SOI, EOI, SOS = b"\xff\xd8", 0xD9, 0xDA
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of a JPEG that nothing follows."""
SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
GIF_HEAD, GIF_FRAME = 13, 10  # bytes
RIFF_HEAD = 12
APART = b"\0\0"


def apart(data: bytes, kind: str) -> tuple[bytes, bytes]:
    """What the picture says of itself, and its pixels as packed. Raises what readers of damaged pictures raise."""
    said, pixels, place = [], [], 0
    for start, end in PIXELS[kind](data):
        said.append(data[place:start])
        pixels.append(data[start:end])
        place = end
    return APART.join([*said, data[place:]]), APART.join(pixels)


def _png(data: bytes) -> Iterator[tuple[int, int]]:
    place = PNG_START
    while place + CHUNK <= len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        if kind in (b"IDAT", b"fdAT"):
            yield place + 8, place + 8 + size
        place += CHUNK + size


def _jpg(data: bytes) -> Iterator[tuple[int, int]]:
    """Those of the pictures that follow the first at once, too: cameras put small and deep ones there."""
    place = len(SOI)
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == EOI:
            if not data.startswith(SOI, place + 2):
                return
            place += 2 + len(SOI)
        elif marker in ALONE or marker == 0xFF:
            place += 1 if marker == 0xFF else 2
        else:
            place += 2 + struct.unpack_from(">H", data, place + 2)[0]
            if marker == SOS:
                found = SCAN_END.search(data, place)
                end = found.start() if found else len(data)
                yield place, end
                place = end


def _webp(data: bytes) -> Iterator[tuple[int, int]]:
    place = RIFF_HEAD
    while place + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, place)
        if kind in (b"VP8 ", b"VP8L", b"ALPH", b"ANMF"):
            yield place + 8, place + 8 + size
        place += 8 + size + size % 2


def gif_frames(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the pixels of each picture begin and end. Raises ValueError and IndexError for what is no GIF."""
    place = GIF_HEAD + _colours(data[10])
    while place < len(data) and data[place : place + 1] != b";":
        is_frame = data[place : place + 1] == b","
        if is_frame:
            place += GIF_FRAME + _colours(data[place + 9]) + 1
        elif data[place : place + 1] == b"!":
            place += 2
        else:
            raise ValueError("no block")
        start = place
        while data[place]:
            place += 1 + data[place]
        if is_frame:
            yield start, place
        place += 1


def _colours(flags: int) -> int:
    """How many bytes the table of colours takes."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


PIXELS: Mapping[str, Callable[[bytes], Iterator[tuple[int, int]]]] = {
    "png": _png,
    "jpg": _jpg,
    "webp": _webp,
    "gif": gif_frames,
}
