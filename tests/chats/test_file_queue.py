"""The queue in which everybody's files wait: nobody fills it, and nothing is lost or discarded by waiting."""

from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.cache import cache

from chats import operations
from chats.models import Attachment, Seat
from chats.operations import files
from chats.senders import of_agent
from chats.tasks import sweep
from lib.clock import database_now
from lib.errors import Refused
from tests import cast
from tests.chats.test_files import code, kept, looked_at, own_media, sent, uploaded

__all__ = ["own_media"]


def test_a_long_queue_discards_nothing(
    alice_with_carol: Seat, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    chat = alice_with_carol.chat
    queue = redis.Redis.from_url(settings.REDIS_URL)
    before = queue.llen("scan")
    with django_capture_on_commit_callbacks(execute=True):
        row = uploaded(chat, cast.customer_of(chat))
    for _minute in range(5):
        Attachment.objects.update(look_at=database_now() - files.PATIENCE)
        with django_capture_on_commit_callbacks(execute=True):
            sweep()
    assert (cast.fresh(row).status, cast.fresh(row).tries) == ("scanning", 0)
    assert queue.llen("scan") == before + 1, "it waits there once"
    queue.ltrim("scan", 1, -1)
    assert looked_at(row).status == "clean"


def test_what_the_queue_lost_is_queued_again(
    alice_with_carol: Seat, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    queue = redis.Redis.from_url(settings.REDIS_URL)
    before = queue.llen("scan")
    with django_capture_on_commit_callbacks(execute=True):
        uploaded(alice_with_carol.chat, cast.customer_of(alice_with_carol.chat))
    queue.ltrim("scan", 1, -1)
    cache.clear()  # they lie in the same place
    Attachment.objects.update(look_at=database_now() - files.PATIENCE)
    with django_capture_on_commit_callbacks(execute=True):
        sweep()
    assert queue.llen("scan") == before + 1
    queue.ltrim("scan", 1, -1)


def test_a_file_that_no_worker_ever_begins(alice_with_carol: Seat, own_media: Path) -> None:
    row = uploaded(alice_with_carol.chat, cast.customer_of(alice_with_carol.chat))
    Attachment.objects.update(look_at=database_now(), created_at=database_now() - files.LONGEST_WAIT)
    sweep()
    assert (cast.fresh(row).status, cast.fresh(row).reason, kept(own_media)) == ("dropped", "unchecked", [])


def test_nobody_fills_the_queue_of_everybody(alice_with_carol: Seat) -> None:
    chat, alice = alice_with_carol.chat, of_agent(alice_with_carol.agent)
    by = cast.customer_of(chat)
    for _ in range(files.MOST_AT_ONCE):
        sent(chat, by, uploaded(chat, by))
    with pytest.raises(Refused) as refused:
        uploaded(chat, by)
    assert (refused.value.code, str(refused.value.message)) == ("rate_limited", str(files.TOO_FAST))
    uploaded(chat, alice)
    looked_at(Attachment.objects.of_sender(by.kind, by.id).earliest("created_at"))
    uploaded(chat, by)


@pytest.mark.parametrize("size", [5, files.MOST_BYTES])
def test_nobody_sends_files_all_day(alice_with_carol: Seat, size: int) -> None:
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    count = files.MOST_AN_HOUR if size == 5 else files.MOST_BYTES_AN_HOUR // size
    told = {"chat": chat, "sender_kind": by.kind, "sender_id": by.id, "name": "a.txt", "claimed": "txt"}
    Attachment.objects.bulk_create(
        Attachment(**told, size=size, status="dropped", created_at=database_now()) for _ in range(count)
    )
    assert code(chat, by, "announce", name="a.txt", size=5) == "rate_limited"
    Attachment.objects.update(created_at=database_now() - files.HOUR)
    operations.announce(chat, by=by, name="a.txt", size=5)
