"""How fast the card and personal data detectors are: `python -m bench.pci`."""

import random
import time
from collections.abc import Callable

from lib.pci.mask import mask

KILOBYTE = 1000
TALK = "I would like to know where my parcel is, because it has not arrived yet and I have waited for days. "
SMALL = "My order 55123 from 12.03.2024 for 19,99 went to 94110. "
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


def measure() -> dict[str, dict[str, float]]:
    """Messages of one kilobyte a second by kind; milliseconds for 100 kB of digits, and how many times that for 200."""
    card = kilobyte(TALK * 4, "My card is 4111 1111 1111 1111, cvv 123. ")
    chat = [kilobyte()] * 60 + [kilobyte(SMALL, SMALL)] * 25 + [(GERMAN * 12)[:KILOBYTE]] * 14 + [card]
    random.Random(1).shuffle(chat)
    kinds = {
        "words": [kilobyte()] * 2000,
        "words and a few numbers": [kilobyte(SMALL, SMALL)] * 2000,
        "nothing but small numbers": [(SMALL * 20)[:KILOBYTE]] * 2000,
        "German": [(GERMAN * 12)[:KILOBYTE]] * 2000,
        "a card and its code": [card] * 500,
        "chat: one in a hundred with a card": chat * 20,
    }
    found = {name: {"per_second": rate(texts)} for name, texts in kinds.items()}
    digits = "".join(random.Random(1).choices("0123456789", k=200_000))
    groups = " ".join(digits[i : i + 4] for i in range(0, 200_000, 4))
    for name, text in {"digits": digits, "groups of four": groups}.items():
        half, full = seconds(text[:100_000]), seconds(text[:200_000])
        found[name] = {"ms_for_100_kb": half * 1000, "growth": full / half}
    return found


def in_words(found: dict[str, dict[str, float]]) -> list[str]:
    """A line for each kind."""
    return [
        f"{name:40} {each['per_second']:10,.0f} messages of 1 kB a second"
        if "per_second" in each
        else f"{name:40} {each['ms_for_100_kb']:10.0f} ms for 100 kB, {each['growth']:.2f} times that for 200 kB"
        for name, each in found.items()
    ]


if __name__ == "__main__":
    print("\n".join(in_words(measure())))
