"""Whose socket it is: foreign chats, foreign pages, second desks, rights that end."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model
from django.test import Client

from agents.models import Agent, MultimediaProfile, User
from chats.log_ins import log_ins
from chats.models import Seat
from chats.operations.open import Opened
from lib.clock import database_now
from lib.hub import Hub
from tests import cast
from tests.cast import fresh
from tests.sockets import Stage, Wire, cookie_of, in_thread, is_

OURS = settings.ORIGINS[0]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("message.send", {"cid": "c", "text": "x"}),
        ("sync", {}),
        ("sync", {"stream": "staff"}),
        ("seen", {"seq": 1}),
        ("typing", {"on": True}),
        ("chat.end", {}),
        ("canned.search", {"q": ""}),
        ("history.list", {}),
        ("history.open", {"past": "00000000-0000-4000-8000-000000000000"}),
    ],
)
async def test_a_foreign_chat_is_not_found(
    stage: Stage, seat: Seat, mallory: Agent, kind: str, fields: dict[str, Any]
) -> None:
    desk = await stage.desk(mallory)
    for chat in (str(seat.chat_id), "00000000-0000-4000-8000-000000000000"):
        answer = await desk.ask(kind, chat=chat, **fields)
        assert (answer["type"], answer["code"]) == ("error", "not_found")


async def test_a_foreign_desk_hears_nothing(stage: Stage, carol: Opened, seat: Seat, mallory: Agent) -> None:
    foreign, customer = await stage.desk(mallory, after={str(carol.chat.pk): 0}), await stage.customer(carol.token)
    await customer.ask("message.send", cid="secret", text="secret")
    await foreign.send_raw('{"type":"ping"}')
    await foreign.until(is_("pong"))
    assert str(carol.chat.pk) not in str(foreign.seen)


# --- who may open a desk


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "https://evil.example",
        f"{OURS}.evil.example",
        f"https://evil.example/{OURS}",
        OURS[:-1],
        OURS + "0",
    ],
)
async def test_a_desk_opens_only_from_a_page_of_ours(stage: Stage, alice: Agent, origin: str | None) -> None:
    wire = Wire("/ws/desk/", origin=origin, cookie=await in_thread(cookie_of, alice))
    assert not await wire.open()


async def test_a_desk_needs_a_session_of_an_agent(stage: Stage, alice: Agent) -> None:
    assert not await Wire("/ws/desk/", origin=OURS).open()
    assert not await Wire("/ws/desk/", origin=OURS, cookie="sessionid=nonsense").open()
    cookie = await in_thread(cookie_of, alice)
    await in_thread(lambda: Agent.objects.update(is_active=False))
    assert not await Wire("/ws/desk/", origin=OURS, cookie=cookie).open()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{OURS}.evil.example"])
async def test_a_foreign_site_cannot_open_a_customers_socket(stage: Stage, carol: Opened, origin: str) -> None:
    wire = await stage.customer(carol.token, welcome=False, origin=origin)
    assert await wire.closing() == 4403


async def test_the_entry_points_own_site_can(stage: Stage, house: cast.House) -> None:
    house.entry_point.origins = ["https://shop.example"]
    await in_thread(house.entry_point.save)
    opened = await in_thread(cast.comes_in, house.entry_point)
    assert await stage.customer(opened.token, origin="https://shop.example")


async def test_a_second_desk_is_refused_and_a_take_over_closes_the_first(stage: Stage, alice: Agent) -> None:
    first = await stage.desk(alice)
    second = await stage.desk(alice, welcome=False)
    assert await second.closing() == 4409
    assert second.seen[-1]["code"] == "conflict"
    third = await stage.desk(alice, take_over=True)
    assert await first.closing() == 4409
    assert (await third.ask("agent.set_state", state="available"))["type"] == "ok"


# --- rights that end


def disable(agent: Agent) -> None:
    agent.user.is_active = False
    agent.user.save()


def new_password(agent: Agent) -> None:
    agent.user.set_password("something else entirely")
    agent.user.save()


def change_in_the_administration(agent: Agent) -> None:
    row = fresh(agent)
    row.role = Agent.Role.SUPERVISOR
    with transaction.atomic():
        row.save()


@pytest.mark.parametrize("change", [disable, new_password, change_in_the_administration])
async def test_changed_rights_close_the_desk_within_five_seconds(stage: Stage, alice: Agent, change: Any) -> None:
    desk = await stage.desk(alice)
    async with asyncio.timeout(5):
        await in_thread(change, alice)
        assert await desk.closing() == 4401


def new_name_and_profile(agent: Agent) -> None:
    row = fresh(agent)
    row.name = "Alice B."
    row.profile = MultimediaProfile.objects.create(name="One chat", voice=0, chat=1, email=0, social=0)
    with transaction.atomic():
        row.save()


async def test_a_new_name_or_profile_shows_on_the_open_desk(stage: Stage, alice: Agent, seat: Seat) -> None:
    desk = await stage.desk(alice)
    await in_thread(new_name_and_profile, alice)
    shown = await desk.new(is_("desk"))
    assert (shown["agent"]["name"], shown["agent"]["capacity"]["chat"]) == ("Alice B.", 1)
    answer = await desk.ask("message.send", chat=str(seat.chat_id), cid="c", text="Hello")
    assert answer["type"] == "ok"
    assert [line.sender_name for line in await in_thread(cast.lines, seat.chat) if line.cid == "c"] == ["Alice B."]


async def test_logging_out_closes_the_desk_within_five_seconds(stage: Stage, alice: Agent) -> None:
    desk = await stage.desk(alice)

    def log_out() -> None:
        client = Client()
        client.force_login(alice.user)
        assert client.post("/accounts/logout/").status_code == 302

    async with asyncio.timeout(5):
        await in_thread(log_out)
        assert await desk.closing() == 4401
    assert (await in_thread(fresh, alice)).state == "offline"


# --- rights that end unheard: the news is lost between processes, or there is none


def told_nobody(model: type[Model], **changes: Any) -> Callable[[Agent], Any]:
    """A change of which no news goes out."""
    return lambda agent: model.objects.filter(pk=agent.user_id if model is User else agent.pk).update(**changes)


UNHEARD = {
    "disabled": told_nobody(User, is_active=False),
    "another password": told_nobody(User, password="another"),
    "inactive": told_nobody(Agent, is_active=False),
    "another role": told_nobody(Agent, role=Agent.Role.SUPERVISOR),
    "logged out": lambda agent: Session.objects.all().delete(),
    "session over": lambda agent: Session.objects.update(expire_date=database_now() - timedelta(seconds=1)),
}


@pytest.mark.parametrize("change", UNHEARD)
async def test_rights_that_end_unheard_close_the_desk(
    stage: Stage, alice: Agent, bob: Agent, hub: Hub, change: str
) -> None:
    desk = await stage.desk(alice)
    spare = await stage.wire("/ws/desk/", origin=OURS, cookie=await in_thread(cookie_of, alice))
    await in_thread(UNHEARD[change], alice)
    other = await stage.desk(bob)
    await log_ins(hub).look()
    assert await desk.closing() == await spare.closing() == 4401
    assert (await other.ask("agent.set_state", state="available"))["type"] == "ok"


async def test_it_is_looked_up_often_enough(stage: Stage, alice: Agent) -> None:
    desk = await stage.desk(alice)
    await in_thread(UNHEARD["session over"], alice)
    async with asyncio.timeout(5):
        assert await desk.closing() == 4401


@pytest.mark.parametrize("change", ["disabled", "inactive", "logged out"])
async def test_a_late_hello_takes_no_desk_with_rights_that_have_ended(stage: Stage, alice: Agent, change: str) -> None:
    late = await stage.wire("/ws/desk/", origin=OURS, cookie=await in_thread(cookie_of, alice))
    await in_thread(UNHEARD[change], alice)
    await late.send("hello", take_over=True)
    assert await late.closing() == 4401
    row = await in_thread(fresh, alice)
    assert (row.state, row.desk) == ("offline", "")
