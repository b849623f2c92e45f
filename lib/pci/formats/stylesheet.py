"""What the stylesheets of a page hide, and what they say themselves: read generously, for a page may lie."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

STYLE_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|([^0-9a-fA-F\n]))")
CHARACTERS = 0x110000
TOKEN = re.compile(r"/\*.*?(?:\*/|\Z)|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?|[{};]|[^{};\"'/]+|/", re.DOTALL)
STRING = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"?|'((?:[^'\\\n]|\\.)*)'?", re.DOTALL)
STRING_OR_ESCAPE = re.compile(rf"{STRING.pattern}|{STYLE_ESCAPE.pattern}", re.DOTALL)
ZERO = r"(?:0+(?:\.0*)?|\.0+)(?:%|[a-z]{1,4})?(?![.\w%])"
GONE = re.compile(
    rf"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*{ZERO}|font(?:-size)?\s*:[^;]{{0,80}}?(?<![\w.#]){ZERO}"
)
"""Hides whatever it is said of."""
FAINT = re.compile(
    r":\s*-[0-9]{3,}|translate|clip|mask|transparent|scale|filter|z-index\s*:\s*-|content-visibility|animation|"
    r"(?:display|visibility|opacity|font-size)\s*:\s*var\(|"
    rf"(?:width|height)\s*:\s*(?:{ZERO}|1px)|font-size\s*:\s*(?:0?\.[0-9]+|[12](?:\.[0-9]+)?(?:px|pt))(?!\w)|"
    r"color\s*:\s*(?:#f{3,8}\b|white|rgba\([^)]{0,60},\s*0?\.?0*\)|rgb\([^)]{0,60}/\s*0?\.?0*%?\)|rgb\(255\D+255\D+255)"
)
"""Hides as a rule."""
CONTENT = re.compile(rf"(?:\A|[;\s])content\s*:((?:[^;\"']|{STRING.pattern})*)", re.IGNORECASE)
SAID = re.compile(rf"{STRING.pattern}|attr\(\s*([\w-]+)[^)]*\)|counters?\(\s*([\w-]+)", re.DOTALL | re.IGNORECASE)
COUNTER = re.compile(r"counter-(?:reset|set|increment)\s*:([^;]*)", re.IGNORECASE)
COUNTED = re.compile(r"(?<![\w-])([\w-]+)\s+(-?[0-9]{1,18})")
IN_BRACKETS = re.compile(r"\([^()]*\)")
NESTED = 5
STEP = re.compile(r"\[[^\]]*\]?|[\s>+~|]+|[^\s>+~|\[]+")
PART = re.compile(
    r"([.#])([^.#:\[()\s]+)|\[\s*([\w-]+)\s*(?:([~|^$*]?)=\s*[\"']?([^\"'\]]*)[\"']?[^\]]*)?\]?|(::?)([\w-]+)|([\w-]+)"
)
STATES = frozenset("link visited hover active focus root any-link target checked enabled disabled".split())
"""Any other name behind a colon picks elements by where they stand."""
BESIDE = frozenset({"before", "after"})
IN_PART = frozenset({"first-letter", "first-line"})


class Rule(NamedTuple):
    """What is said of the elements that a selector means, going by the last element that the selector names."""

    tag: str
    ids: frozenset[str]
    classes: frozenset[str]
    attributes: tuple[tuple[str, str, str], ...]
    by_place: bool
    """Whether it means only some of those that it fits."""
    gone: bool
    faint: bool
    beside: str
    """`before` or `after` where it is about what stands there, `content`; empty where it is about the element."""
    content: str

    def key(self) -> str:
        """One of the keys of every element that it fits."""
        for mark, names in (("#", self.ids), (".", self.classes)):
            if names:
                return mark + min(names)
        return self.tag or "*"

    def fits(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Whether the element may be meant."""
        return (
            (not self.tag or self.tag == tag)
            and self.ids <= {attributes.get("id", "").lower()}
            and self.classes <= {*attributes.get("class", "").lower().split()}
            and all(_fits(attributes, *test) for test in self.attributes)
        )


