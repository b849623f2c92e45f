"""The wire client against small scripted sockets: refusals, take-over, losses, frames that aren't as agreed."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from contactcenter.simulator.client import Address, Over, Refusal, Timing, Unanswered, WireClient
from contactcenter.simulator.tally import Tally

QUICK = Timing(answer=0.3, heartbeat=0.2, hole=0.02, back_from=0.01, back_to=0.02)
Script = Callable[[ServerConnection, dict], Awaitable[None]]


@asynccontextmanager
async def connected(script: Script, tally: Tally, timing: Timing = QUICK, hello: dict | None = None):
    """A client whose every connection is played by the script, which is handed the hello."""

    async def play(socket: ServerConnection) -> None:
        await script(socket, json.loads(await socket.recv()))

    async with serve(play, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        address = Address(f"ws://127.0.0.1:{port}/", hello=hello if hello is not None else {"token": "t"})
        async with WireClient(address, tally, timing) as client:
            yield client


async def say(socket: ServerConnection, **frame: object) -> None:
    await socket.send(json.dumps(frame))


async def welcome(socket: ServerConnection, hello: dict, **heads: int) -> None:
    await say(socket, type="welcome", id=hello["id"], epoch="1", heads=heads)


async def test_a_desk_in_use_is_taken_over_and_a_desk_taken_from_us_is_not_taken_back():
    hellos: list[bool] = []

    async def script(socket, hello):
        hellos.append(hello["take_over"])
        if not hello["take_over"]:
            await say(socket, type="error", id=hello["id"], code="conflict", message="In use.")
        else:
            await welcome(socket, hello)
            await socket.recv()
        await socket.close(4409)

    tally = Tally()
    async with connected(script, tally, hello={"after": {}}) as client:
        assert await client.change.until(lambda: client.online, 2)
        await client.tell("ping")
        assert await client.change.until(lambda: client.over is not None, 2)
        with pytest.raises(Over, match="4409"):
            await client.request("sync")
    assert hellos == [False, True]
    assert tally.count["desks taken over"] == 1


async def test_a_refused_hello_and_final_closes_are_not_tried_again():
    async def script(socket, hello):
        await say(socket, type="error", id=hello["id"], code="unauthenticated", message="Who?")
        await socket.close(4401)

    async with connected(script, Tally()) as client:
        assert await client.change.until(lambda: client.over is not None, 2)
        with pytest.raises(Over, match="unauthenticated"):
            await client.request("chat.leave")


async def test_after_a_loss_hello_carries_the_cursor_and_brings_the_rest():
    seen: list[int] = []

    async def script(socket, hello):
        seen.append(hello["after"])
        await welcome(socket, hello, c=3)
        missed = [{"seq": seq, "kind": "message"} for seq in range(hello["after"] + 1, 4)]
        await say(socket, type="entries", chat="c", stream="public", entries=missed[: 2 if len(seen) == 1 else 3])
        if len(seen) == 1:
            await socket.close(1012)
        else:
            await socket.wait_closed()

    slow_to_mend = Timing(answer=1.0, heartbeat=5.0, hole=5.0, back_from=0.01, back_to=0.02)
    async with connected(script, Tally(), slow_to_mend) as client:
        assert await client.change.until(lambda: client.transcript("c").cursor == 3, 2)
    assert seen == [0, 2]


async def test_a_heartbeat_that_shows_a_higher_head_makes_it_ask():
    async def script(socket, hello):
        await welcome(socket, hello, c=0)
        async for raw in socket:
            frame = json.loads(raw)
            if frame["type"] == "ping":
                await say(socket, type="pong", heads={"c": 1}, rev=0)
            elif frame["type"] == "sync":
                assert (frame["chat"], frame["stream"], frame["after"]) == ("c", "public", 0)
                await say(
                    socket, type="ok", id=frame["id"], entries=[{"seq": 1, "kind": "message"}], more=False, head=1
                )

    tally = Tally()
    async with connected(script, tally) as client:
        assert await client.change.until(lambda: client.transcript("c").cursor == 1, 3)
    assert tally.count["holes mended"] == 1


async def test_a_silent_server_is_left_and_tried_again():
    hellos = asyncio.Semaphore(0)

    async def script(socket, hello):
        hellos.release()
        await welcome(socket, hello)
        await socket.wait_closed()

    tally = Tally()
    async with connected(script, tally):
        async with asyncio.timeout(5):
            await hellos.acquire()
            await hellos.acquire()
    assert tally.count["closed silent"] == 1


async def test_told_it_is_too_fast_it_waits_and_sends_the_same_again():
    frames: list[dict] = []

    async def script(socket, hello):
        await welcome(socket, hello)
        async for raw in socket:
            frames.append(json.loads(raw))
            if frames[-1]["type"] == "message.send" and len(frames) == 1:
                await say(socket, type="error", id=frames[-1]["id"], code="rate_limited", message="Slow down.")
            else:
                await say(socket, type="ok", id=frames[-1]["id"], seq=1, text="hi", findings=[], duplicate=False)

    tally = Tally()
    record = tally.opened("c", "t", 0.0)
    async with connected(script, tally, Timing()) as client:
        said = await client.say(record, "hi", 10)
    assert said is not None and frames[0]["cid"] == frames[1]["cid"] == said.cid
    assert frames[0]["id"] != frames[1]["id"]
    assert tally.held_up == {"socket": 1.0}


async def test_a_refused_message_is_kept_as_refused():
    async def script(socket, hello):
        await welcome(socket, hello)
        frame = json.loads(await socket.recv())
        await say(socket, type="error", id=frame["id"], code="pci_dropped", message="A card number.")
        await socket.wait_closed()

    tally = Tally()
    record = tally.opened("c", "t", 0.0)
    async with connected(script, tally) as client:
        assert await client.say(record, "4111 1111 1111 1111", 5) is None
    assert (len(record.refused), record.unanswered, record.said) == (1, [], [])
    assert tally.count["discarded by policy"] == 1


async def test_no_answer_in_time_is_told_apart_from_a_refusal():
    async def script(socket, hello):
        await welcome(socket, hello)
        first = json.loads(await socket.recv())
        await say(socket, type="error", id=first["id"], code="invalid", message="No.")
        await socket.wait_closed()

    async with connected(script, Tally()) as client:
        with pytest.raises(Refusal, match="invalid: No"):
            await client.request("chat.leave")
        with pytest.raises(Unanswered):
            await client.request("chat.leave")


async def test_a_frame_that_isn_t_as_agreed_is_reported_and_the_talk_goes_on():
    async def script(socket, hello):
        await socket.send("{")
        await say(socket, type="entries")
        await welcome(socket, hello)
        await socket.wait_closed()

    tally = Tally()
    async with connected(script, tally) as client:
        assert await client.change.until(lambda: client.online, 2)
    assert len(tally.problems) == 2 and all("isn't as agreed" in problem for problem in tally.problems)


async def test_a_refused_handshake_is_final():
    async with serve(
        lambda socket: socket.wait_closed(),
        "127.0.0.1",
        0,
        process_request=lambda socket, request: socket.respond(403, "Origin"),
    ) as server:
        address = Address(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/", hello={"token": "t"})
        async with WireClient(address, Tally(), QUICK) as client:
            assert await client.change.until(lambda: client.over is not None, 2)
            assert client.over == "handshake refused with HTTP 403"


@pytest.mark.parametrize("missing", ["httpx", "websockets"])
def test_a_missing_library_is_named_in_a_sentence(missing):
    run = (
        f"import sys; sys.modules['{missing}'] = None; from django.core.management import execute_from_command_line; "
        "execute_from_command_line(['manage.py', 'simulate', '--customers', '1', '--agents', '0', '--minutes', '1'])"
    )
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.strip().endswith(
        f"The simulator needs {missing}, which isn't installed: pip install -r requirements-dev.txt"
    )
