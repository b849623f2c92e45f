"""Patterns an administrator defines: a name and an expression for a linear-time engine (RE2)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import re2

from lib.pci.findings import Hit, whole

LONGEST_PATTERN = 1000
MEMORY = 8 << 20
SURROGATE = re.compile("[\ud800-\udfff]")


class CustomPattern(NamedTuple):
    """One pattern; its findings are reported as `custom:<name>`."""

    name: str
    pattern: str


def check_pattern(pattern: str) -> str:
    """Why `pattern` can't be used, as an English sentence; empty when it can."""
    if not pattern.strip():
        return "The pattern is empty."
    if len(pattern) > LONGEST_PATTERN:
        return f"The pattern is longer than {LONGEST_PATTERN} characters."
    try:
        compiled = _compiled(pattern)
    except (re2.error, ValueError) as error:
        return f"The pattern can't be read: {error}"
    if compiled.search("") is not None:
        return "The pattern matches nothing at all, so it would match everywhere."
    return ""


def find_custom(text: str, custom: CustomPattern) -> Iterator[Hit]:
    """Everything in `text` that the pattern matches; a pattern that can't be read finds nothing."""
    try:
        compiled = _compiled(custom.pattern)
    except (re2.error, ValueError):
        return
    for found in compiled.finditer(SURROGATE.sub("\ufffd", text)):
        if found.end() > found.start():
            yield whole(f"custom:{custom.name}", text, found.start(), found.end())


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    """The compiled pattern; raises re2.error or ValueError when it can't be read."""
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    return re2.compile(pattern, options)
