"""The embedded servers: a private PostgreSQL and Valkey in a folder of the checkout.

They serve development, tests and the first run. `python -m contactcenter.embedded exec -- COMMAND` runs COMMAND with
both up and their addresses in its environment.
This file stays free of heavy imports, because every `manage.py` call passes through it.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = ROOT / "var"
ENV_FILE = "env"


def load_environment(folder: Path = DEFAULT_FOLDER) -> bool:
    """Make this process talk to the servers that run in `folder`, unless DATABASE_URL says where to go.

    Variables that are already set win. False when nothing was loaded: DATABASE_URL is set, nothing runs in `folder`, or
    its env file belongs to somebody else.
    """
    if os.environ.get("DATABASE_URL"):
        return False
    try:
        lines = (folder / ENV_FILE).read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    for line in lines:
        key, separator, value = line.partition("=")
        if separator:
            os.environ.setdefault(key, value)
    return True
