"""The two sockets, over the real application: hello, resume, commands, refusals, closing."""

import asyncio
from typing import Any

import pytest
from django.conf import settings

from agents.models import Agent
from chats import consumers, operations, snapshots
from chats.models import Chat, Entry, Seat
from chats.operations.open import Opened
from lib import groups, wire
from lib.hub import publish_frames
from tests import cast
from tests.cast import fresh
from tests.sockets import Closed, Stage, Wire, cookie_of, in_thread, is_

OURS = settings.ORIGINS[0]


async def said(wire: Wire, text: str) -> dict[str, Any]:
    """The line with that text."""
    frame = await wire.until(
        lambda frame: frame["type"] == "entries" and any(line["text"] == text for line in frame["entries"])
    )
    return next(line for line in frame["entries"] if line["text"] == text)


# --- hello


async def test_the_customer_is_welcomed_with_lines_and_snapshot(stage: Stage, carol: Opened) -> None:
    wire = await stage.customer(carol.token, after=0)
    welcome, entries, snapshot = wire.seen
    head = (await in_thread(fresh, carol.chat)).public_head
    assert (welcome["type"], welcome["heads"]) == ("welcome", {str(carol.chat.pk): head})
    assert {"server_time", "limits", "epoch", "id"} <= welcome.keys()
    assert [line["seq"] for line in entries["entries"]] == list(range(1, head + 1))
    assert (snapshot["type"], snapshot["chat"]["state"]) == ("chat", "queued")


async def test_lines_that_arrive_during_the_hello_come_after_it(
    stage: Stage, carol: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = {"type": "entries", "chat": str(carol.chat.pk), "stream": "public", "entries": [], "more": False}
    first_pages = snapshots.first_pages

    def meanwhile(*arguments: Any) -> Any:
        publish_frames([(groups.public(carol.chat.pk), wire.encode(live))])
        return first_pages(*arguments)

    monkeypatch.setattr(snapshots, "first_pages", meanwhile)
    customer = await stage.customer(carol.token, after=0)
    await customer.until(lambda frame: frame == live)
    assert [frame["type"] for frame in customer.seen[:4]] == ["welcome", "entries", "chat", "entries"]


async def test_who_comes_back_gets_only_what_he_missed(stage: Stage, carol: Opened) -> None:
    first = await stage.customer(carol.token)
    for number in range(3):
        await first.ask("message.send", cid=f"c{number}", text=f"{number}")
    await first.leave()
    again = await stage.customer(carol.token, after=2)
    assert [line["seq"] for frame in again.seen if frame["type"] == "entries" for line in frame["entries"]] == [3, 4]


async def test_missed_lines_come_in_pages_of_200(stage: Stage, seat: Seat) -> None:
    def fill() -> None:
        chat = fresh(seat.chat)
        seqs = range(chat.public_head + 1, 208)
        Entry.objects.bulk_create(Entry(chat=chat, seq=seq, kind="message", at=chat.started_at) for seq in seqs)
        Chat.objects.update(public_head=207)

    await in_thread(fill)
    desk = await stage.desk(seat.agent, after={str(seat.chat_id): 0})
    pages = [frame for frame in desk.seen if frame["type"] == "entries"]
    assert [(len(page["entries"]), page["more"]) for page in pages] == [(200, True), (7, False)]


async def test_the_desk_ignores_chats_that_are_unknown_or_over(stage: Stage, alice: Agent, carol: Opened) -> None:
    desk = await stage.desk(alice, after={str(carol.chat.pk): 0, "nonsense": 3})
    assert [frame["type"] for frame in desk.seen] == ["welcome", "desk"]
    assert desk.seen[0]["heads"] == {}


@pytest.mark.parametrize("token", ["", "wrong", "x" * 43, "\u00e4"])
async def test_a_wrong_token_is_closed_with_4401(stage: Stage, house: cast.House, token: str) -> None:
    wire = await stage.customer(token, welcome=False)
    assert await wire.closing() == 4401


async def test_a_token_that_has_run_out_is_closed_with_4401(stage: Stage, carol: Opened) -> None:
    await in_thread(lambda: Chat.objects.update(token_until=carol.chat.started_at))
    wire = await stage.customer(carol.token, welcome=False)
    assert await wire.closing() == 4401


async def test_a_first_frame_that_is_no_hello_is_closed_with_4401(stage: Stage) -> None:
    wire = await stage.wire("/ws/customer/", origin=None)
    await wire.send("ping")
    assert await wire.closing() == 4401


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ('{"type":1}', 4400),
        ('{"type":"hello","id":7}', 4400),
        ('{"type":"hello","id":"1","after":0}', 4400),
        ('{"type":"hello","a":' + "[" * 1000 + "]" * 1000 + "}", 4400),
    ],
)
async def test_a_socket_that_is_not_welcome_does_not_stay(stage: Stage, raw: str, code: int) -> None:
    wire = await stage.wire("/ws/customer/", origin=None)
    await wire.send_raw(raw)
    assert await wire.closing() == code


