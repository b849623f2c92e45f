"""The processes of the Procfile, started and stopped together: `python -m contactcenter.processes`."""

import os
import signal
import sys
import threading
import time

from honcho.environ import expand_processes, parse_procfile
from honcho.manager import Manager

from contactcenter.embedded import ROOT

WATCH_SECONDS = 0.5
# Celery warns root at length; the demo, on loopback and for one person, may be root's.
NO_SERMON = "ignore:You're running the worker with superuser privileges"


class Processes(Manager):
    """Honcho's manager, which can be stopped while it is still starting."""

    def terminate(self) -> None:
        """Ask every process to end; asked too early, it asks again until each has been started."""
        if self._all_started():
            super().terminate()
        else:
            signal.signal(signal.SIGALRM, lambda *_: self.terminate())
            signal.setitimer(signal.ITIMER_REAL, 0.1)


def stop_when_orphaned() -> None:
    """Asks this process to stop when its parent is gone (killed, so that it could not ask itself)."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def main() -> int:
    """Run until one of the processes ends or SIGTERM comes; afterwards none of them is left."""
    environment = {
        **os.environ,
        "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", os.defpath),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), NO_SERMON])),
    }
    procfile = parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8"))
    manager = Processes()
    for process in expand_processes(procfile.processes, port=int(os.environ["PORT"])):
        manager.add_process(process.name, process.cmd, env={**environment, **process.env}, cwd=str(ROOT))
    stop_when_orphaned()
    manager.loop()
    return manager.returncode or 0


if __name__ == "__main__":
    sys.exit(main())
