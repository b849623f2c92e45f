"""A killed test run leaves no process."""

import signal
import subprocess
import sys

import psutil

from contactcenter.embedded import ROOT
from tests.live import until

SLEEPER = "import time; time.sleep(600)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPER!r}])"
RUN = f"""
import subprocess, sys
from tests.undertaker import Undertaker

undertaker = Undertaker()
watched = subprocess.Popen([sys.executable, "-c", {PARENT!r}])
undertaker.watch(watched)
forgotten = subprocess.Popen([sys.executable, "-c", {SLEEPER!r}])
undertaker.watch(forgotten)
undertaker.forget(forgotten)
print(watched.pid, forgotten.pid, flush=True)
sys.stdin.read()
"""


def test_what_was_watched_ends_with_the_run_and_what_was_forgotten_does_not() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUN], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        watched, forgotten = (psutil.Process(int(pid)) for pid in run.stdout.readline().split())
        (grandchild,) = until(watched.children)
        run.send_signal(signal.SIGKILL)
    try:
        until(lambda: not any(_runs(process) for process in (watched, grandchild)))
        assert _runs(forgotten)
    finally:
        forgotten.kill()


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
