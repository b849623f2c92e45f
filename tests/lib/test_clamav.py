"""ClamAV's hook against a server that speaks its protocol: INSTREAM, chunks with their length, an answer."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lib import clamav
from lib.clamav import CHUNK, NoAnswer, is_infected

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMIT = 4 * CHUNK


def exactly(daemon: socket.socket, size: int) -> bytes:
    """So many bytes."""
    data = b""
    while len(data) < size:
        piece = daemon.recv(size - len(data))
        if not piece:
            raise ConnectionError
        data += piece
    return data


def as_clamd(daemon: socket.socket) -> None:
    """Reads the stream and says what clamd says of it."""
    assert exactly(daemon, 10) == b"zINSTREAM\0"
    data = b""
    while size := struct.unpack("!L", exactly(daemon, 4))[0]:
        data += exactly(daemon, size)
        if len(data) > LIMIT:
            daemon.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
    daemon.sendall(b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in data else b"stream: OK\0")


def silent(daemon: socket.socket) -> None:
    """Reads all and says nothing until the other side has had enough."""
    while daemon.recv(CHUNK):
        pass


def deaf(daemon: socket.socket) -> None:
    """Neither reads nor says anything until the other side has had enough."""
    done.wait(20)


def gone(daemon: socket.socket) -> None:
    """Hangs up."""


def saying(words: bytes) -> Callable[[socket.socket], None]:
    """Reads the first chunk and says something."""

    def say(daemon: socket.socket) -> None:
        exactly(daemon, 10)
        with suppress(ConnectionError):
            while size := struct.unpack("!L", exactly(daemon, 4))[0]:
                exactly(daemon, size)
        daemon.sendall(words)

    return say


done = threading.Event()


@contextmanager
def serving(listener: socket.socket, speak: Callable[[socket.socket], None]) -> Iterator[None]:
    """Inside, one who calls is spoken to."""

    def serve() -> None:
        daemon, _address = listener.accept()
        with daemon, suppress(ConnectionError):
            speak(daemon)

    done.clear()
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(10)
        listener.close()


def asked(speak: Callable[[socket.socket], None], path: Path, data: bytes) -> bool:
    path.write_bytes(data)
    listener = socket.create_server(("127.0.0.1", 0))
    with serving(listener, speak):
        return is_infected(path, f"tcp://127.0.0.1:{listener.getsockname()[1]}")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clamav, "SECONDS", 1.0)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_clean_and_infected(tmp_path: Path, size: int) -> None:
    assert asked(as_clamd, tmp_path / "a", b"x" * size) is False
    assert asked(as_clamd, tmp_path / "a", b"x" * size + EICAR) is True


@pytest.mark.parametrize(
    ("speak", "size"),
    [
        (as_clamd, 2 * LIMIT),
        (silent, 100),
        (deaf, 30 * 1024 * 1024),
        (gone, 100),
        (saying(b"UNKNOWN COMMAND\0"), 100),
        (saying(b"stream: Can't allocate memory ERROR\0"), 100),
        (saying(b""), 100),
        (saying(b"\xff\xfe"), 100),
    ],
    ids=["too large", "silent", "deaf", "gone", "unknown", "error", "nothing", "gibberish"],
)
def test_no_verdict_is_no_answer(tmp_path: Path, speak: Callable[[socket.socket], None], size: int) -> None:
    with pytest.raises(NoAnswer):
        asked(speak, tmp_path / "a", b"x" * size)


def test_over_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(EICAR)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        with serving(listener, as_clamd):
            assert is_infected(path, f"unix://{tmp_path}/s") is True


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:///nowhere/s"])
def test_nobody_there(tmp_path: Path, address: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    with pytest.raises(NoAnswer):
        is_infected(path, address)
