"""Patterns an administrator defines: a name and an expression for a linear-time engine."""

from typing import NamedTuple


class CustomPattern(NamedTuple):
    """One pattern; its findings are reported as `custom:<name>`."""

    name: str
    pattern: str
