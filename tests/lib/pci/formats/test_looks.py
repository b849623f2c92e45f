"""A card is found in an office file or rich text whatever hides the decoys between its digits."""

import base64

import pytest

from tests.lib.pci import made_files as made
from tests.lib.pci.looking import CARD, SOLID, look

DECOYS = "7039582614930275"
FOURS = CARD.split()


def mixed(shown: str, hidden: str) -> str:
    """A card's digits as `shown`, and behind each a decoy as `hidden`."""
    return "".join(shown.format(digit) + hidden.format(decoy) for digit, decoy in zip(SOLID, DECOYS, strict=True))


def word(properties: str) -> tuple[str, bytes]:
    """A Word file with decoys that look so."""
    run = "<w:r><w:t>{}</w:t></w:r>"
    return "a.docx", made.body(mixed(run, f"<w:r><w:rPr>{properties}</w:rPr><w:t>{{}}</w:t></w:r>"))


def slide(paragraph: str) -> tuple[str, bytes]:
    """A presentation with one paragraph as written."""
    xml = f'<p:sld xmlns:p="p" xmlns:a="a"><a:p>{paragraph}</a:p></p:sld>'
    return "a.pptx", made.zipped({"[Content_Types].xml": made.TYPES, "ppt/slides/s1.xml": xml})


def rich(hidden: str, head: str = "") -> tuple[str, bytes]:
    """Rich text with decoys that look so."""
    return "a.rtf", (r"{\rtf1" + head + " " + mixed("{}", "{{" + hidden + " {}}}") + "}").encode()


def fields(values: list[str]) -> tuple[str, bytes]:
    """A PDF with fields that hold these."""
    made_of = [f"<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 0 9 9] /V {value} >>" for value in values]
    numbers = " ".join(f"{made.OWN + at} 0 R" for at in range(len(values)))
    return "a.pdf", made.pdf_of(("hello",), *made_of, page=f"/Annots [{numbers}]")


RUN = "<a:r><a:t>{}</a:t></a:r>"
BOX = "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
HOLDING = {
    "docx, white": word('<w:color w:val="FFFFFF"/>'),
    "docx, tiny": word('<w:sz w:val="2"/>'),
    "docx, by a style": word('<w:rStyle w:val="H"/>'),
    "docx, not in a browser": word("<w:webHidden/>"),
    "docx, moved away": (
        "a.docx",
        made.body(mixed("<w:r><w:t>{}</w:t></w:r>", "<w:moveFrom><w:r><w:t>{}</w:t></w:r></w:moveFrom>")),
    ),
    "docx, for older programs": (
        "a.docx",
        made.body(mixed("<w:r><w:t>{}</w:t></w:r>", "<Fallback><w:r><w:t>{}</w:t></w:r></Fallback>")),
    ),
    "docx, boxes side by side": ("a.docx", made.body("".join(map(BOX.format, FOURS)))),
    "pptx, without colour": slide(mixed(RUN, "<a:r><a:rPr><a:noFill/></a:rPr><a:t>{}</a:t></a:r>")),
    "pptx, small": slide(mixed(RUN, '<a:r><a:rPr sz="100"/><a:t>{}</a:t></a:r>')),
    "xlsx, white": (
        "a.xlsx",
        made.sheet(
            [["1"]],
            {
                "xl/sharedStrings.xml": f"<sst {made.S}><si>"
                + mixed("<r><t>{}</t></r>", '<r><rPr><color rgb="FFFFFFFF"/></rPr><t>{}</t></r>')
                + "</si></sst>"
            },
        ),
    ),
    "odt, by a style": ("a.odt", made.odt(mixed("{}", '<text:span text:style-name="H">{}</text:span>'))),
    "odt, hidden text": ("a.odt", made.odt(mixed("{}", "<text:hidden-text>{}</text:hidden-text>"))),
    "rtf, white": rich(r"\cf1", r"{\colortbl;\red255\green255\blue255;}"),
    "rtf, white and back": ("a.rtf", (r"{\rtf1 " + mixed(r"\cf0 {}", r"\cf1 {}") + "}").encode()),
    "rtf, tiny": rich(r"\fs1"),
    "rtf, deleted": rich(r"\deleted"),
    "rtf, by a style": rich(r"\cs1", r"{\stylesheet{\*\cs1 \v H;}}"),
    "pdf, fields": fields([f"({part})" for part in FOURS]),
    "pdf, fields in sixteen bits": fields([f"<feff{part.encode('utf-16-be').hex()}>" for part in FOURS]),
    "pdf, fields of one digit": fields([f"({digit})" for digit in SOLID]),
    "pdf, choices": fields([f"/{part}" for part in FOURS]),
    "csv, one under another": ("a.csv", "".join(f"Carol {at};{part}\n" for at, part in enumerate(FOURS)).encode()),
    "txt, by number": ("a.txt", "".join(f"&#{ord(digit)};" for digit in SOLID).encode()),
    "txt, as in an address": ("a.txt", "".join(f"%{ord(digit):x}" for digit in SOLID).encode()),
    "eml, over two parts": ("a.eml", made.parted("\r\n4111 1111", "\r\n1111 1111")),
}


@pytest.mark.parametrize("what", HOLDING)
def test_a_card_is_found(what: str) -> None:
    name, data = HOLDING[what]
    assert look(data, name).reason == "card"


def formatted(code: str) -> tuple[str, bytes]:
    """A sheet with a format for numbers of its own."""
    formats = f'<numFmts count="1"><numFmt numFmtId="164" formatCode="{code}"/></numFmts>'
    styles = f'<styleSheet {made.S}>{formats}<cellXfs count="1"><xf numFmtId="164"/></cellXfs></styleSheet>'
    return "a.xlsx", made.sheet([["1111"]], {"xl/styles.xml": styles})


UNREADABLE = {
    "eml, the rest elsewhere": ("a.eml", made.mail("4111", "Content-Type: message/partial; id=a; number=1; total=2")),
    "eml, packed in a way of news": ("a.eml", made.mail("=ybegin line=128 size=16 name=a\r\n^[[[")),
    "xlsx, a format with digits": formatted("&quot;4111 1111 11&quot;000000"),
    "xlsx, a format with digits one by one": formatted("".join(f"\\{digit}" for digit in SOLID[:12]) + "0000"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_adds_to_what_it_says_is_not_clean(what: str) -> None:
    name, data = UNREADABLE[what]
    assert look(data, name).reason == "unreadable"


CLEAN = {
    "xlsx, a format": formatted("[&gt;=1000000]0.0,,&quot;M 2026&quot;;0000\\-0000"),
    "docx, parts in bold": ("a.docx", made.docx("Order 1234 of 24.12.2026", count=1)),
    "csv, figures": ("a.csv", b"year;sum\n2015;1499\n2016;2980\n2017;3310\n2018;4120\n2019;5230\n"),
    "txt, by the hundred": ("a.txt", base64.b16encode(b"hello") + b" 100% of &#x41;"),
}


@pytest.mark.parametrize("what", CLEAN)
def test_nothing_is_found(what: str) -> None:
    name, data = CLEAN[what]
    assert look(data, name).reason == ""
