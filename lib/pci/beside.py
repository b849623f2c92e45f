"""What stands beside a card, in its text or in its sender's next message: expiry date, security code, rest of a track.

All text here is `digits.plain` text, looked at a bounded stretch behind each card or in a short message.
"""

import re
from collections.abc import Iterator, Sequence

from lib.pci.context import OTHER_NAME
from lib.pci.findings import MASK, Hit, digits_of, whole
from lib.pci.personal import LINK, NO_MORE, ONE, WORD_END

BESIDE = 64
SHORTEST = 4
"""Characters of a sign and a code, or of a date."""
BEYOND = 16
"""Characters behind the stretch that are read to see where a number ends."""
MONTH = r"(?:0?[1-9]|1[0-2])"
FULL_MONTH = r"(?:0[1-9]|1[0-2])"
YEAR = r"(?:20)?[2-4][0-9]"
LONG_YEAR = r"20[2-4][0-9]"
NAMED_MONTH = r"\b(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zä]{0,6}\b\.?[\s,/'’-]{0,3}"
END = r"(?![0-9]|[./-][0-9]{1,2}(?![0-9])|[./-](?:19|20)[0-9]{2}(?![0-9]))"
"""A date of three parts is no expiry; a security code may follow."""
DATE = (
    rf"(?:{LONG_YEAR}\s?[/.–-]\s?{FULL_MONTH}|{NAMED_MONTH}{YEAR}|"
    rf"(?:{MONTH}(?:\s?[/.–-]\s?| )|{FULL_MONTH}){YEAR}){END}"
)
EXPIRY = rf"(?<![0-9{MASK}])(?<![0-9{MASK}][./-]){DATE}"
EXPIRY_IN_ROW = (
    rf"(?:{DATE}|{LONG_YEAR}\s?[|;:,\t]\s?{FULL_MONTH}{END}|{MONTH}\s?[|;:,\t]\s?{YEAR}{END}|"
    rf"{MONTH}[\W_]{{1,4}}(?:year|jahr)[\W_]{{0,4}}{YEAR}{END})"
)
"""The same with the signs that part the columns of a list, or the names of fields."""
TAIL = r"[^\W\d]*+"
"""The rest of a word, never given back: without that the time would grow with the fourth power of a row of words."""
EXPIRY_WORD = (
    rf"(?:exp{TAIL}|valid{TAIL}|thru|through|until|till|good|date|gültig{TAIL}|bis|ablauf{TAIL}|verfall{TAIL}|mm/yy{TAIL}|"
    r"is|ist|und|and|with|mit|in|on|of|the|end|ende|läuft|ab|am|months?|monat|year|jahr)"
)
EXPIRY_AFTER = re.compile(
    rf"[\W_]{{0,6}}(?:{EXPIRY_WORD}[\W_]{{0,4}}){{0,4}}(?P<expiry>{EXPIRY_IN_ROW})", re.IGNORECASE
)
EXPIRY_LABELLED = re.compile(
    rf"\b(?:exp{TAIL}|valid|gültig{TAIL}|ablauf{TAIL}|verfall{TAIL})[\W_]{{0,4}}(?:{EXPIRY_WORD}[\W_]{{0,4}}){{0,3}}"
    rf"(?P<expiry>{EXPIRY})",
    re.IGNORECASE,
)
LABEL_HINTS = ("exp", "valid", "gültig", "ablauf", "verfall")
COLUMN = r"[\n|;,\t]"
EXPIRY_ALONE = re.compile(
    rf"{COLUMN}[ \xa0]{{0,3}}(?P<expiry>{EXPIRY_IN_ROW})(?=\s{{0,3}}(?:$|{COLUMN}|\s[0-9]{{3,4}}(?![0-9])))",
    re.IGNORECASE,
)
"""In a line or a column of its own."""
EXPIRY_FURTHER = re.compile(rf"(?<![0-9{MASK}])(?<![0-9{MASK}][./-])(?P<expiry>{MONTH}\s?/\s?{YEAR}{END})")
"""Behind a name or other words, where only a slash makes two numbers a date."""
CODE_FIRST = re.compile(
    rf"[\W_]{{1,6}}(?P<code>[0-9]{{3,4}})[\W_]{{1,6}}(?:{EXPIRY_WORD}[\W_]{{0,4}}){{0,4}}(?P<expiry>{EXPIRY_IN_ROW})",
    re.IGNORECASE,
)
CODE_WORD = r"(?:and|und|with|mit|the|my|der|die|mein|is|ist|lautet|it|its|security|sec|code)"
AMOUNT = r"\s?(?:[$€£¥%]|(?:eur|euros?|usd|dollars?|gbp|chf|x|pcs|st|stk|stück)\b)"
CODE_AFTER = re.compile(
    rf"[\W_]{{1,6}}(?:(?:{CODE_WORD}[\W_]{{1,4}}){{1,6}}(?![0-9]{{3,4}}{AMOUNT}))?(?P<code>[0-9]{{3,4}})(?![0-9])"
    r"(?=[\s.,;!)]*(?:$|\n|[^\W\d_])|\s?[|;:\t]|,(?![0-9]{2}(?![0-9])))",
    re.IGNORECASE,
)
CODE_ALONE = re.compile(rf"{COLUMN}[ \xa0]{{0,3}}(?P<code>[0-9]{{3,4}})(?=\s{{0,3}}(?:$|{COLUMN}))")
CODE_AT_END = re.compile(
    r"(?:[\W_]{1,6}(?=[0-9]{3}(?![0-9]))|[^\w\n]{1,6})(?P<code>[0-9]{3,4})(?=[\s.,;!]*(?:$|(?:thanks?|thx|please|pls|danke|bitte)\b))",
    re.IGNORECASE,
)
CODE_BRACKETED = re.compile(r"\s{0,3}\((?P<code>[0-9]{3,4})\)(?![\s-]{0,2}[0-9])")
"""Not the first part of a telephone number."""
OTHER_CODES = "zip,post,postal,area,country,promo,discount,coupon,voucher,gift,error,order,booking,social"
NO_OTHER_CODE = "".join(rf"(?<!\b{word}[ -])" for word in OTHER_CODES.split(","))
CODE_NAMED = re.compile(
    rf"\b(?=code|sec){NO_OTHER_CODE}(?:code|security|sec(?=[.:])){WORD_END}"
    rf"{LINK}(?P<code>[0-9](?:{ONE}){{2,3}}{NO_MORE})",
    re.IGNORECASE,
)

