"""Text in images, where Tesseract is installed."""

import shutil
import struct
import subprocess
from functools import lru_cache

MOST_PIXELS = 50_000_000
SECONDS = 15


class TooLarge(Exception):
    """More pixels than anybody needs."""


@lru_cache(maxsize=1)
def can_read_images() -> bool:
    """Whether Tesseract is installed."""
    return shutil.which("tesseract") is not None


def dimensions(data: bytes, kind: str) -> tuple[int, int]:
    """Width and height as the image's header says, without decoding it. Raises ValueError when there is none."""
    try:
        if kind == "png" and data[12:16] == b"IHDR":
            return struct.unpack(">II", data[16:24])
        if kind == "gif":
            return struct.unpack("<HH", data[6:10])
        if kind == "webp":
            return _webp(data)
        if kind == "pgm":
            wide, high = data.split(maxsplit=4)[1:3]
            return int(wide), int(high)
        if kind == "jpg":
            return _jpeg(data)
    except (struct.error, IndexError) as error:
        raise ValueError("truncated") from error
    raise ValueError("no header")


def _webp(data: bytes) -> tuple[int, int]:
    form = data[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if form == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if form == b"VP8 ":
        wide, high = struct.unpack("<HH", data[26:30])
        return wide & 0x3FFF, high & 0x3FFF
    raise ValueError("no header")


def _jpeg(data: bytes) -> tuple[int, int]:
    place = 2
    while place < len(data):
        if data[place] != 0xFF:
            raise ValueError("no marker")
        marker = data[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            high, wide = struct.unpack(">HH", data[place + 5 : place + 9])
            return wide, high
        place += 2 + struct.unpack(">H", data[place + 2 : place + 4])[0]
    raise ValueError("no size")


def text_of_image(data: bytes, kind: str) -> str:
    """What Tesseract reads. Raises TooLarge beyond 50 million pixels, ValueError when it can't be read."""
    wide, high = dimensions(data, kind)
    if wide * high > MOST_PIXELS:
        raise TooLarge
    command = [shutil.which("tesseract") or "tesseract", "stdin", "stdout", "--psm", "11"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise ValueError("unreadable") from error
    return done.stdout.decode("utf-8", "replace")
