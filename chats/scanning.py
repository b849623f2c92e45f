"""Looking at a file: in a process of its own with limits, and by ClamAV where that is configured."""

import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from chats.policies import Rule
from lib.clamav import is_infected
from lib.pci.files import Verdict

log = logging.getLogger(__name__)

SECONDS = 22.0  # the worker's own limit is 30


def verdict(path: Path, name: str, rule: Rule) -> Verdict:
    """What is to become of the file. Raises NoAnswer when ClamAV is configured and can't be asked.

    Whatever goes wrong in the process that reads it, a crash or running out of time or memory, makes it unreadable.
    """
    if settings.CLAMAV and is_infected(path, settings.CLAMAV):
        return Verdict("", "virus", ())
    question = {
        "path": str(path),
        "name": name,
        "kinds": sorted(rule.kinds),
        "detectors": sorted(rule.screening.detectors),
        "custom": [list(pattern) for pattern in rule.screening.custom],
        "unread_images": rule.unread_images,
    }
    answer = _ask(json.dumps(question))
    try:
        found = json.loads(answer)
        return Verdict(str(found["kind"]), str(found["reason"]), tuple(map(str, found["detectors"])))
    except (ValueError, TypeError, KeyError):
        return Verdict("", "unreadable", ())


def _ask(question: str) -> str:
    """What the process says; nothing when it was killed. It knows none of this process's secrets."""
    process = subprocess.Popen(
        [sys.executable, "-m", "lib.pci.inspecting"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"},
        start_new_session=True,
        text=True,
    )
    try:
        return process.communicate(question, timeout=SECONDS)[0]
    except subprocess.TimeoutExpired:
        log.warning("a file took too long to read")
        return ""
    finally:
        _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    """Neither the process nor what it started is left."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
