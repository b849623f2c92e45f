"""`make run`: servers, migrations, demo data, the processes of the Procfile; Ctrl-C stops all of it."""

import fcntl
import http.client
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from contactcenter.embedded import DEFAULT_FOLDER, ROOT
from contactcenter.embedded.command import Interrupted, interruptible, run
from contactcenter.embedded.errors import CannotStart, in_plain_words
from contactcenter.embedded.home import is_free, make_folder, open_lock
from contactcenter.embedded.servers import running

STOPPED = {130, 143}
PREPARATIONS = (("migrate", "--verbosity", "0"), ("demo",))
READY = """
  Shop with the chat       {base}/
  Customer, bot first      {base}/widget/demo/
  Customer, straight on    {base}/widget/direct/
  Agents' desk             {base}/desk/
  Administration           {base}/admin/

  Log in as alice, anna, ahmed or another agent, as bob the supervisor or as admin; the password is demo.
  Ctrl-C stops everything.

"""


def main() -> int:
    """Serve until Ctrl-C (status 0). Every failure is one sentence on stderr and status 1."""
    interruptible()
    try:
        return serve_from(DEFAULT_FOLDER, _port())
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Interrupted as interrupted:
        return interrupted.status


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def serve_from(folder: Path, port: int) -> int:
    """Serve on `port` with the servers of `folder`. Raises CannotStart before anything is started when it cannot be."""
    with in_plain_words(folder), _only_one(folder):
        if not is_free(port):
            raise CannotStart(
                f"Port {port} of 127.0.0.1 is in use: stop the program that uses it, or choose another port, "
                f"for example PORT={port + 1} make run."
            )
        with running(folder) as environment:
            return _prepare_and_serve({**environment, "PORT": str(port)}, port)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Inside, no second `make run` of this checkout gets in."""
    make_folder(folder)
    with open_lock(folder / "run.lock") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart("`make run` is already running in this checkout: stop it with Ctrl-C first.") from None
        yield


def _prepare_and_serve(environment: Mapping[str, str], port: int) -> int:
    for command in PREPARATIONS:
        status = run([sys.executable, str(ROOT / "manage.py"), *command], environment, apart=True)
        if status in STOPPED:
            return status
        if status:
            raise CannotStart(f"`manage.py {command[0]}` failed: what it says is above.")
    threading.Thread(target=_announce, args=(port,), daemon=True).start()
    status = run([sys.executable, "-m", "contactcenter.processes"], environment, apart=True)
    if status in STOPPED:
        sys.stdout.write("Everything is stopped; the data stay in var/.\n")
        return 0
    raise CannotStart("One of the processes ended by itself, so all were stopped: its last lines are above.")


def _announce(port: int) -> None:
    """Say where everything is as soon as the web server answers."""
    while not _is_ready(port):
        time.sleep(0.2)
    sys.stdout.write(READY.format(base=f"http://127.0.0.1:{port}"))
    sys.stdout.flush()


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
