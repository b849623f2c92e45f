"""A card is found wherever a kind of file can hide one; what can't be read whole is no clean file."""

import base64
import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.pci import images
from lib.pci.custom import CustomPattern
from lib.pci.files import Verdict, inspect
from lib.pci.kinds import KINDS, MAGIC, TEXTUAL
from lib.pci.mask import DEFAULT_DETECTORS
from tests.faults.house import size
from tests.lib.pci import made_files as made
from tests.lib.pci import older_files as older

CARD = "4111 1111 1111 1111"
SOLID = "4111111111111111"
NOTES = CARD.encode()


def look(data: bytes, name: str, **more: object) -> Verdict:
    return inspect(data, name, kinds=set(KINDS), detectors=DEFAULT_DETECTORS, **more)  # type: ignore[arg-type]


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
    "pdf": ("a.pdf", made.pdf("hello", CARD)),
    "pdf, particulars": ("a.pdf", made.pdf("hello", title=CARD)),
    "pdf, own particulars": (
        "a.pdf",
        made.pdf_of(("hello",), f"<< /Card <{SOLID.encode().hex()}> >>", trailer="/Info 10 0 R"),
    ),
    "pdf, particulars in sixteen bits": (
        "a.pdf",
        made.pdf_of(("hello",), f"<< /Title <feff{SOLID.encode('utf-16-be').hex()}> >>", trailer="/Info 10 0 R"),
    ),
    "pdf, particulars of a locked one": ("a.pdf", made.locked_pdf(SOLID)),
    "pdf, metadata": (
        "a.pdf",
        made.pdf_of(
            ("hello",),
            made.stream(zlib.compress(f"<x:xmpmeta>{CARD}</x:xmpmeta>".encode()), "/Subtype /XML /Filter /FlateDecode"),
            catalog="/Metadata 10 0 R",
        ),
    ),
    "pdf, look of a stamp": ("a.pdf", made.stamped(made.stream(made.drawn(CARD), made.FORM))),
    "pdf, look of a hidden stamp": (
        "a.pdf",
        made.stamped(made.stream(made.drawn(CARD), made.FORM), annotation="/Subtype /Stamp /F 2"),
    ),
    "pdf, look of a button while pressed": (
        "a.pdf",
        made.stamped(
            made.stream(made.drawn("hello"), made.FORM),
            "<< /On 13 0 R >>",
            made.stream(made.drawn(CARD), made.FORM),
            annotation="/Subtype /Widget /FT /Btn",
            names="/N 11 0 R /D 12 0 R",
        ),
    ),
    "pdf, text in a pattern": (
        "a.pdf",
        made.pdf_of(
            ("hello",),
            made.stream(
                made.drawn(CARD),
                "/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 300 200] /XStep 300 /YStep 200 "
                "/Resources << /Font << /F1 3 0 R >> >>",
            ),
            fill="/Pattern << /P1 10 0 R >>",
        ),
    ),
    "pdf, value of a field above": (
        "a.pdf",
        made.pdf_of(
            ("hello",),
            f"<< /FT /Tx /T (a) /V ({CARD}) /Kids [11 0 R] >>",
            "<< /Type /Annot /Subtype /Widget /Parent 10 0 R /Rect [0 0 9 9] >>",
            catalog="/AcroForm << /Fields [10 0 R] >>",
            page="/Annots [11 0 R]",
        ),
    ),
    "pdf, choices of a field": (
        "a.pdf",
        made.pdf_of(
            ("hello",),
            f"<< /Type /Annot /Subtype /Widget /FT /Ch /T (a) /Opt [(one) ({CARD})] /Rect [0 0 9 9] >>",
            catalog="/AcroForm << /Fields [10 0 R] >>",
            page="/Annots [10 0 R]",
        ),
    ),
    "pdf, value over four fields": (
        "a.pdf",
        made.pdf_of(
            ("hello",),
            *(f"<< /FT /Tx /T (a) /V ({part}) >>" for part in CARD.split()),
            catalog="/AcroForm << /Fields [10 0 R 11 0 R 12 0 R 13 0 R] >>",
        ),
    ),
    "pdf, script": (
        "a.pdf",
        made.pdf_of(
            ("hello",), made.stream(f"app.alert('{CARD}')"), catalog="/OpenAction << /S /JavaScript /JS 10 0 R >>"
        ),
    ),
    "docx, two runs": ("a.docx", made.docx(SOLID)),
    "docx, header": ("a.docx", made.docx(SOLID, "word/header1.xml")),
    "docx, comment": ("a.docx", made.docx(CARD, "word/comments.xml")),
    "docx, properties": ("a.docx", made.docx(SOLID, "docProps/core.xml")),
    "pptx, notes": ("a.pptx", made.pptx(CARD)),
    "xlsx": ("a.xlsx", made.xlsx(SOLID)),
    "xlsx, float": ("a.xlsx", made.xlsx("4.1111111111111110E15")),
    "xlsx, four cells": ("a.xlsx", made.xlsx("4111", "1111", "1111", "1111")),
    "xlsx, comment": ("a.xlsx", made.xlsx("1", comment=CARD)),
    "odt": ("a.odt", made.odt(CARD)),
    "odt, particulars": ("a.odt", made.odt(CARD, "meta.xml")),
    "ods, float": ("a.ods", made.ods("4.111111111111111E+15")),
    "eml": ("a.eml", made.eml(CARD)),
    "eml, attachment": ("a.eml", made.eml("see below", made.docx(SOLID), "a.docx")),
    "zip": ("a.zip", made.zipped({"a.txt": NOTES})),
    "zip in zip": ("a.zip", made.zipped({"b.zip": made.zipped({"a.docx": made.docx(SOLID)})})),
    "zip, file name": ("a.zip", made.zipped({f"{SOLID}.txt": "hello"})),
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
    "xls": ("a.xls", older.xls(CARD)),
    "xls, float": ("a.xls", older.xls(4111111111111111.0)),
    "xls, four cells": ("a.xls", older.xls(4111.0, 1111.0, 1111.0, 1111.0)),
    "xls, second sheet": ("a.xls", older.xls("hello", comment=SOLID)),
    "xlsb": ("a.xlsb", older.xlsb(CARD)),
    "xlsb, float": ("a.xlsb", older.xlsb(4111111111111111.0)),
    "docx, text of another form": ("a.docx", made.office({"word/afchunk.txt": NOTES})),
    "docx, a web page in it": ("a.docx", made.office({"word/afchunk.dat": "<p>4111 <b>1111</b> 1111 1111"})),
    "docx, mail in it": ("a.docx", made.office({"word/afchunk.mht": made.eml(CARD)})),
    "docx, csv in it": ("a.docx", made.office({"notes.csv": NOTES})),
    "docx, name of a part": ("a.docx", made.office({f"word/{SOLID}.xml": "<x/>"})),
    "docx, name of an empty folder": ("a.docx", made.office({f"{SOLID}/": ""})),
    "docx, remark of the archive": ("a.docx", made.office({}, comment=NOTES)),
    "docx, remark in the XML": ("a.docx", made.body(f"<!-- {CARD} --><w:r><w:t>hello</w:t></w:r>")),
    "docx, instruction in the XML": ("a.docx", made.body(f"<?x {CARD}?>")),
    "docx, name of the document type": (
        "a.docx",
        made.office({"word/a.xml": f'<!DOCTYPE x SYSTEM "{SOLID}"><x/>'}),
    ),
    "docx, settings of a printer": ("a.docx", made.office({"word/printerSettings/printerSettings1.bin": NOTES})),
    "docx, font": ("a.docx", made.office({"word/fonts/font1.odttf": b"\0\1\2" + NOTES})),
    "docx, hidden letters between": (
        "a.docx",
        made.body(
            "<w:r><w:t>4111 1111</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>abc</w:t></w:r>"
            "<w:r><w:t>1111 1111</w:t></w:r>"
        ),
    ),
    "docx, deleted": ("a.docx", made.body(f"<w:r><w:delText>{CARD}</w:delText></w:r>")),
    "docx, deleted letters between": (
        "a.docx",
        made.body("<w:r><w:t>41111111</w:t><w:delText>abc</w:delText><w:t>11111111</w:t></w:r>"),
    ),
    "docx, symbols": (
        "a.docx",
        made.body("".join(f'<w:r><w:sym w:font="Wingdings" w:char="F03{digit}"/></w:r>' for digit in SOLID)),
    ),
    "docx, written over many lines": (
        "a.docx",
        made.body("\n            ".join(f"<w:r><w:t>{part}</w:t></w:r>" for part in CARD.split())),
    ),
    "odt with a table of its own kind": (
        "a.odt",
        made.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "cards.csv": NOTES}),
    ),
    "odt, remark between": (
        "a.odt",
        made.odt("41111111<office:annotation><text:p>see</text:p></office:annotation>11111111"),
    ),
    "zip, remark": ("a.zip", made.zipped({"a.txt": "hello"}, comment=NOTES)),
    "zip, mail named as text": ("a.zip", made.zipped({"a.txt": made.eml(CARD)})),
    "rtf named as a Word file": ("a.doc", made.rtf(SOLID)),
}


