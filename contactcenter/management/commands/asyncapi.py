"""`manage.py asyncapi`: write the document of the sockets; with `--check` say whether the written one is still true."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contactcenter.asyncapi import FILE, text


class Command(BaseCommand):
    """Writes docs/asyncapi.json from the types of the frames."""

    help = "Write docs/asyncapi.json from the types of the frames; --check only compares."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when the file isn't what would be written")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            FILE.write_text(text(), encoding="utf-8")
        elif not FILE.exists() or FILE.read_text(encoding="utf-8") != text():
            raise CommandError("docs/asyncapi.json isn't what the frames are: run `manage.py asyncapi`.")
