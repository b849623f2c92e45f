"""A card is found wherever a PDF can hide one."""

import random
import zlib
from collections.abc import Callable

import pytest

from lib.pci import images
from lib.pci.files import Verdict
from tests.lib.pci import made_files as made
from tests.lib.pci.looking import CARD, NOTES, SOLID, look

HOLDING = {
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
}


@pytest.mark.parametrize("what", HOLDING)
def test_a_card_is_found(what: str) -> None:
    name, data = HOLDING[what]
    verdict = look(data, name)
    assert (verdict.reason, verdict.detectors) == ("card", ("pan",))


ATTACHED = "/Names << /EmbeddedFiles << /Names [(a) 10 0 R] >> >>"
CLEAN = {
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
}


@pytest.mark.parametrize("kind", CLEAN)
def test_clean_files_of_every_kind(kind: str) -> None:
    name, data = CLEAN[kind]
    assert look(data, name) == Verdict(kind.partition(",")[0], "", ())


UNREADABLE = {
    "encrypted PDF": ("a.pdf", made.encrypted_pdf(), "encrypted"),
    "PDF of 10 000 pages": ("a.pdf", made.pdf("hello", count=10_000), "too_large"),
    "half a PDF": ("a.pdf", b"%PDF-1.7\nhello", "unreadable"),
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
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_not_clean(what: str) -> None:
    name, data, reason = UNREADABLE[what]
    verdict = look(data, name)
    assert (verdict.reason, verdict.detectors) == (reason, ())


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


@pytest.mark.parametrize("seed", [28, 30, 32])  # in which any stretch of the numbers makes a card
def test_the_many_numbers_of_a_filled_form_are_no_card(seed: int) -> None:
    luck = random.Random(seed)
    sizes = (8, 11, 5, 8, 10, *(luck.randint(4, 5) for _ in range(10)))
    values = ["".join(luck.choices("0123456789", k=size)) for size in sizes] + ["2025", "2026"]
    fields = " ".join(f"{10 + n} 0 R" for n in range(len(values)))
    form = made.pdf_of(
        ("hello",),
        *(f"<< /FT /Tx /T (a) /V ({value}) >>" for value in values),
        catalog=f"/AcroForm << /Fields [{fields}] >>",
    )
    assert look(form, "a.pdf").reason == ""
