"""The HTTP twins: start, read, say; every refusal as code, message and fields."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from django.test import Client

from agents.models import Agent
from chats.models import Chat, Customer, Seat
from chats.operations.open import Opened
from lib import rates
from lib.clock import database_now
from routing.models import EntryPoint
from tests import cast
from tests.cast import fresh

START = "/api/v1/widget/help/chats/"


@pytest.fixture
def alice_client(carol: Opened, alice: Agent) -> Client:
    """A browser in which Alice is logged in; she sits in Carol's chat."""
    cast.goes_available(alice)
    cast.takes(carol.chat, alice)
    return browser_of(alice)


def browser_of(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent.user)
    return client


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def start(client: Client, slug: str = "help", **form: Any) -> Any:
    return client.post(f"/api/v1/widget/{slug}/chats/", form, content_type="application/json")


def say(client: Client, chat: Chat, headers: dict[str, str] | None = None, **form: Any) -> Any:
    address = f"/api/v1/chats/{chat.pk}/messages/"
    return client.post(address, form, content_type="application/json", headers=headers)


def entries(client: Client, chat: Chat, headers: dict[str, str] | None = None, **query: Any) -> Any:
    return client.get(f"/api/v1/chats/{chat.pk}/entries/", query, headers=headers)


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """The refusal's fields, after looking at its shape."""
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    assert set(body) == {"code", "message", "fields"}
    assert body["message"]
    return body["fields"]


def test_starting_a_chat_gives_its_token(house: cast.House, client: Client) -> None:
    response = start(client, name="Carol", email="carol@example.com", language="de")
    body = response.json()
    assert (response.status_code, set(body), body["socket"]) == (201, {"chat", "token", "socket"}, "/ws/customer/")
    chat = Chat.objects.get(pk=body["chat"])
    assert (chat.state, chat.language, chat.customer.name) == ("queued", "de", "Carol")
    assert entries(client, chat, bearer(body["token"])).status_code == 200


def test_an_unknown_or_closed_entry_point_is_not_found(house: cast.House, client: Client) -> None:
    refused(start(client, slug="nowhere"), 404, "not_found")
    EntryPoint.objects.update(is_active=False)
    refused(start(client), 404, "not_found")
    assert not Chat.objects.exists()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"extra": 1}, "extra"),
        ({"state": "active"}, "state"),
        ({"queue": 1}, "queue"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\0"}, "name"),
        ({"name": {"a": 1}}, "name"),
        ({"email": "nowhere"}, "email"),
        ({"fields": "x"}, "fields"),
        ({"fields": {"a": {"b": "c"}}}, "fields"),
        ({"fields": {"a\0": "b"}}, "fields"),
        ({"fields": {"a": "\ud800"}}, "fields"),
        ({"fields": {"\ud800": "a"}}, "fields"),
    ],
)
def test_what_is_wrong_in_the_form_is_named(house: cast.House, client: Client, form: Any, field: str) -> None:
    assert set(refused(start(client, **form), 400, "invalid")) == {field}
    assert not Customer.objects.exists()


@pytest.mark.parametrize("body", ["{", "[]", '"x"', "null", "[" * 20_000])
def test_a_body_that_is_no_object_is_invalid(house: cast.House, client: Client, body: str) -> None:
    refused(client.post(START, body, content_type="application/json"), 400, "invalid")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_another_content_type_is_refused(house: cast.House, client: Client, kind: str) -> None:
    refused(client.post(START, "{}", content_type=kind), 415, "invalid")
    assert not Chat.objects.exists()


def test_a_wrong_identity_is_401(house: cast.House, client: Client) -> None:
    soon = int((database_now() + timedelta(minutes=5)).timestamp())
    forged = jwt.encode({"sub": "c", "exp": soon}, "x" * 43, algorithm="HS256")
    refused(start(client, identity=forged), 401, "unauthenticated")
    good = jwt.encode({"sub": "c", "exp": soon}, house.entry_point.secret, algorithm="HS256")
    assert start(client, identity=good).status_code == 201


def test_closed_and_full_are_409_with_the_configured_message(house: cast.House, client: Client) -> None:
    house.queue.max_waiting, house.queue.full_message = 1, "Too many."
    house.queue.save()
    assert start(client).status_code == 201
    response = start(client)
    refused(response, 409, "full")
    assert response.json()["message"] == "Too many."


@pytest.mark.parametrize("made_up", [False, True], ids=["honest", "with a made up address"])
def test_the_eleventh_start_of_a_minute_is_429(house: cast.House, made_up: bool) -> None:
    clients = [Client(headers={"X-Forwarded-For": f"192.0.2.{n}"} if made_up else None) for n in range(11)]
    answers = [start(client) for client in clients]
    assert [answer.status_code for answer in answers[:10]] == [201] * 10
    refused(answers[10], 429, "rate_limited")
    assert int(answers[10]["Retry-After"]) > 0


# --- reading


def test_lines_after_a_number(carol: Opened, alice_client: Client, client: Client) -> None:
    for who, headers in ((client, bearer(carol.token)), (alice_client, None)):
        body = entries(who, carol.chat, headers, after=1).json()
        assert [line["seq"] for line in body["entries"]] == [2]
        assert (body["chat"], body["stream"], body["more"], body["head"]) == (str(carol.chat.pk), "public", False, 2)


