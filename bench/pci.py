"""How fast the card and personal data detectors are: `python -m bench.pci`."""

import random
import time
from collections.abc import Callable

from lib.pci.mask import mask

KILOBYTE = 1000
LONG = 100_000
WANTED = 20_000  # messages a second
TALK = "I would like to know where my parcel is, because it has not arrived yet and I have waited for days. "
SMALL = "My order 55123 from 12.03.2024 for 19,99 went to 94110. "
ORDER = "Order 302-5551234-9876543 of 2026-11-03 at 14:05, call +1 (415) 555-0199 or 0049 30 1234567, cost 1.299,00. "
GERMAN = "Grüße aus Köln! Die „schöne“ Tasche für 12 € ist noch nicht da, können Sie bitte nachsehen? "


def rate(texts: list[str]) -> float:
    """Messages a second of processor time."""
    start = time.process_time()
    for text in texts:
        mask(text)
    return len(texts) / (time.process_time() - start)


def kilobyte(*parts: str) -> str:
    """A message of one kilobyte of characters that begins with the parts."""
    return ("".join(parts) + TALK * 12)[:KILOBYTE]


def seconds(text: str) -> float:
    """The least processor time of three runs."""
    return min(_time(lambda: mask(text)) for _ in range(3))


def _time(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def adversarial() -> dict[str, str]:
    """Texts made to take long: digits in every arrangement, words that promise a number."""
    luck = random.Random(1)
    digits = "".join(luck.choices("0123456789", k=2 * LONG))
    units = {
        "a digit and a space": "4 ",
        "a digit and five signs": "4-----",
        "zero-width between digits": "4\u200b",
        "tags between digits": "4<b>",
        "signs": "-----",
        "cards": "4111111111111111 ",
        "cards with date and code": "4111111111111111 12/26 123 ",
        "mistyped cards, named": "visa 4111 1111 1111 1112 ",
        "words for codes": "cvv code is the my ",
        "words for PINs with numbers": "pin 1",
        "beginnings of IBANs": " DE89",
        "beginnings of tracks": "%B4111^",
        "social security numbers": "111-22-3333 ",
    }
    texts = {name: unit * (2 * LONG // len(unit)) for name, unit in units.items()}
    fours = " ".join(digits[at : at + 4] for at in range(0, 2 * LONG, 4))
    return {"digits": digits, "groups of four": fours, **texts}


def measure() -> dict[str, dict[str, float]]:
    """Messages of one kilobyte a second by kind; milliseconds for 100 kB, and how many times that for 200."""
    card = kilobyte(TALK * 4, "My card is 4111 1111 1111 1111, cvv 123. ")
    chat = [kilobyte()] * 60 + [kilobyte(SMALL, SMALL)] * 25 + [(GERMAN * 12)[:KILOBYTE]] * 14 + [card]
    random.Random(1).shuffle(chat)
    kinds = {
        "words": [kilobyte()] * 2000,
        "words and a few numbers": [kilobyte(SMALL, SMALL)] * 2000,
        "order, date, time, two telephones": [kilobyte(ORDER)] * 1000,
        "nothing but small numbers": [(SMALL * 20)[:KILOBYTE]] * 2000,
        "nothing but orders and telephones": [(ORDER * 10)[:KILOBYTE]] * 500,
        "German": [(GERMAN * 12)[:KILOBYTE]] * 2000,
        "a card and its code": [card] * 500,
        "chat: one in a hundred with a card": chat * 20,
    }
    found = {name: {"per_second": rate(texts)} for name, texts in kinds.items()}
    for name, text in adversarial().items():
        half, full = seconds(text[:LONG]), seconds(text[: 2 * LONG])
        found[name] = {"ms_for_100_kb": half * 1000, "growth": full / half}
    return found


def in_words(found: dict[str, dict[str, float]]) -> list[str]:
    """A line for each kind."""
    return [f"{name:36} {_figures(**each)}" for name, each in found.items()]


def _figures(per_second: float = 0, ms_for_100_kb: float = 0, growth: float = 0) -> str:
    if per_second:
        return f"{per_second:10,.0f} messages of 1 kB a second, {per_second / WANTED:.1f} times the wanted"
    return f"{ms_for_100_kb:10.0f} ms for 100 kB, {growth:.1f} times that for 200 kB"


if __name__ == "__main__":
    print("\n".join(in_words(measure())))