async def test_frames_nested_too_deeply_are_no_fault(
    stage: Stage, carol: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    wire = await stage.customer(carol.token)
    await wire.send_raw('{"type":"sync","id":"deep","after":' + "[" * 1000 + "]" * 1000 + "}")
    assert await wire.closing() == 4400
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_what_is_no_frame_counts_against_the_rate(stage: Stage, carol: Opened) -> None:
    wire = await stage.customer(carol.token)
    for _ in range(100):
        await wire.send_raw('{"type":1}')
    await wire.until(is_("error", code="rate_limited"))


async def test_silence_after_the_handshake_is_closed_with_4408(stage: Stage, alice: Agent) -> None:
    cookie = await in_thread(cookie_of, alice)
    began = asyncio.get_running_loop().time()
    wires = [
        await stage.wire("/ws/customer/", origin=None),
        await stage.wire("/ws/desk/", origin=OURS, cookie=cookie),
    ]
    assert [await wire.closing() for wire in wires] == [4408, 4408]
    assert 4.5 < asyncio.get_running_loop().time() - began < 15


async def test_a_sixth_socket_of_one_customer_is_refused(stage: Stage, carol: Opened) -> None:
    for _ in range(5):
        await stage.customer(carol.token)
    sixth = await stage.customer(carol.token, welcome=False)
    assert await sixth.closing() == 4429


# --- frames


@pytest.mark.parametrize("raw", ["", "hello", "[]", "7", '{"type":'])
async def test_what_is_no_json_object_is_closed_with_4400(stage: Stage, carol: Opened, raw: str) -> None:
    wire = await stage.customer(carol.token)
    await wire.send_raw(raw)
    assert await wire.closing() == 4400


async def test_binary_frames_are_closed_with_4400(stage: Stage, carol: Opened) -> None:
    wire = await stage.customer(carol.token)
    await wire.send_raw(data=b'{"type":"ping"}')
    assert await wire.closing() == 4400


async def test_a_frame_over_64_kib_is_closed_with_1009(stage: Stage, carol: Opened) -> None:
    wire = await stage.customer(carol.token)
    await wire.send("message.send", cid="c", text="x" * 65536)
    assert await wire.closing() == 1009


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        ("message.send", {"cid": "c", "text": "x", "extra": 1}, "invalid"),
        ("message.send", {"cid": "c c", "text": "x"}, "invalid"),
        ("message.send", {"cid": "x" * 65, "text": "x"}, "invalid"),
        ("message.send", {"cid": "c", "text": "a\0b"}, "invalid"),
        ("message.send", {"cid": "c", "text": "a\ud800b"}, "invalid"),
        ("message.send", {"cid": "c", "text": " "}, "invalid"),
        ("message.send", {"cid": "c"}, "invalid"),
        ("message.send", {"cid": "c", "text": "x" * 10_001}, "too_large"),
        ("message.send", {"cid": "c", "text": "x", "chat": "00000000-0000-4000-8000-000000000000"}, "not_found"),
        ("message.send", {"cid": "c", "text": "x", "chat": "nonsense"}, "invalid"),
        (
            "message.send",
            {"cid": "c", "text": "x", "attachments": ["00000000-0000-4000-8000-000000000000"]},
            "not_found",
        ),
        ("sync", {"stream": "staff"}, "invalid"),
        ("sync", {"after": -1}, "invalid"),
        ("sync", {"after": 2**63}, "invalid"),
        ("chat.rate", {"score": 6}, "invalid"),
        ("chat.rate", {"score": 5}, "state"),
        ("nonsense", {}, "invalid"),
        ("agent.set_state", {"state": "available"}, "invalid"),
        ("offer.accept", {"offer": "00000000-0000-4000-8000-000000000000"}, "invalid"),
        ("chat.end", {"chat": "00000000-0000-4000-8000-000000000000"}, "invalid"),
        ("canned.search", {"q": "x"}, "invalid"),
        ("history.mine", {}, "invalid"),
        ("wrapup.submit", {"wrapup": "00000000-0000-4000-8000-000000000000", "codes": []}, "invalid"),
    ],
)
async def test_what_a_customer_may_not_send_is_refused_and_the_socket_stays(
    stage: Stage, carol: Opened, kind: str, fields: dict[str, Any], code: str
) -> None:
    wire = await stage.customer(carol.token)
    answer = await wire.ask(kind, **fields)
    assert (answer["type"], answer["code"]) == ("error", code)
    assert answer["message"]
    assert (await wire.ask("message.send", cid="after", text="still here"))["type"] == "ok"


