"""Card numbers sent through every input are nowhere afterwards: database, Redis, files, logs."""

import base64
import logging
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from agents.models import User
from chats import operations
from chats.models import CannedResponse, Seat
from chats.tasks import scan_file
from contactcenter.audit import look_at_database, look_at_media, look_at_redis
from tests import cast
from tests.chats.test_files import uploaded
from tests.faults.canaries import Flock
from tests.lib.pci import made_files as made
from wrapup.operations import submit


@pytest.fixture
def canaries(
    alice_with_carol: Seat, house: cast.House, settings: Any, tmp_path: Path, client: Client, caplog: Any
) -> Flock:
    """Numbers that went through every input of the house."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    caplog.set_level(logging.DEBUG)
    birds, seat = Flock(uuid4().int), alice_with_carol
    chat = seat.chat
    by = cast.customer_of(chat)
    for form in ("name", "subject"):
        cast.comes_in(house.entry_point, **{form: f"x {birds.next()}"})
    cast.comes_in(house.entry_point, email=f"{birds.next()}@example.org", page=f"https://x.example/?c={birds.next()}")
    cast.comes_in(house.entry_point, fields={"Order": birds.next(), birds.next(): "x"})
    cast.customer_says(chat, f"plain {birds.next()}")
    cast.agent_says(chat, seat.agent, birds.foreign("full width"))
    number = birds.next()
    cast.customer_says(chat, number[:8])
    cast.customer_says(chat, number[8:])
    number = birds.next()
    rows = [
        uploaded(chat, by, b"hello", f"{birds.next()}.txt"),
        uploaded(chat, by, birds.next().encode(), "a.txt"),
        uploaded(chat, by, base64.b64encode(f"here is {number} for you".encode()), "b.txt"),
        uploaded(chat, by, made.docx(birds.next()), "c.docx"),
        uploaded(chat, by, made.odt(birds.next(), "meta.xml"), "d.odt"),
    ]
    for row in rows:
        scan_file(str(row.pk))
    operations.post(chat, by=by, cid="files", text=birds.next(), attachments=[row.pk for row in rows])
    CannedResponse.objects.create(title=birds.next(), text=birds.next())
    client.force_login(User.objects.create_superuser("root"))
    add = {"title": "x", "folder": birds.next(), "text": birds.next(), "language": "", "shortcut": ""}
    assert client.post("/admin/chats/cannedresponse/add/", add).status_code == 302
    client.post("/api/v1/widget/help/chats/", {"name": birds.next(), "wrong": "x"}, content_type="application/json")
    client.get(f"/admin/chats/chat/?q={birds.next()}")
    cast.customer_leaves(chat)
    operations.rate(chat, score=5, comment=birds.next())
    submit(cast.wrapup_of(seat).pk, by=seat.agent, codes=[house.answered.pk], note=birds.next())
    return birds


def test_no_canary_is_left(canaries: Flock, caplog: Any, settings: Any) -> None:
    assert len(canaries.sent) >= 20
    for look in (look_at_database, look_at_redis, look_at_media):
        looked = look()
        assert (looked.finds, looked.unread) == ([], []), looked.where
    assert not [number for number in canaries.sent if number in caplog.text]
    kept = b"".join(path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
    assert kept == b"hello"
    cache.clear()