@pytest.mark.parametrize(
    "query",
    [{"after": "-1"}, {"after": "x"}, {"after": str(2**31)}, {"after": "٣"}, {"after": "9" * 5_000}, {"stream": "x"}],
)
def test_a_wrong_question_is_named(carol: Opened, client: Client, query: dict[str, str]) -> None:
    assert set(refused(entries(client, carol.chat, bearer(carol.token), **query), 400, "invalid")) == set(query)


def test_the_staff_stream_does_not_exist_for_a_customer(carol: Opened, client: Client, alice_client: Client) -> None:
    refused(entries(client, carol.chat, bearer(carol.token), stream="staff"), 400, "invalid")
    assert entries(alice_client, carol.chat, stream="staff").json()["entries"] == []


def test_nobody_is_401_and_a_foreigner_404(
    house: cast.House, carol: Opened, client: Client, alice_client: Client, mallory: Agent
) -> None:
    other = cast.comes_in(house.entry_point)
    for ask in (entries, lambda *given: say(*given, cid="c", text="x")):
        refused(ask(client, carol.chat), 401, "unauthenticated")
        for token in ("", "wrong", other.token + "x", "\u00e4"):
            refused(ask(client, carol.chat, bearer(token)), 401, "unauthenticated")
        refused(ask(client, carol.chat, bearer(other.token)), 404, "not_found")
        refused(ask(browser_of(mallory), carol.chat), 404, "not_found")
        refused(ask(alice_client, other.chat), 404, "not_found")


def test_a_token_that_has_run_out_is_401(carol: Opened, client: Client) -> None:
    Chat.objects.update(token_until=carol.chat.started_at)
    refused(entries(client, carol.chat, bearer(carol.token)), 401, "unauthenticated")


# --- saying


def test_saying_something_is_201_a_repeat_200_and_another_text_409(carol: Opened, client: Client) -> None:
    first = say(client, carol.chat, bearer(carol.token), cid="one", text="Hello")
    again = say(client, carol.chat, bearer(carol.token), cid="one", text="Hello")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "duplicate": True}
    refused(say(client, carol.chat, bearer(carol.token), cid="one", text="Other"), 409, "conflict")


def test_what_was_acknowledged_is_in_the_history(carol: Opened, client: Client) -> None:
    answer = say(client, carol.chat, bearer(carol.token), cid="one", text=f"it is {cast.CARD}").json()
    line = entries(client, carol.chat, bearer(carol.token), after=answer["seq"] - 1).json()["entries"][0]
    assert (line["text"], line["cid"], line["findings"]) == (answer["text"], "one", answer["findings"])
    assert answer["text"] == f"it is {cast.MASKED_CARD}"


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"cid": "c", "text": "x" * 10_001}, 413, "too_large"),
        ({"cid": "c", "text": ""}, 400, "invalid"),
        ({"cid": "c"}, 400, "invalid"),
        ({"cid": "c c", "text": "x"}, 400, "invalid"),
        ({"cid": "c\n", "text": "x"}, 400, "invalid"),
        ({"cid": "c", "text": "x\0"}, 400, "invalid"),
        ({"cid": "c", "text": "x", "sender": "agent"}, 400, "invalid"),
        ({"cid": "c", "text": "x", "attachments": ["00000000-0000-4000-8000-000000000000"]}, 404, "not_found"),
        ({"cid": "c", "text": "x", "attachments": ["nonsense"]}, 400, "invalid"),
    ],
)
def test_what_cannot_be_said(carol: Opened, client: Client, form: Any, status: int, code: str) -> None:
    head = fresh(carol.chat).public_head
    refused(say(client, carol.chat, bearer(carol.token), **form), status, code)
    assert fresh(carol.chat).public_head == head


def test_after_the_end_it_is_410(carol: Opened, client: Client, alice_client: Client) -> None:
    cast.customer_leaves(carol.chat)
    refused(say(client, carol.chat, bearer(carol.token), cid="c", text="x"), 410, "gone")
    refused(say(alice_client, carol.chat, cid="c", text="x"), 410, "gone")


def test_too_much_is_429(carol: Opened, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "time", SimpleNamespace(monotonic=lambda: 0.0))  # all at one moment
    answers = [say(client, carol.chat, bearer(carol.token), cid=f"c{n}", text="x") for n in range(14)]
    assert [answer.status_code for answer in answers[:10]] == [201] * 10
    late = next(answer for answer in answers if answer.status_code == 429)
    refused(late, 429, "rate_limited")
    assert int(late["Retry-After"]) > 0


def test_an_agent_needs_the_csrf_token(carol: Opened, alice_client: Client) -> None:
    assert say(alice_client, carol.chat, cid="c", text="x").status_code == 201
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = alice_client.cookies
    refused(say(strict, carol.chat, cid="d", text="x"), 403, "forbidden")
    assert Seat.objects.get().agent.name == "Alice"


def test_another_method_is_refused_in_the_same_shape(carol: Opened, client: Client) -> None:
    response = client.delete(f"/api/v1/chats/{carol.chat.pk}/entries/", headers=bearer(carol.token))
    assert response.status_code == 405
    assert set(json.loads(response.content)) == {"code", "message", "fields"}