async def test_a_frame_without_an_id_is_refused_unless_it_is_a_notice(stage: Stage, carol: Opened) -> None:
    wire = await stage.customer(carol.token)
    await wire.send_raw('{"type":"chat.leave"}')
    assert (await wire.new(is_("error", id=None)))["code"] == "invalid"
    await wire.send_raw('{"type":"typing","on":true}')
    await wire.send_raw('{"type":"typing","on":7}')
    assert (await wire.new(is_("error", id=None)))["code"] == "invalid"


# --- talking


async def test_a_message_is_acknowledged_and_heard_by_both_sides(stage: Stage, carol: Opened, seat: Seat) -> None:
    customer, desk = await stage.customer(carol.token), await stage.desk(seat.agent)
    answer = await customer.ask("message.send", cid="one", text="Hello")
    heard = [await said(each, "Hello") for each in (customer, desk)]
    assert (answer["type"], answer["duplicate"], answer["text"]) == ("ok", False, "Hello")
    assert [(line["seq"], line["cid"]) for line in heard] == [(answer["seq"], "one")] * 2
    reply = await desk.ask("message.send", chat=str(carol.chat.pk), cid="two", text="Hi")
    line = await said(customer, "Hi")
    assert (line["seq"], line["sender"]["name"]) == (reply["seq"], "Alice")
    assert reply["seq"] == answer["seq"] + 1


async def test_a_message_again_is_a_duplicate_and_another_text_a_conflict(stage: Stage, carol: Opened) -> None:
    wire = await stage.customer(carol.token)
    first = await wire.ask("message.send", cid="one", text="Hello")
    again = await wire.ask("message.send", cid="one", text="Hello")
    other = await wire.ask("message.send", cid="one", text="Hello!")
    assert (again["seq"], again["duplicate"]) == (first["seq"], True)
    assert (other["type"], other["code"]) == ("error", "conflict")
    assert (await wire.ask("sync", after=first["seq"] - 1))["entries"][-1]["text"] == "Hello"


