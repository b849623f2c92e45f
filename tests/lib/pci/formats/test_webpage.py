"""A card is found on a page whatever its styles hide between the digits, or say themselves."""

import pytest

from lib.pci.files import Verdict
from tests.lib.pci import made_files as made
from tests.lib.pci.looking import CARD, SOLID, look

DECOYS = "7039582614930275"


def page(css: str, body: str) -> bytes:
    """A page with a stylesheet."""
    return f"<!doctype html><style>{css}</style><p>{body}".encode()


def mixed(shown: str, hidden: str) -> str:
    """A card's digits as `shown`, and behind each a decoy as `hidden`."""
    return "".join(shown.format(digit) + hidden.format(decoy) for digit, decoy in zip(SOLID, DECOYS, strict=True))


X = mixed("{}", '<b class="x">{}</b>')
BOTH = mixed('<b class="v">{}</b>', '<b class="x">{}</b>')
GROUPS = "<b></b> <b></b> <b></b> <b></b>"

HOLDING = {
    "display": page(".x{display:none}", X),
    "visibility": page(".x{visibility:hidden}", X),
    "size": page(".x{font-size:0}", X),
    "short for a size": page(".x{font:0/0 a}", X),
    "opacity": page(".x{opacity:0.0}", X),
    "place": page(".x{position:absolute;left:-9999px}", X),
    "colour": page(".x{color:rgba(0,0,0,0)}", X),
    "nothing of it said on the page": page("", X),
    "both with a class": page(".x{display:none}", BOTH),
    "by the name of the tag": page("i{display:none}", mixed("{}", "<i>{}</i>")),
    "by attribute": page("[data-x='1']{display:none}", mixed("<b data-x=2>{}</b>", "<b data-x=1>{}</b>")),
    "by id": page(
        ",".join(f"#i{at}" for at in range(16)) + "{display:none}",
        "".join(f"<b id=v{at}>{SOLID[at]}</b><b id=i{at}>{DECOYS[at]}</b>" for at in range(16)),
    ),
    "two classes": page(".x,.y{opacity:0}", mixed("<b>{}</b>", '<i class="x">{}</i><i class="y">3</i>')),
    "in another element": page(".c .x{display:none}", f'<span class="c">{BOTH}</span>'),
    "in hidden elements": page(".x{display:none}", mixed("<u><b>{}</b></u>", '<i class="x"><u><b>{}</b></u></i>')),
    "in one hidden way among blocks": page(
        "div{display:inline}.x{display:none}", mixed("<div>{}</div>", '<div class="x">{}</div>')
    ),
    "with signs by number": page(r".\78 {disp\6c ay:none}", BOTH),
    "with remarks": page("/* a */.x{display:/* { */none}", BOTH),
    "in capitals": page(".X{DISPLAY:NONE}", BOTH),
    "for a medium": page("@media screen{.v{color:red}.x{display:none}}", BOTH),
    "in a block of its own": page(".x{@media screen{display:none}}", BOTH),
    "in a style of its own": page("", mixed("{}", '<b style="text-indent:-9999px">{}</b>')),
    "attribute": page("", mixed("{}", "<b hidden>{}</b>")),
    "template": page("", mixed("{}", "<template>{}</template>")),
    "remark": page("", mixed("{}", "<!--{}-->")),
    "not shown by any browser": page("", mixed("{}", "<rp>{}</rp>")),
    "behind an empty remark": page(".x{display:none}", f"<!-->{BOTH}-->"),
    "said by a style": page('b::before{content:"1111"}', "4111 <b></b> <b></b> <b></b>"),
    "said by a style by number": page(r'b::after{c\6fntent:";" "\31 111"}', "4111<b></b><b></b><b></b>"),
    "said by a style of an attribute": page("b::after{content:attr(data-n)}", "4111" + "<b data-n='1111'></b>" * 3),
    "counted by a style": page(
        "p{counter-reset:a 4111 c 1111}i::before{content:counter(a)}b::before{content:counter(c)}",
        f"<i></i>{GROUPS[:-8]}",
    ),
    "in fields": page("", " ".join(f'<input value="{part}">' for part in CARD.split())),
    "as numbers of a list": page("", "".join(f'<li value="{part}">' for part in CARD.split())),
    "in place of pictures": page("", "".join(f'<img alt="{part}">' for part in CARD.split())),
    "in a frame": f"<iframe srcdoc='<style>.x{{display:none}}</style>{BOTH}'>".encode(),
    "from right to left": page("", f"<bdo dir=rtl>{SOLID[::-1]}</bdo>"),
}


@pytest.mark.parametrize("what", HOLDING)
def test_a_card_is_found(what: str) -> None:
    assert look(HOLDING[what], "a.html").reason == "card"


def test_a_card_in_the_page_of_a_mail() -> None:
    assert look(made.mail(HOLDING["display"].decode(), "Content-Type: text/html"), "a.eml").reason == "card"


@pytest.mark.parametrize("selector", ["i:nth-child(even)", "i+i", "i:not(.v)", ":is(i):last-child"])
def test_a_style_that_hides_parts_of_a_number_by_their_place(selector: str) -> None:
    data = page(f"{selector}{{display:none}}", mixed("<b></b><i class=v>{}</i>", "<i>{}</i>"))
    assert look(data, "a.html").reason == "unreadable"


def test_an_ordinary_page_that_hides_this_and_that() -> None:
    data = page(
        "@media (max-width:600px){.m{display:none!important}td:first-child{display:none}}.pre{display:none;font-size:0}"
        ".x::-webkit-scrollbar{display:none}::selection{color:#fff}b:hover{opacity:0}:not(p)>a{color:var(--a)}",
        '<span class="pre">Order 12345 of 24.12.2026</span><table><tr><td>Order<td>123456<td class="m">0221 1234567'
        '<tr><td>Sum<td>19,99 €</table>Tel. <b>+49 221</b> 1234567, Fax <i class="m">+49 221</i> 1234568',
    )
    assert look(data, "a.html") == Verdict("html", "", ())
