"""The three servers: how each is staged and started, and how its clients say hello."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from bench import databases
from bench.talker import Principal
from contactcenter.embedded import ROOT
from contactcenter.embedded.home import free_ports

NAMES = ("ours", "usual", "handwritten")
TITLES = {
    "ours": "the product, as its Procfile starts it",
    "usual": "the usual Channels consumer under daphne",
    "handwritten": "Starlette + asyncpg + Redis under uvicorn",
}
DATABASES = {name: f"bench_{name}" for name in NAMES}
ROUTING = "bench_routing"
START_SECONDS = 90
STOP_SECONDS = 20
LINES = {
    "ours": "SELECT count(DISTINCT cid) FROM chats_entry WHERE cid LIKE %(like)s",
    "usual": "SELECT count(DISTINCT cid) FROM usual_message WHERE cid LIKE %(like)s",
    "handwritten": "SELECT count(DISTINCT cid) FROM usual_message WHERE cid LIKE %(like)s",
}


class CannotMeasure(Exception):
    """A server did not come up, or the stage could not be set; the text says why."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Who may talk on a server, and the last line of every chat."""

    customers: tuple[Principal, ...]
    agents: tuple[Principal, ...]
    head: int


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    name: str
    port: int
    pid: int
    database: str
    stage: Stage

    @property
    def lines(self) -> str:
        """The query that counts messages by the beginning of their cid (`like`)."""
        return LINES[self.name]


def prepare(names: tuple[str, ...], folder: Path, *, chats: int, chats_per_agent: int) -> dict[str, dict[str, Any]]:
    """Databases with tables, people, accepted chats and a few lines in each; gives the keys to them, by server."""
    keys: dict[str, dict[str, Any]] = {}
    size = [str(chats), str(chats_per_agent)]
    if "ours" in names:
        address = databases.create(DATABASES["ours"], os.environ["DATABASE_URL"])
        environment = environment_of("ours", address, 8000)
        _run("ours", [str(ROOT / "manage.py"), "migrate", "--verbosity", "0"], environment, folder)
        _run("ours", [str(ROOT / "manage.py"), "demo"], environment, folder)
        keys["ours"] = json.loads(_run("ours", ["-m", "bench.stage", *size], environment, folder))
    if "usual" in names or "handwritten" in names:
        address = databases.create(DATABASES["usual"], os.environ["DATABASE_URL"])
        environment = environment_of("usual", address, 8000)
        keys["usual"] = json.loads(_run("usual", ["-m", "bench.usual.stage", *size], environment, folder))
        databases.create(DATABASES["handwritten"], os.environ["DATABASE_URL"], like=DATABASES["usual"])
        keys["handwritten"] = keys["usual"]
    return keys


def routing(folder: Path, arguments: list[str]) -> list[dict[str, Any]]:
    """What `bench.routing` finds in a database of its own."""
    address = databases.create(ROUTING, os.environ["DATABASE_URL"])
    try:
        said = _run(
            "routing", ["-m", "bench.routing", "--json", *arguments], environment_of("ours", address, 8000), folder
        )
        found: list[dict[str, Any]] = json.loads(said)
        return found
    finally:
        databases.remove(ROUTING, os.environ["DATABASE_URL"])


def environment_of(name: str, address: str, port: int) -> dict[str, str]:
    """The environment in which a server of that name runs."""
    own = {"DATABASE_URL": address, "PORT": str(port), "DEMO": "1", "RATE_LIMITS": "off"}
    settings = {"ours": "contactcenter.settings", "usual": "bench.usual.settings"}.get(name)
    if settings:
        own["DJANGO_SETTINGS_MODULE"] = settings
    return {**os.environ, **own}


def _run(name: str, arguments: list[str], environment: Mapping[str, str], folder: Path) -> str:
    with (folder / f"{name}.log").open("ab") as log:
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
        )
    if done.returncode:
        raise CannotMeasure(f"{' '.join(arguments[:2])} failed for {name}: see {log.name}.")
    return done.stdout


def command(name: str, port: int) -> list[str]:
    """How a server is started; ours as the Procfile says, so that it is what is delivered."""
    if name == "handwritten":
        uvicorn = "-m uvicorn --host 127.0.0.1 --port {} --loop asyncio --ws websockets-sansio --no-access-log"
        fixed = "--log-level warning --ws-per-message-deflate false bench.handwritten.app:application"
        return [sys.executable, *f"{uvicorn} {fixed}".format(port).split()]
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    web = next(line.partition(":")[2] for line in lines if line.startswith("web:"))
    words = shlex.split(web.replace("$PORT", str(port)))
    if name == "usual":
        words[-1] = "bench.usual.asgi:application"
    return [sys.executable, *words[1:]]


@contextmanager
def running(name: str, keys: Mapping[str, Any], folder: Path) -> Iterator[Server]:
    """Inside, the server runs and answers. Raises CannotMeasure when it doesn't come up."""
    (port,) = free_ports(1)
    address = databases.address_of(DATABASES[name], os.environ["DATABASE_URL"])
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command(name, port), env=environment_of(name, address, port), cwd=ROOT, stdout=log, stderr=log
        )
    try:
        _await_answer(name, process, port, folder)
        yield Server(name, port, process.pid, address, stage_of(name, keys, port))
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(name: str, process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/livez")
            connection.getresponse()
            return
        except (OSError, HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    raise CannotMeasure(f"{name} did not come up: see {folder / name}.log.")


def stage_of(name: str, keys: Mapping[str, Any], port: int) -> Stage:
    """The principals that the stage's keys open doors for."""
    make = _our_principals if name == "ours" else _yardstick_principals
    customers, agents = make(keys, port)
    return Stage(tuple(customers), tuple(agents), keys["head"])


def _our_principals(keys: Mapping[str, Any], port: int) -> tuple[list[Principal], list[Principal]]:
    def hello_of(token: str) -> Any:
        return lambda heads: {"type": "hello", "id": "hello", "token": token, "after": next(iter(heads.values()))}

    def desk_hello(heads: Mapping[str, int]) -> dict[str, Any]:
        return {"type": "hello", "id": "hello", "after": dict(heads), "take_over": True}

    customers = [
        Principal("customer", "/ws/customer/", (), (each["chat"],), hello_of(each["token"]))
        for each in keys["customers"]
    ]
    origin = ("Origin", f"http://127.0.0.1:{port}")
    agents = [
        Principal("agent", "/ws/desk/", (("Cookie", each["cookie"]), origin), tuple(each["chats"]), desk_hello)
        for each in keys["agents"]
    ]
    return customers, agents


def _yardstick_principals(keys: Mapping[str, Any], port: int) -> tuple[list[Principal], list[Principal]]:
    def hello_of(token: str) -> Any:
        return lambda heads: {"type": "hello", "id": "hello", "token": token, "after": dict(heads)}

    customers = [
        Principal("customer", "/ws/", (), (each["chat"],), hello_of(each["token"])) for each in keys["customers"]
    ]
    agents = [Principal("agent", "/ws/", (), tuple(each["chats"]), hello_of(each["token"])) for each in keys["agents"]]
    return customers, agents
