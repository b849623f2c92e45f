"""HTML as a browser shows it, and as it might show it: what a page hides, and how, is for the page to say."""

import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from itertools import groupby
from typing import NamedTuple

from lib.pci.formats.looks import LEAST_DIGITS, digits_in, without_a_look
from lib.pci.formats.reading import APART, Unreadable
from lib.pci.formats.stylesheet import Sheet, hides, unescaped

BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol "
    "option p pre section select table tbody td textarea th title tr ul".split()
)
SILENT = frozenset({"script", "style"})
NOT_SHOWN = frozenset("audio canvas datalist dialog noembed noframes noscript rp template video".split())
EMPTY = frozenset("area base br col embed hr img input link meta source track wbr".split())
CLOSES_ITSELF = frozenset("dd dt li option p td th tr".split())
SHOWN_ATTRIBUTES = ("value", "alt", "placeholder", "label", "start")
EMPTY_REMARK = re.compile(r"<!--+>")
REMARK_END = "--!>"
BACKWARDS = re.compile(r"<bdo|bidi-override|row-reverse|\u202e", re.IGNORECASE)


class _Element(NamedTuple):
    tag: str
    attributes: Mapping[str, str]
    parent: int
    look: int
    """The same for elements of one tag, class and style, in elements of which the same is true."""


class _Piece(NamedTuple):
    """Where something may stand: a `text`, a `value` of an attribute, what a style says `before` or `after`.

    Or where a `line` ends.
    """

    kind: str
    element: int
    text: str = ""


class _Fate(NamedTuple):
    """What becomes of an element and all in it."""

    gone: bool = False
    faint: bool = False
    doubtful: bool = False


