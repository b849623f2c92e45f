"""A card is found in every part of an archive and of an office file."""

import gzip
import random
from collections.abc import Callable

import pytest

from lib.pci.files import Verdict
from tests.lib.pci import made_files as made
from tests.lib.pci import older_files as older
from tests.lib.pci.looking import CARD, NOTES, SOLID, look

HOLDING = {
    "docx, two runs": ("a.docx", made.docx(SOLID)),
    "docx, header": ("a.docx", made.docx(SOLID, "word/header1.xml")),
    "docx, comment": ("a.docx", made.docx(CARD, "word/comments.xml")),
    "docx, properties": ("a.docx", made.docx(SOLID, "docProps/core.xml")),
    "pptx, notes": ("a.pptx", made.pptx(CARD)),
    "xlsx": ("a.xlsx", made.xlsx(SOLID)),
    "xlsx, float": ("a.xlsx", made.xlsx("4.1111111111111110E15")),
    "xlsx, four cells": ("a.xlsx", made.xlsx("4111", "1111", "1111", "1111")),
    "xlsx, four cells behind a number": ("a.xlsx", made.xlsx("1", *CARD.split())),
    "xlsx, four cells before a number": ("a.xlsx", made.xlsx(*CARD.split(), "10115")),
    "xlsx, four cells, date and code": ("a.xlsx", made.xlsx(*CARD.split(), "12", "2027", "123")),
    "xlsx, four cells, date of four and code": ("a.xlsx", made.xlsx(*CARD.split(), "1227", "123")),
    "xlsx, four cells behind figures": ("a.xlsx", made.xlsx(*["123456"] * 12, *CARD.split())),
    "xlsx, two cells": ("a.xlsx", made.xlsx("41111111", "11111111")),
    "xlsx, Amex in three cells": ("a.xlsx", made.xlsx("7", "3782", "822463", "10005", "2027")),
    "xlsx, comment": ("a.xlsx", made.xlsx("1", comment=CARD)),
    "odt": ("a.odt", made.odt(CARD)),
    "odt, particulars": ("a.odt", made.odt(CARD, "meta.xml")),
    "ods, float": ("a.ods", made.ods("4.111111111111111E+15")),
    "zip": ("a.zip", made.zipped({"a.txt": NOTES})),
    "zip in zip": ("a.zip", made.zipped({"b.zip": made.zipped({"a.docx": made.docx(SOLID)})})),
    "zip, file name": ("a.zip", made.zipped({f"{SOLID}.txt": "hello"})),
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
}


@pytest.mark.parametrize("what", HOLDING)
def test_a_card_is_found(what: str) -> None:
    name, data = HOLDING[what]
    verdict = look(data, name)
    assert (verdict.reason, verdict.detectors) == ("card", ("pan",))


CLEAN = {
    "docx": ("a.docx", made.docx("hello")),
    "xlsx": ("a.xlsx", made.xlsx("1234", "19.99", "2024")),
    "pptx": ("a.pptx", made.pptx("hello")),
    "odt": ("a.odt", made.odt("hello")),
    "ods": ("a.ods", made.ods("12.5")),
    "xlsb": ("a.xlsb", older.xlsb("hello", 12.5)),
    "zip": ("a.zip", made.zipped({"a.txt": "hello", "b.docx": made.docx("hello")})),
}


@pytest.mark.parametrize("kind", CLEAN)
def test_clean_files_of_every_kind(kind: str) -> None:
    name, data = CLEAN[kind]
    assert look(data, name) == Verdict(kind.partition(",")[0], "", ())


@pytest.mark.parametrize(("width", "most"), [(3, 0), (4, 0.06), (5, 0.08), (6, 0), (12, 0)])
def test_rows_of_figures_seldom_look_like_a_card(width: int, most: float) -> None:
    figures = random.Random(width)
    rows = [[str(figures.randrange(1000, 10_000)) for _ in range(width)] for _ in range(200)]
    struck = sum(look(made.xlsx(*row), "a.xlsx").reason == "card" for row in rows)
    assert struck <= most * len(rows)


UNREADABLE = {
    "truncated docx": ("a.docx", made.truncated_docx(), "unreadable"),
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
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_not_clean(what: str) -> None:
    name, data, reason = UNREADABLE[what]
    verdict = look(data, name)
    assert (verdict.reason, verdict.detectors) == (reason, ())


RUNS: dict[str, Callable[..., bytes]] = {
    "docx": made.docx,
    "pptx": made.pptx,
    "xlsx": lambda text, count: made.xlsx("1", comment=text, count=count),
}


@pytest.mark.parametrize("kind", RUNS)
@pytest.mark.parametrize("properties", range(13))
def test_a_number_over_two_runs_with_any_look(kind: str, properties: int) -> None:
    assert look(RUNS[kind](CARD, count=properties), f"a.{kind}").reason == "card"
