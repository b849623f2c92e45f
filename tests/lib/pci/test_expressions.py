"""The expressions mean the same on every Python that the product runs on."""

import importlib
import pkgutil
import re

import pytest

import lib.pci

POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{[0-9]*,?[0-9]*\})\+")
MODULES = [found.name for found in pkgutil.walk_packages(lib.pci.__path__, "lib.pci.")]


@pytest.mark.parametrize("module", MODULES)
def test_no_group_is_repeated_possessively(module: str) -> None:
    """Up to Python 3.11.4 such a group may miss what it should match (CPython issue 106052); atomic groups don't."""
    expressions = [value for value in vars(importlib.import_module(module)).values() if isinstance(value, re.Pattern)]
    assert [each.pattern for each in expressions if POSSESSIVE_GROUP.search(str(each.pattern))] == []


def test_that_test_sees_one() -> None:
    assert POSSESSIVE_GROUP.search(r"a(?:b|c){0,14}+d") and POSSESSIVE_GROUP.search(r"(?:b)*+")
    assert not POSSESSIVE_GROUP.search(r"[(b)]++c(?>(?:b)*)")
