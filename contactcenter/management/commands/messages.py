"""`manage.py messages`: bring the German words in step with the sources, and compile them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contactcenter import translation


class Command(BaseCommand):
    help = "Collect the words to translate, keep the German ones in step and compile them. --check only looks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail when words are missing.")

    def handle(self, *args: Any, **options: Any) -> None:
        missing = 0
        for domain in ("django", "djangojs"):
            catalog = translation.brought_in_step(domain)
            if not options["check"]:
                translation.write(domain, catalog)
            lacking = translation.untranslated(catalog)
            missing += len(lacking)
            for words in lacking:
                self.stderr.write(f"{domain}: no German words for {words!r}")
            self.stdout.write(f"{domain}: {len(catalog)} messages, {len(lacking)} without German words.")
        if missing and options["check"]:
            raise CommandError("Write the German words in locale/de/LC_MESSAGES, then run make messages.")
