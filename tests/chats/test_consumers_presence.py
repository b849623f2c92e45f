"""Coming, going and waiting at the sockets: quick returns stir nobody, places reach those whose place has moved."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError

import lib.hub
from agents.models import Agent
from chats import hellos, operations, places, snapshots, waits
from chats.consumers import ANYWAY
from chats.models import Chat, Customer, Seat
from chats.operations.open import Opened
from chats.operations.presence import CUSTOMER_GRACE
from chats.tasks import sweep
from contactcenter.sockets import Desk
from lib import groups, wire
from lib.clock import database_now
from routing.wait import Pace
from tests import cast
from tests.cast import fresh
from tests.lib.test_hub import Ear
from tests.sockets import Stage, Wire, cookie_of, in_thread


def kinds(wire: Wire) -> list[str]:
    return [frame["type"] for frame in wire.seen]


async def heard_until_pong(wire: Wire) -> list[str]:
    """The kinds of all frames up to the answer to a heartbeat."""
    wire.seen.clear()
    await wire.send("ping")
    await wire.until(lambda frame: frame["type"] == "pong")
    return kinds(wire)


async def test_a_reloaded_page_of_the_customer_does_not_draw_his_agents_desk_anew(
    stage: Stage, carol: Opened, seat: Seat
) -> None:
    customer, desk = await stage.customer(carol.token), await stage.desk(seat.agent)
    for _ in range(3):
        await customer.leave()
        await in_thread(sweep)
        customer = await stage.customer(carol.token)
    assert await heard_until_pong(desk) == ["pong"]


async def test_a_customer_who_stays_away_and_his_return_are_each_told_once(
    house: cast.House, alice: Agent, hub: lib.hub.Hub
) -> None:
    def sit_down() -> Seat:
        cast.goes_available(alice)
        return cast.takes(cast.comes_in(house.entry_point).chat, alice)

    ear, chat = Ear(), (await in_thread(sit_down)).chat
    hub.join(groups.desk(alice.pk), ear)
    told = [(groups.desk(alice.pk), wire.DESK_CHANGED)]

    async def heard() -> list[tuple[str, bytes]]:
        await asyncio.sleep(0)  # what other threads have published stands before this in the loop's line
        return [ear.heard.get_nowait() for _ in range(ear.heard.qsize())]

    await heard()
    await in_thread(operations.customer_away, chat.pk)
    await in_thread(sweep)
    assert await heard() == []
    await in_thread(cast.customer_stays_away, chat)
    await in_thread(sweep)
    await in_thread(sweep)
    assert await heard() == told
    assert (await in_thread(fresh, chat)).customer_away
    for _ in range(2):
        await in_thread(operations.customer_here, chat.pk)
    await in_thread(sweep)
    assert await heard() == told


def passed_on(seat: Seat) -> None:
    Seat.objects.filter(pk=seat.pk).update(agent=cast.hire("Ben", seat.agent.team))


def in_another_queue(seat: Seat) -> None:
    Chat.objects.filter(pk=seat.chat_id).update(queue=cast.new_queue("Billing", seat.agent.team))


def left_alone(seat: Seat) -> None:
    Seat.objects.filter(pk=seat.pk).update(left_at=database_now())


@pytest.mark.parametrize("unheard", [passed_on, in_another_queue, left_alone])
async def test_a_heartbeat_makes_up_for_news_that_the_customer_has_not_heard(
    stage: Stage, carol: Opened, seat: Seat, unheard: Callable[[Seat], None]
) -> None:
    customer = await stage.customer(carol.token)
    before = customer.seen[-1]["chat"]
    await in_thread(unheard, seat)
    await customer.send("ping")
    now = (await customer.new(lambda frame: frame["type"] == "chat"))["chat"]
    assert {name for name in now if now[name] != before[name]} - {"agents_seen"} in ({"agents"}, {"queue"})
    assert await heard_until_pong(customer) == ["pong"]


def place(frame: dict[str, Any]) -> int | None:
    return frame["chat"]["position"] if frame["type"] == "chat" else None


async def test_when_the_head_of_the_line_leaves_everybody_moves_up_and_hears_it_once(
    stage: Stage, house: cast.House
) -> None:
    people = [await in_thread(cast.comes_in, house.entry_point) for _ in range(4)]
    wires = [await stage.customer(each.token) for each in people]
    for number, each in enumerate(wires, start=1):
        await each.until(lambda frame, number=number: place(frame) == number)
        assert await heard_until_pong(each) == ["pong"]
    await wires[0].ask("chat.leave")
    for number, each in enumerate(wires[1:], start=1):
        await each.until(lambda frame, number=number: place(frame) == number)
        assert "chat" not in await heard_until_pong(each), "a place is told once"


async def test_who_stands_before_the_change_hears_nothing_of_it(stage: Stage, house: cast.House) -> None:
    people = [await in_thread(cast.comes_in, house.entry_point) for _ in range(3)]
    first, second, third = [await stage.customer(each.token) for each in people]
    await heard_until_pong(first)
    await second.ask("chat.leave")
    await third.until(lambda frame: place(frame) == 2)
    assert kinds(first) == ["pong"]


async def test_a_burst_of_moves_is_read_a_few_times_only(stage: Stage, house: cast.House, hub: lib.hub.Hub) -> None:
    people = [await in_thread(cast.comes_in, house.entry_point) for _ in range(2)]
    _, second = [await stage.customer(each.token) for each in people]
    ear = Ear()
    hub.join(groups.queue(house.queue.pk), ear)
    extras = [await in_thread(cast.comes_in, house.entry_point) for _ in range(10)]
    for extra in extras:
        await in_thread(cast.customer_leaves, extra.chat)
    assert ear.heard.qsize() >= 20, "the queue moved"
    assert await heard_until_pong(second) == ["pong"], "he stands where he stood"


async def test_when_the_agents_go_the_wait_is_told_no_longer_though_the_line_stands(
    stage: Stage, house: cast.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Pace(turns=(60.0,) * 9, answers=(5.0,) * 9, agents=2, free=0)
    known = [there]
    monkeypatch.setattr(places, "RENEW", 0.02)
    monkeypatch.setattr(waits, "pace_of", lambda queue_id: known[-1])
    customer = await stage.customer((await in_thread(cast.comes_in, house.entry_point)).token)
    await customer.until(
        lambda frame: place(frame) == 1 and frame["chat"]["wait"] == {"low": 0, "high": 1, "samples": 9}
    )
    known.append(there._replace(agents=0))
    await customer.until(lambda frame: place(frame) == 1 and frame["chat"]["wait"] is None)


async def test_a_desk_that_leaves_while_it_is_drawn_anew_is_heard_of_no_more(
    stage: Stage, alice: Agent, hub: lib.hub.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, drawing, go_on = await stage.desk(alice), threading.Event(), threading.Event()
    snapshot = Desk.snapshot

    def slow_snapshot(agent: Agent) -> dict[str, Any]:
        drawing.set()
        assert go_on.wait(10)
        return snapshot(agent)

    monkeypatch.setattr(Desk, "snapshot", staticmethod(slow_snapshot))
    hub.publish([(groups.desk(alice.pk), wire.DESK_CHANGED)])
    assert await asyncio.to_thread(drawing.wait, 10)
    await desk.leave()
    go_on.set()
    await asyncio.wait([task for task in asyncio.all_tasks() if task.get_coro().__qualname__ == "Socket._signal"])
    assert hub.size(groups.desk(alice.pk)) == hub.size(groups.user(alice.user_id)) == 0


async def test_a_hello_whose_connection_is_lost_takes_no_desk(stage: Stage, alice: Agent, hub: lib.hub.Hub) -> None:
    working = await stage.desk(alice)
    late = await stage.wire("/ws/desk/", origin=settings.ORIGINS[0], cookie=await in_thread(cookie_of, alice))
    # All who may be greeted at once are at it: the late one waits at the door.
    for _ in range(lib.hub.GREETED_AT_ONCE):
        await hub.door.__aenter__()
    await late.send("hello", take_over=True)
    leaving = asyncio.create_task(late.leave())
    while not hub.door.waiting:  # noqa: ASYNC110 - each turn of the loop counts
        await asyncio.sleep(0)
    for _ in range(lib.hub.GREETED_AT_ONCE):
        await hub.door.__aexit__(None, None, None)
    await leaving
    assert await heard_until_pong(working) == ["pong"]


async def test_when_too_many_wait_to_be_greeted_the_next_is_told_to_try_later(
    stage: Stage, carol: Opened, hub: lib.hub.Hub
) -> None:
    hub.door.waiting = wire.MOST_WAITING
    refused = await stage.customer(carol.token, welcome=False)
    assert await refused.closing() == 1013
    hub.door.waiting = 0
    assert await stage.customer(carol.token)


def unanswered(*_: Any) -> None:
    raise OperationalError


async def test_a_desk_whose_welcome_failed_is_free_for_the_next(
    stage: Stage, alice: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hellos, "desk", unanswered)
    desk = await stage.desk(alice, welcome=False)
    assert await desk.closing() == wire.CLOSE_LATER
    await desk.leave()
    assert (await in_thread(fresh, alice)).desk == ""


async def test_a_customer_whose_welcome_failed_is_away_soon(
    stage: Stage, carol: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_thread(operations.customer_here, carol.chat.pk)
    monkeypatch.setattr(snapshots, "for_customer", unanswered)
    customer = await stage.customer(carol.token, welcome=False)
    assert await customer.closing() == wire.CLOSE_LATER
    await customer.leave()
    soon = await in_thread(database_now) + CUSTOMER_GRACE
    assert (await in_thread(fresh, carol.chat)).customer_until <= soon


async def heard_over_two_beats(wire: Wire) -> list[str]:
    """All that one heartbeat brings: what it draws comes before the answer to the next."""
    heard = await heard_until_pong(wire)
    return heard + await heard_until_pong(wire)


def renamed(seat: Seat) -> None:
    Agent.objects.filter(pk=seat.agent_id).update(name="Ms Quiet")


def sat_down_idle(seat: Seat) -> None:
    Agent.objects.filter(pk=seat.agent_id).update(state="idle")


def joined(seat: Seat) -> None:
    guest = Agent.objects.exclude(pk=seat.agent_id).first()
    Seat.objects.create(chat=seat.chat, agent=guest, role="guest", queue=seat.chat.queue, joined_at=database_now())


@pytest.mark.parametrize("unheard", [renamed, sat_down_idle, joined, in_another_queue, left_alone])
async def test_a_heartbeat_makes_up_for_news_that_the_desk_has_not_heard(
    stage: Stage, seat: Seat, bob: Agent, unheard: Callable[[Seat], None]
) -> None:
    desk = await stage.desk(seat.agent)
    await heard_over_two_beats(desk)
    assert await heard_until_pong(desk) == ["pong"], "nothing has happened, nothing is drawn"
    await in_thread(unheard, seat)
    assert await heard_over_two_beats(desk) == ["pong", "desk", "pong"]
    assert await heard_until_pong(desk) == ["pong"]


async def test_what_no_signal_tells_is_drawn_at_every_so_many_heartbeats(stage: Stage, seat: Seat) -> None:
    desk = await stage.desk(seat.agent)
    await in_thread(lambda: Customer.objects.filter(pk=seat.chat.customer_id).update(name="Carola"))
    await heard_over_two_beats(desk)
    heard = [kind for _ in range(ANYWAY - 2) for kind in await heard_until_pong(desk)]
    assert "desk" not in heard
    await desk.send("ping")
    drawn = await desk.new(lambda frame: frame["type"] == "desk")
    assert drawn["chats"][0]["customer"]["name"] == "Carola"
