"""HTML as a browser shows it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from lib.pci.formats.reading import APART

BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol "
    "option p pre section select table tbody td textarea th title tr ul".split()
)
SILENT = frozenset({"script", "style", "template"})
EMPTY = frozenset("area base br col embed hr img input link meta source track wbr".split())
UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])")
STYLE_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
CHARACTERS = 0x110000


class _Browser(HTMLParser):
    """Keeps what is shown, and apart from it what is not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.seen: list[str] = []
        self.rest: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.rest += [value for _name, value in attrs if value]
        self._part(tag)
        if tag in EMPTY:
            return
        given = dict(attrs)
        unseen = "hidden" in given or bool(UNSEEN.search((given.get("style") or "").lower()))
        self.open.append((tag, unseen or (bool(self.open) and self.open[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        self._part(tag)
        for place in range(len(self.open) - 1, max(-1, len(self.open) - 50), -1):
            if self.open[place][0] == tag:
                del self.open[place:]
                break

    def _part(self, tag: str) -> None:
        if tag in BLOCKS:
            self.shown.append("\n")
            self.seen.append("\n")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] in SILENT:
            self.rest.append(STYLE_ESCAPE.sub(_sign, data))
            return
        self.shown.append(data)
        if not (self.open and self.open[-1][1]):
            self.seen.append(data)

    def handle_comment(self, data: str) -> None:
        self.rest.append(data)

    def handle_decl(self, decl: str) -> None:
        self.rest.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.rest.append(data)

    def handle_pi(self, data: str) -> None:
        self.rest.append(data)


def _sign(found: re.Match[str]) -> str:
    point = int(found[1], 16)
    return chr(point) if point < CHARACTERS else ""


def shown(source: str) -> Iterator[str]:
    """The text, the text without what the page itself hides, and all the rest: attributes, remarks, scripts."""
    browser = _Browser()
    browser.feed(source)
    browser.close()
    yield "".join(browser.shown)
    if browser.seen != browser.shown:
        yield "".join(browser.seen)
    yield APART.join(browser.rest)
