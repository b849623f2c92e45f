"""Passing on, sharing and supervising over the real sockets: who hears what, and what a customer never learns."""

import asyncio
import json
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent, Team
from chats import operations
from chats.models import Chat, Seat
from chats.operations.open import Opened
from routing.models import Queue
from tests import cast
from tests.sockets import Stage, Wire, in_thread, is_


@pytest.fixture
def ben(house: cast.House, seat: Seat) -> Agent:
    agent = cast.goes_available(cast.hire("Ben", house.team))
    Agent.objects.filter(pk=agent.pk).update(desk="")
    return agent


def status(chat: Chat, wanted: str) -> Any:
    """Snapshots in which the chat stands so."""
    return lambda frame: (
        frame["type"] == "desk"
        and any(row["id"] == str(chat.pk) and row["status"] == wanted for row in frame["chats"] + frame["watched"])
    )


def line(kind: str, stream: str = "public") -> Any:
    return lambda frame: (
        frame["type"] == "entries"
        and frame["stream"] == stream
        and any(each["kind"] == kind for each in frame["entries"])
    )


async def test_a_transfer_from_desk_to_desk(stage: Stage, carol: Opened, seat: Seat, ben: Agent) -> None:
    chat = str(carol.chat.pk)
    customer = await stage.customer(carol.token)
    alice, other = await stage.desk(seat.agent), await stage.desk(ben)
    found = await alice.ask("targets.list", chat=chat, kind="agent", **{"for": "transfer"}, q="be")
    (item,) = found["result"]["items"]
    assert (item["id"], item["name"], item["state"], item["available"]) == (str(ben.pk), "Ben", "available", True)
    assert (await alice.ask("chat.transfer", chat=chat, agent=item["id"]))["type"] == "ok"
    await alice.until(status(carol.chat, "transfer_requested"))
    desk = await other.until(lambda frame: frame["type"] == "desk" and frame["offers"])
    (offer,) = desk["offers"]
    assert (offer["kind"], offer["from"]["name"]) == ("transfer", "Alice")
    assert (await other.ask("offer.accept", offer=offer["id"]))["type"] == "ok"
    await alice.until(lambda frame: frame["type"] == "desk" and frame["wrapups"] and not frame["chats"])
    await other.until(status(carol.chat, "connected"))
    await customer.until(line("joined"))
    synced = await other.ask("sync", chat=chat, after=0)
    assert [entry["kind"] for entry in synced["entries"]][-3:] == ["transferred", "left", "joined"]
    await customer.ask("message.send", cid="later", text="hello Ben")
    mine = await alice.ask("sync", chat=chat, after=0)
    assert mine["head"] == synced["head"] - 1 == mine["entries"][-1]["seq"]
    assert chat not in (await heart(alice))["heads"]
    assert (await alice.ask("message.send", chat=chat, cid="no", text="still me"))["code"] == "forbidden"


async def heart(wire: Wire) -> dict[str, Any]:
    await wire.send("ping")
    return await wire.new(lambda frame: frame["type"] == "pong")


async def test_to_a_queue_from_the_list_of_queues(stage: Stage, carol: Opened, seat: Seat) -> None:
    def second_line() -> Queue:
        return cast.new_queue("Second line", Team.objects.create(name="Experts"))

    queue = await in_thread(second_line)
    desk = await stage.desk(seat.agent)
    chat = str(carol.chat.pk)
    found = await desk.ask("targets.list", chat=chat, kind="queue", **{"for": "transfer"}, q="second")
    assert found["result"]["items"] == [
        {"id": str(queue.pk), "name": "Second line", "waiting": 0, "agents": 0, "available": True, "why": ""}
    ]
    assert (await desk.ask("chat.transfer", chat=chat, queue="999999"))["code"] == "not_found"
    assert (await desk.ask("chat.transfer", chat=chat))["code"] == "invalid"
    assert (await desk.ask("chat.transfer", chat=chat, queue=str(queue.pk)))["type"] == "ok"
    await desk.until(lambda frame: frame["type"] == "desk" and frame["wrapups"] and not frame["chats"])


async def test_the_customer_never_learns_of_the_staff_stream(
    stage: Stage, carol: Opened, seat: Seat, ben: Agent, bob: Agent
) -> None:
    chat = str(carol.chat.pk)
    customer = await stage.customer(carol.token)
    alice, boss = await stage.desk(seat.agent), await stage.desk(bob)
    assert (await boss.ask("supervise.list"))["result"]["items"][0]["chat"] == chat
    assert (await boss.ask("supervise.monitor", chat=chat))["type"] == "ok"
    watched = await boss.until(lambda frame: frame["type"] == "desk" and frame["watched"])
    assert watched["watched"][0]["role"] == "monitor"
    said = await boss.ask("supervise.whisper", chat=chat, text=f"her card is {cast.CARD}")
    assert said["result"]["text"] == f"her card is {cast.MASKED_CARD}"
    assert said["result"]["findings"][0]["detector"] == "pan"
    for desk in (alice, boss):
        await desk.until(line("whisper", "staff"))
    await alice.ask("conference.request", chat=chat, agent=str(ben.pk))
    await boss.until(line("conference_requested", "staff"))
    await alice.ask("conference.cancel", chat=chat)
    await customer.ask("message.send", cid="c1", text="are you there?")
    await boss.until(lambda frame: frame["type"] == "entries" and "are you there?" in json.dumps(frame))
    assert (await customer.ask("sync", stream="staff", after=0))["code"] == "invalid"
    assert (await customer.ask("sync", after=0))["type"] == "ok"
    assert set((await heart(alice))["heads"]) == {chat, f"{chat}/staff"}
    pong = await heart(customer)
    again = await stage.customer(carol.token, after=0)
    everything = json.dumps([*customer.seen, *again.seen, pong])
    for word in ("staff", "whisper", "monitor", "Bob", "Ben", "conference_requested", "her card"):
        assert word not in everything
    assert [set(frame["heads"]) for frame in (pong, again.seen[0])] == [{chat}] * 2


