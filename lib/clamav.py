"""ClamAV's daemon over its socket: is this file infected?"""

import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

CHUNK = 64 * 1024
SECONDS = 15.0


class NoAnswer(Exception):
    """The daemon could not be asked, or said something that is no verdict."""


def is_infected(path: Path, address: str) -> bool:
    """Whether the daemon at tcp://host:port or unix:///path finds something in the file. Raises NoAnswer."""
    try:
        with _connected(address) as daemon, path.open("rb") as file:
            daemon.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK):
                daemon.sendall(struct.pack("!L", len(chunk)) + chunk)
            daemon.sendall(struct.pack("!L", 0))
            answer = _all(daemon).rstrip(b"\0\n").decode("utf-8", "replace")
    except OSError as error:
        raise NoAnswer(type(error).__name__) from error
    if answer.endswith("FOUND"):
        return True
    if answer.endswith(": OK"):
        return False
    raise NoAnswer(answer[:80])


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        daemon = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        daemon.settimeout(SECONDS)
        daemon.connect(parts.path)
        return daemon
    return socket.create_connection((parts.hostname or "localhost", parts.port or 3310), SECONDS)


def _all(daemon: socket.socket) -> bytes:
    answer = b""
    while len(answer) < 4096 and (chunk := daemon.recv(4096)):
        answer += chunk
    return answer