class Sheet:
    """The rules of all stylesheets of a page that hide or say something."""

    def __init__(self, css: str) -> None:
        self.rules: dict[str, list[Rule]] = {}
        self.counters: dict[str, str] = {}
        for selectors, written in _blocks(css):
            said = STRING_OR_ESCAPE.sub(lambda found: _sign(found) if found[0].startswith("\\") else found[0], written)
            self._count(said)
            bare = STRING.sub("", said).lower()
            gone, faint = GONE.search(bare) is not None, FAINT.search(bare) is not None
            content = [found[1] for found in CONTENT.finditer(said)]
            if gone or faint or content:
                for selector in filter(str.strip, _list(selectors)):
                    self._add(_rule(selector, gone, faint, content[-1] if content else ""))

    def _add(self, rule: Rule | None) -> None:
        if rule is not None and (rule.content or not rule.beside):
            self.rules.setdefault(rule.key(), []).append(rule)

    def of(self, tag: str, attributes: Mapping[str, str]) -> Iterator[Rule]:
        """The rules that may mean the element."""
        if not self.rules:
            return
        known, classes = attributes.get("id", "").lower(), attributes.get("class", "").lower().split()
        for key in dict.fromkeys(("*", tag, f"#{known}", *(f".{name}" for name in classes))):
            for rule in self.rules.get(key, ()):
                if rule.fits(tag, attributes):
                    yield rule

    def content(self, rule: Rule, attributes: Mapping[str, str]) -> str:
        """What the rule says before or behind the element."""
        said = []
        for double, single, attribute, counter in SAID.findall(rule.content):
            said.append(unescaped(double or single))
            said.append(attributes.get(attribute.lower(), ""))
            said.append(self.counters.get(counter, ""))
        return "".join(said)

    def _count(self, said: str) -> None:
        for listed in COUNTER.findall(said):
            self.counters.update(COUNTED.findall(listed))


def hides(style: str) -> tuple[bool, bool]:
    """Whether the declarations of an element hide it, and whether they may."""
    said = unescaped(_without_remarks(style)).lower()
    return GONE.search(said) is not None, FAINT.search(said) is not None


def unescaped(css: str) -> str:
    """The text with escaped signs as what they mean."""
    return STYLE_ESCAPE.sub(_sign, css) if "\\" in css else css


def _sign(found: re.Match[str]) -> str:
    code, sign = found.groups()[-2:]
    if sign:
        return str(sign)
    point = int(code, 16)
    return chr(point) if point < CHARACTERS else ""


def _without_remarks(css: str) -> str:
    if "/*" not in css:
        return css
    return "".join(token for token in TOKEN.findall(css) if not token.startswith("/*"))


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Selectors and what is said of them, blocks in blocks too; those of a block by `@` or `&` are the ones around."""
    open_blocks: list[tuple[str, list[str]]] = [("", [])]
    for part in TOKEN.findall(css):
        selectors, said = open_blocks[-1]
        if part == "{":
            named = _last_declaration(said)
            inherits = named.startswith("@") or not named.strip("& ")
            open_blocks.append((selectors if inherits else named, []))
        elif part == "}" and len(open_blocks) > 1:
            yield selectors, "".join(said)
            open_blocks.pop()
        elif not part.startswith("/*"):
            said.append(part)
    for selectors, said in open_blocks:
        yield selectors, "".join(said)


def _last_declaration(said: list[str]) -> str:
    """What stands behind the last semicolon, taken out: it names the block that follows."""
    parts: list[str] = []
    while said and said[-1] != ";":
        parts.append(said.pop())
    return "".join(reversed(parts)).strip()


def _list(selectors: str) -> list[str]:
    """Each selector by itself, without what stands in brackets."""
    for _ in range(NESTED):
        selectors = IN_BRACKETS.sub("", selectors)
    return unescaped(selectors).split(",")


def _rule(selector: str, gone: bool, faint: bool, content: str) -> Rule | None:
    """None for what is no part of the text, such as a scroll bar."""
    steps = STEP.findall(selector.strip())
    last = next((at for at in range(len(steps) - 1, -1, -1) if not steps[at].strip(" \t\r\n\f>+~|")), -1)
    tag, attributes, pseudos = "", [], set()
    ids: set[str] = set()
    classes: set[str] = set()
    for mark, name, attribute, sign, value, colons, pseudo, element in PART.findall("".join(steps[last + 1 :])):
        if colons == "::" and pseudo.lower() not in BESIDE | IN_PART:
            return None
        if mark:
            (ids if mark == "#" else classes).add(name.lower())
        elif attribute:
            attributes.append((attribute.lower(), sign, value.strip()))
        elif pseudo:
            pseudos.add(pseudo.lower())
        else:
            tag = element.lower()
    neighbours = any("+" in step or "~" in step for step in steps if not step.startswith("["))
    by_place = neighbours or not pseudos <= STATES | BESIDE
    beside = next(iter(pseudos & BESIDE), "")
    return Rule(tag, frozenset(ids), frozenset(classes), tuple(attributes), by_place, gone, faint, beside, content)


def _fits(attributes: Mapping[str, str], name: str, sign: str, value: str) -> bool:
    """Whether the attribute is there, and whether it is what the selector asks for, as far as that can be said."""
    given = attributes.get(name)
    if given is None or not value:
        return given is not None
    if not sign:
        return given.lower() == value.lower()
    return value.lower() in given.lower()
