"""The hub: local fan-out, and the road between processes over the real Valkey."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from lib.hub import Hub, publish_frames, running_hub
from tests.sockets import ended

PATIENCE = 10.0


class Ear:
    """A member that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    def hear(self, group: str, frame: bytes) -> None:
        self.heard.put_nowait((group, frame))

    async def next(self) -> tuple[str, bytes]:
        return await asyncio.wait_for(self.heard.get(), PATIENCE)


@pytest.fixture
async def hubs() -> AsyncIterator[tuple[Hub, Hub]]:
    """Two hubs that know of each other only through Valkey, as those of two processes do."""
    pair = Hub(asyncio.get_running_loop()), Hub(asyncio.get_running_loop())
    for hub in pair:
        hub.start()
        await asyncio.wait_for(hub.listening.wait(), PATIENCE)
    yield pair
    await ended(*(task for hub in pair for task in hub._tasks))


async def test_the_members_of_a_group_hear_it_at_once_and_others_do_not(hubs: tuple[Hub, Hub]) -> None:
    hub, inside, twice, outside = hubs[0], Ear(), Ear(), Ear()
    hub.join("a", inside)
    hub.join("a", twice)
    hub.join("a", twice)
    hub.join("b", outside)
    hub.publish([("a", b"1"), ("a", b"2")])
    for ear in (inside, twice):
        assert [ear.heard.get_nowait() for _ in range(2)] == [("a", b"1"), ("a", b"2")]
        assert ear.heard.empty()
    assert outside.heard.empty()


async def test_who_has_left_hears_nothing_and_may_leave_again(hubs: tuple[Hub, Hub]) -> None:
    hub, ear = hubs[0], Ear()
    hub.join("a", ear)
    assert hub.size("a") == 1
    hub.leave("a", ear)
    hub.leave("a", ear)
    hub.publish([("a", b"1")])
    assert ear.heard.empty()
    assert hub.size("a") == 0


async def test_another_process_hears_it_in_the_same_order(hubs: tuple[Hub, Hub]) -> None:
    here, there = hubs
    ear = Ear()
    there.join("a", ear)
    for number in range(200):
        here.publish([("a", b"%d" % number)])
    assert [await ear.next() for _ in range(200)] == [("a", b"%d" % number) for number in range(200)]


async def test_nobody_hears_anything_twice(hubs: tuple[Hub, Hub]) -> None:
    here, there = hubs
    ear, far = Ear(), Ear()
    here.join("a", ear)
    there.join("a", far)
    here.publish([("a", b"1")])
    there.publish([("a", b"2")])
    assert sorted([await ear.next(), await ear.next()]) == [("a", b"1"), ("a", b"2")]
    assert sorted([await far.next(), await far.next()]) == [("a", b"1"), ("a", b"2")]
    assert ear.heard.empty() and far.heard.empty()


async def test_a_thread_of_this_process_reaches_the_running_hub(hub: Hub) -> None:
    ear = Ear()
    assert await running_hub() is hub
    hub.join("a", ear)
    await asyncio.to_thread(publish_frames, [("a", b"1")])
    assert await ear.next() == ("a", b"1")


async def test_a_process_without_a_hub_is_heard(hubs: tuple[Hub, Hub], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.hub._hub", None)  # as in a Celery worker
    ear = Ear()
    hubs[0].join("a", ear)
    await asyncio.to_thread(publish_frames, [("a", b"1")])
    assert await ear.next() == ("a", b"1")
