"""People talk while their connections are cut, reset, held up in one direction and slowed down: nothing is lost."""

import asyncio
import random
import time
from collections.abc import Callable

import pytest

from contactcenter.simulator.client import WireClient
from contactcenter.simulator.rest import Ticket
from tests.faults.house import PROOF, FaultHouse, size
from tests.faults.journal import PATIENCE, Company, all_of, talking
from tests.faults.proxy import Link, Proxy
from tests.live import until

pytestmark = pytest.mark.live

CHATS = size(5, 50)
MESSAGES = size(12, 40)  # of each side in each chat
FAULTS = size(5, 20)
SOCKETS = size(50, 1000)
STORM_SECONDS = 15.0


def hold_up(proxy: Proxy, which: Callable[[Link], bool]) -> None:
    proxy.hold("up", which=which)


def hold_down(proxy: Proxy, which: Callable[[Link], bool]) -> None:
    proxy.hold("down", which=which)


def hold_both(proxy: Proxy, which: Callable[[Link], bool]) -> None:
    proxy.hold("up", "down", which=which)


def cut(proxy: Proxy, which: Callable[[Link], bool]) -> None:
    proxy.cut(which=which)


def reset(proxy: Proxy, which: Callable[[Link], bool]) -> None:
    proxy.cut(hard=True, which=which)


def dawdle(proxy: Proxy, which: Callable[[Link], bool]) -> None:
    proxy.dawdle(0.05)


HURTS = [cut, reset, hold_up, hold_down, hold_both, dawdle]


@pytest.mark.parametrize("hurts", [[hurt] for hurt in HURTS] if PROOF else [HURTS])
async def test_nothing_is_lost_doubled_or_reordered_while_connections_are(
    house: FaultHouse, rng: random.Random, hurts: list[Callable[[Proxy, Callable[[Link], bool]], None]]
) -> None:
    proxy = house.proxy
    assert proxy is not None
    async with Company(house, chats=CHATS, rng=rng) as company, talking(company, MESSAGES) as talk:
        everything = 2 * CHATS * MESSAGES
        for _ in range(FAULTS):
            await company.progress(rng.randrange(1, everything // (2 * FAULTS)))
            await asyncio.to_thread(rng.choice(hurts), proxy, lambda _: rng.random() < 0.6)
        await talk


async def test_one_persons_messages_stay_in_order_though_he_waits_for_no_answer(
    house: FaultHouse, rng: random.Random
) -> None:
    async with Company(house, chats=2, rng=rng, patient=True) as company:
        many = size(60, 1000)
        wires = [(talk.record, wire) for talk in company.talks for wire in (talk.customer, talk.agent)]
        said = await all_of(
            all_of(wire.request("message.send", chat=record.chat, cid=f"n{n}", text=f"word {n}") for n in range(many))
            for record, wire in wires
        )
        for answers in said:
            assert [answer["cid"] for answer in sorted(answers, key=lambda a: a["seq"])] == [
                f"n{n}" for n in range(many)
            ]


async def test_everybody_comes_back_at_once_and_has_everything(house: FaultHouse, rng: random.Random) -> None:
    proxy = house.proxy
    assert proxy is not None
    async with Company(house, chats=1, rng=rng, patient=True) as company:
        gate = asyncio.Semaphore(8)

        async def comes(number: int) -> tuple[Ticket, WireClient]:
            async with gate:
                ticket = await company.rest.start_chat("demo", {"name": f"Storm {number}"})
                return ticket, await company.customer(ticket)

        async def goes(ticket: Ticket, wire: WireClient) -> None:
            async with gate:
                await company.arrives(wire, lambda: wire.transcript(ticket.chat).cursor >= 1)
                await wire.insist("chat.leave", PATIENCE, chat=ticket.chat)

        people = await all_of(comes(number) for number in range(SOCKETS))
        wires = [wire for _, wire in people]
        for wire in wires:
            await company.arrives(wire, lambda w=wire: w.online)
        greeted = company.tally.count["hellos"]
        began = time.monotonic()
        cut = await asyncio.to_thread(proxy.cut, hard=True)
        await asyncio.to_thread(until, lambda: company.tally.count["hellos"] >= greeted + cut, PATIENCE)
        seconds = time.monotonic() - began
        print(f"{cut} sockets resumed in {seconds:.1f} s")  # noqa: T201 - pytest shows it with -s
        await company.talk(2)
        await company.check()
        await all_of(goes(ticket, wire) for ticket, wire in people)
        assert seconds <= STORM_SECONDS
