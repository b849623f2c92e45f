"""`manage.py pci_scan`: mask lines of text and say what was found."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lib.pci.mask import Masked, mask


class Command(BaseCommand):
    """Reads one text a line from files or standard input and prints one JSON object a line; needs no database."""

    help = "Mask card and personal data in lines of text; one JSON object a line, offsets in code points."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", help="files to read; standard input when none is named")
        parser.add_argument("--json", action="store_true", dest="as_json", help="each line is a JSON string")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, number, line in _lines(options["files"]):
            text = _text(name, number, line) if options["as_json"] else line
            self.stdout.write(_report(mask(text), getattr(self.stdout, "encoding", None) or "utf-8"))


def _lines(names: list[str]) -> Iterator[tuple[str, int, str]]:
    """Name of the source, number of the line and the line without its end, from each file or from standard input."""
    if not names:
        for number, raw in enumerate(sys.stdin.buffer, 1):
            yield "standard input", number, _decoded(raw)
    for name in names:
        try:
            with open(name, "rb") as lines:
                for number, raw in enumerate(lines, 1):
                    yield name, number, _decoded(raw)
        except OSError as error:
            raise CommandError(f"{name} can't be read: {error.strerror or error}.") from error


def _decoded(raw: bytes) -> str:
    """The line as text; bytes that are not UTF-8 are kept as lone surrogates."""
    return raw.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")


def _text(name: str, number: int, line: str) -> str:
    """The text that a line of JSON holds; raises CommandError when it is not one JSON string."""
    try:
        text = json.loads(line)
    except ValueError as error:
        raise CommandError(f"{name}, line {number}: not JSON.") from error
    if not isinstance(text, str):
        raise CommandError(f"{name}, line {number}: a JSON string is expected.")
    return text


def _report(masked: Masked, encoding: str) -> str:
    """The answer to one line; in ASCII when the output's encoding has no way to write it."""
    answer = {"text": masked.text, "findings": [span._asdict() for span in masked.findings]}
    line = json.dumps(answer, ensure_ascii=False)
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        line = json.dumps(answer)
    return line
