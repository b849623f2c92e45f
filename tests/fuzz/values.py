"""Made-up frames: from the types by which frames are read, then bent, and plain rubbish."""

import json
import os
from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from msgspec import inspect

from lib.commands import Command
from lib.wire import MAX_FRAME

PROOF = os.environ.get("PROOF") == "1"
KNOWN: list[str] = []  # ids that mean something at the moment; whoever plays keeps them fresh
SPECIAL = (
    "",
    " ",
    "\0",
    "\ud800",
    "a\udc00b",
    "🙂",
    "4111 1111 1111 1111",
    "%s{}${x}'\";--",
    "../../etc/passwd",
    "null",
)
WORDS = st.one_of(
    st.sampled_from(SPECIAL),
    st.text(max_size=40),
    st.text(st.characters(categories=("Cs", "Cc", "Co", "Lu")), max_size=10),
    st.integers(1, 3).map(lambda n: "x" * (n * 5000)),
)
NUMBERS = st.one_of(st.integers(-2, 200), st.sampled_from((2**31 - 1, 2**31, 2**63, -(2**63), 10**40)))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=8,
)


def fuzzed(normal: int, proof: int) -> settings:
    """So many examples; the server's state makes each run its own, so nothing is kept."""
    return settings(
        max_examples=proof if PROOF else normal,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


def ids() -> st.SearchStrategy[str]:
    """Ids: such as mean something, and others."""
    known = st.integers(0, 10**6).map(lambda n: KNOWN[n % len(KNOWN)] if KNOWN else "")
    return st.one_of(known, st.uuids().map(str), WORDS)


def of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Values of a declared type, within its bounds or a little beside them."""
    if isinstance(kind, inspect.StrType):
        return st.one_of(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True), ids(), WORDS)
    if isinstance(kind, inspect.IntType):
        return NUMBERS
    if isinstance(kind, inspect.BoolType):
        return st.booleans()
    if isinstance(kind, inspect.UUIDType):
        return ids()
    if isinstance(kind, inspect.NoneType):
        return st.none()
    if isinstance(kind, inspect.LiteralType):
        return st.sampled_from(kind.values)
    if isinstance(kind, inspect.ListType):
        return st.lists(of(kind.item_type), max_size=4)
    if isinstance(kind, inspect.DictType):
        return st.dictionaries(of(kind.key_type), of(kind.value_type), max_size=4)
    if isinstance(kind, inspect.UnionType):
        return st.one_of([of(part) for part in kind.types])
    return JSON


def frames(commands: Mapping[str, type[msgspec.Struct]]) -> st.SearchStrategy[dict[str, Any]]:
    """Frames of these commands: their fields by type."""

    def frame(name: str) -> st.SearchStrategy[dict[str, Any]]:
        struct = inspect.type_info(commands[name])
        assert isinstance(struct, inspect.StructType)
        needed = {field.encode_name: of(field.type) for field in struct.fields if field.required}
        others = {field.encode_name: of(field.type) for field in struct.fields if not field.required}
        needed |= {"type": st.just(name), "id": st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)}
        return st.fixed_dictionaries(needed, optional={key: of_ for key, of_ in others.items() if key != "id"})

    return st.sampled_from(sorted(commands)).flatmap(frame)


def table(commands: Mapping[str, Command]) -> dict[str, type[msgspec.Struct]]:
    """The types of a socket's commands."""
    return {name: command.frame for name, command in commands.items()}


@st.composite
def bent(draw: st.DrawFn, good: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """A frame in which something is missing, too much, or not what it should be."""
    frame = dict(draw(good))
    for _ in range(draw(st.integers(1, 2))):
        key = draw(st.sampled_from(sorted(frame)) if frame else st.just("type"))
        how = draw(st.integers(0, 2))
        if how == 0:
            frame.pop(key, None)
        elif how == 1:
            frame[key] = draw(JSON)
        else:
            frame[draw(WORDS)] = draw(JSON)
    return frame


@st.composite
def scratched(draw: st.DrawFn, good: st.SearchStrategy[dict[str, Any]]) -> str:
    """The text of a frame in which characters are missing, doubled or strange."""
    text = written(draw(good))
    at = draw(st.integers(0, len(text)))
    return (
        text[:at] + draw(st.sampled_from(("", '"', "{", "]", "\\u0000", "\\ud800", "\x7f", "1e999"))) + text[at + 1 :]
    )


def nested(name: str, depth: int) -> str:
    """A frame that holds lists within lists."""
    return f'{{"type":"{name}","id":"1","after":{"[" * depth}{"]" * depth}}}'


def rubbish() -> st.SearchStrategy[str | bytes]:
    """Anything but a frame."""
    big = st.sampled_from((MAX_FRAME - 40, MAX_FRAME + 1, 2 * MAX_FRAME)).map(lambda n: '{"type":"' + "x" * n + '"}')
    deep = st.sampled_from((100, 30_000)).map(lambda n: "[" * n)
    names = st.sampled_from(("hello", "message.send", "sync", "ping", "x"))
    nests = st.builds(nested, names, st.sampled_from((100, 980, 1_000, 20_000)))
    return st.one_of(st.text(max_size=60).map(sendable), st.binary(max_size=60), big, deep, nests, JSON.map(written))


def written(value: Any) -> str:
    """As JSON; lone surrogates as escapes, for a text frame can't hold them."""
    return json.dumps(value, ensure_ascii=True)


def sendable(text: str) -> str:
    """What a text frame can carry."""
    return text.encode("utf-8", "replace").decode()


def anything(commands: Mapping[str, type[msgspec.Struct]]) -> st.SearchStrategy[str | bytes]:
    """Whatever may come over a socket that takes these commands."""
    good = frames(commands)
    return st.one_of(good.map(written), good.map(written), bent(good).map(written), scratched(good), rubbish())