async def test_a_card_number_is_masked_on_every_screen(stage: Stage, carol: Opened, seat: Seat) -> None:
    customer, desk = await stage.customer(carol.token), await stage.desk(seat.agent)
    answer = await customer.ask("message.send", cid="one", text=f"it is {cast.CARD}")
    assert answer["text"] == f"it is {cast.MASKED_CARD}"
    assert answer["findings"] == [{"detector": "pan", "action": "masked"}]
    for each in (customer, desk):
        await said(each, f"it is {cast.MASKED_CARD}")
        assert "4111" not in str(each.seen)


async def test_messages_stay_in_the_order_sent(stage: Stage, carol: Opened, seat: Seat) -> None:
    desk = await stage.desk(seat.agent)
    for number in range(30):
        await desk.send("message.send", chat=str(carol.chat.pk), cid=f"c{number}", text=f"{number}")
    await said(desk, "29")
    lines = await in_thread(cast.lines, carol.chat)
    assert [line.text for line in lines if line.kind == "message"] == [str(number) for number in range(30)]


async def test_too_many_messages_are_slowed_down(stage: Stage, carol: Opened) -> None:
    wire = await stage.customer(carol.token)
    answers = [await wire.ask("message.send", cid=f"c{number}", text="x") for number in range(14)]
    assert [answer["type"] for answer in answers[:10]] == ["ok"] * 10
    assert "rate_limited" in {answer.get("code") for answer in answers[10:]}


async def test_the_chatbot_answers_over_the_socket(stage: Stage, house: cast.House) -> None:
    house.entry_point.bot_speaks_first = True
    await in_thread(house.entry_point.save)
    opened = await in_thread(cast.comes_in, house.entry_point)
    wire = await stage.customer(opened.token)
    await wire.ask("message.send", cid="one", text="zzz")
    await said(wire, "I'll get somebody for you.")
    assert await wire.until(lambda frame: frame["type"] == "chat" and frame["chat"]["state"] == "queued")


async def test_typing_and_seen_come_to_the_others(stage: Stage, carol: Opened, seat: Seat) -> None:
    customer, desk = await stage.customer(carol.token), await stage.desk(seat.agent)
    await customer.send("typing", on=True)
    assert (await desk.until(is_("typing", on=True)))["sender"]["kind"] == "customer"
    seq = (await customer.ask("message.send", cid="one", text="Hello"))["seq"]
    await desk.send("seen", chat=str(carol.chat.pk), seq=seq)
    assert (await customer.until(is_("seen", seq=seq)))["sender"]["name"] == "Alice"


async def test_a_ping_is_answered_with_the_heads(stage: Stage, carol: Opened, seat: Seat) -> None:
    customer, desk = await stage.customer(carol.token), await stage.desk(seat.agent)
    head = (await in_thread(fresh, carol.chat)).public_head
    for each in (customer, desk):
        await each.send_raw('{"type":"ping"}')
        assert (await each.until(is_("pong")))["heads"] == {str(carol.chat.pk): head}


async def test_a_hole_is_filled_by_asking(stage: Stage, carol: Opened) -> None:
    wire = await stage.customer(carol.token)
    answer = await wire.ask("sync", after=0)
    assert [line["seq"] for line in answer["entries"]] == list(range(1, answer["head"] + 1))
    assert (answer["stream"], answer["more"]) == ("public", False)


# --- offers and the end


async def test_an_offer_comes_to_the_desk_and_is_accepted_once(stage: Stage, house: cast.House, alice: Agent) -> None:
    desk = await stage.desk(alice)
    assert (await desk.ask("agent.set_state", state="available"))["type"] == "ok"
    opened = await in_thread(cast.comes_in, house.entry_point)
    customer = await stage.customer(opened.token)
    offer = (await desk.until(lambda frame: frame["type"] == "desk" and frame["offers"]))["offers"][0]
    assert (await desk.ask("offer.accept", offer=offer["id"]))["chat"] == str(opened.chat.pk)
    shown = await customer.until(lambda frame: frame["type"] == "chat" and frame["chat"]["agents"])
    assert shown["chat"]["agents"][0]["name"] == "Alice"
    again = await desk.ask("offer.accept", offer=offer["id"])
    assert (again["code"], again["message"]) == ("conflict", "You have accepted this chat already.")
    assert (await desk.ask("message.send", chat=str(opened.chat.pk), cid="c", text="Hi"))["type"] == "ok"


