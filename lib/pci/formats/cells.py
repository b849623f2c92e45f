"""Sheets: every cell, and cards that stand cut over the cells of a row or a column, told from figures."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby, zip_longest

from python_calamine import CalamineWorkbook

from lib.pci.context import NO_PAYMENT_CARD
from lib.pci.digits import IGNORED, plain
from lib.pci.formats.reading import APART, PRINTED, Unreadable
from lib.pci.issuers import LENGTHS, luhn

BOXES = ((1,) * 16, (1,) * 15, (2,) * 8)
"""A box for each digit, or for two of them: a card fills all boxes that stand side by side."""
CUTS = {
    first: tuple(groups for groups in (*PRINTED, *BOXES) if groups[0] == first)
    for first in {groups[0] for groups in (*PRINTED, *BOXES)}
}
MOST_CELLS = max(len(groups) for groups in BOXES)
FIGURES = 6
"""So many whole numbers of one length side by side are figures: a card in four cells and its date are five."""
SEVERAL = 4
"""From so many lines alike on it shows whether their numbers are right by chance."""
BESIDE = 4
"""A line with so many numbers more than a card takes is a list of figures."""
EDGES = re.compile(r"\A\W+|\W+\Z")
NUMBER = re.compile(r"[0-9]+|[0-9]{4,}(?:[\s_.–-]+[0-9]{4,})+")
NAMED = re.compile(
    r"\bcards?\b|card ?n(?:o|r|um)|\bkarten?\b|kartenn|kreditkart|\bvisa\b|master ?card|\bamex\b|\bpan\b|\bcv[cv]"
)
MONTH, YEAR = re.compile(r"0?[1-9]|1[0-2]"), re.compile(r"(?:20)?[2-4][0-9]")
MONTH_AND_YEAR = re.compile(r"(?:0[1-9]|1[0-2])[2-4][0-9]")


def read_cells(data: bytes) -> Iterator[str]:
    """Every cell of every sheet; whole numbers in a line that are cut like a card are also read as one number."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for sheet in book.sheet_names:
            rows = [[_cell(value) for value in row] for row in book.get_sheet_by_name(sheet).iter_rows()]
            for row in rows:
                yield APART.join(filter(None, row)) + APART
            named = any(names_card(cell) for row in rows for cell in row if not cell.isdigit())
            yield APART.join(cut_over(rows, named))
            yield APART.join(cut_over(stretches(zip_longest(*rows, fillvalue="")), named, lists=False))
    except Exception as error:  # the engine's own errors have no common base
        raise Unreadable("encrypted" if "assword" in str(error) else "unreadable") from error


def names_card(cell: str) -> bool:
    """Whether the words of a cell name a payment card."""
    return NAMED.search(NO_PAYMENT_CARD.sub(" ", cell.lower())) is not None


@dataclass
class _Tally:
    """Of numbers that stand alike: in how many lines, how many there are, and how many are right."""

    lines: int = 0
    numbers: int = 0
    right: int = 0

    def by_chance(self, rate: int) -> bool:
        """Whether there are several lines, and fewer than one number in `rate` is right."""
        return self.lines >= SEVERAL and self.right * rate < self.numbers


@dataclass
class _Found:
    """A number with right digits that stands cut over a line."""

    number: str
    place: tuple[int, int, int]
    """The shape of its line, where in it the number begins, and in how many cells."""
    alike: bool
    """Whether the numbers of the line, but for one, are about as long as each other."""
    amid: bool
    """Whether it stands in the middle of figures."""
    dated: bool
    """Whether an expiry date follows."""


