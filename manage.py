#!/usr/bin/env python
"""Django's command line. It talks to the embedded servers when they run and DATABASE_URL says nothing else."""

import os
import sys

from django.core.management import execute_from_command_line

from contactcenter.embedded import load_environment


def main() -> None:
    """Run the management command named on the command line."""
    load_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    for patience in ("DATABASE_LOCK_SECONDS", "DATABASE_IDLE_SECONDS"):
        os.environ.setdefault(patience, "0")  # a migration may wait, and a command may think
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
