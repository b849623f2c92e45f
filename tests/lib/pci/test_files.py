"""A card is found wherever a kind of file can hide one; what can't be read whole is no clean file."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.pci.custom import CustomPattern
from lib.pci.files import Verdict, inspect
from lib.pci.kinds import KINDS, MAGIC, TEXTUAL
from lib.pci.mask import DEFAULT_DETECTORS
from tests.faults.house import size
from tests.lib.pci import made_files as made
from tests.lib.pci import older_files as older
from tests.lib.pci.formats import test_packed, test_pdf
from tests.lib.pci.looking import CARD, NOTES, SOLID, look

HOLDING = {
    "text": ("a.txt", NOTES),
    "text, UTF-16": ("a.txt", CARD.encode("utf-16")),
    "text, UTF-16 without a mark": ("a.txt", CARD.encode("utf-16-le")),
    "text, cp1252": ("a.txt", f"für {CARD}".encode("cp1252")),
    "text, full width digits": ("a.txt", "４１１１ １１１１ １１１１ １１１１".encode()),
    "text, base64": ("a.txt", b"see " + base64.b64encode(f"the number is {CARD}, thanks".encode())),
    "csv": ("a.csv", f"name;number\nCarol;{SOLID}\n".encode()),
    "csv, float": ("a.csv", b"Carol;4.111111111111111E+15\n"),
    "html": ("a.html", b"<!doctype html><p>4111 1111 <b>1111</b> 1111</p>"),
    "html, entities": ("a.html", b"<html>4111&nbsp;1111&#8203;1111<br>1111"),
    "html, attribute": ("a.html", f'<html><img alt="{SOLID}">'.encode()),
    "rtf": ("a.rtf", made.rtf(SOLID)),
    "eml": ("a.eml", made.eml(CARD)),
    "eml, attachment": ("a.eml", made.eml("see below", made.docx(SOLID), "a.docx")),
    "doc": ("a.doc", older.doc(f"hello {CARD}")),
    "doc, in eight bits": ("a.doc", older.doc(f"hello {CARD}".encode())),
    "doc, two pieces out of order": ("a.doc", older.doc("no 4111 1111", b" 1111 1111 bye")),
    "doc, properties": (
        "a.doc",
        older.compound({"WordDocument": bytes(600), "\x05SummaryInformation": older.summary(SOLID)}),
    ),
    "ppt": ("a.ppt", older.ppt(CARD)),
    "ppt, in eight bits": ("a.ppt", older.ppt(CARD, wide=False)),
    "msg": ("a.msg", older.msg(CARD)),
    "msg, attachment": ("a.msg", older.msg("see below", made.docx(SOLID), "a.docx")),
    "msg, name of the attachment": ("a.msg", older.msg("see below", b"hello", f"{SOLID}.txt")),
    "ppt, full width digits": ("a.ppt", older.ppt("４１１１１１１１１１１１１１１１")),
    "ppt, Arabic digits": ("a.ppt", older.ppt("٤١١١١١١١١١١١١١١١")),
    "ppt, zero-width signs between": ("a.ppt", older.ppt("\u200b".join(SOLID))),
    "msg, stream of one's own": ("a.msg", older.msg("hello", **{"__substg1.0_80010102": NOTES})),
    "msg, one text of a list": (
        "a.msg",
        older.msg("hello", **{"__substg1.0_8005101F-00000000": "４１１１１１１１１１１１１１１１".encode("utf-16-le")}),
    ),
    "msg, a Word file in it": (
        "a.msg",
        older.msg(
            "hello",
            **{
                "__attach_version1.0_#00000000": {"__substg1.0_3701000D": older.word("no 4111 1111", b" 1111 1111 bye")}
            },
        ),
    ),
    "doc, a Word file in it": (
        "a.doc",
        older.doc("hello", ObjectPool={"_1": older.word("no 4111 1111", b" 1111 1111 bye")}),
    ),
    "doc, an archive in it": ("a.doc", older.doc("hello", ObjectPool={"_1": {"Package": made.docx(SOLID)}})),
    "xls": ("a.xls", older.xls(CARD)),
    "xls, float": ("a.xls", older.xls(4111111111111111.0)),
    "xls, four cells": ("a.xls", older.xls(4111.0, 1111.0, 1111.0, 1111.0)),
    "xls, second sheet": ("a.xls", older.xls("hello", comment=SOLID)),
    "rtf named as a Word file": ("a.doc", made.rtf(SOLID)),
}


@pytest.mark.parametrize("what", HOLDING)
def test_a_card_is_found(what: str) -> None:
    name, data = HOLDING[what]
    verdict = look(data, name)
    assert (verdict.reason, verdict.detectors) == ("card", ("pan",))


CLEAN = {
    "txt": ("a.txt", b"hello, order 55123"),
    "csv": ("a.csv", b"2015;2016;2017;2018\n1234;5678;9012;3456\n"),
    "html": ("a.htm", b"<html><p>hello"),
    "rtf": ("a.rtf", made.rtf("hello there")),
    "eml": ("a.eml", made.eml("hello", b"hello")),
    "doc": ("a.doc", older.doc("hello", b" you")),
    "ppt": ("a.ppt", older.ppt("hello")),
    "msg": ("a.msg", older.msg("hello", made.docx("hello"), "a.docx")),
    "xls": ("a.xls", older.xls("hello", 12.5)),
}


@pytest.mark.parametrize("kind", CLEAN)
def test_clean_files_of_every_kind(kind: str) -> None:
    name, data = CLEAN[kind]
    assert look(data, name) == Verdict(kind.partition(",")[0], "", ())


UNREADABLE = {
    "encrypted doc": ("a.doc", older.doc("hello", encrypted=True), "encrypted"),
    "encrypted docx": ("a.docx", older.compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "encrypted"),
    "compound file of nothing known": ("a.doc", older.compound({"Other": b"hello"}), "type"),
    "doc, a file in it": ("a.doc", older.doc("hello", ObjectPool={"_1": {"\x01Ole10Native": b"hello"}}), "type"),
    "doc, a sheet in it": ("a.doc", older.doc("hello", ObjectPool={"_1": {"Workbook": b"hello"}}), "type"),
    "half a doc": ("a.doc", older.doc("hello")[:3000], "unreadable"),
    "program": ("a.txt", b"\x7fELF" + b"\0" * 100, "type"),
    "program in an archive": ("a.zip", made.zipped({"a.txt": b"MZ\x90\0" + b"\0" * 100}), "type"),
    "anything": ("a.pdf", b"\x01\x02\x03", "type"),
    "other compound file": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "unreadable"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_not_clean(what: str) -> None:
    name, data, reason = UNREADABLE[what]
    verdict = look(data, name)
    assert (verdict.reason, verdict.detectors) == (reason, ())


@pytest.mark.parametrize("name", sorted(TEXTUAL))
@pytest.mark.parametrize("start", sorted({magic for magic, _kind in MAGIC} | {b"RIFF\0\0\0\0WEBP"}))
def test_what_begins_like_one_kind_is_not_delivered_as_a_text(start: bytes, name: str) -> None:
    verdict = look(start + made.picture_that_is_a_page(SOLID)[6:], f"a.{name}", unread_images=True)
    assert verdict.reason in {"type", "unreadable"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", made.picture_that_is_a_page("hello")),
        ("a.pdf", made.docx("hello")),
        ("a.txt", made.docx("hello")),
        ("a.xls", b"<html><table><tr><td>hello"),
        ("a.txt", b"<html>hello"),
    ],
)
def test_what_is_named_as_another_kind_is_not_delivered(name: str, data: bytes) -> None:
    assert look(data, name, unread_images=True).reason == "type"
    inside = look(made.zipped({name: data}), "a.zip", unread_images=True)
    assert inside.reason == ("" if data.startswith(b"<html>") else "type")  # a text in a file is read as every text


def test_a_kind_that_is_not_allowed() -> None:
    assert inspect(made.docx("hello"), "a.docx", kinds={"pdf"}, detectors=DEFAULT_DETECTORS) == Verdict(
        "docx", "type", ()
    )


def test_own_patterns_and_other_detectors() -> None:
    assert look(b"about V-123456", "a.txt", custom=[CustomPattern("contract", "V-[0-9]{6}")]) == Verdict(
        "txt", "data", ("custom:contract",)
    )
    assert look(b"DE89370400440532013000", "a.txt").detectors == ("iban",)


MADE = [row for tables in (test_packed, test_pdf) for row in (*tables.HOLDING.values(), *tables.CLEAN.values())]
MADE += [*HOLDING.values(), *CLEAN.values()]


@settings(max_examples=size(150, 3_000), deadline=None)
@given(st.sampled_from(MADE), st.data())
def test_damaged_files_never_raise(row: tuple[str, bytes], draw: st.DataObject) -> None:
    name, data = row[0], bytearray(row[1])
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(0, len(data)))
    assert isinstance(look(bytes(data[cut // 2 :]), draw.draw(st.sampled_from([name, "a.txt", "a.eml"]))), Verdict)


STARTS = [magic for magic, _kind in MAGIC] + [
    b"",
    b"\xff\xfe",
    b"%PDF-1.7\n1 0 obj\n",
    b"RIFF\0\0\0\0WEBPVP8X",
    b"Subject: x\n\n",
]


@settings(max_examples=size(150, 3_000), deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=600), st.sampled_from(sorted(KINDS)), st.booleans())
def test_any_bytes_never_raise(start: bytes, rest: bytes, kind: str, unread: bool) -> None:
    assert isinstance(look(start + rest, f"a.{kind}", unread_images=unread), Verdict)