async def test_accepting_after_the_deadline_is_refused_with_a_clear_message(
    stage: Stage, carol: Opened, alice: Agent
) -> None:
    desk = await stage.desk(alice)
    await desk.ask("agent.set_state", state="available")
    offer = await in_thread(cast.live_offer, carol.chat)
    await in_thread(cast.time_is_up, offer)
    answer = await desk.ask("offer.accept", offer=str(offer.pk))
    assert (answer["code"], answer["message"]) == ("gone", "Too late: the time was up.")
    (result,) = (await desk.ask("offer.accept_all", offers=[str(offer.pk)]))["result"]
    assert (result["ok"], result["code"]) == (False, "gone")


async def test_after_the_end_writing_is_gone_and_rating_goes_on(stage: Stage, carol: Opened, seat: Seat) -> None:
    customer, desk = await stage.customer(carol.token), await stage.desk(seat.agent)
    assert (await desk.ask("chat.end", chat=str(carol.chat.pk)))["type"] == "ok"
    await customer.until(lambda frame: frame["type"] == "chat" and frame["chat"]["state"] == "ended")
    assert (await customer.ask("message.send", cid="late", text="x"))["code"] == "gone"
    assert (await desk.ask("message.send", chat=str(carol.chat.pk), cid="late", text="x"))["code"] == "gone"
    wrapup = (await desk.until(lambda frame: frame["type"] == "desk" and frame["wrapups"]))["wrapups"][0]
    assert wrapup["chat"] == str(carol.chat.pk)
    assert (await customer.ask("chat.rate", score=5))["type"] == "ok"
    codes = [wrapup["codes"][0]["id"]]
    assert (await desk.ask("wrapup.submit", wrapup=wrapup["id"], codes=codes))["type"] == "ok"
    assert (await desk.ask("wrapup.submit", wrapup=wrapup["id"], codes=codes))["code"] == "state"


async def test_a_while_after_the_end_the_customers_socket_closes_with_4410(
    stage: Stage, carol: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "OVER_SECONDS", 0.0)
    wire = await stage.customer(carol.token)
    await wire.send("chat.leave")
    assert await wire.closing() == 4410


async def test_what_is_closed_says_no_more(stage: Stage, carol: Opened) -> None:
    wire = await stage.customer(carol.token)
    await wire.send_raw("[]")
    assert await wire.closing() == 4400
    with pytest.raises(Closed):
        await wire.receive()


def test_limits_are_the_protocols() -> None:
    assert (wire.MAX_FRAME, wire.MAX_TEXT, wire.SOCKETS_PER_PRINCIPAL) == (65536, 10_000, 5)


async def test_a_desk_at_which_nobody_does_anything_is_told_when_and_why_it_stops(stage: Stage, alice: Agent) -> None:
    wire = await stage.desk(alice)
    assert wire.seen[-1]["agent"]["sign_out_at"] is None
    await in_thread(cast.does_nothing, alice)
    await wire.ask("agent.set_state", state="available")
    await wire.send("agent.active")
    told = await wire.new(lambda frame: frame["type"] == "desk" and frame["agent"]["sign_out_at"])
    assert told["agent"]["sign_out_at"] > told["agent"]["since"]
    await wire.send("ping")
    await wire.new(lambda frame: frame["type"] == "pong")
    await in_thread(cast.does_nothing, alice)
    assert await in_thread(operations.time_out, alice)
    assert await wire.closing() == 4411
