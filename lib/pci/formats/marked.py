"""XML as office programs write it: which pieces of text a reader sees as one."""

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from lib.pci.formats.looks import without_a_look
from lib.pci.formats.reading import APART, Unreadable, cut_like_a_card, floats

BLOCKS = frozenset(
    "p h br cr tab tr tc c si row v is comment text table-cell table-row list-item line-break".split(),
)
"""Where a line or a cell ends."""
LINES = frozenset("p h si c tc table-cell".split())
"""Where a number ends, even one that is cut apart."""
INLINE = frozenset({"t", "r", "span", "s", "a", "instrText", "delText", "hyperlink", "smartTag", "ins", "del"})
"""May hold a part of a number, the rest of which stands in the next one."""
ASIDE = frozenset({"annotation", "note", "ruby-text", "rPh", "rt", "txbxContent", "frame", "custom-shape"})
"""Stand in the middle of a line and are shown elsewhere."""
LETTERING = frozenset({"t", "delText", "instrText"})
"""In these, white space counts."""
PATHS = frozenset({"d", "points", "viewBox", "path", "enhanced-path"})
LONG_ATTRIBUTE = re.compile(r"(?:\d\D*){12}")
FORMAT_TEXT = re.compile(r"\"[^\"]*\"|\\.")
MOST_FORMAT_DIGITS = 5
"""That the format of a number adds to it: more could be the rest of a card."""
OFF = frozenset({"0", "false", "off"})
SYMBOLS = 0xF000  # where fonts of symbols keep what is else a letter or digit


class _Views:
    """What a reader sees, what he would have seen before the changes, and what is no text to him but stands there."""

    def __init__(self) -> None:
        self.now: list[str] = []
        self.before: list[str] = []
        self.code: list[str] = []
        self.line: list[tuple[int, str]] = []
        self.cut: list[str] = []

    def end_line(self) -> None:
        self.cut += without_a_look(self.line)
        self.line = []

    def part(self, apart: str) -> None:
        for view in (self.now, self.before, self.code):
            view.append(apart)

    def texts(self) -> Iterator[str]:
        now = "".join(self.now)
        yield now
        if (before := "".join(self.before)) != now:
            yield before
        if any(piece.strip() for piece in self.code):
            yield "".join(self.code)
        self.end_line()
        if self.cut:
            yield APART.join(self.cut)


class _Listener:
    """Hears a parser and keeps every text, attribute, comment and instruction."""

    def __init__(self, apart: str) -> None:
        self.apart = apart
        self.views = [_Views()]
        self.open: list[tuple[str, bool]] = []  # name, and whether it held text of its own
        self.hidden = False
        self.inserted = 0
        self.rest: list[str] = []
        self.asides: list[str] = []
        self.looks: dict[tuple[int, str], int] = {}
        self.look = [0]
        """Of each open element: the same for those of one name and style, in elements of which that is true."""
        self.dressed = 0
        """The place of the element whose properties are being told; none is open at the first place."""
        self.names: set[str] = set()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self.names.add(tag)
        self.open.append((name, False))
        self._looks_like(name, attributes)
        if name in ASIDE or name.endswith("Pr"):
            self.views.append(_Views())
        elif name == "r":
            self.hidden = False
        elif name == "ins":
            self.inserted += 1
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        if name == "vanish" and plain.get("val", "1") not in OFF:
            self.hidden = True
        elif name == "sym" and "char" in plain:
            self._symbol(plain["char"])
        self.names.update(attributes)
        for key, value in plain.items():
            if key == "formatCode" and _says_number(value):
                raise ValueError("a number in a format")
            if key not in PATHS and LONG_ATTRIBUTE.search(value):
                self.rest.append(value)

    def _looks_like(self, name: str, attributes: Mapping[str, str]) -> None:
        style = [value for key, value in attributes.items() if key.endswith("style-name")]
        self.look.append(self._look(0 if name in LINES else self.look[-1], f"{name} {style}"))
        if name == "rPr":
            self.dressed = len(self.look) - 2
        if self.dressed:
            self.look[self.dressed] = self._look(self.look[self.dressed], f"{name} {[*attributes.values()]}")

    def _look(self, around: int, own: str) -> int:
        return self.looks.setdefault((around, own), 1 + len(self.looks))

    def _symbol(self, code: str) -> None:
        try:
            point = int(code, 16)
        except ValueError:
            return
        self._say(chr(point & 0xFF if point >= SYMBOLS else point), "t")

    def data(self, text: str) -> None:
        name = self.open[-1][0] if self.open else ""
        if name not in LETTERING and not text.strip():
            if "\n" in text:  # how the file is laid out, not what it says
                return
            text = " "
        else:
            self.open[-1] = (name, True)
        self._say(text, name)

    def _say(self, text: str, name: str) -> None:
        views = self.views[-1]
        views.line.append((self.look[-1], text))
        if name == "instrText":
            views.code.append(text)
            return
        gone = name == "delText"
        if not gone and not self.hidden:
            views.now.append(text)
        if not self.inserted:
            views.before.append(text)
        elif self.hidden:
            views.code.append(text)

    def end(self, tag: str) -> None:
        name, spoke = self.open.pop()
        self.look.pop()
        if name == "rPr":
            self.dressed = 0
        if name in ASIDE or name.endswith("Pr"):
            texts = [*self.views.pop().texts()]
            self.rest += texts
            self.asides += [text for text in map(str.strip, texts) if text.isdigit()]
            return
        if name in LINES:
            self.views[-1].end_line()
        if name == "ins":
            self.inserted -= 1
        elif name == "r":
            self.hidden = False
        if name in BLOCKS or (spoke and name not in INLINE):
            self.views[-1].part(self.apart)

    def comment(self, text: str) -> None:
        self.rest.append(text)

    def pi(self, target: str, data: str | None = None) -> None:
        self.rest.append(f"{target} {data or ''}")

    def doctype(self, name: str, system: str | None, public: str | None, subset: int) -> None:
        """Declarations of its own may hold values that programs show."""
        if subset:
            raise ValueError("declarations")
        self.rest.append(f"{name}{APART}{system or ''}{APART}{public or ''}")

    def close(self) -> list[str]:
        texts = [text for views in self.views for text in views.texts()]
        names = [name for name in self.names if LONG_ATTRIBUTE.search(name)]
        return [*texts, APART.join([*self.rest, *names, *cut_like_a_card(self.asides)])]


def _says_number(code: str) -> bool:
    """Whether the format of a number puts so many digits of its own to it that both could be a card."""
    return sum(map(str.isdigit, "".join(FORMAT_TEXT.findall(code)))) > MOST_FORMAT_DIGITS


def read_xml(part: bytes, apart: str) -> Iterator[str]:
    """Texts, long attributes, comments. Raises Unreadable for what is no XML, or XML with declarations of its own."""
    listener = _Listener(apart)
    try:
        parser = XMLParser(target=listener)
        parser.parser.StartDoctypeDeclHandler = listener.doctype
        parser.feed(part)
        texts = parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable("unreadable") from error
    yield from map(floats, texts)
