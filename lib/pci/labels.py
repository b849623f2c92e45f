"""The label of a form's field: what of it is its name, and whether it names what belongs to a card and nothing else."""

import re

from lib.pci.digits import plain

NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[*†]")
"""What a form says of a field beside its name: `(3 digits)`, `[required]`, a star."""
REMARK = re.compile(r"(?:\s[–—-]\s|[,;:?!]).*", re.DOTALL)
HUMP = re.compile(r"(?<=[a-zäöü])(?=[A-ZÄÖÜ])")
WORD = re.compile(r"[^\W\d_]+")
MONTH, YEAR = re.compile(r"month|monat|m{1,2}\Z"), re.compile(r"year|jahr|(?:yy|jj){1,2}\Z")
OF_CARD = re.compile(
    r"(?:credit|debit|kredit)?(?:cards?|karten?)|cc|cv[vcn]|ccv|(?:karten)?(?:prüf|kontroll|sicherheits)[a-zäöü]*|codes?|"
    r"security|check|exp[a-z]*|valid[a-z]*|gültig[a-zäöü]*|ablauf[a-zäöü]*|verfall[a-zäöü]*|date|datum|pin|"
    r"(?:ablauf|gültigkeits)?(?:month|monat|year|jahr)|mm|yy|jj|yyyy|jjjj"
)
FILLER = re.compile(
    r"number|num|no|nr|nummer|digits?|ziffern?|of|the|your|my|der|die|das|ihre?r?|deine?r?|meine?r?|on|auf|back|"
    r"rückseite|until|till|thru|through|bis|end|ende|and|und|payment|value"
)
MONTH_VALUE = re.compile(r"\s*(?:0?[1-9]|1[0-2])(?![0-9])[^0-9]{0,20}")
YEAR_VALUE = re.compile(r"\s*(?:20)?[2-4][0-9]\s*")


def bare(label: str) -> str:
    """The name of the field without notes and remarks; empty when nothing else is there."""
    return REMARK.sub("", NOTE.sub("", label)).strip()


def names_only_card(label: str) -> bool:
    """Whether every word of the name is one for a card, its date or its code."""
    words = _words(label)
    known = [word for word in words if OF_CARD.fullmatch(word)]
    return bool(known) and all(word in known or FILLER.fullmatch(word) for word in words)


def is_half_of_date(label: str, text: str) -> bool:
    """Whether the text is the month or the year that such a label asks for."""
    words, said = _words(label), plain(text)
    return any(
        value.fullmatch(said) and any(name.search(word) for word in words)
        for name, value in ((MONTH, MONTH_VALUE), (YEAR, YEAR_VALUE))
    )


def _words(label: str) -> list[str]:
    return WORD.findall(HUMP.sub(" ", bare(label)).lower())
