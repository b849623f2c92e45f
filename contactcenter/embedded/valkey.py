"""One private Valkey (or Redis): nothing on disk, a password, loopback only. Losing it loses nothing."""

import os
import subprocess
import time

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from contactcenter.embedded.binaries import find_valkey
from contactcenter.embedded.errors import CannotStart
from contactcenter.embedded.home import Home, is_free, open_log, write_private

START_SECONDS = 20
STOP_SECONDS = 10


class Valkey:
    """The Valkey of one home. `start` may be called when it runs already, `stop` when it does not run."""

    def __init__(self, home: Home) -> None:
        """`home` names the port, the password and where the configuration and the log lie."""
        self.home = home
        self.port = home.ports["valkey"]
        self.password = home.secrets["valkey"]
        self.log = home.path / "valkey.log"
        self.process: subprocess.Popen | None = None

    def environment(self) -> dict[str, str]:
        """What a client needs: the address with the password."""
        return {"REDIS_URL": f"redis://:{self.password}@127.0.0.1:{self.port}/0"}

    def start(self) -> None:
        """Afterwards the server answers on its port. Raises CannotStart."""
        if self._answers():
            return
        if not is_free(self.port):
            raise CannotStart(
                f"Port {self.port} of 127.0.0.1, kept for Valkey, is in use by another program: "
                f"stop that program, or remove {self.home.path / 'ports.json'} to draw new ports."
            )
        self._launch()

    def stop(self) -> bool:
        """Afterwards no server of ours runs on the port. False when none did."""
        if not self._answers():
            return False
        with self._client() as client:
            try:
                client.shutdown(nosave=True)
            except redis.ConnectionError:
                # It left without a word, which is what was asked.
                pass
        deadline = time.monotonic() + STOP_SECONDS
        while self._answers() and time.monotonic() < deadline:
            time.sleep(0.02)
        if self.process:
            self.process.wait(STOP_SECONDS)
        return True

    def _client(self) -> redis.Redis:
        no_retry = Retry(NoBackoff(), 0)
        return redis.Redis(host="127.0.0.1", port=self.port, password=self.password, socket_timeout=2, retry=no_retry)

    def _answers(self) -> bool:
        """True when a server on our port knows our password."""
        with self._client() as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def _launch(self) -> None:
        folder = str(self.home.path).replace("\\", "\\\\").replace('"', '\\"')
        configuration = self.home.path / "valkey.conf"
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            "protected-mode yes",
            f"requirepass {self.password}",
            f'dir "{folder}"',
            'save ""',
            "appendonly no",
            "daemonize no",
            # A broker must refuse rather than throw away what it was given.
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
        ]
        write_private(configuration, "\n".join(lines) + "\n")
        with open_log(self.log) as log:
            self.process = subprocess.Popen(  # noqa: S603 our own find with our own arguments
                [find_valkey(), configuration],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no word"]
                raise CannotStart(f"Valkey did not start ({said[-1]}); its log is {self.log}.")
            time.sleep(0.02)
