"""Text in, masked text and findings out."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from lib.pci.beside import find_beside
from lib.pci.cards import find_cards
from lib.pci.custom import CustomPattern, find_custom
from lib.pci.digits import may_hold_row, plain, skeleton
from lib.pci.findings import MASK, Hit, Span
from lib.pci.issuers import SHORTEST
from lib.pci.personal import find_ibans, find_personal
from lib.pci.tags import other_readings

__all__ = ["ALL_DETECTORS", "DEFAULT_DETECTORS", "MASK", "Masked", "Span", "mask"]

DEFAULT_DETECTORS: frozenset[str] = frozenset({"pan", "pan_near", "cvv", "pin", "track", "iban", "us_ssn"})
ALL_DETECTORS: frozenset[str] = DEFAULT_DETECTORS | {"email", "phone"}

ORDER = ("track", "iban", "pan", "pan_near", "us_ssn", "cvv", "pin", "email", "phone")
"""Where two detectors name the same place, the first of these is reported."""

ROUNDS = 8


class Masked(NamedTuple):
    """The masked text, as long as the original, and what was masked, in the order of the text."""

    text: str
    findings: tuple[Span, ...]


def mask(text: str, detectors: Collection[str] = DEFAULT_DETECTORS, custom: Sequence[CustomPattern] = ()) -> Masked:
    """Mask what the named detectors and the custom patterns find in `text`; any text is taken, nothing is raised.

    What comes out, put in again, stays as it is: the text is read until nothing more is found. If that takes more
    than ROUNDS readings, which only a contrived text or pattern can do, all of it is masked.
    """
    return settle(text, lambda now: find(now, detectors, custom))


def settle(text: str, read: Callable[[str], list[Hit]]) -> Masked:
    """Mask what `read` finds, again and again until it finds nothing more; `find` or something that calls it."""
    findings: list[Span] = []
    for _ in range(ROUNDS):
        hits = [hit for hit in read(text) if any(text[place] != MASK for place in hit.places)]
        if not hits:
            return Masked(text, tuple(findings))
        findings = _merged([*findings, *(hit.span for hit in hits)])
        text = _hide(text, hits)
    return Masked(MASK * len(text), (Span(findings[-1].detector, 0, len(text)),))


def find(text: str, detectors: Collection[str], custom: Sequence[CustomPattern]) -> list[Hit]:
    """One reading of the text: every hit, those found by the surer detector first."""
    hits = [hit for pattern in custom for hit in find_custom(text, pattern)]
    read = plain(text)
    shape = skeleton(read)
    if b"9" not in shape and "email" not in detectors:
        return hits
    ibans = find_ibans(read, shape)
    if "iban" in detectors:
        hits += ibans
    if ("pan" in detectors or "pan_near" in detectors) and may_hold_row(read, shape, SHORTEST):
        rest = _without(read, ibans)
        cards = find_cards(rest, "pan" in detectors, "pan_near" in detectors)
        for reading in other_readings(rest):
            known = {card.span for card in cards}
            more = find_cards(reading, "pan" in detectors, "pan_near" in detectors)
            cards = sorted([*cards, *(card for card in more if card.span not in known)])
        hits += cards
        hits += find_beside(rest, cards, codes="cvv" in detectors, tracks="track" in detectors)
    hits += find_personal(read, shape, detectors)
    return hits


def _without(read: str, hits: Sequence[Hit]) -> str:
    """The text with letters in place of what was found, so that no other detector reads it."""
    if not hits:
        return read
    chars = list(read)
    for hit in hits:
        chars[hit.span.start : hit.span.end] = "x" * (hit.span.end - hit.span.start)
    return "".join(chars)


def _hide(text: str, hits: Sequence[Hit]) -> str:
    """The text with the mask in all places of the hits."""
    chars = list(text)
    for hit in hits:
        for place in hit.places:
            chars[place] = MASK
    return "".join(chars)


def _merged(spans: Sequence[Span]) -> list[Span]:
    """The spans in the order of the text; those of one detector that overlap as one, and none inside another one."""
    merged: list[Span] = []
    for span in sorted(spans, key=_rank):
        last = merged[-1] if merged else None
        if last is None or span.start >= last.end:
            merged.append(span)
        elif span.end <= last.end:
            continue
        elif span.detector == last.detector:
            merged[-1] = Span(last.detector, last.start, span.end)
        else:
            merged.append(span)
    return merged


def _rank(span: Span) -> tuple[int, int, int]:
    """Sorts by place, the longer first, then by ORDER with custom patterns last."""
    return span.start, -span.end, ORDER.index(span.detector) if span.detector in ORDER else len(ORDER)
