"""Files on their way: their names, the queue in which everybody's wait, and what becomes of those left behind."""

from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.cache import cache

from chats import operations
from chats.models import Attachment, ScreeningPolicy, Seat
from chats.operations import files
from chats.senders import of_agent
from chats.tasks import scan_file, sweep
from lib.clock import database_now
from lib.errors import Refused
from tests import cast
from tests.chats.test_files import code, kept, looked_at, own_media, sent, statuses, uploaded

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


def test_cancelled_and_forgotten_files_leave_nothing(alice_with_carol: Seat, own_media: Path) -> None:
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    operations.cancel(chat, uploaded(chat, by).pk, by=by)
    forgotten = uploaded(chat, by)
    Attachment.objects.filter(pk=forgotten.pk).update(created_at=database_now() - files.UPLOAD_LIFE * 2)
    sweep()
    assert kept(own_media) == []
    assert set(Attachment.objects.values_list("status", flat=True)) == {"cancelled"}


def test_a_scanner_that_never_answers_passes_nothing(alice_with_carol: Seat, own_media: Path, settings: Any) -> None:
    settings.CLAMAV = f"unix://{own_media}/nobody"
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    row = uploaded(chat, by)
    entry = sent(chat, by, row).entry
    for _ in range(files.TRIES):
        assert not scan_file(str(row.pk))
        assert cast.fresh(row).status == "scanning"
        Attachment.objects.update(look_at=database_now() - files.PATIENCE)
        sweep()
    assert statuses(cast.fresh(entry)) == [("dropped", "unchecked")]
    assert kept(own_media) == []


@pytest.mark.parametrize("drop", [False, True])
def test_a_number_in_pieces_over_several_names_is_masked_in_all_of_them(alice_with_carol: Seat, drop: bool) -> None:
    if drop:
        ScreeningPolicy.objects.create(policy="drop")
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    first = looked_at(uploaded(chat, by, name="4111 1111.docx"))
    sent(chat, by, first)
    operations.announce(chat, by=by, name="IMG_1111.docx", size=1)
    operations.announce(chat, by=of_agent(alice_with_carol.agent), name="1111 1111.docx", size=1)
    assert cast.fresh(first).name == "4111 1111.docx", "what another one says completes nothing"
    if drop:
        with pytest.raises(Refused, match="pci_dropped"):
            operations.announce(chat, by=by, name="1111 1111.docx", size=1)
    else:
        assert operations.announce(chat, by=by, name="1111 1111.docx", size=1).name == "•••• 1111.docx"
    assert cast.fresh(first).name == "•••• ••••.docx"
    shown = [card["name"] for line in cast.lines(chat) for card in line.attachments]
    assert shown == ["•••• ••••.docx"] * 2
    assert cast.kinds(chat)[-1] == "amended"
