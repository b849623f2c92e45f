"""A house of its own for tests that hurt its servers: own PostgreSQL, own Valkey, own processes, a proxy in front."""

import os
import random
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from contactcenter.embedded.home import Home
from contactcenter.embedded.postgres import Postgres
from contactcenter.embedded.valkey import Valkey
from tests.faults.proxy import Proxy, through
from tests.live import NO_SERMON, Live, free_port, until

PROOF = os.environ.get("PROOF") == "1"
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR")
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(2**32))


def size(normal: int, proof: int) -> int:
    """How much of it: little in a normal run, all of it with PROOF=1."""
    return proof if PROOF else normal


@dataclass
class FaultHouse(Live):
    """The running product with servers that a test may hurt."""

    postgres: Postgres | None = None
    valkey: Valkey | None = None
    proxy: Proxy | None = None

    def kill(self, name: str) -> None:
        """The process is gone without a word, and its children with it."""
        process = self.processes.pop(name)
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for child in family:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self.undertaker.forget(process)

    def dead(self) -> list[str]:
        """The processes that have ended by themselves."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def workers_ready(self, *names: str) -> None:
        """These workers take tasks."""
        for name in names:
            until(lambda worker=name: " ready." in self.said(worker))

    def start_worker(self, name: str = "worker") -> None:
        """One more worker keeps deadlines."""
        self.start(
            name,
            *("celery", "-A", "contactcenter", "worker", "--concurrency", "1", "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle", "-n", f"{name}@%h"),
        )

    def restart_valkey(self) -> None:
        """It forgot everything without warning, and answers again."""
        with self.without_valkey():
            pass

    @contextmanager
    def without_valkey(self) -> Iterator[None]:
        """Inside it has died; afterwards it answers again, and remembers nothing."""
        assert self.valkey is not None and self.valkey.process is not None
        self.valkey.process.kill()
        self.valkey.process.wait()
        self.undertaker.forget(self.valkey.process)
        try:
            yield
        finally:
            self.valkey.start()
            self.undertaker.watch(self.valkey.process)

    def restart_postgres(self) -> None:
        """It broke off at once, repaired itself, and answers again."""
        assert self.postgres is not None and self.postgres.process is not None
        self.postgres.process.send_signal(signal.SIGQUIT)
        self.postgres.process.wait()
        self.undertaker.forget(self.postgres.process)
        self.postgres.start()
        self.undertaker.watch(self.postgres.process)

    def terminate_backends(self) -> int:
        """Every connection to the database is broken off; returns how many those were."""
        others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            row = connection.execute(others, [connection.info.dbname, connection.info.backend_pid]).fetchone()
        return int(row[0]) if row else 0

    def memory(self) -> int:
        """Bytes of memory of its own that the web process holds."""
        return int(psutil.Process(self.processes["web"].pid).memory_info().rss)


@contextmanager
def servers(folder: Path) -> Iterator[tuple[Postgres, Valkey, dict[str, str]]]:
    """Inside, a PostgreSQL that keeps what it committed and a Valkey run that nobody else uses."""
    home = Home.open(folder)
    postgres, valkey = Postgres(home, fast=False), Valkey(home)
    try:
        postgres.start()
        valkey.start()
        yield postgres, valkey, {**postgres.environment(), **valkey.environment()}
    finally:
        valkey.stop()
        postgres.stop()


@contextmanager
def standing(logs: Path) -> Iterator[FaultHouse]:
    """Inside, web server, worker and beat serve a freshly furnished demo house of their own behind a proxy."""
    with tempfile.TemporaryDirectory(prefix="faults", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with servers(Path(folder)) as (postgres, valkey, addresses):
            port, front = free_port(), free_port()
            environment = {
                **{name: os.environ[name] for name in INHERITED if name in os.environ},
                **addresses,
                "SECRET_KEY": os.environ["SECRET_KEY"],
                "DJANGO_SETTINGS_MODULE": "contactcenter.settings",
                "DEMO": "1",
                "PORT": str(port),
                "ORIGINS": f"http://127.0.0.1:{port},http://127.0.0.1:{front}",
                "RATE_LIMITS": "off",
                "PYTHONUNBUFFERED": "1",
                "PYTHONWARNINGS": NO_SERMON,
                "MEDIA_ROOT": str(logs / "media"),
                "TMPDIR": str(logs / "tmp"),
            }
            (logs / "tmp").mkdir()
            house = FaultHouse(port=port, environment=environment, logs=logs, postgres=postgres, valkey=valkey)
            for server in (postgres, valkey):
                assert server.process is not None
                house.undertaker.watch(server.process)
            house.manage("migrate", "--verbosity", "0")
            house.manage("demo")
            with through(port, front) as house.proxy, _processes(house):
                yield house


@contextmanager
def _processes(house: FaultHouse) -> Iterator[None]:
    try:
        house.start_worker()
        house.start_beat()
        house.start_web()
        yield
    finally:
        for process in house.processes.values():
            process.terminate()
        for name in tuple(house.processes):
            house.stop(name)