@pytest.mark.parametrize("what", HOLDING)
def test_a_card_is_found(what: str) -> None:
    name, data = HOLDING[what]
    verdict = look(data, name)
    assert (verdict.reason, verdict.detectors) == ("card", ("pan",))


RUNS: dict[str, Callable[..., bytes]] = {
    "docx": made.docx,
    "pptx": made.pptx,
    "xlsx": lambda text, count: made.xlsx("1", comment=text, count=count),
}


@pytest.mark.parametrize("kind", RUNS)
@pytest.mark.parametrize("properties", range(13))
def test_a_number_over_two_runs_with_any_look(kind: str, properties: int) -> None:
    assert look(RUNS[kind](CARD, count=properties), f"a.{kind}").reason == "card"


ATTACHED = "/Names << /EmbeddedFiles << /Names [(a) 10 0 R] >> >>"
CLEAN = {
    "txt": ("a.txt", b"hello, order 55123"),
    "csv": ("a.csv", b"2015;2016;2017;2018\n1234;5678;9012;3456\n"),
    "html": ("a.htm", b"<html><p>hello"),
    "rtf": ("a.rtf", made.rtf("hello there")),
    "pdf": ("a.pdf", made.pdf("hello")),
    "pdf, file attached": (
        "a.pdf",
        made.pdf_of(
            ("hello",),
            "<< /Type /Filespec /F (a.txt) /EF << /F 11 0 R >> >>",
            made.stream(b"hello", "/Type /EmbeddedFile"),
            catalog=f"{ATTACHED} /AF [10 0 R]",
        ),
    ),
    "docx": ("a.docx", made.docx("hello")),
    "xlsx": ("a.xlsx", made.xlsx("1234", "19.99", "2024")),
    "pptx": ("a.pptx", made.pptx("hello")),
    "odt": ("a.odt", made.odt("hello")),
    "ods": ("a.ods", made.ods("12.5")),
    "eml": ("a.eml", made.eml("hello", b"hello")),
    "doc": ("a.doc", older.doc("hello", b" you")),
    "ppt": ("a.ppt", older.ppt("hello")),
    "msg": ("a.msg", older.msg("hello", made.docx("hello"), "a.docx")),
    "xls": ("a.xls", older.xls("hello", 12.5)),
    "xlsb": ("a.xlsb", older.xlsb("hello", 12.5)),
    "zip": ("a.zip", made.zipped({"a.txt": "hello", "b.docx": made.docx("hello")})),
}


