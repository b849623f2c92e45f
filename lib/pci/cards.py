"""Card numbers in text: find chains of digits, try the windows in them, judge what looks like something else.

Words used here: a *group* is a run of digits, a *chain* is groups with small gaps, a *window* is a stretch of a chain
that begins and ends with a group. All text is `digits.plain` text. The rules are told in full in docs/pci.md.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

from lib.pci.context import LONGEST_SHORT, CardWords, in_uuid, labelled_account, labelled_other, reads_as_other
from lib.pci.cuts import AMOUNT_GOES_ON, PLUS, PRINTED_GROUP, is_dictated, is_even, is_one_number, is_printed
from lib.pci.findings import Hit, Span
from lib.pci.issuers import DOUBLED, LENGTHS, SHORTEST

SKIPPED = (
    r"(?:\x00|%(?:2[0dDeEfF]|0[9aAdD])|<[/!?A-Za-z][^<>]{0,120}>|"
    r"&(?:#[0-9]{2,6}|#[xX][0-9A-Fa-f]{2,5}|[A-Za-z]{2,8});)"
)
"""Unseen characters, signs as an address writes them, HTML tags and entities."""
HOLDS_SKIPPED = ("<", "&", "\x00", "%2", "%0")
SIGN = rf"(?:(?!{SKIPPED})[\W_])"
UNSEEN = f"(?>{SKIPPED}*)"
CHAIN = re.compile(rf"[0-9](?>(?:(?>(?:{UNSEEN}{SIGN}){{0,5}}){UNSEEN}[0-9]){{{SHORTEST - 1},}})")
PLAIN_CHAIN = re.compile(r"[0-9]++(?>(?:[\W_]{1,5}+[0-9]++)*)")
"""The same for a text without tags, entities and unseen characters, of any length."""
GROUP = re.compile(r"[0-9]+")
SKIPPED_PART = re.compile(SKIPPED)
PART = re.compile(rf"{SKIPPED}|(?P<digits>[0-9]+)|(?P<sign>{SIGN})")

VALUE = bytes(b - 0x30 if 0x30 <= b <= 0x39 else 0 for b in range(256))
TWICE = bytes(DOUBLED[b] if b < 10 else 0 for b in range(256))

KEPT = 4
LONGEST_WITH_COMPANIONS = 27
RARE_LENGTHS = frozenset({12, 13, 17, 18})
USUAL_LENGTHS = frozenset({15, 16})
LONG_RUN = 16
"""Digits from which on an undivided run may hold a card among others."""
SHORTEST_PAN = 13
"""From so many digits on no label makes a right number harmless: an order number is never worth a stored card."""


class Chain(NamedTuple):
    """Digits, where each stands in the text, and where in `digits` each group begins."""

    digits: str
    places: list[int]
    starts: list[int]

    def sizes(self, first: int, end: int) -> tuple[int, ...]:
        """How long the groups between the digits `first` and `end` are."""
        low, high = bisect_left(self.starts, first), bisect_left(self.starts, end)
        if high - low == 1:
            return (end - self.starts[low],)
        return tuple([after - start for start, after in pairwise([*self.starts[low:high], end])])

    def starts_in(self, first: int, end: int) -> list[int]:
        """Where groups begin between the digits `first` and `end`, both excluded."""
        return self.starts[bisect_right(self.starts, first) : bisect_left(self.starts, end)]

    def span(self, first: int, end: int) -> tuple[int, int]:
        """Where in the text the digits `first` to `end` (exclusive) stand."""
        return self.places[first], self.places[end - 1] + 1


def chains(read: str) -> Iterator[Chain]:
    """Every chain that could hold a card, by its length, its groups and how they begin."""
    if any(sign in read for sign in HOLDS_SKIPPED):
        for found in CHAIN.finditer(read):
            yield chain_of(read, *_groups(read, found.start(), found.end()))
        return
    for found in PLAIN_CHAIN.finditer(read):
        if found.end() - found.start() < SHORTEST:
            continue
        groups = GROUP.findall(found[0])
        if not _may_hold_card(groups):
            continue
        places: list[int] = []
        starts: list[int] = []
        for group in GROUP.finditer(read, found.start(), found.end()):
            starts.append(len(places))
            places += range(*group.span())
        yield Chain("".join(groups), places, starts)


def _may_hold_card(groups: Sequence[str]) -> bool:
    """False when neither a window of these groups nor a part of a long one fits any issuer; True proves nothing."""
    digits = "".join(groups)
    if len(digits) < SHORTEST:
        return False
    ends = {*accumulate(map(len, groups))}
    place = 0
    for group in groups:
        for length in LENGTHS.get(digits[place : place + 4], ()):
            if place + length in ends:
                return True
        if len(group) >= LONG_RUN:
            return True
        place += len(group)
    return False


def _groups(read: str, start: int, end: int) -> tuple[list[int], list[int]]:
    """Where the digits stand and the groups begin; what is skipped doesn't part groups, a sign does."""
    places: list[int] = []
    starts: list[int] = []
    apart = True
    for part in PART.finditer(read, start, end):
        if part["digits"] is not None:
            if apart:
                starts.append(len(places))
            places += range(part.start(), part.end())
            apart = False
        elif part["sign"] is not None:
            apart = True
    return places, starts


