"""Personal and secret data that is not a card number: IBAN, SSN, security codes, PINs, tracks, e-mail, telephone.

All text here is `digits.plain` text. Expressions begin at a fixed word or are bounded, so the time is linear.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from lib.pci.findings import MASK, Hit, digits_of, whole
from lib.pci.issuers import SHORTEST

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
    "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    "YE": 30,
}  # fmt: skip
IBAN_COUNTRIES = {
    spelling: length
    for country, length in IBAN_LENGTHS.items()
    for spelling in (country, country.lower(), country.title(), country.title().swapcase())
}
IBAN_BEGINNINGS = ((b"-aa99", 1), (b"-aa-99", 1), (b"-aaaaaa99", 5))
"""The skeletons an IBAN begins with, and where in them the country stands; the last is glued to the word IBAN."""
IBAN_BODY = re.compile(r"[ \xa0\u202f\x00.-]?[0-9](?:[ \xa0\u202f\x00.-]{0,2}[0-9A-Za-z]){12,31}")
BETWEEN_OF_IBAN = re.compile("[ \xa0\u202f\x00.-]+")
LETTERS = re.compile("[A-Za-z]")
DIGITS_ONLY = (
    "AE AT BA BE CR CZ DE DK EE EG ES FI FO GL HR HU IL IS LT LY ME MN MR NO PL PT RS SD SE SI SK SO TL TN VA XK"
)
IBAN_OF_DIGITS = frozenset(DIGITS_ONLY.split())
"""Countries whose account numbers have no letters; elsewhere at least half of the characters are digits."""

APART = rf"(?<![^\W_])(?<!{MASK})(?<![0-9{MASK}][ ./\x00-])"
"""Not the rest of a longer or of a masked number."""
ONE = r"[ .\x00-]?[0-9]"
NO_MORE = r"(?![ .-]?[0-9]|[^\W\d_])"
"""Neither a digit nor a letter: `cid:712d9bfe` and packed data are no codes."""
WORD_START = r"(?:(?<![^\W\d_])|(?-i:(?<=[a-z])(?=[A-Z])))"
"""No letter before, or a capital inside a name like cardPin."""
WORD_END = r"(?![^\W\d_])"
NAMED_2 = r"(?:[ _-]?2(?![0-9])|2(?=[0-9]{4}(?![0-9])))?"
"""The 2 of CVV2, not the first digit of a code that is glued to its name."""
CVV_WORD = (
    rf"{WORD_START}(?:(?:cvv|cvc|cvn|ccv){NAMED_2}|cv2(?![0-9])|c\.v\.[vcn]|(?:cav|csc|cid)[ _-]?2?(?![0-9])|"
    r"(?<!gift )card[ _-]?code|(?:3|three|drei)[ -]?(?:digits?|stellige[rns]?)[ -](?:code|number|nummer|zahl)|"
    r"card[ _-]?(?:verification|validation|security)(?:[ _-]?(?:code|number|value))?|"
    r"(?<!social )security[ _-]?code|verification[ _-]?(?:value|number)|(?:code|digits|number)s? (?:on|at) the back|"
    r"(?:karten-?)?prüf(?:nummer|ziffer|zahl|code)|sicherheits(?:code|nummer|zahl)|"
    rf"kpn|(?:ziffern|nummer|zahl|code) auf der rückseite){WORD_END}"
)
PIN_WORD = (
    rf"{WORD_START}(?:(?:(?:card|atm|bank|debit|my|the|secret)[ _-]?)?pin"
    rf"(?:[ _-]?(?:code|number|no|nr|nummer|zahl)\.?)?|geheim(?:zahl|nummer|code)|kartenpin){WORD_END}"
)
LINK = (
    r"(?>(?:\x00|<[/!?A-Za-z][^<>]{0,120}>|&(?:#[0-9]{2,6}|#[xX][0-9A-Fa-f]{2,5}|[A-Za-z]{2,8});|"
    rf"(?<![0-9])[34][ -]?(?:digits?|stellige?[rns]?|ziffern){WORD_END}|"
    rf"{WORD_START}(?:for|für|should|be|three|four|drei|vier|stellige?[rns]?|is|was|are|code|number|no|nr|nummer|num|my|the|it|its|ist|lautet|war|der|die|"
    r"meine?r?|karte|card|of|on|von|digits?|ziffern|auf|back|rückseite)"
    rf"{WORD_END}|[^\w{MASK}]|_){{0,14}})"
)
"""What may stand between a word for a code and its digits, never given back."""
CVV = re.compile(f"(?:{CVV_WORD}){LINK}(?P<digits>[0-9](?:{ONE}){{2,3}}{NO_MORE})", re.IGNORECASE)
BEFORE_WORD = r"[\s,(:=\"'-]{0,4}"
CVV_BEHIND = re.compile(
    rf"(?P<digits>{APART}[0-9](?:{ONE}){{2,3}}{NO_MORE}){BEFORE_WORD}"
    rf"(?:(?:is|ist)(?: (?:my|the|mein|der|die|meine))? )?(?:{CVV_WORD})",
    re.IGNORECASE,
)
PIN = re.compile(f"(?:{PIN_WORD}){LINK}(?P<digits>[0-9](?:{ONE}){{3,5}}{NO_MORE})", re.IGNORECASE)
PIN_BEHIND = re.compile(
    rf"(?P<digits>{APART}[0-9](?:{ONE}){{3,5}}{NO_MORE}){BEFORE_WORD}"
    rf"(?:(?:is|ist) (?:(?:my|the|mein|meine|die|der) )?|(?<=[=(]) ?)(?:{PIN_WORD})",
    re.IGNORECASE,
)
CVV_HINTS: dict[str, Sequence[int]] = {
    "cv": (0, 1),
    ".v.": (1,),
    "card code": (0,),
    "card_code": (0,),
    "card-code": (0,),
    "cardcode": (0,),
    "digit": (1, 2, 5, 6),
    "stellig": (1, 2, 4, 5),
    "cav": (0,),
    "csc": (0,),
    "cid": (0,),
    "ecurity": (1, 5, 6),
    "erification": (1, 5, 6),
    "alidation": (5, 6),
    "prüf": (0, 6, 7),
    "icherheit": (1,),
    "kpn": (0,),
    "back": range(11, 17),
    "rückseite": range(13, 18),
}
"""What every word for a code holds, and how far before it the word may begin."""
PIN_HINTS: dict[str, Sequence[int]] = {"pin": (0, 2, 3, 4, 5, 6, 7), "geheim": (0,)}
LONGEST_BEHIND = 24
"""Characters between the first digit of a code and the word for it behind."""
LONGEST_WORD = 40
REACH = 160
"""Characters in which a word, what links it and the digits stand."""
SHORTEST_POSTAL_CODE = 5
NEEDED_BEHIND = re.compile("[0-9]")

TRACK = re.compile(r"%?[Bb][0-9]{12,19}\^[^^\n]{0,40}\^[0-9]{4}[^?\s]{0,60}\??|;?[0-9]{12,19}[=D][0-9]{4,40}\??")

SSN = re.compile("[0-9]{3}([-. \u2010-\u2015])[0-9]{2}\\1[0-9]{4}")
SSN_SHAPE = b"999-99-9999"
DIGITS = re.compile("[0-9]+")
SSN_PLAIN = re.compile(r"[0-9]{9,}")
NO_SSN = re.compile(r"000|666|9|...00|.....0000")
NUMBER_BEFORE = re.compile(r"(?:[0-9]|[0-9][-. ])\Z")
NUMBER_BEHIND = re.compile(r"[0-9]|[-.][0-9]")
SSN_WORD = re.compile(r"\bssn\b|\bsocial\b|\bsoc\b", re.IGNORECASE)
SSN_HINTS = ("ssn", "soc")
SSN_CONTEXT = 40

EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]++@(?:[\w-]+\.)+[\w-]*[^\W\d_]{2}\b")
PHONE = re.compile(
    r"(?<![\w+.,/-])(?:\+|00|\(|0|[2-9][0-9]{2}[-. ])[0-9](?:[\s./()-]{0,3}[0-9]){6,14}(?![\w]|[.,/-][0-9])"
)

SSN_DIGITS = 9
WHOLE = (("track", TRACK, b"9" * SHORTEST), ("email", EMAIL, b"-"), ("phone", PHONE, b"9"))
"""Detector, its expression, and what the skeleton of a text must hold for it."""


def find_ibans(read: str, shape: bytes) -> list[Hit]:
    """International bank account numbers: a known country, its length, and a remainder of 1 modulo 97."""
    hits: list[Hit] = []
    framed = b"-" + shape
    for beginning, offset in IBAN_BEGINNINGS:
        place = framed.find(beginning)
        while place >= 0:
            at = place + offset - 1
            if read[at : at + 2] in IBAN_COUNTRIES:
                hits += _iban(read, at)
            place = framed.find(beginning, place + 1)
    return hits


def _iban(read: str, start: int) -> Iterator[Hit]:
    """The IBAN whose country stands at `start`, if there is one."""
    country = read[start : start + 2].upper()
    length = IBAN_LENGTHS.get(country)
    body = IBAN_BODY.match(read, start + 2) if length else None
    if length is None or body is None:
        return
    sure = BETWEEN_OF_IBAN.sub("", body[0])[: length - 2]
    digits = len(sure) - len(LETTERS.findall(sure))
    if len(sure) < length - 2 or digits < (length - 2 if country in IBAN_OF_DIGITS else length // 2):
        return
    if _remainder(country + sure) == 1:
        places = [i for i in range(*body.span()) if read[i].isascii() and read[i].isalnum()]
        yield whole("iban", read, start, places[length - 3] + 1)


def _remainder(iban: str) -> int:
    """The ISO 7064 remainder of an IBAN."""
    return int("".join([str(int(char, 36)) for char in iban[4:] + iban[:4]])) % 97


def find_personal(read: str, shape: bytes, detectors: Collection[str]) -> Iterator[Hit]:
    """Everything but cards and IBANs that the detectors name; `shape` is the skeleton of the text."""
    lower = _lower(read)
    if b"999" in shape or b"9-9" in shape:
        yield from _secrets(read, lower, detectors)
    if "us_ssn" in detectors:
        if SSN_SHAPE in shape:
            yield from _ssns(read, _at_each(SSN, read, shape, SSN_SHAPE))
        if b"9" * SSN_DIGITS in shape and any(hint in lower for hint in SSN_HINTS):
            yield from _ssns(read, SSN_PLAIN.finditer(read))
    for name, expression, needed in WHOLE:
        if name in detectors and needed in shape:
            for found in expression.finditer(read):
                yield whole(name, read, *found.span())


def _lower(read: str) -> str:
    """The text in lower case, code point for code point."""
    lower = read.lower()
    if len(lower) == len(read):
        return lower
    return "".join([char if len(char.lower()) != 1 else char.lower() for char in read])


def _secrets(read: str, lower: str, detectors: Collection[str]) -> Iterator[Hit]:
    """Security codes and PINs."""
    if "cvv" in detectors:
        for found in _named(read, lower, CVV_HINTS, CVV, CVV_BEHIND):
            yield digits_of("cvv", read, *found.span("digits"))
    if "pin" in detectors:
        for found in _named(read, lower, PIN_HINTS, PIN, PIN_BEHIND):
            if not _is_postal_code(found):
                yield digits_of("pin", read, *found.span("digits"))


def _named(
    read: str, lower: str, hints: Mapping[str, Sequence[int]], before: re.Pattern[str], behind: re.Pattern[str]
) -> Iterator[re.Match[str]]:
    """Where a word for a code stands before its digits, or behind them; each expression is tried only where it may."""
    for hint, offsets in hints.items():
        place = lower.find(hint)
        while place >= 0:
            for offset in offsets:
                start = place - offset
                found = before.match(read, start, start + REACH) if start >= 0 else None
                if found:
                    yield found
            first = max(0, place - offsets[-1] - LONGEST_BEHIND)
            if NEEDED_BEHIND.search(read, first, place):
                yield from behind.finditer(read, first, place + LONGEST_WORD)
            place = lower.find(hint, place + 1)


def _is_postal_code(found: re.Match[str]) -> bool:
    """True for five or six digits behind "pin code" without a card, as in India."""
    if found.re is not PIN:
        return False
    digits = sum("0" <= char <= "9" for char in found["digits"])
    words = found[0].lower()
    return digits >= SHORTEST_POSTAL_CODE and "code" in words and "card" not in words


def _at_each(expression: re.Pattern[str], read: str, shape: bytes, needed: bytes) -> Iterator[re.Match[str]]:
    """Where the expression fits at a place whose skeleton is `needed`."""
    place = shape.find(needed)
    while place >= 0:
        found = expression.match(read, place)
        if found:
            yield found
        place = shape.find(needed, place + 1)


def _ssns(read: str, candidates: Iterable[re.Match[str]]) -> Iterator[Hit]:
    """United States social security numbers: with dashes anywhere, in another form only where the words say so."""
    last = -1
    for found in candidates:
        start, end = found.span()
        beside_one = start - last == 1 and read[last] == " "
        if NUMBER_BEHIND.match(read, end) or (not beside_one and NUMBER_BEFORE.search(read, max(0, start - 2), start)):
            continue
        digits = "".join(DIGITS.findall(found[0]))
        if len(digits) != SSN_DIGITS or NO_SSN.match(digits):
            continue
        dashed = found.re is SSN and found[1] not in ". "
        if dashed or SSN_WORD.search(read, max(0, start - SSN_CONTEXT), end + SSN_CONTEXT // 2):
            last = end
            yield whole("us_ssn", read, start, end)