@pytest.mark.parametrize("kind", CLEAN)
def test_clean_files_of_every_kind(kind: str) -> None:
    name, data = CLEAN[kind]
    assert look(data, name) == Verdict(kind.partition(",")[0], "", ())


UNREADABLE = {
    "encrypted doc": ("a.doc", older.doc("hello", encrypted=True), "encrypted"),
    "encrypted docx": ("a.docx", older.compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "encrypted"),
    "compound file of nothing known": ("a.doc", older.compound({"Other": b"hello"}), "type"),
    "half a doc": ("a.doc", older.doc("hello")[:3000], "unreadable"),
    "encrypted PDF": ("a.pdf", made.encrypted_pdf(), "encrypted"),
    "PDF of 10 000 pages": ("a.pdf", made.pdf("hello", count=10_000), "too_large"),
    "half a PDF": ("a.pdf", b"%PDF-1.7\nhello", "unreadable"),
    "truncated docx": ("a.docx", made.truncated_docx(), "unreadable"),
    "PDF, a file that hangs on a note": (
        "a.pdf",
        made.pdf_of(
            ("hello",),
            "<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS << /F (a.txt) /EF << /F 11 0 R >> >> >>",
            made.stream(NOTES),
            page="/Annots [10 0 R]",
        ),
        "unreadable",
    ),
    "PDF, a file that hangs on the document": (
        "a.pdf",
        made.pdf_of(
            ("hello",),
            "<< /Type /Filespec /F (a.txt) /EF << /F 11 0 R >> >>",
            made.stream(NOTES, "/Type /EmbeddedFile"),
            catalog="/AF [10 0 R]",
        ),
        "unreadable",
    ),
    "PDF, digits that are said to be letters": (
        "a.pdf",
        made.pdf_of(
            (CARD,),
            made.stream("10 beginbfchar\n" + "".join(f"<3{at}> <006{at}>\n" for at in range(10)) + "endbfchar"),
            font="/ToUnicode 10 0 R /Encoding /WinAnsiEncoding",
        ),
        "unreadable",
    ),
    "PDF, a film": (
        "a.pdf",
        made.pdf_of(("hello",), "<< /Type /Annot /Subtype /RichMedia /Rect [0 0 9 9] >>", page="/Annots [10 0 R]"),
        "unreadable",
    ),
    "damaged XML": (
        "a.docx",
        made.zipped({"[Content_Types].xml": made.TYPES, "word/document.xml": "<w"}),
        "unreadable",
    ),
    "zip bomb": ("a.zip", made.zip_bomb(), "too_large"),
    "recursive zip": ("a.zip", made.recursive_zip(), "too_large"),
    "entities": (
        "a.docx",
        made.zipped(
            {"[Content_Types].xml": made.TYPES, "word/document.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}
        ),
        "unreadable",
    ),
    "unknown bytes in a docx": ("a.docx", made.office({"word/a.bin": b"\0\1\2\3"}), "type"),
    "packed bytes in an odt": (
        "a.odt",
        made.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "cards.gz": gzip.compress(NOTES)}),
        "type",
    ),
    "declarations in a docx": (
        "a.docx",
        made.office({"word/a.xml": f'<!DOCTYPE x [<!ATTLIST x a CDATA "{SOLID}">]><x/>'}),
        "unreadable",
    ),
    "zip with a member that no directory names": ("a.zip", made.hidden_member(NOTES), "unreadable"),
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


