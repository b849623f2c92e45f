"""What the words around a number say about it, in English and German.

Every look is at a bounded piece of text, so the time for all of them stays linear.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

BEFORE = 64
AFTER = 48

NO_PAYMENT_CARD = re.compile(
    r"(?=[a-v])(?:(?:gift|loyalty|sim|library|insurance|id|identity|business|report|graphics?|video|sound|memory|sd|member(?:ship)?|"
    r"boarding|bonus|reward|punch|score|time|key|access)[ -]?cards?"
    r"|(?:geschenk|gutschein|kunden|sim|gesundheits?|versicherten|versicherungs|ausweis|speicher|grafik|visiten|post|"
    r"land|spiel|fahr|bahn|eintritts|speise|bonus|mitglieds|treue|chip|stech|sd)-?karten?(?:nummer|-?nr)?"
    r"|postcard|discard|cardboard|cardio|credit (?:note|score|limit)|visa (?:application|appointment|office))"
)
CARD_WORD = re.compile(
    r"(?=[acdegjkmruv])(?:\bcc\b|\bcard|card\b|cards\b|card ?n(?:o|r|um)|credit|debit|\bvisa\b|master ?card|\bamex\b|"
    r"american express|maestro|diners|discover card|\bjcb\b|union ?pay|rupay|\bkarte\b|karten|karte\b|girocard|\bec\b)"
)
"""Both look at the first letter before all others: most characters are none of these."""
LONGEST_WORD = 24
CARD_HINTS = (
    "card",
    "kart",
    "cc",
    "credit",
    "debit",
    "visa",
    "amex",
    "maestro",
    "diners",
    "jcb",
    "union",
    "rupay",
    "american",
)
NUMBER_WORD = (
    r"(?:[ -]?(?:number|numbers|numb|num|no|nr|nummer|id|code|ref|#)\b\.?|[ -]?#|s?-?nummer|s?-?nr\b\.?|-?id\b)"
)
JOINT = r"(?:[\s:=#\"'(*\[-]|\bis\b|\bwas\b|\bare\b|\bist\b|\blautet\b|\bwar\b|\bof\b|\bthe\b|\bder\b|\bdie\b|\bvon\b)*"
ALWAYS_OTHER = (
    r"\b(?:imei(?:sv)?|iccid|sscc|tracking|waybill|awb|sendungsverfolgung|timestamp|zeitstempel|uuid|guid|vin)"
)
SHORT_OTHER = (
    r"\b(?:isbn(?:-?1[03])?|issn|ean(?:-?13)?|gtin|upc|asin|duns|gln|tel|phone|telephone|mobile|cell|fax|whatsapp|"
    r"call me (?:at|on)|telefon|handy|mobil)"
)
NUMBERED_OTHER = (
    r"(?:\b(?:order|parcel|package|shipment|shipping|consignment|delivery|invoice|bill|receipt|ticket|case|claim|customer|"
    r"client|member|membership|booking|reservation|confirmation|reference|ref|serial|device|transaction|"
    r"contract|policy|product|item|article|part|model|request|job|voucher|coupon|meter|tax|vat|"
    r"registration|license|licence|"
    r"gift[ -]?card|loyalty[ -]?card|sim[ -]?card|library[ -]?card|member(?:ship)?[ -]?card)"
    r"|\b(?:bestell|auftrags?|sendungs?|paket|liefer(?:schein)?|rechnungs?|beleg|ticket|fall|schadens?|kunden|mitglieds?|"
    r"buchungs?|reservierungs?|vorgangs?|referenz|serien|geräte|transaktions?|vertrags?|"
    r"policen?|versicherungs?|artikel|produkt|teile|gutschein|zähler|steuer|ust|zulassungs?|geschenkkarten?|"
    r"kundenkarten?|sim-?karten?|versichertenkarten?|bahncard))"
)
OTHER_NAME = re.compile(
    r"phone|tel|mobil|handy|fax|zip|plz|post|order|bestell|auftrag|birth|geburt|customer|kunde|room|zimmer|house|haus",
    re.IGNORECASE,
)
"""In the names of numbers that are no piece of a card and don't belong to one, in a form as in a message."""
ACCOUNT_OTHER = r"\b(?:account|acct|acc|a/c|ac|bank|konto|kontonummer|blz|routing|sort|ssn|social security)"
LABEL_OF_OTHER = re.compile(f"(?:{ALWAYS_OTHER}{NUMBER_WORD}?|{NUMBERED_OTHER}{NUMBER_WORD}){JOINT}$")
LABEL_OF_SHORT = re.compile(rf"{SHORT_OTHER}\.?{NUMBER_WORD}?{JOINT}$")
LONGEST_SHORT = 14
LABEL_OF_ACCOUNT = re.compile(f"(?:{NUMBERED_OTHER}|{ACCOUNT_OTHER}){NUMBER_WORD}?{JOINT}$")