MOST_LETTERS = 6
"""Letters that a message which is little more than a date or a code may have besides the words below."""
LONGEST_MESSAGE = 160
FILLER = re.compile(
    rf"\b(?:{EXPIRY_WORD}|{NAMED_MONTH}|code|codes|number|no|nr|nummer|num|pin|was|are|my|the|it|its|it’s|that|this|then|"
    r"here|hier|das|der|die|war|lautet|meine?r?|card|karte|of|on|von|auf|back|rückseite|digits?|ziffern|security|"
    r"sicherheits\w*|month|monat|year|jahr|yes|ja|ok|okay|so|please|bitte|thanks|danke)\b",
    re.IGNORECASE,
)
LETTER = re.compile(r"[^\W\d_]")
OTHER_NAME_HERE = (
    r"\b(?:ticket|error|fehler|page|seite|table|tisch|floor|etage|flat|apt|gate|seat|case|ref|unit|exit)\b"
)
"""Further ones, in a message as short as that."""
OF_CARD = r"cod|cv|cc|sec|sicher|prüf|pin|card|kart"
SOMETHING_ELSE = re.compile(
    r"[$€£¥₹%°]|[0-9](?:[.,][0-9]|\s?(?:x|am|pm|kg|km|m|cm|mm|g|gb|mb|eur|euro|usd|dollars?|gbp|chf|uhr|st|stk|stück|pcs)\b)|"
    r"\b(?:eur|usd|gbp|chf|ssn|social|zip|plz|end(?:s|ing|et)|(?:last|letzten?) (?:4|four|vier))\b|"
    rf"(?:{OTHER_NAME.pattern}|{OTHER_NAME_HERE})(?:(?!{OF_CARD})[^0-9])*[0-9]|"
    rf"[0-9] (?:is|ist) (?:my |the |mein |meine |die |der |das )?(?:{OTHER_NAME.pattern})",
    re.IGNORECASE,
)
DAY = re.compile(
    rf"(?:\bon\s{NAMED_MONTH}[0-9]{{1,2}}|{NAMED_MONTH}(?:[0-9]{{1,2}}(?:st|nd|rd|th|,\s?20[0-9]{{2}})|2[0-5]))(?![\w])|"
    r"\b(?:in|im|since|seit)\s(?:19|20)[0-9]{2}(?![0-9]|\s?[./-])|"
    r"\b(?:at|um|gegen)\s(?:[0-2]?[0-9][.:]|[0-2][0-9])[0-5][0-9](?![0-9])|"
    r"\b[0-2]?[0-9][.:]?[0-5][0-9]\s?(?:uhr|am|pm|h)\b",
    re.IGNORECASE,
)
"""A day of a month (but no year to come), a year by itself, a time of day."""
NUMBER = re.compile(rf"(?<![^\W_])(?<!{MASK})(?<!{MASK}[ .-])[0-9]+(?:[ .\x00-][0-9]+)*(?![^\W_])")
CODE_DIGITS = range(3, 5)
EXPIRY_SAID = re.compile(
    rf"(?<![^\W_])(?<!{MASK})(?<![0-9{MASK}][./-])(?P<expiry>{DATE}|{MONTH}\s?[|;\t]\s?{YEAR}{END})", re.IGNORECASE
)
LONG_NUMBER = re.compile("[0-9]{7}")
TRACK_REST = re.compile(
    rf"(?<![^\W_])[2-4][0-9]{FULL_MONTH}[1-79][0-9]{{2}}(?:[0-9]{{0,40}}\?|[0-9]{{6,40}}(?![^\W_]))"
)
"""Expiry date, service code and what the issuer put behind them."""
TRACK_BEHIND = re.compile(r"\s{0,2}(?:\^[^^\n]{0,40}\^\s?[0-9]{4}[^?\s]{0,60}|[=D]\s?[0-9]{7,40})\??")
"""The rest of a track directly behind its card number, however that is grouped."""


