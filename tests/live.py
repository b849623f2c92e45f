"""The product as it runs for people: web server, worker and beat as processes of their own, on their own database."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.apps import apps
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker

from contactcenter.embedded import ROOT
from tests.undertaker import Undertaker

REDIS_DATABASE = 7
PATIENCE = 60.0  # seconds until we believe that something won't happen on a busy machine
LOOK_EVERY = 0.05
NO_SERMON = "ignore:You're running the worker with superuser privileges"


@dataclass
class Live:
    """The running product. The demo's people live there; their password is `demo`."""

    port: int
    environment: dict[str, str]
    logs: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    undertaker: Undertaker = field(default_factory=Undertaker)

    @property
    def base_url(self) -> str:
        """Where the web server is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        """Where its sockets are."""
        return f"ws://127.0.0.1:{self.port}"

    def execute(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a statement in the product's database; how tests move deadlines and look behind the pages."""
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def manage(self, *arguments: str) -> str:
        """What a management command says."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, name: str, *arguments: str) -> None:
        """A process of the product runs; what it says is in the log file of its name."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments], env=self.environment, cwd=ROOT, stdout=log, stderr=log
            )
        self.undertaker.watch(self.processes[name])

    def stop(self, name: str) -> None:
        """The process has ended, on request or by force."""
        process = self.processes.pop(name)
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.undertaker.forget(process)

    def said(self, name: str) -> str:
        """What the process has said so far."""
        return (self.logs / f"{name}.log").read_text(errors="replace")

    def start_web(self) -> None:
        """The web server answers."""
        self.start(
            "web", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(self.port), "contactcenter.asgi:application"
        )
        until(lambda: self._ready() or self._ended("web"))
        assert not self._ended("web"), self.said("web")

    def start_worker(self) -> None:
        """Deadlines are kept."""
        self.start(
            "worker",
            *("celery", "-A", "contactcenter", "worker", "--concurrency", "1", "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle"),
        )

    def start_scan(self) -> None:
        """Files are looked at."""
        self.start(
            "scan",
            *("celery", "-A", "contactcenter", "worker", "--concurrency", "1", "--loglevel", "INFO"),
            *("--queues", "scan", "--hostname", "scan@%h", "--without-gossip", "--without-mingle"),
        )

    def start_beat(self) -> None:
        """Sweeps are asked for every second."""
        self.start("beat", "celery", "-A", "contactcenter", "beat", "--schedule", str(self.logs / "beat"), "--pidfile=")

    def _ended(self, name: str) -> bool:
        return self.processes[name].poll() is not None

    def _ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def until(true: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """What the question answers as soon as that is something; fails when it stays nothing."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        answer = true()
        if answer:
            return answer
        time.sleep(LOOK_EVERY)
    raise AssertionError(f"nothing happened in {patience} s")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


KEPT = {"auth", "contenttypes"}  # filled by the migrations


def empty_database(*, stay: bool = False) -> None:
    """No row is left of what tests write; foreign keys are checked at commit, so the order doesn't matter.

    `stay`: the connection is kept, for who goes on in this thread.
    """
    assert str(connection.settings_dict["NAME"]).startswith("test_")
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label not in KEPT]
    tables = {model._meta.db_table for model in models if model._meta.managed}
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; " + "".join(f'DELETE FROM "{table}"; ' for table in sorted(tables)) + "COMMIT")
    if not stay and not connection.in_atomic_block:
        connection.close()


def leave_database() -> None:
    """Nobody is connected to the test database: neither this thread nor what other threads and loops left behind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()
    connection.close_pool()


@contextmanager
def own_database(address: str, template: str) -> Iterator[str]:
    """Inside, a copy of the template, which nobody may use meanwhile, exists on the same server; gives its address."""
    parts = urlsplit(address)
    name = f"live_{os.getpid()}"
    quoted = sql.Identifier(name)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(quoted, sql.Identifier(template)))
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))


@contextmanager
def running(logs: Path, template: str, **settings: str) -> Iterator[Live]:
    """Inside, web server, worker and beat serve a freshly furnished demo house; afterwards nothing is left."""
    with own_database(os.environ["DATABASE_URL"], template) as address:
        port = free_port()
        redis = urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{REDIS_DATABASE}"))
        environment = {
            **os.environ,
            "DATABASE_URL": address,
            "REDIS_URL": redis,
            "DEMO": "1",
            "PORT": str(port),
            "RATE_LIMITS": "off",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": NO_SERMON,
            "MEDIA_ROOT": str(logs / "media"),
            **settings,
        }
        live = Live(port=port, environment=environment, logs=logs)
        live.manage("demo")
        try:
            live.start_worker()
            live.start_beat()
            live.start_web()
            yield live
        finally:
            for process in live.processes.values():
                process.terminate()
            for name in tuple(live.processes):
                live.stop(name)


@pytest.fixture(scope="session")
def live_server_processes(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """Web server, worker and beat with the demo house, once for the whole run of the tests."""
    with django_db_blocker.unblock():
        empty_database()
        leave_database()
    with running(tmp_path_factory.mktemp("live"), str(connection.settings_dict["NAME"])) as live:
        yield live