class _Browser(HTMLParser):
    """Keeps elements and pieces in their order, and apart from them what is not shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements = [_Element("", {}, 0, 0)]
        self.looks: dict[tuple[int, str, str | None, str | None], int] = {}
        self.pieces: list[_Piece] = []
        self.styles: list[str] = []
        self.frames: list[str] = []
        self.rest: list[str] = []
        self.open = [0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.rest += [value for _name, value in attrs if value]
        if tag in CLOSES_ITSELF and self.elements[self.open[-1]].tag == tag:
            self.open.pop()
        self._line(tag)
        given = {name: value or "" for name, value in reversed(attrs)}
        number, parent = len(self.elements), self.open[-1]
        key = (self.elements[parent].look, tag, given.get("class"), given.get("style"))
        look = 0 if tag in BLOCKS else self.looks.setdefault(key, 1 + len(self.looks))
        if "srcdoc" in given:
            self.frames.append(given["srcdoc"])
        self.elements.append(_Element(tag, given, parent, look))
        self.pieces += [_Piece("value", number, given[name]) for name in SHOWN_ATTRIBUTES if given.get(name)]
        if tag not in EMPTY:
            self.pieces.append(_Piece("before", number))
            self.open.append(number)

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.open) - 1, max(0, len(self.open) - 50), -1):
            if self.elements[self.open[place]].tag == tag:
                self.pieces += [_Piece("after", number) for number in reversed(self.open[place:])]
                del self.open[place:]
                break
        self._line(tag)

    def _line(self, tag: str) -> None:
        if tag in BLOCKS:
            self.pieces.append(_Piece("line", self.open[-1], "\n"))

    def handle_data(self, data: str) -> None:
        tag = self.elements[self.open[-1]].tag
        if tag not in SILENT:
            self.pieces.append(_Piece("text", self.open[-1], data))
            return
        self.rest.append(unescaped(data))
        if tag == "style":
            self.styles.append(data)

    def handle_comment(self, data: str) -> None:
        self.rest.append(data)

    def handle_decl(self, decl: str) -> None:
        self.rest.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.rest.append(data)

    def handle_pi(self, data: str) -> None:
        self.rest.append(data)


class _Page:
    """A page that was parsed, and what its styles make of it."""

    def __init__(self, browser: _Browser) -> None:
        self.elements = browser.elements
        self.sheet = Sheet("\n".join(browser.styles))
        self.before: dict[int, str] = {}
        self.after: dict[int, str] = {}
        self.fates = [_Fate()]
        for number in range(1, len(self.elements)):
            self.fates.append(self._fate(number))
        self.pieces = [self._filled(piece) for piece in browser.pieces]

    def _fate(self, number: int) -> _Fate:
        element = self.elements[number]
        gone, faint, doubtful = self.fates[element.parent]
        if style := element.attributes.get("style"):
            own = hides(style)
            gone, faint = gone or own[0], faint or own[1]
        gone = gone or "hidden" in element.attributes or element.tag in NOT_SHOWN
        for rule in self.sheet.of(element.tag, element.attributes):
            if rule.content:
                said = self.after if rule.beside == "after" else self.before
                said[number] = said.get(number, "") + self.sheet.content(rule, element.attributes)
            if rule.beside:
                continue
            if rule.by_place:
                doubtful = doubtful or rule.gone or (rule.faint and rule.key() != "*")
            else:
                gone, faint = gone or rule.gone, faint or rule.faint
        return _Fate(gone, faint, doubtful)

    def _filled(self, piece: _Piece) -> _Piece:
        if piece.kind == "value":
            return piece._replace(text=f" {piece.text} ")
        said = self.before if piece.kind == "before" else self.after if piece.kind == "after" else {}
        return piece._replace(text=said[piece.element]) if piece.element in said else piece

    def text(self, shows: Callable[[_Piece, _Fate], bool]) -> str:
        """What the page says in the pieces that are shown."""
        return "".join(piece.text for piece in self.pieces if piece.text and shows(piece, self.fates[piece.element]))

    def lines(self) -> Iterator[list[_Piece]]:
        """The texts of each line that could hold a number cut apart by what is hidden."""
        for is_line, pieces in groupby(self.pieces, lambda piece: piece.kind == "line"):
            if not is_line:
                texts = [piece for piece in pieces if piece.kind == "text"]
                if len(texts) > 1 and sum(digits_in(piece.text) for piece in texts) >= LEAST_DIGITS:
                    yield texts

    def looks(self) -> Iterator[str]:
        """Those lines without whatever looks alike, and nothing but that.

        Raises Unreadable where a style picks some of the parts by their place.
        """
        for texts in self.lines():
            numbers = [piece for piece in texts if digits_in(piece.text)]
            if len(numbers) > 1 and any(self.fates[piece.element].doubtful for piece in numbers):
                raise Unreadable("unreadable")
            yield from without_a_look([(self.elements[piece.element].look, piece.text) for piece in texts])


def shown(source: str) -> Iterator[str]:
    """The text; it with what attributes and styles say; the same without what they hide, and without what they may.

    Then each line without any one of its looks, and all the rest: attributes, remarks, scripts. Raises Unreadable
    where a style hides parts of a number by their place.
    """
    browser = _Browser()
    browser.feed(EMPTY_REMARK.sub("", source).replace(REMARK_END, "-->"))
    browser.close()
    page = _Page(browser)
    readings = dict.fromkeys(
        (
            page.text(lambda piece, _fate: piece.kind in ("text", "line")),
            page.text(lambda piece, fate: piece.kind in ("text", "line") and not fate.gone),
            page.text(lambda _piece, _fate: True),
            page.text(lambda _piece, fate: not fate.gone),
            seen := page.text(lambda _piece, fate: not (fate.gone or fate.faint)),
        )
    )
    yield from readings
    if BACKWARDS.search(source):
        yield "\n".join(line[::-1] for line in seen.splitlines() if digits_in(line) >= LEAST_DIGITS)
    yield APART.join(page.looks())
    yield APART.join(browser.rest)
    for frame in browser.frames:
        yield from shown(frame)
