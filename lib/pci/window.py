"""Numbers that one sender split over several messages."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise

from lib.pci.beside import find_after_card
from lib.pci.cards import PRINTED_GROUP, aligned, card_hit, chain_of, luhn_test
from lib.pci.context import CARD_HINTS, CardWords
from lib.pci.digits import holds_digit, plain, skeleton
from lib.pci.findings import MASK, Hit, Span
from lib.pci.issuers import LENGTHS, SHORTEST, luhn
from lib.pci.mask import DEFAULT_DETECTORS, Masked, find, settle

CARDS = ("pan", "pan_near", "track")
"""Detectors whose find says that the sender has shown a card."""
GROUP = re.compile(r"[0-9]+")
LONG_GROUP = re.compile(rf"[0-9]{{{PRINTED_GROUP},}}")
ROW = b"9" * PRINTED_GROUP
"""The same in a skeleton."""
ENDING = re.compile(r"(?:\.[^.\s]{1,5})?\Z")
NUMBERED_BY_DEVICE = re.compile(r"(?i)(?:img|dsc[nf]?|p|pxl|vid|mvi|mov|gopr|scan|image|photo|bild|foto)[ _-]?[0-9]")
MOST_LETTERS = 40
"""A message with more letters than that is talk, not a piece of a number."""
BARE_LETTERS = 6
"""A message with at most so many letters is a piece of a number also where no card is named."""
MORE_THAN_MOST = re.compile(rf"(?:[\W\d_]*[^\W\d_]){{{MOST_LETTERS + 1}}}")
MORE_THAN_BARE = re.compile(rf"(?:[\W\d_]*[^\W\d_]){{{BARE_LETTERS + 1}}}")
WORD = re.compile(r"[^\W\d_]+")
INTRODUCING = frozenset(
    "first second third fourth fifth last next final other half halves part parts piece pieces block blocks group "
    "groups rest remaining digit digits number numbers one two three four eight twelve then now here and so the my "
    "of it is are was this that these those with by in to goes come comes start starts begin begins starting "
    "beginning end ends ending continue continues follow follows followed following after nd rd st th "
    "erste ersten erster erstes zweite zweiten zweiter zweites dritte dritten dritter drittes vierte vierten "
    "vierter viertes letzte letzten letzter letztes nächste nächsten nächster nächstes andere anderen anderer "
    "anderes restliche restlichen hälfte hälften teil teile stück stücke blöcke gruppe gruppen ziffer ziffern zahl "
    "zahlen nummer nummern stellen eins zwei drei vier acht zwölf dann danach jetzt nun hier und also der die das "
    "mein meine meiner von vom es ist sind war lautet lauten kommt kommen beginnt fängt an endet weiter geht folgt "
    "folgen mit auf".split()
)
"""Words that introduce a piece; they don't make talk of it."""
BORDERS = {16: {4, 8, 12}, 15: {4, 10}, 14: {4, 10}}
"""By the length of a card, behind how many digits it is parted as it is printed."""
PRINTED_SIZES = {4, 6, 8, 10, 12}
"""How many digits stand between two borders."""
PICKED_FROM = 8
"""Pieces of such sizes, the last ones, among which those of one card are looked for whatever stands between."""
FREELY_PICKED = 3
"""Between more pieces at most one number may stand: of eight numbers of four digits, four nearly always make a card."""
REACH = 300
"""Characters from which nothing reaches further: 19 digits with five signs between, and the words before them."""
UNSEEN = "<&\x00"
"""Where tags, entities and unseen characters begin, which part digits by any number of characters."""
LARGEST_STEP = 10
"""Numbers of messages that grow by no more than that are counted."""


def join_pieces(pieces: Sequence[str], detectors: Collection[str] = DEFAULT_DETECTORS) -> list[Masked]:
    """One Masked per piece, oldest first; the pieces that together complete a card are masked, all of them.

    Each piece is also masked by itself, so the answer never shows more than `mask` does. Offsets count in the piece.
    """
    bounds = _bounds(pieces)
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


def completed(pieces: Sequence[str], detectors: Collection[str] = DEFAULT_DETECTORS) -> bool:
    """Whether the last piece makes something of the pieces before it, among which nothing was left to be masked.

    Of lines read as one text only those that reach the last piece count; a card with talk between may begin anywhere.
    """
    near = _near_the_last(pieces)
    tail, bounds = "\n".join(near), _bounds(near)
    read = plain(tail)
    for hit in find(tail, detectors, ()):
        if any(tail[place] != MASK for place in hit.places) and not _counted(read, bounds, hit.span):
            return True
    if "pan" not in detectors or (GROUP.search(read, *bounds[-1]) and _is_talk(read, *bounds[-1])):
        return False
    read = plain("\n".join(pieces))
    return next(_across(read, _bounds(pieces)), None) is not None


def _near_the_last(pieces: Sequence[str]) -> Sequence[str]:
    """The last piece and those from which a number may reach it."""
    if any(sign in piece for piece in pieces for sign in UNSEEN):
        return pieces
    first, gap = len(pieces) - 1, 1
    while first and gap <= REACH:
        first -= 1
        gap += len(pieces[first]) + 1
    return pieces[first:]


def join_names(names: Sequence[str], detectors: Collection[str] = DEFAULT_DETECTORS) -> list[Masked]:
    """One Masked per file name, oldest first, as `join_pieces`; endings and names that cameras give are no pieces."""
    stems = ["" if NUMBERED_BY_DEVICE.match(name) else ENDING.sub("", name) for name in names]
    return [
        Masked(joined.text + name[len(stem) :], joined.findings)
        for name, stem, joined in zip(names, stems, join_pieces(stems, detectors), strict=True)
    ]


