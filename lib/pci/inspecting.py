"""A process of its own for one file: `python -m lib.pci.inspecting`, the question as JSON on stdin, the verdict out.

It limits itself in memory, processor time and files before it reads a byte, so that a poisoned file can only hurt it.
"""

import json
import resource
import sys
from pathlib import Path

from lib.pci.custom import CustomPattern
from lib.pci.files import inspect

MEMORY = 1536 * 1024 * 1024  # bytes of address space
CPU_SECONDS = 18
LARGEST_FILE = 32 * 1024 * 1024


def limit() -> None:
    """This process and its children can't use up the machine."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 128),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def main() -> None:
    """Answer one question."""
    limit()
    asked = json.load(sys.stdin)
    verdict = inspect(
        Path(asked["path"]).read_bytes(),
        asked["name"],
        kinds=asked["kinds"],
        detectors=frozenset(asked["detectors"]),
        custom=tuple(CustomPattern(*pattern) for pattern in asked["custom"]),
        unread_images=asked["unread_images"],
    )
    sys.stdout.write(json.dumps(verdict._asdict()))


if __name__ == "__main__":
    main()