def chain_of(read: str, places: list[int], starts: list[int]) -> Chain:
    """The chain of the digits at `places`."""
    return Chain("".join([read[place] for place in places]), places, starts)


def luhn_test(digits: str) -> Callable[[int, int], bool]:
    """A test whether the digits from `first` to `end` (exclusive) pass the Luhn check, each in constant time."""
    plain = digits.encode().translate(VALUE)
    twice = plain.translate(TWICE)
    even, odd = bytearray(plain), bytearray(plain)
    even[::2] = twice[::2]
    odd[1::2] = twice[1::2]
    sums = ([0, *accumulate(even)], [0, *accumulate(odd)])
    return lambda first, end: (sums[end % 2][end] - sums[end % 2][first]) % 10 == 0


class Judge:
    """Decides for the windows of one text, all between `start` and `end`, whether they are cards."""

    def __init__(self, read: str, start: int, end: int) -> None:
        self.read, self.start, self.end = read, start, end

    @cached_property
    def words(self) -> CardWords:
        """Where the text names a card, looked for once and only when a window asks."""
        return CardWords(self.read, self.start, self.end)

    @property
    def names_card(self) -> bool:
        """True when the text names a card anywhere."""
        return bool(self.words.places)

    def is_card(self, chain: Chain, first: int, end: int) -> bool:
        """True when this window, right in range, length and check digit, is taken for a card."""
        start, stop = chain.span(first, end)
        if in_uuid(self.read, start, stop):
            return False
        if self.words.near(start, stop):
            return True
        sizes, length = chain.sizes(first, end), end - first
        if length < SHORTEST_PAN and labelled_other(self.read, start, length):
            return False
        if self._is_international(chain, first, end, sizes):
            return False
        return self._is_cut_like_card(chain, first, end, sizes)

    def _is_international(self, chain: Chain, first: int, end: int, sizes: tuple[int, ...]) -> bool:
        """True when the window reads as a telephone number with its country, or as one beside another number."""
        begins = self.read[chain.places[first] - 1 : chain.places[first]] == "+"
        if begins and (end - first <= LONGEST_SHORT or (len(sizes) > 1 and sizes[0] != PRINTED_GROUP)):
            return True
        if len(sizes) == 1 or sizes[-1] <= PRINTED_GROUP:
            return False
        return PLUS.search(self._between(chain, end - sizes[-1])) is not None

    def _is_cut_like_card(self, chain: Chain, first: int, end: int, sizes: tuple[int, ...]) -> bool:
        """True when the groups may be those of one card and not several numbers beside each other."""
        start, stop = chain.span(first, end)
        if chain.digits[first] == "1" and not (is_even(sizes) and self._is_uniform(chain, first, end)):
            return False
        if end - first in RARE_LENGTHS and not is_even(sizes):
            if end - first != len(chain.digits) or "\n" in self.read[start:stop]:
                return False
        return is_printed(sizes) or self._is_one_number(chain, first, end, sizes)

    def _is_one_number(self, chain: Chain, first: int, end: int, sizes: tuple[int, ...]) -> bool:
        """True when groups that are cut as no card is printed may still be those of one."""
        (start, stop), total = chain.span(first, end), len(chain.digits)
        if first and end != total and total > LONGEST_WITH_COMPANIONS:
            return False
        between = [self._between(chain, place) for place in chain.starts_in(first, end)]
        if AMOUNT_GOES_ON.match(self.read, stop) and sizes[0] > 1:
            return False
        if first and not is_dictated(sizes) and self._between(chain, first) in between:
            return False
        return is_one_number(sizes, between) and not reads_as_other(self.read, start, stop)

    def _is_uniform(self, chain: Chain, first: int, end: int) -> bool:
        """True when the same signs stand between all groups of the window."""
        return len({self._between(chain, start) for start in chain.starts_in(first, end)}) <= 1

    def _between(self, chain: Chain, start: int) -> str:
        """The signs before the group that begins at `start`, which is not the first."""
        between = self.read[chain.places[start - 1] + 1 : chain.places[start]]
        return SKIPPED_PART.sub("", between)

    def is_embedded(self, chain: Chain, first: int, end: int) -> bool:
        """True when a card inside the longer run of digits `first`–`end` is taken for one."""
        start, stop = chain.span(first, end)
        return self.words.near(start, stop) or not labelled_other(self.read, start, end - first)

    def is_near_miss(self, chain: Chain, first: int, end: int) -> bool:
        """True when this window, right in range and length but not in check digit, is taken for a mistyped card."""
        length, sizes = end - first, chain.sizes(first, end)
        if length != len(chain.digits) and (
            length not in USUAL_LENGTHS or any(size < PRINTED_GROUP for size in sizes[:-1])
        ):
            return False
        start, stop = chain.span(first, end)
        return (
            self.words.near(start, stop)
            and not self._is_international(chain, first, end, sizes)
            and not labelled_account(self.read, start, length)
            and not in_uuid(self.read, start, stop)
            and (is_printed(sizes) or self._is_one_number(chain, first, end, sizes))
        )