async def settled() -> None:
    """Every socket has dealt with the news it has heard."""
    while working := [task for task in asyncio.all_tasks() if task.get_coro().__qualname__ == "Socket._signal"]:
        await asyncio.wait(working)


async def test_the_customer_hears_nothing_while_he_is_watched_or_others_are_asked(
    stage: Stage, carol: Opened, seat: Seat, ben: Agent, bob: Agent
) -> None:
    chat = str(carol.chat.pk)
    customer = await stage.customer(carol.token)
    alice, supervisor = await stage.desk(seat.agent), await stage.desk(bob)
    await alice.ask("seen", chat=chat, seq=1)
    await settled()
    customer.seen.clear()
    for wire, kind, fields in (
        (supervisor, "supervise.monitor", {}),
        (supervisor, "supervise.whisper", {"text": "psst"}),
        (supervisor, "supervise.leave", {}),
        (alice, "conference.request", {"agent": str(ben.pk)}),
        (alice, "conference.cancel", {}),
        (alice, "chat.transfer", {"agent": str(ben.pk)}),
        (alice, "transfer.cancel", {}),
    ):
        assert (await wire.ask(kind, chat=chat, **fields))["type"] == "ok", kind
        await settled()
        await customer.ask("sync", after=0)
        assert "chat" not in {frame["type"] for frame in customer.seen}, kind
    assert (await alice.ask("chat.end", chat=chat))["type"] == "ok"
    assert (await customer.until(is_("chat")))["chat"]["state"] == "ended"


async def test_the_supervisor_steps_in_and_takes_over(stage: Stage, carol: Opened, seat: Seat, bob: Agent) -> None:
    chat = str(carol.chat.pk)
    customer = await stage.customer(carol.token)
    alice, boss = await stage.desk(seat.agent), await stage.desk(bob)
    assert (await alice.ask("supervise.monitor", chat=chat))["code"] == "forbidden"
    assert (await alice.ask("supervise.list"))["code"] == "forbidden"
    await boss.ask("supervise.barge_in", chat=chat)
    await alice.until(status(carol.chat, "conference"))
    await customer.until(lambda frame: frame["type"] == "chat" and len(frame["chat"]["agents"]) == 2)
    await boss.ask("supervise.take_over", chat=chat)
    await customer.new(
        lambda frame: frame["type"] == "chat" and [a["name"] for a in frame["chat"]["agents"]] == ["Bob"]
    )
    await alice.until(lambda frame: frame["type"] == "desk" and frame["wrapups"] and not frame["chats"])


async def test_who_supervises_the_team_no_longer_hears_no_more(
    stage: Stage, house: cast.House, carol: Opened, seat: Seat, bob: Agent
) -> None:
    customer, boss = await stage.customer(carol.token), await stage.desk(bob)
    await boss.ask("supervise.monitor", chat=str(carol.chat.pk))
    await boss.until(lambda frame: frame["type"] == "desk" and frame["watched"])
    await customer.ask("message.send", cid="c1", text="first")
    await boss.until(lambda frame: frame["type"] == "entries" and "first" in json.dumps(frame))
    boss.seen.clear()
    await in_thread(house.team.supervisors.remove, bob)
    await boss.until(lambda frame: frame["type"] == "desk" and not frame["watched"])
    await customer.ask("message.send", cid="c2", text="second")
    await boss.send("ping")
    await boss.until(lambda frame: frame["type"] == "pong")
    assert "second" not in json.dumps(boss.seen)
    assert (await boss.ask("sync", chat=str(carol.chat.pk)))["code"] == "not_found"


def test_over_http_too(carol: Opened, seat: Seat, bob: Agent, mallory: Agent) -> None:
    operations.whisper(carol.chat, by=cast.sits_down(bob), text="psst")
    address = f"/api/v1/chats/{carol.chat.pk}/entries/"
    token = {"authorization": f"Bearer {carol.token}"}
    assert Client().get(address, {"stream": "staff"}, headers=token).status_code == 400
    assert b"psst" not in Client().get(address, headers=token).content
    seen = {}
    for agent in (seat.agent, bob, mallory):
        browser = Client()
        browser.force_login(agent.user)
        seen[agent.name] = browser.get(address, {"stream": "staff"})
    assert [seen[name].status_code for name in ("Alice", "Bob", "Mallory")] == [200, 404, 404]
    assert seen["Alice"].json()["entries"][0]["text"] == "psst"
    operations.monitor(carol.chat, by=bob)
    browser = Client()
    browser.force_login(bob.user)
    assert browser.get(address, {"stream": "staff"}).json()["entries"][0]["kind"] == "whisper"
