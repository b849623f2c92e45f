"""A card is found in text of every dress: rich text, web pages, e-mail, base64."""

import base64

import pytest

from lib.pci.files import Verdict
from tests.lib.pci import made_files as made
from tests.lib.pci.looking import CARD, NOTES, SOLID, look

ENTITIES = "".join(f"&#{ord(sign)};" for sign in SOLID)
BARE = base64.b64encode(SOLID.encode()).decode()
HTML_PART = (
    f'Content-Type: text/html; name="a.txt"\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\n{ENTITIES}'
)

HOLDING = {
    "base64, nothing else": ("a.txt", BARE.encode()),
    "base64 of thirteen digits": ("a.txt", base64.b64encode(b"4222222222222")),
    "base64, in a path": ("a.txt", f"GET /{BARE}".encode()),
    "base64, behind letters": ("a.txt", f"key{BARE}".encode()),
    "html, a tag longer than two thousand signs": ("a.html", f"4111 1111<i class='{'a' * 3000}'>1111 1111".encode()),
    "html, a sign in an attribute": ("a.html", b"4111 1111<img alt='a>b'>1111 1111"),
    "html, a sign in a remark": ("a.html", b"4111 1111<!-- a > b -->1111 1111"),
    "html, an empty remark": ("a.html", b"4111 1111<!-->1111 1111"),
    "html, hidden between": ("a.html", b"4111 1111<span style='display: none'>abc</span>1111 1111"),
    "html, in an attribute as entities": ("a.html", f"<p title='{ENTITIES}'>".encode()),
    "html, in a remark": ("a.html", f"<!-- {CARD} -->".encode()),
    "html, in a style": (
        "a.html",
        b"<style>p::after{content:'" + b"".join(b"\\3%c " % d for d in NOTES if d != 32) + b"'}</style>",
    ),
    "rtf, unknown group between": ("a.rtf", rb"{\rtf1 41111111{\*\zz a}11111111}"),
    "rtf, hidden letters between": ("a.rtf", rb"{\rtf1 4111 1111{\v abc}1111 1111}"),
    "rtf, hidden and shown again": ("a.rtf", rb"{\rtf1 4111 1111\v abc\v0 1111 1111}"),
    "rtf, by number with a letter to stand in": (
        "a.rtf",
        b"{\\rtf1 " + b"".join(b"\\u%dx" % digit for digit in SOLID.encode()) + b"}",
    ),
    "rtf, by number with a code to stand in": (
        "a.rtf",
        b"{\\rtf1 " + b"".join(b"\\u%d\\'34" % digit for digit in SOLID.encode()) + b"}",
    ),
    "rtf, by number with nothing to stand in": (
        "a.rtf",
        b"{\\rtf1\\uc0 " + b"".join(b"\\u%d " % digit for digit in SOLID.encode()) + b"}",
    ),
    "rtf, by number with two to stand in": (
        "a.rtf",
        b"{\\rtf1\\uc2 " + b"".join(b"\\u%dxy" % digit for digit in SOLID.encode()) + b"}",
    ),
    "rtf, in an unknown group": ("a.rtf", rb"{\rtf1 hello{\*\zz 4111 1111 1111 1111}}"),
    "eml, second header of a name": ("a.eml", made.mail("hello", "X-A: hello", f"X-A: {CARD}")),
    "eml, encoded header": ("a.eml", made.mail("hello", f"X-A: =?utf-8?b?{base64.b64encode(NOTES).decode()}?=")),
    "eml, before the parts": ("a.eml", made.parted("\r\nhello", before=CARD)),
    "eml, behind the parts": ("a.eml", made.parted("\r\nhello", behind=CARD)),
    "eml, between the parts": ("a.eml", made.parted("\r\nhello", boundary=SOLID)),
    "eml, a page named as text": ("a.eml", made.parted(HTML_PART)),
    "eml, in the charset of a mainframe": (
        "a.eml",
        made.mail("", "Content-Type: text/plain; charset=cp037", "Content-Transfer-Encoding: base64")
        + base64.b64encode(CARD.encode("cp037")),
    ),
}


@pytest.mark.parametrize("what", HOLDING)
def test_a_card_is_found(what: str) -> None:
    name, data = HOLDING[what]
    assert look(data, name).reason == "card"


CLEAN = {
    "rtf with hidden text": ("a.rtf", rb"{\rtf1\ansi\uc1 hello {\v secret}\u228a there{\*\generator Word 16}}"),
    "html with everything": (
        "a.html",
        b"<!doctype html><title>a</title><!-- b --><p hidden>c<p>d<br/>e<script>1<2</script>",
    ),
    "eml of parts": (
        "a.eml",
        made.parted("Content-Type: text/html\r\n\r\n<p>hello", before="This is MIME.", behind="bye"),
    ),
    "eml, boundary of random digits": (
        "a.eml",
        made.parted("\r\nhello", boundary="===============4111111111111111110=="),
    ),
    "txt, words that look like base64": ("a.txt", b"Donaudampfschifffahrtsgesellschaft and counterrevolutionaries"),
}


@pytest.mark.parametrize("what", CLEAN)
def test_nothing_is_found(what: str) -> None:
    name, data = CLEAN[what]
    assert look(data, name) == Verdict(what[:3].replace("htm", "html"), "", ())


@pytest.mark.parametrize(
    "data",
    [
        made.mail("+ADQ-111", "Content-Type: text/plain; charset=utf-7"),
        made.mail("hello", "Content-Type: text/plain; charset=nobody-knows"),
        made.mail("hello", "Content-Type: text/plain", "Content-Type: text/html"),
        made.mail("begin 644 a.txt\r\n#86)C\r\n`\r\nend"),
    ],
)
def test_mail_that_programs_read_in_different_ways(data: bytes) -> None:
    assert look(data, "a.eml").reason == "unreadable"