@pytest.fixture
def no_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine has no Tesseract."""
    monkeypatch.setenv("PATH", "/nowhere")
    images.can_read_images.cache_clear()


WIDE_DIGITS = "４１１１ １１１１ １１１１ １１１１"
SAYING = {
    "png, words": made.png(400, 300, CARD),
    "png, packed words": made.png(400, 300, "", (b"zTXt", b"Comment\0\0" + zlib.compress(NOTES))),
    "png, words in UTF-8": made.png(400, 300, "", (b"iTXt", b"Comment\0\0\0\0\0" + WIDE_DIGITS.encode())),
    "png, packed words in UTF-8": made.png(
        400, 300, "", (b"iTXt", b"Comment\0\1\0de\0\0" + zlib.compress(WIDE_DIGITS.encode()))
    ),
    "png, packed profile of colours": made.png(400, 300, "", (b"iCCP", b"a\0\0" + zlib.compress(NOTES))),
    "png, entities": made.png(400, 300, "".join(f"&#{ord(digit)};" for digit in SOLID)),
    "png, in sixteen bits": made.png(400, 300, "", (b"eXIf", CARD.encode("utf-16-le"))),
    "jpg, in sixteen bits": made.jpg(b"x" + CARD.encode("utf-16-le")),
    "jpg, behind its end": made.jpg() + NOTES,
    "gif, behind its end": made.gif() + NOTES,
}


@pytest.mark.parametrize("what", SAYING)
def test_a_card_in_what_a_picture_says_of_itself(what: str, no_tesseract: None) -> None:
    assert look(SAYING[what], f"a.{what[:3]}", unread_images=True).reason == "card"


def test_pictures_that_nobody_can_read(no_tesseract: None) -> None:
    assert look(made.png(400, 300), "a.png").reason == "image"
    for picture, name in ((made.png(400, 300), "a.png"), (made.jpg(), "a.jpg"), (made.gif(2), "a.gif")):
        assert look(picture, name, unread_images=True) == Verdict(name[2:], "", ())


def with_pictures(count: int, wide: int, high: int) -> bytes:
    """A PDF that shows so many pictures of that size side by side."""
    names = " ".join(f"/I{at} {made.OWN + at} 0 R" for at in range(count))
    shown = "".join(f"q 7 0 0 90 {at * 7} 9 cm /I{at} Do Q " for at in range(count))
    objects = [made.grey(wide, high)] * count
    return made.pdf_of((f"hello) Tj ET {shown} BT (",), *objects, fill=f"/XObject << {names} >>")


PICTURED = {
    "tiles": with_pictures(40, 40, 400),
    "two icons": with_pictures(2, 8, 8),
    "stamp": made.stamped(
        made.stream("q 90 0 0 90 9 9 cm /I Do Q", made.FORM.replace("/Font", "/XObject << /I 12 0 R >> /Font")),
        made.grey(300, 40),
    ),
    "pattern": made.pdf_of(
        ("hello",),
        made.stream(
            "q 90 0 0 90 9 9 cm /I Do Q",
            "/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 90 90] /XStep 90 /YStep 90 "
            "/Resources << /XObject << /I 11 0 R >> >>",
        ),
        made.grey(300, 40),
        fill="/Pattern << /P1 10 0 R >>",
    ),
}


@pytest.mark.parametrize("what", PICTURED)
def test_pictures_in_a_pdf(what: str, tesseract: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    tesseract(f"cat >/dev/null; echo {CARD}")
    assert look(PICTURED[what], "a.pdf").reason == "card"
    monkeypatch.setenv("PATH", "/nowhere")
    images.can_read_images.cache_clear()
    assert look(PICTURED[what], "a.pdf").reason == "image"


def test_what_a_font_says_of_itself_is_compared_with_what_it_shows(tesseract: Callable[[str], None]) -> None:
    tesseract(f"cat >/dev/null; echo {CARD}")
    says = made.stream("1 beginbfchar <41> <0041> endbfchar")
    assert look(made.pdf_of(("hello",), says, font="/ToUnicode 10 0 R"), "a.pdf").reason == "card"
    assert look(made.pdf("hello"), "a.pdf").reason == ""


def test_one_icon_in_a_pdf(no_tesseract: None) -> None:
    assert look(with_pictures(1, 16, 16), "a.pdf") == Verdict("pdf", "", ())


@pytest.mark.parametrize(("size", "reason"), [((16, 16), ""), ((40, 400), "image"), ((400, 10), "image")])
def test_only_icons_are_too_small_to_be_read(size: tuple[int, int], reason: str, no_tesseract: None) -> None:
    assert look(made.png(*size), "a.png").reason == reason


@pytest.mark.parametrize(("count", "reason"), [(1, ""), (2, "image")])
def test_icons_could_be_tiles_of_a_picture(count: int, reason: str, no_tesseract: None) -> None:
    assert (
        look(made.office({f"word/media/{at}.png": made.png(16, 16) for at in range(count)}), "a.docx").reason == reason
    )


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (made.png(400, 300) + b"PK", "a.png"),
        (made.png(400, 300, "", (b"zTXt", b"Comment\0\0nothing packed")), "a.png"),
        (made.png(400, 300)[:-12], "a.png"),
        (made.jpg() + made.zipped({"a.txt": NOTES}), "a.jpg"),
        (made.zipped({"a.svg": made.picture_that_is_a_page(SOLID)}), "a.zip"),
    ],
)
def test_a_picture_with_more_in_it_than_a_picture(data: bytes, name: str) -> None:
    assert look(data, name, unread_images=True).reason == "unreadable"


@pytest.fixture
def tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """The machine has a program of that name, which does what it is told to."""

    def install(script: str) -> None:
        program = tmp_path / "tesseract"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    images.can_read_images.cache_clear()
    yield install
    images.can_read_images.cache_clear()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (f"cat >/dev/null; echo 'a card: {CARD}'", "card"),
        ("cat >/dev/null; echo 'hello there'", ""),
        ("cat >/dev/null; exit 3", "unreadable"),
        ("cat >/dev/null; sleep 60", "unreadable"),
    ],
)
def test_what_tesseract_says_counts(
    tesseract: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    monkeypatch.setattr(images, "SECONDS", 1)
    tesseract(script)
    assert look(made.png(400, 300), "a.png").reason == reason
    with_picture = made.zipped(
        {"[Content_Types].xml": made.TYPES, "word/document.xml": "<w/>", "word/m/1.png": made.png(400, 300)}
    )
    assert look(with_picture, "a.docx").reason == reason


def test_a_number_over_several_pictures(tesseract: Callable[[str], None]) -> None:
    tesseract("""dd bs=1 skip=41 count=9 2>/dev/null; cat >/dev/null""")  # what stands first in the chunk of words
    pieces = {
        f"word/{at}.png": made.png(400, 300, "", (b"tEXt", f"{part} ".encode()))
        for at, part in enumerate(("4111 1111", "1111 1111"))
    }
    assert look(made.office(pieces), "a.docx").reason == "card"


def test_of_pictures_that_move_only_the_first_would_be_read(tesseract: Callable[[str], None]) -> None:
    tesseract("cat >/dev/null; echo hello")
    assert look(made.gif(1), "a.gif").reason == ""
    assert look(made.gif(2), "a.gif").reason == "image"
    assert look(made.png(400, 300, "", (b"acTL", bytes(8))), "a.png").reason == "image"


@pytest.mark.parametrize("unread", [True, False])
def test_an_image_with_too_many_pixels(unread: bool) -> None:
    assert look(made.png(30_000, 30_000), "a.png", unread_images=unread).reason == "too_large"


MADE = [*HOLDING.values(), *CLEAN.values()]


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
