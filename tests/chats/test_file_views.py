"""Files over HTTP: sent in parts, fetched once they are clean, and only by who may."""

from uuid import UUID, uuid4

import pytest
from django.test import Client

from agents.models import Agent
from chats import operations
from chats.attachments import PART_SIZE
from chats.models import Attachment, Chat, Seat
from chats.tasks import scan_file
from lib.clock import database_now
from tests import cast
from tests.chats.filing import GOOD, looked_at, sent, uploaded
from tests.chats.test_files import own_media

__all__ = ["own_media"]


def as_customer(token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token}"})


def as_agent(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent.user)
    return client


@pytest.fixture
def carol(house: cast.House) -> tuple[Chat, Client]:
    """Carol's chat, and her page."""
    opened = cast.comes_in(house.entry_point)
    return opened.chat, as_customer(opened.token)


def put(client: Client, chat: Chat, data: bytes, name: str) -> str:
    """The id of the file uploaded over HTTP."""
    base = f"/api/v1/chats/{chat.pk}/attachments/"
    told = client.post(base, {"name": name, "size": len(data), "type": "x/y"}, content_type="application/json")
    assert told.status_code == 201, told.content
    attachment = told.json()["id"]
    for number in range(1, told.json()["parts"] + 1):
        part = data[(number - 1) * PART_SIZE : number * PART_SIZE]
        last = client.put(f"{base}{attachment}/parts/{number}/", part, content_type="application/octet-stream")
        assert last.status_code in (200, 202), last.content
    assert last.json()["status"] == "scanning"
    return attachment


def test_over_http(carol: tuple[Chat, Client], alice_available: Agent, mallory: Agent) -> None:
    chat, page = carol
    cast.takes(chat, alice_available)
    base = f"/api/v1/chats/{chat.pk}/attachments/"
    attachment = put(page, chat, GOOD, 'a"\n/b.docx')
    body = {"cid": "one", "text": "", "attachments": [attachment]}
    assert page.post(f"/api/v1/chats/{chat.pk}/messages/", body, content_type="application/json").status_code == 201
    desk = as_agent(alice_available)
    assert desk.get(f"{base}{attachment}/").status_code == 404
    scan_file(attachment)
    for client in (desk, page):
        got = client.get(f"{base}{attachment}/")
        assert got.status_code == 200
        assert b"".join(got) == GOOD
        assert got["Content-Disposition"].startswith("attachment")
        assert "\n" not in got["Content-Disposition"]
        assert got["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in got["Content-Security-Policy"]
        assert got["Content-Type"] == "application/octet-stream"
    assert as_agent(mallory).get(f"{base}{attachment}/").status_code == 404
    assert Client().get(f"{base}{attachment}/").status_code == 401
    assert page.delete(f"{base}{attachment}/").status_code == 409
    assert page.get(f"{base}{uuid4()}/").status_code == 404
    entries = page.get(f"/api/v1/chats/{chat.pk}/entries/").json()["entries"]
    assert [e["attachments"][0]["status"] for e in entries if e["attachments"]] == ["clean", "clean"]


def test_another_customer_reaches_nothing(carol: tuple[Chat, Client], house: cast.House) -> None:
    chat, page = carol
    attachment = put(page, chat, GOOD, "a.docx")
    other = as_customer(cast.comes_in(house.entry_point).token)
    base = f"/api/v1/chats/{chat.pk}/attachments/{attachment}/"
    part = {"data": b"x", "content_type": "application/octet-stream"}
    for answer in (other.get(base), other.delete(base), other.put(f"{base}parts/1/", **part)):
        assert answer.status_code == 404
    assert Attachment.objects.get(pk=UUID(attachment)).status == "scanning"
    assert page.delete(base).status_code == 204
    assert page.get(base).status_code == 404


def test_a_part_that_is_too_long(carol: tuple[Chat, Client]) -> None:
    chat, page = carol
    row = operations.announce(chat, by=cast.customer_of(chat), name="a.txt", size=2 * PART_SIZE)
    where = f"/api/v1/chats/{chat.pk}/attachments/{row.pk}/parts/1/"
    answer = page.put(where, b"x" * (PART_SIZE + 1), content_type="application/octet-stream")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_who_has_left_fetches_nothing_that_was_sent_later(alice_with_carol: Seat) -> None:
    chat, alice = alice_with_carol.chat, alice_with_carol.agent
    by = cast.customer_of(chat)
    files = []
    for name in ("before.docx", "after.docx"):
        row = uploaded(chat, by, name=name)
        sent(chat, by, row)
        looked_at(row)
        files.append(f"/api/v1/chats/{chat.pk}/attachments/{row.pk}/")
        Seat.objects.filter(pk=alice_with_carol.pk, left_at=None).update(
            left_at=database_now(), until=cast.fresh(chat).public_head
        )
    assert [as_agent(alice).get(address).status_code for address in files] == [200, 404]
