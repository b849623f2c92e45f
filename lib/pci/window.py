"""Numbers that one sender split over several messages."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise

from lib.pci.cards import PRINTED_GROUP, aligned, card_hit, chain_of, luhn_test
from lib.pci.context import CardWords
from lib.pci.digits import plain
from lib.pci.findings import Hit, Span
from lib.pci.issuers import SHORTEST
from lib.pci.mask import DEFAULT_DETECTORS, Masked, find, settle

GROUP = re.compile(r"[0-9]+")
LETTER = re.compile(r"[^\W\d_]")
MOST_LETTERS = 40
"""A message with more letters than that is talk, not a piece of a number."""
BARE_LETTERS = 6
"""A message with at most so many letters is a piece of a number also where no card is named."""
LARGEST_STEP = 10
"""Numbers of messages that grow by no more than that are counted."""


def join_pieces(pieces: Sequence[str], detectors: Collection[str] = DEFAULT_DETECTORS) -> list[Masked]:
    """One Masked per piece, oldest first; the pieces that together complete a card are masked, all of them.

    Each piece is also masked by itself, so the answer never shows more than `mask` does. Offsets count in the piece.
    """
    starts: list[int] = []
    place = 0
    for piece in pieces:
        starts.append(place)
        place += len(piece) + 1
    ends = [start + len(piece) for start, piece in zip(starts, pieces, strict=True)]
    bounds = list(zip(starts, ends, strict=True))
    joined = settle("\n".join(pieces), lambda text: list(_find(text, bounds, detectors)))
    return [
        Masked(
            joined.text[start:end],
            tuple(
                Span(span.detector, max(span.start, start) - start, min(span.end, end) - start)
                for span in joined.findings
                if span.start < end and span.end > start
            ),
        )
        for start, end in bounds
    ]


def _find(text: str, bounds: Sequence[tuple[int, int]], detectors: Collection[str]) -> Iterator[Hit]:
    """What the pieces hold one by one, what they hold as lines of one text, and cards with talk between the pieces."""
    for start, end in bounds:
        for hit in find(text[start:end], detectors, ()):
            span = hit.span
            yield Hit(Span(span.detector, span.start + start, span.end + start), [start + p for p in hit.places])
    if len(bounds) > 1:
        read = plain(text)
        yield from (hit for hit in find(text, detectors, ()) if not _counted(read, bounds, hit.span))
        if "pan" in detectors:
            yield from _across(read, bounds)


def _across(read: str, bounds: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    """Cards of which the pieces stand in several messages with words around them."""
    run: list[tuple[int, int]] = []
    for start, end in bounds:
        letters = len(LETTER.findall(read, start, end))
        if letters > BARE_LETTERS and (letters > MOST_LETTERS or not CardWords(read, start, end).places):
            if not GROUP.search(read, start, end):
                continue
            yield from _in_run(read, run)
            run = []
        else:
            run.append((start, end))
    yield from _in_run(read, run)


def _in_run(read: str, run: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    """Cards in the digits of these pieces: a card fills the pieces it stands in, and they are cut as people cut."""
    places: list[int] = []
    pieces: list[int] = []
    for start, end in run:
        inside = [place for group in GROUP.finditer(read, start, end) for place in range(*group.span())]
        if inside:
            pieces.append(len(places))
            places += inside
    if len(pieces) < 2 or len(places) < SHORTEST:
        return
    chain = chain_of(read, places, pieces)
    test = luhn_test(chain.digits)
    for first, end in aligned(chain):
        sizes = chain.sizes(first, end)
        cut_evenly = all(size >= PRINTED_GROUP for size in sizes[:-1]) or len({*sizes[:-1]}) == 1
        if len(sizes) > 1 and cut_evenly and test(first, end) and not counts(_cut(chain.digits[first:end], sizes)):
            yield card_hit("pan", chain, first, end, end)


def counts(numbers: Sequence[str]) -> bool:
    """True when each of several numbers is the one before plus the same step: somebody counts, nobody cuts a card.

    Where a number of the same length would be too small, it may have begun again: 8, 9, 0, 1.
    """
    if len(numbers) < 2:
        return False
    size = 10 ** len(numbers[0])
    steps = {(int(after) - int(before)) for before, after in pairwise(numbers)}
    if len(steps) == 1:
        return 0 < abs(*steps) <= LARGEST_STEP
    alike = len({len(number) for number in numbers}) == 1
    return alike and len({step % size for step in steps}) == 1 and 0 < next(iter(steps)) % size <= LARGEST_STEP


def _cut(digits: str, sizes: Sequence[int]) -> list[str]:
    """The digits as they stand in the pieces."""
    ends = list(accumulate(sizes))
    return [digits[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _counted(read: str, bounds: Sequence[tuple[int, int]], span: Span) -> bool:
    """True when what was found stands in several pieces that count."""
    inside = [(start, end) for start, end in bounds if start < span.end and end > span.start]
    numbers = ["".join(GROUP.findall(read[start:end])) for start, end in inside]
    return len(inside) > 1 and counts([number for number in numbers if number])
