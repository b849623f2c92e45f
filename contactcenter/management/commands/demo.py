"""`manage.py demo`: furnish the demo house. Only in demo mode; running it again changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contactcenter import demo


class Command(BaseCommand):
    help = "Furnish the demo house: people (password demo), queues, entry points, words. Only with DEMO=1."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo's log-ins have a known password: set DEMO=1, which only works on loopback.")
        demo.furnish(origins=list(settings.ORIGINS))
        self.stdout.write("The demo house is furnished.")