def aligned(chain: Chain) -> list[tuple[int, int]]:
    """Windows that begin and end with a group and fit an issuer's range and length, whatever the check digit."""
    digits, total = chain.digits, len(chain.digits)
    ends = {*chain.starts, total}
    return [
        (first, first + length)
        for first in chain.starts
        for length in LENGTHS.get(digits[first : first + 4], ())
        if first + length in ends
    ]


def embedded(chain: Chain, first: int, end: int, everywhere: bool) -> Iterator[tuple[int, int]]:
    """Windows of 15 or 16 digits inside the run `first`–`end`: at its start and end, or `everywhere`.

    Those of 15 that begin with 1 are one number in ten, and counters and moments begin so: only `everywhere`.
    """
    for start in range(first, end - 14) if everywhere else sorted({first, end - 16, end - 15}):
        for length in LENGTHS.get(chain.digits[start : start + 4], ()):
            stop = start + length
            anchored = everywhere or ((start == first or stop == end) and (length == 16 or chain.digits[start] != "1"))
            if length in USUAL_LENGTHS and stop <= end and stop - start < end - first and anchored:
                yield start, stop


def find_cards(read: str, pan: bool = True, near: bool = True) -> list[Hit]:
    """Card numbers (`pan`) and near misses (`pan_near`), in the order of the text; the last four digits are kept."""
    found = list(chains(read))
    if not found:
        return []
    hits: list[Hit] = []
    judge = Judge(read, found[0].places[0], found[-1].places[-1])
    for chain in found:
        test = luhn_test(chain.digits)
        taken = bytearray(len(chain.digits))
        windows = aligned(chain)
        right = [window for window in windows if test(*window)]
        if pan:
            for first, end in right:
                if judge.is_card(chain, first, end):
                    hits.append(card_hit("pan", chain, first, end, end))
                    taken[first:end] = b"\x01" * (end - first)
            hits.extend(_embedded_hits(chain, test, taken, judge))
        if near and len(right) < len(windows) and judge.names_card:
            for first, end in windows:
                if 1 not in taken[first:end] and not test(first, end) and judge.is_near_miss(chain, first, end):
                    hits.append(card_hit("pan_near", chain, first, end, end))
                    taken[first:end] = b"\x01" * (end - first)
    return sorted(hits)


def _embedded_hits(chain: Chain, test: Callable[[int, int], bool], taken: bytearray, judge: Judge) -> Iterator[Hit]:
    """Cards inside longer runs; the whole run is masked, but for the last four of the card when there is only one."""
    for first, end in pairwise([*chain.starts, len(chain.digits)]):
        if end - first < LONG_RUN or taken[first]:
            continue
        everywhere = judge.words.near(*chain.span(first, end))
        inside = [window for window in embedded(chain, first, end, everywhere) if test(*window)]
        if inside and judge.is_embedded(chain, first, end):
            card_end = inside[0][1] if len(inside) == 1 else end + KEPT
            yield card_hit("pan", chain, first, end, card_end)
            taken[first:end] = b"\x01" * (end - first)


def card_hit(detector: str, chain: Chain, first: int, end: int, card_end: int) -> Hit:
    """A hit over the digits `first`–`end` that keeps the last four before `card_end`."""
    start, stop = chain.span(first, end)
    hidden = chain.places[first : card_end - KEPT] + chain.places[card_end:end]
    return Hit(Span(detector, start, stop), hidden)
