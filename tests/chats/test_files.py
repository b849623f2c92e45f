"""Files end to end: announced, received in parts, looked at, sent along, fetched or discarded."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chats import operations
from chats.attachments import PART_SIZE
from chats.models import Attachment, Chat, Finding, HeldMessage, ScreeningPolicy, Seat
from chats.senders import Sender, of_agent
from contactcenter import frames
from lib.errors import Refused
from tests import cast
from tests.chats.filing import CARD_FILE, GOOD, looked_at, sent, statuses, uploaded
from tests.chats.stage import MASKED_PIECES, PIECES, by_http, by_socket, by_verb
from tests.lib.pci import made_files as made
from tests.sockets import Stage, in_thread

Say = Callable[..., dict[str, Any]]
WAYS = pytest.mark.parametrize("say", [by_verb, by_socket, by_http])


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


SIDES = pytest.mark.parametrize("side", ["customer", "agent"])


def speaker(seat: Seat, side: str) -> Sender:
    return cast.customer_of(seat.chat) if side == "customer" else of_agent(seat.agent)


def talk(chat: Chat) -> list[str]:
    return [line.text for line in cast.lines(chat) if line.kind == "message"]


@WAYS
@SIDES
def test_what_is_said_behind_a_held_message_keeps_its_place(alice_with_carol: Seat, say: Say, side: str) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    chat, by = alice_with_carol.chat, speaker(alice_with_carol, side)
    other = speaker(alice_with_carol, "agent" if side == "customer" else "customer")
    rows = [uploaded(chat, by), uploaded(chat, by)]
    sent(chat, by, rows[0], text="first")
    for cid, text in (("a", "second"), ("b", "third, at 5")):
        answers = [say(chat, by, text, cid=cid) for _ in range(2)]
        assert [(answer["held"], answer["duplicate"]) for answer in answers] == [(True, False), (True, True)]
    sent(chat, by, rows[1], text="fourth")
    assert say(chat, by, "fifth")["held"]
    assert say(chat, other, "meanwhile")["seq"]
    looked_at(rows[1])
    assert talk(chat) == ["meanwhile"]
    looked_at(rows[0])
    assert talk(chat) == ["meanwhile", "first", "second", "third, at 5", "fourth", "fifth"]
    assert say(chat, by, "second", cid="a")["seq"] == cast.lines(chat)[-4].seq
    assert say(chat, by, "sixth")["seq"] == cast.fresh(chat).public_head


@WAYS
def test_behind_a_discarded_message_the_others_go_on(alice_with_carol: Seat, say: Say) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    chat, by = alice_with_carol.chat, cast.customer_of(alice_with_carol.chat)
    rows = [uploaded(chat, by, CARD_FILE), uploaded(chat, by, CARD_FILE), uploaded(chat, by)]
    sent(chat, by, rows[0], text="bad")
    say(chat, by, "second")
    sent(chat, by, rows[1], text="bad, too", cid="bad")
    sent(chat, by, rows[2], text="good")
    looked_at(rows[1])
    with pytest.raises(Refused) as refused:
        sent(chat, by, rows[1], text="bad, too", cid="bad")
    assert (refused.value.code, talk(chat)) == ("pci_dropped", [])
    looked_at(rows[0])
    assert talk(chat) == ["second"]
    looked_at(rows[2])
    assert talk(chat) == ["second", "good"]


@WAYS
@SIDES
def test_a_held_piece_is_read_with_what_comes_behind_it(alice_with_carol: Seat, say: Say, side: str) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    chat, by = alice_with_carol.chat, speaker(alice_with_carol, side)
    row = uploaded(chat, by)
    sent(chat, by, row, text=PIECES[0], cid="held")
    with pytest.raises(Refused) as refused:
        say(chat, by, PIECES[1])
    assert refused.value.code == "pci_dropped"
    assert say(chat, by, "I will be there at 5", cid="behind")["held"]
    assert HeldMessage.objects.get(cid="held").text == MASKED_PIECES[0]
    assert sent(chat, by, row, text=PIECES[0], cid="held").duplicate
    looked_at(row)
    line = cast.lines(chat)[-2]
    assert (line.text, statuses(line)) == (MASKED_PIECES[0], [("clean", None)])
    assert list(Finding.objects.order_by("pk").values_list("action", flat=True)) == ["amended", "dropped"]


@WAYS
def test_two_held_pieces_are_read_together(alice_with_carol: Seat, say: Say) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    chat, by = alice_with_carol.chat, cast.customer_of(alice_with_carol.chat)
    say(chat, by, "4012")
    row = uploaded(chat, by)
    sent(chat, by, row, text="then 8888")
    say(chat, by, "I am 34 years old")
    say(chat, by, "then 8888")
    with pytest.raises(Refused):
        say(chat, by, "1881")
    looked_at(row)
    assert talk(chat) == ["••••", "then ••••", "I am 34 years old", "then ••••"]


@WAYS
def test_the_policy_may_change_while_a_message_is_held(alice_with_carol: Seat, say: Say) -> None:
    policy = ScreeningPolicy.objects.create(policy="drop")
    chat, by = alice_with_carol.chat, cast.customer_of(alice_with_carol.chat)
    row = uploaded(chat, by)
    sent(chat, by, row, text=PIECES[0])
    policy.delete()
    answer = say(chat, by, PIECES[1], cid="second")
    assert answer["held"] and answer["findings"] == [{"detector": "pan", "action": "masked"}]
    assert say(chat, by, "123")["findings"] == [{"detector": "cvv", "action": "masked"}]
    looked_at(row)
    assert talk(chat) == [*MASKED_PIECES, "•••"]
    found = list(Finding.objects.order_by("pk").values_list("detector", "action"))
    assert found == [("pan", "amended"), ("pan", "masked"), ("cvv", "masked")]


@SIDES
def test_at_the_end_what_waits_is_said_or_discarded(alice_with_carol: Seat, own_media: Path, side: str) -> None:
    ScreeningPolicy.objects.create(policy="drop")
    chat, by = alice_with_carol.chat, speaker(alice_with_carol, side)
    row = uploaded(chat, by)
    sent(chat, by, row, text="with a file", cid="held")
    by_verb(chat, by, "thank you")
    cast.customer_leaves(chat)
    assert talk(chat) == ["thank you"]
    assert cast.kinds(chat)[-3:] == ["message", "left", "ended"]
    assert (cast.fresh(row).status, kept(own_media)) == ("dropped", [])
    assert not HeldMessage.objects.waiting().exists()
    with pytest.raises(Refused) as refused:
        sent(chat, by, row, text="with a file", cid="held")
    assert refused.value.code == "pci_dropped"


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
