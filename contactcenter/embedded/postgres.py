"""One private PostgreSQL: made once, started, recognised when it still runs, stopped."""

import locale
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from contactcenter.embedded.account import Account, data_folder, service_account
from contactcenter.embedded.binaries import PostgresPrograms, find_postgres
from contactcenter.embedded.errors import CannotStart, damaged, disk_full
from contactcenter.embedded.home import Home, is_free, make_folder, open_log

NAME = "contactcenter"
START_SECONDS = 120
STOP_SECONDS = 30
SPACE_FOR_NEW = 300 * 1024 * 1024
PARTS = ("PG_VERSION", "global/pg_control", "postgresql.conf", "pg_hba.conf", "base", "pg_wal")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    # A log holds no statement, parameter, row or sentence about a wrong value: they may hold what people typed.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    # /dev/shm is small in containers, and these tables need no parallel plan.
    "max_parallel_workers_per_gather": "0",
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
WRONG_PASSWORD = "password authentication failed"  # noqa: S105 what the server says
CHARACTERS = ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8", "C")


class Postgres:
    """The PostgreSQL of one home. `start` may be called when it runs already, `stop` when it does not run."""

    def __init__(self, home: Home, *, fast: bool) -> None:
        """`fast` gives up safety against a power cut: for databases that tests throw away."""
        self.home = home
        self.port = home.ports["postgres"]
        self.password = home.secrets["postgres"]
        self.log = home.path / "postgres.log"
        self.data = data_folder(home)
        self.account: Account = service_account(self.data)
        self.settings = {**SETTINGS, **(FAST if fast else {}), "port": str(self.port)}
        self.fast = fast
        self.process: subprocess.Popen | None = None
        self.refused = False
        self.programs: PostgresPrograms | None = None

    def environment(self) -> dict[str, str]:
        """What a client needs: the address of the database, and where pg_dump and psql of the same version are."""
        address = f"postgresql://{NAME}:{self.password}@127.0.0.1:{self.port}/{NAME}"
        return {"DATABASE_URL": address, "PG_BIN": str(self._programs().folder)}

    def start(self) -> None:
        """Afterwards the database answers on its port. Raises CannotStart."""
        if self.data.exists() or self.data.is_symlink():
            self._check_sound()
        else:
            self._create()
        if not self._answers():
            self._clear_the_way()
            self._launch()
        self._create_database()

    def stop(self) -> bool:
        """Afterwards no server runs on this data. False when none did."""
        if self._running_pid() is None:
            return False
        for mode in ("fast", "immediate"):
            arguments = ["stop", "-D", self.data, "-m", mode, "-w", "-t", str(STOP_SECONDS), "-s"]
            if self._run("pg_ctl", *arguments).returncode == 0:
                break
        if self.process:
            self.process.wait(STOP_SECONDS)
        return True

    def _programs(self) -> PostgresPrograms:
        if self.programs is None:
            version = self.data / "PG_VERSION"
            major = int(version.read_text(encoding="ascii")) if version.exists() else None
            self.programs = find_postgres(self.account, self.data, major)
        return self.programs

    def _run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs to its end, out of reach of the terminal's Ctrl-C."""
        command = [self._programs().folder / program, *arguments]
        return subprocess.run(  # noqa: S603 the program is our own find, the arguments are ours
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            env=_plain_environment(),
            start_new_session=True,
            **self.account.options(),
        )

    def _create(self) -> None:
        """Make the cluster beside its place and move it there when whole, so that an interruption leaves nothing."""
        make_folder(self.data.parent)
        if shutil.disk_usage(self.data.parent).free < SPACE_FOR_NEW:
            raise CannotStart(disk_full(self.data.parent))
        if self.data.parent != self.home.path:
            sys.stderr.write(
                f"PostgreSQL must not run as root and the user {self.account.name} cannot enter {self.home.path}, "
                f"so its data are in {self.data}.\n"
            )
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.account.own(draft)
        with tempfile.NamedTemporaryFile("w", dir=self.data.parent, encoding="ascii") as password:
            password.write(self.password)
            password.flush()
            self.account.own(Path(password.name))
            options = ["-D", draft, "-U", NAME, "--pwfile", password.name, "--encoding=UTF8", "--locale=C"]
            options += ["--auth-local=scram-sha-256", "--auth-host=scram-sha-256", *self._character_options()]
            done = self._run("initdb", *options, *(["--no-sync"] if self.fast else []))
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise CannotStart(self._explain(done.stdout + done.stderr))
        draft.rename(self.data)

    def _character_options(self) -> list[str]:
        """Sort by code point everywhere, yet know upper and lower case of all letters."""
        if self._programs().major >= 17:
            return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return [f"--lc-ctype={next(filter(_locale_exists, CHARACTERS))}"]

    def _check_sound(self) -> None:
        """Raises CannotStart when the data folder plainly is not a whole cluster."""
        if not self.data.is_dir():
            raise CannotStart(damaged(self.data, "it is not a folder", self.data))
        for part in PARTS:
            if not (self.data / part).exists():
                raise CannotStart(damaged(self.data, f"{part} is missing", self.data))
        if not (self.data / "PG_VERSION").read_text(encoding="utf-8", errors="replace").strip().isdigit():
            raise CannotStart(damaged(self.data, "PG_VERSION makes no sense", self.data))

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=NAME,
            password=self.password,
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def _answers(self) -> bool:
        """True when the server on our port is the one of our data."""
        try:
            with self._connect("postgres") as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError as error:
            self.refused = WRONG_PASSWORD in str(error)
            return False
        return row is not None and os.path.realpath(row[0]) == os.path.realpath(self.data)

    def _running_pid(self) -> int | None:
        """The process that serves our data, None when the pid file is absent or a leftover."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if str(self.data) in command_line(pid) else None

    def _clear_the_way(self) -> None:
        """Remove what a killed run left behind: a server that does not answer, or the pid file of one that is gone."""
        if not self.stop():
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        if not is_free(self.port):
            raise CannotStart(
                f"Port {self.port} of 127.0.0.1, kept for PostgreSQL, is in use by another program: "
                f"stop that program, or remove {self.home.path / 'ports.json'} to draw new ports."
            )

    def _launch(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            report = self._launch_once(deadline)
            if report is None:
                return
            # The helpers of a killed server need a moment to notice that it is gone.
            if "pre-existing shared memory block" not in report or time.monotonic() > deadline:
                raise CannotStart(self._explain(report))
            time.sleep(0.2)

    def _launch_once(self, deadline: float) -> str | None:
        """Start the server and wait until it answers. None when it does, else what it wrote before it gave up."""
        command = [self._programs().folder / "postgres", "-D", self.data]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        with open_log(self.log) as log:
            begin = log.tell()
            self.process = subprocess.Popen(  # noqa: S603 our own find with our own arguments
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_plain_environment(),
                start_new_session=True,
                umask=0o077,
                **self.account.options(),
            )
        while not self._answers():
            if self.refused or self.process.poll() is not None or time.monotonic() > deadline:
                with self.log.open("rb") as log:
                    log.seek(begin)
                    return log.read().decode(errors="replace")
            time.sleep(0.03)
        return None

    def _explain(self, report: str) -> str:
        """One sentence on why PostgreSQL did not come up, from what it said."""
        if "No space left on device" in report:
            return disk_full(self.data)
        lines = [line.strip() for line in report.splitlines() if line.strip()]
        grave = [line for line in lines if any(word in line for word in ("PANIC:", "FATAL:", "error:"))]
        said = (grave or lines or ["it did not answer in time"])[-1]
        if WRONG_PASSWORD in said:
            return damaged(self.data, "its password is not the one in secrets.json", self.data)
        said = re.sub(r"^.*?(?=PANIC:|FATAL:|error:)", "", said)
        return (
            f"PostgreSQL did not start ({said.rstrip('.')}); its log is {self.log}. "
            f"If its data are damaged, remove {self.data} and start again with an empty database."
        )

    def _create_database(self) -> None:
        with self._connect("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))


def command_line(pid: int) -> str:
    """The words a running process was started with; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ")
    except FileNotFoundError:
        pass
    if Path("/proc/self").exists():
        return ""
    ps = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True, check=False).stdout  # noqa: S603 fixed words and a number


def _plain_environment() -> dict[str, str]:
    """No PG* variable and no odd locale of the caller reaches the server (macOS needs LC_ALL to be set)."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _locale_exists(name: str) -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return True
