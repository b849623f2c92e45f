"""The embedded servers, for real: each test starts them through the command line, as people do."""

import json
import os
import shutil
import signal
import socket
import socketserver
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contactcenter.embedded import ROOT, load_environment

BUSY_VARIABLES = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEMO", "PG_BIN")
LOOK = """
import json, os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    row = connection.execute("SELECT upper('ä'), current_setting('TimeZone')").fetchone()
server = redis.Redis.from_url(os.environ["REDIS_URL"])
print(json.dumps({"row": row, "ping": server.ping(), "save": server.config_get("save")["save"], **os.environ}))
"""
WAIT = "import sys; print('up', flush=True); sys.stdin.read()"


def environment(**more: str) -> dict[str, str]:
    """What a fresh terminal has: these tests themselves may run beside embedded servers."""
    return {key: value for key, value in os.environ.items() if key not in BUSY_VARIABLES} | more


def words(folder: Path, *command: str) -> list[str]:
    return [sys.executable, "-m", "contactcenter.embedded", "exec", "--fast", "--dir", str(folder), "--", *command]


def execute(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words(folder, *command),
        cwd=ROOT,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def waiting(folder: Path) -> Iterator[subprocess.Popen]:
    """Inside, a command that waits for its standard input to close runs between the servers."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(
        words(folder, sys.executable, "-c", WAIT), cwd=ROOT, env=environment(), text=True, **pipes
    ) as process:
        assert process.stdout.readline() == "up\n"
        try:
            yield process
        finally:
            process.stdin.close()


@contextmanager
def somebody_else_on(port: int) -> Iterator[None]:
    """Inside, a server that hangs up on everybody has the port."""
    with Stranger(("127.0.0.1", port), socketserver.BaseRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


class Stranger(socketserver.TCPServer):
    allow_reuse_address = True


def ports(folder: Path) -> dict[str, int]:
    return json.loads((folder / "ports.json").read_text())


def listening(folder: Path) -> list[str]:
    """Which of the two servers take connections."""
    found = []
    for name, port in ports(folder).items():
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                found.append(name)
    return found


def data(folder: Path) -> Path:
    """Where PostgreSQL keeps its data for this folder."""
    return folder / "postgres"


def assert_one_sentence(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for part in parts:
        assert part in done.stderr


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A home that has been started once. It lies where every user of the machine can go, as a checkout usually does."""
    parent = Path(tempfile.mkdtemp(prefix="embedded-"))
    parent.chmod(0o755)
    path = parent / "var"
    assert execute(path, "true").returncode == 0
    yield path
    shutil.rmtree(parent)


def test_a_command_finds_both_servers_and_leaves_none(folder: Path) -> None:
    done = execute(folder, sys.executable, "-c", LOOK)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["row"] == ["Ä", "UTC"]
    assert seen["ping"] is True
    assert seen["save"] == ""
    assert seen["DEMO"] == "1"
    assert len(seen["SECRET_KEY"]) >= 40
    assert Path(seen["PG_BIN"], "pg_dump").exists()
    assert listening(folder) == []
    assert not (folder / "env").exists()


def test_the_log_never_repeats_what_a_statement_held(folder: Path) -> None:
    failing = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("CREATE TABLE one (word text PRIMARY KEY)")
    connection.execute("INSERT INTO one VALUES ('word-of-a-customer')")
    for statement in ("INSERT INTO one VALUES ('word-of-a-customer')", "SELECT 'word-of-a-customer'::int"):
        try:
            connection.execute(statement)
        except psycopg.Error as error:
            print("word-of-a-customer" in str(error))
"""
    assert execute(folder, sys.executable, "-c", failing).stdout.split() == ["True", "True"]
    log = (folder / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "word-of-a-customer" not in log


def test_secrets_and_data_are_private_and_kept(folder: Path) -> None:
    before = (folder / "secrets.json").read_text(), ports(folder)
    make = (
        "import os, psycopg\nwith psycopg.connect(os.environ['DATABASE_URL']) as c: c.execute('CREATE TABLE kept ()')"
    )
    read = make.replace("CREATE TABLE kept ()", "SELECT * FROM kept")
    assert execute(folder, sys.executable, "-c", make).returncode == 0
    assert execute(folder, sys.executable, "-c", read).returncode == 0
    assert ((folder / "secrets.json").read_text(), ports(folder)) == before
    assert stat.S_IMODE((folder / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "valkey.conf").stat().st_mode) == 0o600
    assert stat.S_IMODE(data(folder).stat().st_mode) == 0o700


def test_the_commands_own_status_comes_back(folder: Path) -> None:
    assert execute(folder, sys.executable, "-c", "raise SystemExit(7)").returncode == 7
    assert_one_sentence(execute(folder, "no-such-command"), "no-such-command cannot be run")


def test_what_the_environment_names_is_left_alone() -> None:
    with tempfile.TemporaryDirectory() as parent:
        shown = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"
        elsewhere = {"DATABASE_URL": "postgres://elsewhere/x", "REDIS_URL": "redis://elsewhere/0"}
        done = execute(Path(parent), sys.executable, "-c", shown, **elsewhere)
        assert done.stdout.split() == list(elsewhere.values())
        assert not (Path(parent) / "postgres").exists()
        assert not (Path(parent) / "valkey.log").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_command_and_the_servers(folder: Path, number: signal.Signals) -> None:
    with waiting(folder) as process:
        assert listening(folder) == ["postgres", "valkey"]
        process.send_signal(number)
        process.wait(30)
    assert process.returncode == 128 + number
    assert listening(folder) == []


def test_the_last_one_out_stops_the_servers(folder: Path) -> None:
    with waiting(folder) as first:
        with waiting(folder) as second:
            first.stdin.close()
            assert first.wait(30) == 0
            assert listening(folder) == ["postgres", "valkey"]
            second.stdin.close()
            assert second.wait(30) == 0
            assert listening(folder) == []


def test_the_start_after_a_kill_recovers(folder: Path) -> None:
    with waiting(folder) as process:
        process.kill()
        process.wait(30)
    assert listening(folder) == ["postgres", "valkey"]
    done = execute(folder, sys.executable, "-c", LOOK)
    assert done.returncode == 0, done.stderr
    assert listening(folder) == []


def test_stale_pid_file_does_not_matter(folder: Path) -> None:
    pid_file = data(folder) / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{data(folder)}\n0\n1\n\n127.0.0.1\n")
    assert execute(folder, "true").returncode == 0
    assert not pid_file.exists()


@pytest.mark.parametrize("part", ["global/pg_control", "PG_VERSION"])
def test_damaged_data_say_which_folder_to_remove(folder: Path, part: str) -> None:
    hidden = folder.parent / "hidden"
    (data(folder) / part).rename(hidden)
    try:
        done = execute(folder, "true")
    finally:
        hidden.rename(data(folder) / part)
    assert_one_sentence(done, part, f"remove {data(folder)}")
    assert listening(folder) == []


def test_data_postgresql_cannot_read_say_where_the_log_is(folder: Path) -> None:
    control = data(folder) / "global" / "pg_control"
    good = control.read_bytes()
    control.write_bytes(bytes(len(good)))
    try:
        done = execute(folder, "true")
    finally:
        control.write_bytes(good)
    assert_one_sentence(done, str(folder / "postgres.log"), f"remove {data(folder)}")


def test_lost_password_is_said(folder: Path) -> None:
    kept = (folder / "secrets.json").rename(folder / "kept")
    try:
        done = execute(folder, "true")
    finally:
        kept.rename(folder / "secrets.json")
    assert_one_sentence(done, "password", f"remove {data(folder)}")
    assert listening(folder) == []


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_taken_port_is_said(folder: Path, name: str) -> None:
    port = ports(folder)[name]
    with somebody_else_on(port):
        done = execute(folder, "true")
    assert_one_sentence(done, f"Port {port}", "in use", "ports.json")
    assert listening(folder) == []


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    place = tmp_path / "var"
    place.write_text("")
    assert_one_sentence(execute(place, "true"), str(place), "remove it")


def test_load_environment_fills_gaps_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "env").write_text("DATABASE_URL=postgresql://a:b@127.0.0.1:1/c\nSECRET_KEY=kept=here\nDEMO=1\n")
    for name in BUSY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DEMO", "0")
    assert load_environment(tmp_path) is True
    assert os.environ["DATABASE_URL"] == "postgresql://a:b@127.0.0.1:1/c"
    assert os.environ["SECRET_KEY"] == "kept=here"
    assert os.environ["DEMO"] == "0"


def test_load_environment_respects_a_given_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "env").write_text("DATABASE_URL=postgresql://a:b@127.0.0.1:1/c\n")
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/x")
    assert load_environment(tmp_path) is False
    assert os.environ["DATABASE_URL"] == "postgres://elsewhere/x"
    monkeypatch.delenv("DATABASE_URL")
    assert load_environment(tmp_path / "nowhere") is False