@dataclass
class _Lines:
    """What stands in the lines of a sheet, of which only all together show whether a number is a card."""

    lists: bool
    """Whether lines with many numbers may hold one."""
    shapes: dict[tuple[int, ...], int] = field(default_factory=dict)
    places: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    right: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    tallies: dict[bool, _Tally] = field(default_factory=lambda: {True: _Tally(), False: _Tally()})
    seen: set[str] = field(default_factory=set)
    found: list[_Found] = field(default_factory=list)

    def add(self, numbers: Sequence[str]) -> None:
        """Takes the whole numbers of a line."""
        sizes = tuple(map(len, numbers))
        if not self.lists and len(sizes) > MOST_CELLS + BESIDE:
            return
        shape, alike = self.shapes.setdefault(sizes, len(self.shapes)), _alike(sizes)
        tally, counted = self.tallies[alike], False
        for at, groups in _cuts(sizes):
            end = at + len(groups)
            number = "".join(numbers[at:end])
            right = len(number) in LENGTHS.get(number[:4], ()) and luhn(number)
            place = (shape, at, len(groups))
            if number[0] != "0" and number not in self.seen:
                self.seen.add(number)
                self.places[place] += 1
                self.right[place] += right
                tally.numbers += 1
                tally.right += right
                counted = True
            if right and (self.lists or len(sizes) <= len(groups) + BESIDE):
                amid, dated = _amid(sizes, at, end), not alike and _is_date(numbers[end : end + 2])
                self.found.append(_Found(" ".join(numbers[at:end]), place, alike, amid, dated))
        tally.lines += counted

    def cards(self) -> Iterator[str]:
        """The numbers that are taken for cards."""
        for found in self.found:
            lines, right = self.places[found.place], self.right[found.place]
            most_are_right = right * 2 > lines
            if found.dated or (right > 1 and most_are_right):
                yield found.number
            elif not found.amid and (
                most_are_right if lines >= SEVERAL else not self.tallies[found.alike].by_chance(3)
            ):
                yield found.number


def cut_over(lines: Iterable[Sequence[str]], named: bool, lists: bool = True) -> Iterator[str]:
    """The cards in whole numbers side by side in a line, words between them left out.

    Where the sheet names a payment card, every number with right digits is one; else what is right by chance is none:
    among figures, and among lines of the same shape of which most are wrong. `lists`: whether a line may hold many
    more numbers.
    """
    together = _Lines(lists or named)
    for line in lines:
        numbers = [number for cell in line if (number := _number(cell))]
        if numbers:
            together.add(numbers)
    yield from (found.number for found in together.found) if named else together.cards()


def stretches(columns: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    """The numbers that stand one under another, with nothing between."""
    for column in columns:
        for is_number, cells in groupby(column, lambda cell: bool(_number(cell))):
            if is_number:
                yield list(cells)


def _alike(sizes: Sequence[int]) -> bool:
    middle = sorted(sizes)[len(sizes) // 2]
    return sum(abs(size - middle) > 1 for size in sizes) <= 1


def _cuts(sizes: Sequence[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Where so many numbers have as many digits as a card's groups."""
    for at, size in enumerate(sizes):
        for groups in CUTS.get(size, ()):
            end = at + len(groups)
            fits = tuple(sizes[at:end]) == groups
            if fits and not (groups in BOXES and size in (*sizes[max(0, at - 1) : at], *sizes[end : end + 1])):
                yield at, groups


def _amid(sizes: Sequence[int], at: int, end: int) -> bool:
    """Whether the numbers stand among figures, and not at the end of them beside a number of another length."""
    if len({*sizes[at:end]}) > 1 or sizes[at:end] in BOXES:
        return False
    first, last = at, end
    while first and sizes[first - 1] == sizes[at]:
        first -= 1
    while last < len(sizes) and sizes[last] == sizes[at]:
        last += 1
    at_edge = (first == at and first > 0) or (last == end and last < len(sizes))
    return last - first >= FIGURES and not at_edge


def _is_date(behind: Sequence[str]) -> bool:
    if not behind:
        return False
    month_first = MONTH.fullmatch(behind[0]) and len(behind) > 1 and YEAR.fullmatch(behind[1])
    return bool(month_first or MONTH_AND_YEAR.fullmatch(behind[0]))


def _number(cell: str) -> str:
    """The digits of a cell that holds a whole number, however it is dressed; empty for any other."""
    if cell.isascii() and cell.isdigit():
        return cell
    bare = EDGES.sub("", plain(cell).replace(IGNORED, ""))
    return "".join(filter(str.isdigit, bare)) if NUMBER.fullmatch(bare) else ""


def _cell(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
