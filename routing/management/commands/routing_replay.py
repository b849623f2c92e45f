"""`manage.py routing_replay --since …`: do recorded decisions come out the same today?"""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from routing.replay import replay

SHOWN = 20


def moment(text: str) -> datetime:
    """An ISO 8601 moment; without a zone it is UTC."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no moment like 2026-03-01T09:00 or 2026-03-01.") from error
    return value if value.tzinfo else value.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = (
        "Decides every routing decision recorded since a moment once more from what it had looked at. "
        "Exit code 0 when all come out the same; otherwise 1, and the differences are printed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=moment, required=True, help="ISO 8601, such as 2026-03-01T09:00+01:00.")

    def handle(self, *args: Any, **options: Any) -> None:
        result = replay(options["since"])
        for each in result.differences[:SHOWN]:
            self.stdout.write(f"decision {each.decision}, contact {each.contact}")
            self.stdout.write(f"  then {each.then}\n  now  {each.now}")
        same = result.decided - len(result.differences)
        self.stdout.write(f"{result.decided} decisions since {options['since'].isoformat()}: {same} the same.")
        if result.differences:
            raise CommandError(f"{len(result.differences)} came out otherwise.")
