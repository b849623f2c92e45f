"""The sweeps, by the real worker and beat: deadlines are kept by whoever is alive."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.live import Live, until

pytestmark = pytest.mark.live


@contextmanager
def desk(live: Live, username: str) -> Iterator[ClientConnection]:
    """The desk of one of the demo's agents, Available."""
    with httpx.Client(base_url=live.base_url) as browser:
        browser.get("/accounts/login/")
        form = {"username": username, "password": "demo", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        assert browser.post("/accounts/login/", data=form).status_code == 302
        cookie = f"sessionid={browser.cookies['sessionid']}"
    headers = {"Cookie": cookie}
    address = f"{live.socket_url}/ws/desk/"
    with connect(address, origin=Origin(live.base_url), additional_headers=headers, open_timeout=30) as socket:
        ask(socket, "hello", take_over=True)
        ask(socket, "agent.set_state", state="available")
        yield socket


def ask(socket: ClientConnection, kind: str, **fields: Any) -> dict[str, Any]:
    """The answer to a frame."""
    socket.send(json.dumps({"type": kind, "id": kind, **fields}))
    return hear(socket, lambda frame: frame.get("id") == kind)


def hear(socket: ClientConnection, true: Any) -> dict[str, Any]:
    """The next frame of which it is true."""
    while True:
        frame: dict[str, Any] = json.loads(socket.recv(timeout=30))
        if true(frame):
            return frame


def new_chat(live: Live) -> str:
    response = httpx.post(f"{live.base_url}/api/v1/widget/direct/chats/", json={"name": "Carol"})
    assert response.status_code == 201
    return str(response.json()["chat"])


def shown(socket: ClientConnection, chat: str) -> dict[str, Any]:
    """The offer of the chat on the desk."""
    frame = hear(
        socket,
        lambda frame: frame["type"] == "desk" and any(offer["chat"] == chat for offer in frame["offers"]),
    )
    return next(offer for offer in frame["offers"] if offer["chat"] == chat)


@pytest.mark.parametrize("alive", ["everybody", "the worker's alarm alone"])
def test_an_offer_that_nobody_takes_becomes_rona_in_time(live_server_processes: Live, alive: str) -> None:
    live = live_server_processes
    live.execute("UPDATE routing_queue SET offer_timeout = 2")
    if alive != "everybody":
        live.stop("beat")
    try:
        with desk(live, "alice") as socket:
            chat = new_chat(live)
            offer = shown(socket, chat)
            frame = hear(socket, lambda frame: frame["type"] == "desk" and frame["agent"]["state"] == "rona")
            assert all(each["id"] != offer["id"] for each in frame["offers"])
            ((late, outcome),) = live.execute(
                "SELECT extract(epoch FROM ended_at - expires_at), outcome FROM chats_offer WHERE id = %s",
                [offer["id"]],
            )
            assert outcome == "lapsed"
            assert 0 <= late <= 10
            ask(socket, "agent.set_state", state="available")
            again = shown(socket, chat)
            assert again["waiting_since"] == offer["waiting_since"]
            assert ask(socket, "offer.accept", offer=again["id"])["type"] == "ok"
            assert ask(socket, "chat.end", chat=chat)["type"] == "ok"
            live.execute("UPDATE wrapup_wrapup SET due_at = now() WHERE outcome = ''")
            if alive == "everybody":
                until(lambda: live.execute("SELECT 1 FROM wrapup_wrapup WHERE outcome = 'lapsed'"))
    finally:
        live.execute("UPDATE routing_queue SET offer_timeout = 30")
        if "beat" not in live.processes:
            live.start_beat()