def mask_after_card(text: str, detectors: Collection[str] = DEFAULT_DETECTORS) -> Masked:
    """What `text` shows when its sender has shown a card before: neither its expiry date nor its code nor a track.

    To be used beside `mask`, for what has passed that.
    """
    card = next((name for name in CARDS if name in detectors), None)
    if card is None or not holds_digit(text):
        return Masked(text, ())
    codes, tracks = "cvv" in detectors, "track" in detectors
    return settle(text, lambda now: list(find_after_card(plain(now), card, codes=codes, tracks=tracks)))


def _bounds(pieces: Sequence[str]) -> list[tuple[int, int]]:
    """Where each piece begins and ends when they are read as lines of one text."""
    ends = [end + n for n, end in enumerate(accumulate(map(len, pieces)))]
    return [(end - len(piece), end) for piece, end in zip(pieces, ends, strict=True)]


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
    """Cards of which the pieces stand in several messages with words around them, and with talk between.

    Read twice: all digits of the pieces, and only their long groups, for "part 2: 1111" has one digit too many.
    """
    shape = skeleton(read)
    if shape.count(b"9") < SHORTEST:
        return
    every = [[group.span() for group in GROUP.finditer(read, *piece)] for piece in _numbers(read, shape, bounds)]
    yield from _in_run(read, every)
    long = every
    if any(end - start < PRINTED_GROUP for groups in every for start, end in groups):
        long = [[(start, end) for start, end in groups if end - start >= PRINTED_GROUP] for groups in every]
        yield from _in_run(read, [groups for groups in long if groups])
    yield from _picked(read, long)


def _numbers(read: str, shape: bytes, bounds: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The pieces that hold digits and are no talk."""
    lower = read.lower()
    named = any(hint in lower for hint in CARD_HINTS)
    for start, end in bounds:
        piece = shape[start:end]
        if b"9" not in piece or (not named and ROW not in piece and piece.count(b"a") > BARE_LETTERS):
            continue
        if not _is_talk(read, start, end, named=named):
            yield start, end


def _is_talk(read: str, start: int, end: int, *, named: bool = True) -> bool:
    """Whether the piece, though it holds digits, is no piece of a number; `named`: a card may be named near it."""
    if not MORE_THAN_BARE.match(read, start, end):
        return False
    if MORE_THAN_MOST.match(read, start, end):
        return True
    if named and CardWords(read, start, end).places:
        return False
    if not LONG_GROUP.search(read, start, end):
        return True
    words = WORD.findall(read[start:end].lower())
    return sum([len(word) for word in words if word not in INTRODUCING]) > BARE_LETTERS


def _in_run(read: str, pieces: Sequence[Sequence[tuple[int, int]]]) -> Iterator[Hit]:
    """Cards in these groups of digits: a card fills the pieces it stands in, and they are cut as people cut."""
    places: list[int] = []
    starts: list[int] = []
    for groups in pieces:
        starts.append(len(places))
        for start, end in groups:
            places += range(start, end)
    if len(pieces) < 2 or len(places) < SHORTEST:
        return
    chain = chain_of(read, places, starts)
    test = luhn_test(chain.digits)
    for first, end in aligned(chain):
        sizes = chain.sizes(first, end)
        cut_evenly = all(size >= PRINTED_GROUP for size in sizes[:-1]) or len({*sizes[:-1]}) == 1
        if len(sizes) > 1 and cut_evenly and test(first, end) and not counts(_cut(chain.digits[first:end], sizes)):
            yield card_hit("pan", chain, first, end, end)


def _picked(read: str, pieces: Sequence[Sequence[tuple[int, int]]]) -> Iterator[Hit]:
    """Cards that end in the last piece, cut as they are printed, with other numbers between their pieces."""
    if not pieces or not pieces[-1]:
        return
    *before_it, last = [(sum([end - start for start, end in groups]), groups) for groups in pieces if groups]
    sized = [*[piece for piece in before_it if piece[0] in PRINTED_SIZES][1 - PICKED_FROM :], last]
    sizes = [size for size, _groups in sized]
    numbers: list[str] = []
    for length, borders in BORDERS.items():
        for before in _ways(sizes, len(sizes) - 1, length - sizes[-1], borders):
            numbers = numbers or ["".join([read[start:end] for start, end in groups]) for _size, groups in sized]
            chosen = (*before, len(sizes) - 1)
            if len(chosen) > FREELY_PICKED and chosen[-1] - chosen[0] > len(chosen):
                continue
            digits = "".join([numbers[n] for n in chosen])
            if length in LENGTHS.get(digits[:4], ()) and luhn(digits) and not counts(numbers[before[0] :]):
                places = [place for n in chosen for start, end in sized[n][1] for place in range(start, end)]
                yield card_hit("pan", chain_of(read, places, [0]), 0, length, length)


def _ways(sizes: Sequence[int], end: int, length: int, borders: Collection[int]) -> Iterator[tuple[int, ...]]:
    """Which of the pieces before `end` may be the first `length` digits of a card that is parted at these borders."""
    if length not in borders:
        return
    for n in range(end):
        if sizes[n] == length:
            yield (n,)
        else:
            yield from ((*before, n) for before in _ways(sizes, n, length - sizes[n], borders))


def counts(numbers: Sequence[str]) -> bool:
    """True when each of three or more numbers is the one before plus the same step: somebody counts, and cuts no card.

    Two numbers prove nothing: 55855585 and 55855583 are the halves of a card. Where a number of the same length would
    be too small, it may have begun again: 8, 9, 0, 1.
    """
    if len(numbers) < 3:
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
