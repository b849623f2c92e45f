"""The folder in which the embedded servers of one purpose live: its secrets, its ports, its locks."""

import fcntl
import json
import os
import secrets
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from contactcenter.embedded import ENV_FILE, ROOT
from contactcenter.embedded.errors import CannotStart, damaged

# Below the ranges from which Linux and macOS lend ports to outgoing connections, so that a kept port stays free.
PORTS = range(20000, 32000)
LOG_LIMIT = 5 * 1024 * 1024
SECRETS = ("postgres", "valkey", "django")
SERVERS = ("postgres", "valkey")


@dataclass(frozen=True)
class Home:
    """One folder with its secrets and ports; both are drawn once and kept, in files only their owner can read."""

    path: Path
    secrets: dict[str, str]
    ports: dict[str, int]

    @classmethod
    def open(cls, path: Path) -> "Home":
        """The home in `path`, furnished on the first visit. Raises CannotStart when its files make no sense."""
        path = path.absolute()
        make_folder(path)
        with locked(path / "start.lock"):
            kept = _keep(path / "secrets.json", {name: secrets.token_urlsafe(32) for name in SECRETS}, str, path)
            ports = _keep(path / "ports.json", dict(zip(SERVERS, free_ports(len(SERVERS)), strict=True)), int, None)
        return cls(path, kept, ports)

    def tell(self, environment: dict[str, str]) -> None:
        """Write the env file from which `load_environment` reads."""
        write_private(self.path / ENV_FILE, "".join(f"{key}={value}\n" for key, value in environment.items()))

    def forget(self) -> None:
        """Remove the env file: nothing runs here any more."""
        (self.path / ENV_FILE).unlink(missing_ok=True)


def make_folder(path: Path) -> None:
    """`path` is a folder through which other users may pass, as PostgreSQL may have to; its files guard themselves."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        hand_over(folder)
    if not path.is_dir():
        raise CannotStart(f"{path} is not a folder: remove it and start again.")


def hand_over(path: Path) -> None:
    """What root creates in a checkout of somebody else belongs to that somebody, who may be the next to start."""
    owner = ROOT.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.chown(path, owner.st_uid, owner.st_gid)


def open_log(path: Path) -> BinaryIO:
    """A log to append to; one that has grown beyond 5 MB starts anew."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.unlink()
    file = path.open("ab")
    hand_over(path)
    return file


def write_private(path: Path, text: str) -> None:
    """Replace `path` in one step by a file that only its owner can read."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    hand_over(draft)
    draft.replace(path)


def _keep(path: Path, drawn: dict, kind: type, folder: Path | None) -> dict:
    """The values kept in `path`; `drawn` becomes them when there is no file yet."""
    if not path.exists():
        write_private(path, json.dumps(drawn))
        return drawn
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        sound = kept.keys() == drawn.keys() and all(isinstance(value, kind) for value in kept.values())
    except (ValueError, AttributeError):
        sound = False
    if not sound:
        raise CannotStart(damaged(path, "it cannot be read", folder or path))
    return kept


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Inside, this process alone holds `path`; waits for its turn. A killed holder lets go by dying."""
    with open_lock(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def open_lock(path: Path) -> IO[str]:
    """An open lock file; closing it lets go of whatever was locked through it."""
    file = path.open("a", encoding="utf-8")
    hand_over(path)
    return file


def share(path: Path) -> IO[str]:
    """Hold `path` together with others until the answer is closed."""
    file = open_lock(path)
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def alone(file: IO[str]) -> bool:
    """True when nobody else holds the lock that `file` shares."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(port: int) -> bool:
    """True when a server could listen on this TCP port of the loopback address right now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """`count` different TCP ports that are free now."""
    found: list[int] = []
    while len(found) < count:
        port = secrets.choice(PORTS)
        if port not in found and is_free(port):
            found.append(port)
    return found
