"""`make run` says in one sentence why it cannot, before it starts anything."""

import fcntl
import socket
from pathlib import Path

import pytest

from contactcenter.embedded.errors import CannotStart
from contactcenter.run import serve_from


def test_taken_port_starts_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} .* in use"):
            serve_from(tmp_path, port)
    assert [path.name for path in tmp_path.iterdir()] == ["run.lock"]


def test_a_second_run_in_the_same_checkout_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CannotStart, match="already running"):
            serve_from(tmp_path, 1)
