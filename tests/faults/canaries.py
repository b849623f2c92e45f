"""Card numbers that are each sent once, in the forms people and machines write them, and the search for them."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

from lib.pci.issuers import luhn

SCRIPTS = {"full width": 0xFF10, "Arabic": 0x660, "bold": 0x1D7CE}
CONTEXT = 24  # bytes around a find that are shown


class Flock:
    """Card numbers that begin alike, so that one search finds any of them."""

    def __init__(self, luck: int) -> None:
        self.start = f"4539{luck % 10**6:06}"
        self.sent: list[str] = []

    def next(self) -> str:
        """A number that nobody sent before."""
        body = f"{self.start}{len(self.sent):05}"
        number = next(f"{body}{digit}" for digit in range(10) if luhn(f"{body}{digit}"))
        self.sent.append(number)
        return number

    def spaced(self) -> str:
        """A number as it is printed."""
        return grouped(self.next(), " ")

    def foreign(self, script: str) -> str:
        """A number in digits of another script."""
        return foreign(self.next(), script)

    def needles(self) -> dict[str, bytes]:
        """How the beginning of any of the numbers looks wherever one could lie."""
        written = {"plain": self.start, **{f"grouped by {sign!r}": grouped(self.start, sign) for sign in " -."}}
        written |= {script: foreign(self.start, script) for script in SCRIPTS}
        found = {name: text.encode() for name, text in written.items()}
        found |= {f"{name}, UTF-16": text.encode("utf-16-le") for name, text in written.items()}
        found |= {f"{script}, JSON": json.dumps(written[script])[1:-1].encode() for script in SCRIPTS}
        return found | {f"base64, {shift}": text for shift, text in enumerate(_in_base64(self.start.encode()))}

    def expression(self) -> re.Pattern[bytes]:
        """All needles at once."""
        return re.compile(b"|".join(re.escape(needle) for needle in self.needles().values()))


def grouped(number: str, sign: str) -> str:
    """The number in fours."""
    return sign.join(number[at : at + 4] for at in range(0, len(number), 4))


def foreign(number: str, script: str) -> str:
    """The number in digits of another script."""
    return "".join(chr(SCRIPTS[script] + int(digit)) for digit in number)


def _in_base64(data: bytes) -> Iterator[bytes]:
    """The middle of what base64 makes of the bytes, wherever in a longer text they stand."""
    for shift in range(3):
        packed = base64.b64encode(b"x" * shift + data)
        yield packed[(0, 2, 3)[shift] : len(packed) // 4 * 4 - 4]


def tracks(expression: re.Pattern[bytes], data: bytes, where: str) -> list[str]:
    """Where in these bytes a number was found, with what stands around it."""
    return [
        f"{where}: {data[max(0, found.start() - CONTEXT) : found.end() + CONTEXT]!r}"
        for found in expression.finditer(data)
    ]


def files_of(*folders: Path) -> Iterator[Path]:
    """Every file in the folders."""
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())
