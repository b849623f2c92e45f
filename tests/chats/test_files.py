"""Files end to end: announced, received in parts, looked at, sent along, fetched or discarded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from django.test import Client

from agents.models import Agent
from chats import operations
from chats.attachments import PART_SIZE
from chats.models import Attachment, Chat, Finding, ScreeningPolicy, Seat
from chats.operations import files
from chats.senders import Sender, of_agent
from chats.tasks import scan_file, sweep
from contactcenter import frames
from lib.clock import database_now
from lib.errors import Refused
from tests import cast
from tests.chats.filing import CARD_FILE, GOOD, looked_at, sent, statuses, uploaded
from tests.chats.stage import by_socket
from tests.lib.pci import made_files as made
from tests.sockets import Stage, in_thread


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """Files lie in a folder of the test's own, and no broker is asked."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    yield tmp_path / "media"


def kept(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_clean_file_travels_by_an_amended_line(alice_with_carol: Seat, own_media: Path) -> None:
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    row = uploaded(chat, by)
    entry = sent(chat, by, row).entry
    assert statuses(entry) == [("scanning", None)]
    looked_at(row)
    old, amended = cast.lines(chat)[-2:]
    assert (amended.kind, amended.data, amended.text) == ("amended", {"of": old.seq}, "see here")
    assert statuses(old) == statuses(amended) == [("clean", None)]
    assert old.attachments[0] == {
        "id": str(row.pk),
        "name": "a.docx",
        "size": len(GOOD),
        "type": "docx",
        "status": "clean",
        "reason": None,
    }
    (path,) = kept(own_media)
    assert path.read_bytes() == GOOD and "docx" not in path.name


def test_a_file_with_a_card_is_discarded_and_the_others_go(alice_with_carol: Seat, own_media: Path) -> None:
    chat, by = alice_with_carol.chat, of_agent(alice_with_carol.agent)
    rows = [uploaded(chat, by, CARD_FILE), uploaded(chat, by)]
    sent(chat, by, *rows)
    for row in rows:
        looked_at(row)
    assert statuses(cast.lines(chat)[-1]) == [("dropped", "card"), ("clean", None)]
    assert [path.read_bytes() for path in kept(own_media)] == [GOOD]
    row = Finding.objects.get()
    assert (row.place, row.detector, row.action, row.sender_kind) == ("file", "pan", "dropped", "agent")


def test_looked_at_before_it_is_sent(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    rows = [looked_at(uploaded(chat, by)), looked_at(uploaded(chat, by, CARD_FILE))]
    assert statuses(sent(chat, by, *rows, text="").entry) == [("clean", None), ("dropped", "card")]


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


def test_drop_holds_the_message_until_all_is_clean(alice_with_carol: Seat) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    rows = [uploaded(chat, by), uploaded(chat, by)]
    head = cast.fresh(chat).public_head
    posted = sent(chat, by, *rows, cid="held")
    assert posted.entry is None and posted.held is not None
    again = sent(chat, by, *rows, cid="held")
    assert again.duplicate and again.held == posted.held
    looked_at(rows[0])
    assert cast.fresh(chat).public_head == head
    looked_at(rows[1])
    line = cast.lines(chat)[-1]
    assert (line.cid, line.text, statuses(line)) == ("held", "see here", [("clean", None)] * 2)
    assert sent(chat, by, *rows, cid="held").entry == line


def test_the_name_of_a_held_message_is_taken_in_the_fast_lane_too(alice_with_carol: Seat) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    row = uploaded(chat, by)
    sent(chat, by, row, cid="held")
    with pytest.raises(Refused) as refused:
        by_socket(chat, by, "something else", cid="held")
    assert refused.value.code == "conflict"
    looked_at(row)
    assert (cast.lines(chat)[-1].cid, cast.lines(chat)[-1].text) == ("held", "see here")
    with pytest.raises(Refused) as refused:
        by_socket(chat, by, "something else", cid="held")
    assert refused.value.code == "conflict"


def test_drop_discards_the_message_with_its_files(alice_with_carol: Seat, own_media: Path) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    rows = [uploaded(chat, by), uploaded(chat, by, CARD_FILE)]
    head = cast.fresh(chat).public_head
    held = sent(chat, by, *rows).held
    for row in rows:
        looked_at(row)
    held = cast.fresh(held)
    assert (held.outcome, held.text, kept(own_media), cast.fresh(chat).public_head) == ("dropped", "", [], head)
    with pytest.raises(Refused) as refused:
        sent(chat, by, *rows, cid=held.cid)
    assert refused.value.code == "pci_dropped"


async def test_the_sender_of_a_held_message_hears_which_file_discarded_it(stage: Stage, house: cast.House) -> None:
    opened = await in_thread(cast.comes_in, house.entry_point)
    page = await stage.customer(opened.token, after=0)

    def discarded() -> list[Attachment]:
        ScreeningPolicy.objects.create(policy="drop")
        by = cast.customer_of(opened.chat)
        rows = [uploaded(opened.chat, by), uploaded(opened.chat, by, CARD_FILE)]
        sent(opened.chat, by, *rows, cid="held")
        return [looked_at(row) for row in rows]

    good, bad = await in_thread(discarded)
    frame = await page.until(lambda frame: frame["type"] == "dropped")
    told = msgspec.convert(frame, frames.Dropped)
    assert (told.cid, told.findings) == ("held", [frames.Finding(detector="pan", action="dropped")])
    assert {(file.id, file.reason) for file in told.attachments} == {(str(good.pk), "message"), (str(bad.pk), "card")}


def test_a_discarded_file_of_a_refused_message_tells_its_reason(alice_with_carol: Seat) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    rows = [looked_at(uploaded(chat, by)), looked_at(uploaded(chat, by, CARD_FILE))]
    with pytest.raises(Refused) as refused:
        sent(chat, by, *rows)
    assert [file["reason"] for file in refused.value.detail["attachments"]] == ["message", "card"]


def test_drop_takes_the_files_of_a_text_along(alice_with_carol: Seat, own_media: Path) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    row = uploaded(chat, by)
    with pytest.raises(Refused):
        sent(chat, by, row, text=cast.CARD)
    assert (cast.fresh(row).status, kept(own_media)) == ("dropped", [])


def test_parts_in_any_order_and_twice(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    data = b"hello \n" * 400_000
    row = operations.announce(chat, by=by, name="a.txt", size=len(data))
    assert row.parts == 3
    for number in (3, 1, 3, 2):
        part = data[(number - 1) * PART_SIZE : number * PART_SIZE]
        row = operations.receive(chat, row.pk, number, part, by=by)
    assert row.status == "scanning" and row.path.read_bytes() == data
    assert operations.receive(chat, row.pk, 1, data[:PART_SIZE], by=by).status == "scanning"
    looked_at(row)
    assert operations.receive(chat, row.pk, 3, data[2 * PART_SIZE :], by=by).status == "clean"


def code(chat: Chat, by: Sender, verb: str, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refused:
        getattr(operations, verb)(cast.fresh(chat), *arguments, by=by, **named)
    return refused.value.code


def test_what_is_refused(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    by, agent = cast.customer_of(chat), of_agent(alice_with_carol.agent)
    assert code(chat, by, "announce", name="a.exe", size=10) == "invalid"
    assert code(chat, by, "announce", name="a", size=10) == "invalid"
    assert code(chat, by, "announce", name="a.txt", size=26 * 1024 * 1024) == "too_large"
    row = operations.announce(chat, by=by, name="a.txt", size=5)
    assert code(chat, by, "receive", row.pk, 1, b"1234") == "invalid"
    assert code(chat, by, "receive", row.pk, 2, b"12345") == "invalid"
    assert code(chat, agent, "receive", row.pk, 1, b"12345") == "not_found"
    assert code(chat, by, "post", cid="a", text="x", attachments=[row.pk]) == "state"
    assert code(chat, agent, "post", cid="a", text="x", attachments=[row.pk]) == "not_found"
    operations.receive(chat, row.pk, 1, b"12345", by=by)
    sent(chat, by, row)
    assert code(chat, by, "post", cid="b", text="x", attachments=[row.pk]) == "not_found"
    assert code(chat, by, "cancel", row.pk) == "state"
    for _ in range(10):
        operations.announce(chat, by=by, name="a.txt", size=5)
    assert code(chat, by, "announce", name="a.txt", size=5) == "too_large"
    ScreeningPolicy.objects.create(attachments=False)
    assert code(chat, by, "announce", name="a.txt", size=5) == "forbidden"


def test_a_name_with_a_card(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    row = operations.announce(chat, by=by, name="4111111111111111.txt", size=5)
    assert cast.fresh(row).name == "••••••••••••1111.txt"
    ScreeningPolicy.objects.create(policy="drop")
    assert code(chat, by, "announce", name="4111111111111111.txt", size=5) == "pci_dropped"
    assert list(Finding.objects.order_by("pk").values_list("place", "action")) == [
        ("file_name", "masked"),
        ("file_name", "dropped"),
    ]


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


# --- over HTTP


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


POISON = {
    "zip bomb": ("a.zip", made.zip_bomb()),
    "image": ("a.png", made.png(30_000, 30_000)),
    "long PDF": ("a.pdf", made.pdf("hello", count=10_000)),
    "recursive zip": ("a.zip", made.recursive_zip()),
    "encrypted PDF": ("a.pdf", made.encrypted_pdf()),
    "truncated docx": ("a.docx", made.truncated_docx()),
}


@pytest.mark.parametrize("what", POISON)
def test_poison_ends_as_dropped(alice_with_carol: Seat, own_media: Path, what: str) -> None:
    ScreeningPolicy.objects.create(kinds=["zip", "png", "pdf", "docx"], images="let_through")
    chat = alice_with_carol.chat
    by = cast.customer_of(chat)
    name, data = POISON[what]
    row = looked_at(uploaded(chat, by, data, name))
    assert (row.status, bool(row.reason), kept(own_media)) == ("dropped", True, [])


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
