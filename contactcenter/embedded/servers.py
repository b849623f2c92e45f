"""Both embedded servers together: who comes first starts them, who leaves last stops them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from contactcenter.embedded.command import undisturbed
from contactcenter.embedded.errors import in_plain_words
from contactcenter.embedded.home import Home, alone, locked, share
from contactcenter.embedded.postgres import Postgres
from contactcenter.embedded.valkey import Valkey


@contextmanager
def running(folder: Path, *, fast: bool = False, environ: Mapping[str, str] = os.environ) -> Iterator[dict[str, str]]:
    """Inside, the servers of `folder` run; gives the environment in which a command finds them.

    A server whose address is already in `environ` (DATABASE_URL, REDIS_URL) is somebody else's and stays untouched.
    Several processes may be inside for the same folder; the last one out stops the servers. Raises CannotStart.
    """
    with in_plain_words(folder):
        home = Home.open(folder)
        servers = _servers(home, fast=fast, environ=environ)
        users = share(home.path / "users.lock")
        try:
            environment = _start(home, servers, environ)
        except BaseException:
            _leave(home, servers, users)
            raise
    try:
        yield environment
    finally:
        _leave(home, servers, users)


def stop(folder: Path) -> bool:
    """Afterwards the servers of `folder` are stopped, whoever uses them. False when none ran."""
    with in_plain_words(folder):
        home = Home.open(folder)
        with locked(home.path / "start.lock"):
            stopped = [server.stop() for server in _servers(home, fast=False, environ={})]
            home.forget()
    return any(stopped)


def _servers(home: Home, *, fast: bool, environ: Mapping[str, str]) -> list[Postgres | Valkey]:
    servers: list[Postgres | Valkey] = []
    if not environ.get("DATABASE_URL"):
        servers.append(Postgres(home, fast=fast))
    if not environ.get("REDIS_URL"):
        servers.append(Valkey(home))
    return servers


def _start(home: Home, servers: list[Postgres | Valkey], environ: Mapping[str, str]) -> dict[str, str]:
    """Start what does not run yet and write down where it is."""
    with locked(home.path / "start.lock"):
        found: dict[str, str] = {"DEMO": "1", "SECRET_KEY": home.secrets["django"]}
        for server in servers:
            server.start()
            found |= server.environment()
        home.tell(found)
    return {**found, **environ, **{key: value for key, value in found.items() if not environ.get(key)}}


def _leave(home: Home, servers: list[Postgres | Valkey], users: IO[str]) -> None:
    """Let go of the servers; stop them when nobody else holds them."""
    with undisturbed(), in_plain_words(home.path), locked(home.path / "start.lock"), users:
        if alone(users):
            home.forget()
            for server in reversed(servers):
                server.stop()