UUID = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
UUID_LENGTH = 36
UUID_DASHES = 4
DATE = r"(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d"
US_DATE = r"(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)\d\d"
ISO_DATE = r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?"
MONEY = r"[€$£₹¥]\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)*[€$£₹¥]|\d{1,3}(?:,\d{3})+\.\d\d|\d{1,3}(?:\.\d{3})+,\d\d"
OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
ADDRESS = rf"{OCTET}(?:\.{OCTET}){{3}}"
OTHER_TOKEN = re.compile(rf"(?:{DATE}|{US_DATE}|{ISO_DATE}|{CLOCK}|{MONEY}|{ADDRESS})[.,;]?$", re.ASCII)


UP_TO_LAST_DIGIT = re.compile(r"(?s).*(?=[0-9])")
NAMES_WITH_DIGITS = ("isbn", "ean")
"""Of all labels only these may hold digits."""


def before(text: str, start: int) -> str:
    """The lower-case words before `start`, at most BEFORE characters, from the last digit on."""
    words = text[max(0, start - BEFORE) : start].lower()
    if any(name in words for name in NAMES_WITH_DIGITS):
        return words
    number = UP_TO_LAST_DIGIT.match(words)
    return words[number.end() :] if number else words


def stretches(lower: str, hints: Sequence[str], reach: int) -> list[tuple[int, int]]:
    """The parts of the text around the hints; what lies near together is one part, so that they don't overlap."""
    places = []
    for hint in hints:
        place = lower.find(hint)
        while place >= 0:
            places.append(place)
            place = lower.find(hint, place + 1)
    parts: list[tuple[int, int]] = []
    for place in sorted(places):
        if parts and place - reach <= parts[-1][1]:
            parts[-1] = (parts[-1][0], place + reach)
        else:
            parts.append((max(0, place - reach), place + reach))
    return parts


class CardWords:
    """Where a text names a payment card near the stretch `start`–`end`; gift, SIM and other cards don't count."""

    def __init__(self, text: str, start: int, end: int) -> None:
        first = max(0, start - BEFORE - LONGEST_WORD)
        around = text[first : end + AFTER + LONGEST_WORD]
        lower = around.lower()
        if len(lower) != len(around):
            lower = around
        self.places: list[int] = []
        for low, high in stretches(lower, CARD_HINTS, LONGEST_WORD):
            part = NO_PAYMENT_CARD.sub(lambda found: " " * len(found[0]), lower[low:high])
            self.places += [first + low + found.start() for found in CARD_WORD.finditer(part)]

    def near(self, start: int, end: int) -> bool:
        """True when a card is named at most BEFORE characters before `start` or AFTER characters behind `end`."""
        return bisect_left(self.places, start - BEFORE) < bisect_left(self.places, end + AFTER)


def labelled_other(text: str, start: int, length: int) -> bool:
    """True when the number of `length` digits at `start` is introduced as no card: an order, an IMEI, a phone."""
    return _names_other(before(text, start), length)


def _names_other(words: str, length: int) -> bool:
    short = length <= LONGEST_SHORT and LABEL_OF_SHORT.search(words) is not None
    return short or LABEL_OF_OTHER.search(words) is not None


def labelled_account(text: str, start: int, length: int) -> bool:
    """True when the number at `start` is introduced as an account or as anything else that is no card."""
    words = before(text, start)
    return LABEL_OF_ACCOUNT.search(words) is not None or _names_other(words, length)


def reads_as_other(text: str, start: int, end: int) -> bool:
    """True when a word inside `start`–`end` is by itself a date, a time of day, an amount or a network address."""
    return any(OTHER_TOKEN.match(word) for word in text[start:end].split())


def in_uuid(text: str, start: int, end: int) -> bool:
    """True when `start`–`end` lies in a UUID that has letters (one of digits only could be anything)."""
    low = max(0, start - UUID_LENGTH)
    if text.count("-", low, end + UUID_LENGTH) < UUID_DASHES:
        return False
    return any(
        found.start() <= start and found.end() >= end and not found[0].replace("-", "").isdigit()
        for found in UUID.finditer(text, low, min(len(text), end + UUID_LENGTH))
    )
