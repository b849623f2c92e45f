"""Whatever comes over the sockets is answered as documented: no fault, no trace, no undocumented close."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from chats.commands import CUSTOMER
from chats.consumers import CustomerHello, DeskHello
from contactcenter.asyncapi import CLOSE_CODES
from contactcenter.simulator.rest import Rest
from contactcenter.simulator.tally import Tally
from contactcenter.sockets import Desk
from lib.wire import MAX_FRAME, Frame
from tests.faults.frames import Checked
from tests.fuzz.values import KNOWN, anything, frames, fuzzed, table, written
from tests.live import Live

pytestmark = pytest.mark.live

AGENT = "hassan"
PATIENCE = 30
ALWAYS = {"hello": Frame, "ping": Frame}
_numbers = count(1)


class Player:
    """A socket that says whatever it is given and holds the server to what it declares; comes back when closed."""

    def __init__(self, opening: Callable[[], ClientConnection], hello: Callable[[], dict[str, Any]]) -> None:
        self._opening, self._hello = opening, hello
        self.checked = Checked()
        self.wire: ClientConnection | None = None

    def ready(self) -> ClientConnection:
        """A socket that has said hello."""
        while self.wire is None:
            self.wire = self._opening()
            try:
                self.wire.send(json.dumps({"type": "hello", "id": "hello", **self._hello()}))
                self.barrier()
            except ConnectionClosed as closed:
                self.closed(closed)
        return self.wire

    def say(self, raw: str | bytes) -> None:
        """The server has dealt with it."""
        wire = self.ready()
        try:
            wire.send(raw)
            self.barrier()
        except ConnectionClosed as closed:
            self.closed(closed)

    def barrier(self) -> None:
        """Everything sent before has been answered: so has what comes after it and means nothing."""
        assert self.wire is not None
        mine = f"barrier {next(_numbers)}"
        self.wire.send(json.dumps({"type": "no command of the table", "id": mine}))
        deadline = time.monotonic() + PATIENCE
        while self.hear(self.wire.recv(max(0.1, deadline - time.monotonic()))).get("id") != mine:
            pass

    def hear(self, raw: str | bytes) -> dict[str, Any]:
        """One frame of the server, as declared and no fault."""
        frame = json.loads(raw)
        self.checked.hear(frame)
        assert not self.checked.problems, self.checked.problems
        assert "Traceback" not in raw and frame.get("code") != "unavailable", raw
        if frame["type"] == "desk":
            KNOWN[1:] = [part["id"] for pile in ("offers", "chats", "wrapups") for part in frame[pile]]
        return frame

    def closed(self, why: ConnectionClosed) -> None:
        """It was closed with a documented code."""
        self.wire = None
        assert why.rcvd is not None and why.rcvd.code in CLOSE_CODES, why

    def leave(self) -> None:
        """The socket is closed."""
        if self.wire is not None:
            self.wire.close()


def opened(live: Live, path: str, **options: Any) -> ClientConnection:
    """A socket on which nothing has been said."""
    return connect(live.socket_url + path, compression=None, proxy=None, max_size=None, legacy=True, **options)


@pytest.fixture(scope="module")
def token(live_server_processes: Live) -> str:
    """What opens a customer's chat that waits in the queue."""
    with httpx.Client(base_url=live_server_processes.base_url, trust_env=False) as http:
        started = http.post("/api/v1/widget/direct/chats/", json={"name": "Fuzzy"}).json()
    KNOWN[:] = [started["chat"]]
    return str(started["token"])


@pytest.fixture(scope="module")
def cookie(live_server_processes: Live) -> str:
    """An agent's session."""

    async def log_in() -> str:
        async with Rest(live_server_processes.base_url, Tally()) as rest:
            return await rest.log_in(AGENT, "demo")

    return asyncio.run(log_in())


@pytest.fixture
def quiet_log(live_server_processes: Live) -> Iterator[None]:
    """The web server had no fault to log meanwhile."""
    before = len(live_server_processes.said("web"))
    yield
    said = live_server_processes.said("web")[before:]
    assert "Traceback" not in said and " ERROR " not in said, said[-3000:]


def desk(live: Live, cookie: str) -> ClientConnection:
    """The agent's connection."""
    return opened(live, "/ws/desk/", origin=live.base_url, additional_headers={"Cookie": cookie})


@pytest.mark.usefixtures("quiet_log")
def test_a_close_code_of_the_standard_reaches_the_client(live_server_processes: Live, token: str) -> None:
    wire = opened(live_server_processes, "/ws/customer/")
    wire.send(json.dumps({"type": "hello", "id": "1", "token": token}))
    wire.send(json.dumps({"type": "x" * MAX_FRAME}))
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            wire.recv(PATIENCE)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009
    wire.close()


@pytest.mark.usefixtures("quiet_log")
def test_whatever_a_customer_sends_is_answered_as_documented(live_server_processes: Live, token: str) -> None:
    live = live_server_processes
    player = Player(lambda: opened(live, "/ws/customer/"), lambda: {"token": token})

    @fuzzed(250, 25_000)
    @given(anything({**table(CUSTOMER), **ALWAYS}))
    def play(raw: str | bytes) -> None:
        player.say(raw)

    play()
    player.leave()


@pytest.mark.usefixtures("quiet_log")
def test_whatever_a_desk_sends_is_answered_as_documented(live_server_processes: Live, token: str, cookie: str) -> None:
    live = live_server_processes
    player = Player(lambda: desk(live, cookie), lambda: {"take_over": True})

    @fuzzed(250, 25_000)
    @given(anything({**table(Desk.commands), **ALWAYS}))
    def play(raw: str | bytes) -> None:
        player.say(raw)

    play()
    player.leave()
    live.execute("UPDATE agents_agent SET lease_until = now() - interval '1 s' WHERE state <> 'offline'")


@pytest.mark.usefixtures("quiet_log")
@pytest.mark.parametrize("side", ["customer", "desk"])
def test_whatever_comes_first_is_welcomed_or_closed_as_documented(
    live_server_processes: Live, side: str, token: str, cookie: str
) -> None:
    live = live_server_processes
    kind: type[Frame] = CustomerHello if side == "customer" else DeskHello
    hellos = frames({"hello": kind}).map(written)

    @fuzzed(30, 2_000)
    @given(st.one_of(hellos, anything({"hello": kind, "sync": Frame})))
    def play(raw: str | bytes) -> None:
        wire = opened(live, "/ws/customer/") if side == "customer" else desk(live, cookie)
        player = Player(lambda: wire, dict)
        try:
            wire.send(raw)
            while player.hear(wire.recv(PATIENCE))["type"] not in ("error", "chat", "desk"):
                pass
        except ConnectionClosed as closed:
            player.closed(closed)
        finally:
            wire.close()

    play()
