"""`manage.py pan_audit`: is there card data anywhere where none may be?"""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from contactcenter.audit import Looked, look_at_database, look_at_lines, look_at_media, look_at_redis


class Command(BaseCommand):
    """Sweeps database, files, Redis, logs and reports, writes a dated report.

    It ends with status 1 on a find, with 2 when something could not be read.
    """

    help = "Look for card data in the database, the files sent, Redis, logs and reports; status 1 when some is found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "logs", nargs="*", type=Path, metavar="LOG", help="log files, or folders of them (var/*.log*)"
        )
        parser.add_argument(
            "--reports",
            type=Path,
            default=settings.BASE_DIR / "var" / "reports",
            help="folder of the reports (var/reports)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = datetime.now(UTC)
        logs = options["logs"] or sorted((settings.BASE_DIR / "var").glob("*.log*"))
        reports = [options["reports"]] if options["reports"].exists() else []
        looked = [
            look_at_database(),
            look_at_media(),
            look_at_redis(),
            look_at_lines("logs", logs),
            look_at_lines("reports", reports),
        ]
        report = _written(looked, began, options["reports"])
        finds = [find for each in looked for find in each.finds]
        for each in looked:
            self.stdout.write(f"{each.where}: {each.looked_at} looked at, {len(each.finds)} found")
        for find in finds:
            self.stdout.write(f"FOUND {', '.join(find.detectors)} in {find.where}: {find.place}")
        for each in looked:
            for name in each.unread:
                self.stdout.write(f"not read in {each.where}: {name}")
        self.stdout.write(f"Report: {report}")
        if finds:
            sys.exit(1)
        if any(each.unread for each in looked):
            sys.exit(2)


def _written(looked: list[Looked], began: datetime, folder: Path) -> Path:
    """The report as a file named by the moment the audit began."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"pan_audit-{began:%Y-%m-%dT%H%M%SZ}.json"
    body = {
        "began": began.isoformat(timespec="seconds"),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "found": sum(len(each.finds) for each in looked),
        "places": [
            {
                "where": each.where,
                "looked_at": each.looked_at,
                "finds": [{"place": find.place, "detectors": find.detectors} for find in each.finds],
                "unread": each.unread,
            }
            for each in looked
        ],
    }
    path.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    return path
