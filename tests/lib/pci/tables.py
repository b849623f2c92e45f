"""The tables of tests/data/pci, and the forms in which people write a number."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "data" / "pci"

SEPARATORS = {
    "space": " ", "dash": "-", "dot": ".", "slash": "/", "comma": ", ", "wide dash": " - ", "line": "\n",
    "line of Windows": "\r\n", "tab": "\t", "non-breaking space": "\u00a0", "narrow space": "\u202f",
    "thin space": "\u2009", "zero width": "\u200b", "word joiner": "\u2060", "soft hyphen": "\u00ad",
    "byte order mark": "\ufeff", "en dash": "\u2013", "em dash": "\u2014", "hyphen": "\u2010", "minus": "\u2212",
    "underscore": "_", "bar": "|", "colon": ":", "middle dot": "\u00b7", "bullet": "\u2022", "star": "*", "plus": "+",
    "break tag": "<br>", "tags": '</b> <b class="x1">', "quoted sign": '<b alt="a>b">',
    "comment": "<!-- a > b -->", "long tag": f"<p class='{'x' * 2_500}'>", "entity": "&nbsp;",
    "number entity": "&#8203;", "emoji": "\U0001f4b3",
    "nothing": "",
}  # fmt: skip
SCRIPTS = {
    "full width": 0xFF10, "Arabic": 0x660, "Persian": 0x6F0, "Devanagari": 0x966, "Bengali": 0x9E6, "Thai": 0xE50,
    "Khmer": 0x17E0, "bold": 0x1D7CE, "double struck": 0x1D7D8, "monospace": 0x1D7F6, "segmented": 0x1FBF0,
}  # fmt: skip
SIGNS = {
    "circled": "⓪①②③④⑤⑥⑦⑧⑨",
    "superscript": "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "subscript": "₀₁₂₃₄₅₆₇₈₉",
    "negative circled": "⓿❶❷❸❹❺❻❼❽❾",
}


def numbers() -> list[str]:
    """Every published test number."""
    return [row["number"] for row in _read("numbers.json")["numbers"]]


def lookalikes() -> list[dict[str, str]]:
    """What must stay readable."""
    return list(_read("lookalikes.json")["texts"])


def vectors() -> list[dict[str, Any]]:
    """Texts and the cards in them."""
    return list(_read("vectors.json")["vectors"])


def grouped(number: str, size: int, separator: str) -> str:
    """The number in groups of `size`."""
    return separator.join(number[at : at + size] for at in range(0, len(number), size))


def in_signs(number: str, signs: str) -> str:
    """The number with other characters for its digits."""
    return "".join(signs[int(digit)] for digit in number)


def _forms() -> dict[str, Callable[[str], str]]:
    forms: dict[str, Callable[[str], str]] = {}
    for name, separator in SEPARATORS.items():
        forms[f"fours, {name}"] = lambda number, separator=separator: grouped(number, 4, separator)
        forms[f"ones, {name}"] = lambda number, separator=separator: grouped(number, 1, separator)
    for name, first in SCRIPTS.items():
        signs = "".join(chr(first + digit) for digit in range(10))
        forms[name] = lambda number, signs=signs: in_signs(number, signs)
        forms[f"{name}, fours"] = lambda number, signs=signs: grouped(in_signs(number, signs), 4, " ")
    for name, signs in SIGNS.items():
        forms[name] = lambda number, signs=signs: in_signs(number, signs)
    forms["keycaps"] = lambda number: "".join(f"{digit}\ufe0f\u20e3" for digit in number)
    forms["struck out"] = lambda number: "".join(f"{digit}\u0336" for digit in number)
    forms["glued to words"] = lambda number: f"card{number}exp"
    forms["pasted list"] = lambda number: f"\u2022 {grouped(number, 4, ' ')}"
    forms["nines"] = lambda number: grouped(number, 9, " ")
    return forms


FORMS = _forms()


def _read(name: str) -> dict[str, Any]:
    return dict(json.loads((DATA / name).read_text(encoding="utf-8")))