def find_beside(read: str, cards: Sequence[Hit], *, codes: bool, tracks: bool) -> Iterator[Hit]:
    """The expiry date beside each card, reported as part of the card, the security code with the two, or a track."""
    lower = read.lower() if cards else ""
    labelled = any(hint in lower for hint in LABEL_HINTS)
    for at, card in enumerate(cards):
        end = card.span.end
        track = TRACK_BEHIND.match(read, end) if tracks else None
        if track:
            yield whole("track", read, *track.span())
            end = track.end()
        limit = min(cards[at + 1].span.start if at + 1 < len(cards) else len(read), end + BESIDE)
        if limit < end or (limit - end < SHORTEST and not labelled):
            continue
        expiry, code = _near(read, card.span.start, end, limit, labelled)
        if expiry:
            yield digits_of(card.span.detector, read, *expiry.span("expiry"))
        if codes and code:
            yield digits_of("cvv", read, *code.span("code"))


def _near(
    read: str, start: int, end: int, limit: int, labelled: bool
) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """The expiry date and the code of the card at `start`–`end`, behind which the text up to `limit` is its own.

    `labelled`: a date may be called so somewhere in the text.
    """
    seen = min(limit + BEYOND, len(read)) if limit == end + BESIDE else limit
    expiry = EXPIRY_AFTER.match(read, end, seen)
    if not expiry:
        both = CODE_FIRST.match(read, end, seen)
        if both:
            return both, both
        named = EXPIRY_LABELLED.search(read, max(0, start - BESIDE), limit) if labelled else None
        expiry = named or EXPIRY_ALONE.search(read, end, seen) or EXPIRY_FURTHER.search(read, end, seen)
    code = CODE_BRACKETED.match(read, end, seen) or CODE_NAMED.search(read, end, seen)
    if code or not expiry or expiry.start() < end:
        return expiry, code or CODE_AT_END.match(read, end, seen)
    behind = expiry.end("expiry")
    code = CODE_AFTER.match(read, behind, seen) or CODE_BRACKETED.match(read, behind, seen)
    return expiry, code or CODE_ALONE.search(read, behind, seen)


def find_after_card(read: str, card: str, *, codes: bool, tracks: bool) -> Iterator[Hit]:
    """What a message gives away whose sender has shown a card before it: date, code, rest of a track.

    A date that is called so is found anywhere, and reported as `card`; the others only in a message that is little
    more than that.
    """
    rests = [*TRACK_REST.finditer(read)] if tracks and LONG_NUMBER.search(read) else []
    for found in rests:
        yield whole("track", read, *found.span())
    lower = read.lower()
    dates = [*EXPIRY_LABELLED.finditer(read)] if any(hint in lower for hint in LABEL_HINTS) else []
    if _says_little(read, bool(dates or rests)):
        left = _blank(read, [*rests, *dates, *DAY.finditer(read)])
        said = [] if dates else [*EXPIRY_SAID.finditer(left)]
        sure = [found for found in said if not found["expiry"].isdigit()]
        other = SOMETHING_ELSE.search(_blank(left, sure)) is not None
        dates += sure if other else said
        rest = _blank(left, said)
        numbers = [*NUMBER.finditer(rest)]
        if codes and not other and len(numbers) == 1 and sum(map(str.isdigit, rest)) in CODE_DIGITS:
            yield digits_of("cvv", read, *numbers[0].span())
    for found in dates:
        yield digits_of(card, read, *found.span("expiry"))


def _says_little(read: str, found: bool) -> bool:
    """Whether the text, in which something may have been `found`, is little more than a date or a code."""
    if len(read) > LONGEST_MESSAGE:
        return False
    may_hold = found or sum(map(str.isdigit, read)) in CODE_DIGITS or EXPIRY_SAID.search(read)
    return bool(may_hold) and len(LETTER.findall(FILLER.sub(" ", read))) <= MOST_LETTERS


def _blank(read: str, taken: Sequence[re.Match[str]]) -> str:
    """The text with signs in place of what was found already."""
    chars = list(read)
    for found in taken:
        start, end = found.span("expiry") if "expiry" in found.re.groupindex else found.span()
        chars[start:end] = "/" * (end - start)
    return "".join(chars)
