"""`manage.py check_invariants`: does everything still hold that must?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contactcenter.invariants import INVARIANTS
from lib.invariants import broken
from routing.management.commands.routing_replay import moment


class Command(BaseCommand):
    help = "Counts the rows that break each invariant. Exit code 0 when there is none, else 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=moment, help="Leave out what ended before this moment, such as 2026-03-01T09:00+01:00."
        )
        parser.add_argument("--show", type=int, default=0, metavar="N", help="Print up to N ids for each invariant.")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = []
        for invariant in INVARIANTS:
            found = broken(invariant, since=options["since"], show=options["show"])
            self.stdout.write(f"{found.count:>7} {invariant.key:18} {invariant.meaning}")
            for example in found.examples:
                self.stdout.write(f"{'':8}{example}")
            failed += [invariant.key] if found.count else []
        if failed:
            raise CommandError(f"{len(failed)} of {len(INVARIANTS)} invariants broken: {', '.join(failed)}.")
        self.stdout.write(f"{len(INVARIANTS)} invariants, all hold.")
