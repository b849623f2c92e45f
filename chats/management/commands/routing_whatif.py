"""`manage.py routing_whatif --config FILE`: what a recorded day would have been like under other settings."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agents.models import Team
from chats.arrivals import recorded
from routing.scenario import ScenarioError, changed
from routing.whatif import Figures, simulate

ROWS = (
    ("contacts", lambda f: f"{f.contacts}"),
    ("answered", lambda f: f"{f.answered}"),
    ("wait, average", lambda f: f"{f.wait:.1f} s"),
    ("wait, 95 % below", lambda f: f"{f.wait_p95:.1f} s"),
    ("service level", lambda f: f"{f.service_level:.1%}"),
    ("occupancy", lambda f: f"{f.occupancy:.1%}"),
    ("RONA", lambda f: f"{f.rona}"),
)
COLUMNS = ("recorded", "played as it is", "played with FILE")


def day(text: str) -> date:
    """A day like 2026-03-01."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no day like 2026-03-01.") from error


class Command(BaseCommand):
    help = (
        "Plays the contacts of one day through the routing policy, with today's settings and with those of a TOML "
        "file, and prints both beside what was recorded. Changes nothing. docs/routing.md says what the file may say."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="The changed settings, TOML.")
        parser.add_argument("--day", type=day, help="In the server's time zone. Default: yesterday.")
        parser.add_argument("--seed", type=int, default=1, help="Of the draws: who answers how fast. Default: 1.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = options["config"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['config']} can't be read: {error}") from error
        chosen = options["day"] or timezone.localdate() - timedelta(days=1)
        start = timezone.make_aware(datetime.combine(chosen, time.min))
        end = timezone.make_aware(datetime.combine(chosen + timedelta(days=1), time.min))
        found = recorded(start, end)
        try:
            other = changed(found.day, text, teams=dict(Team.objects.values_list("name", "pk")))
        except ScenarioError as error:
            raise CommandError(f"{options['config']}: {error}") from error
        if not found.day.arrivals:
            raise CommandError(f"Nobody came on {chosen}.")
        played = [simulate(each, seed=options["seed"]) for each in (found.day, other)]
        self.stdout.write(f"{chosen}: {len(found.day.arrivals)} contacts, {len(found.day.workers)} agents")
        self._table([found.figures, *played])

    def _table(self, columns: list[Figures]) -> None:
        self.stdout.write(" " * 18 + "".join(f"{name:>18}" for name in COLUMNS))
        for name, words in ROWS:
            self.stdout.write(f"{name:<18}" + "".join(f"{words(each):>18}" for each in columns))
