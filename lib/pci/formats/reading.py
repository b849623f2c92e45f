"""What every reader of a kind of file shares: what it may use up, what it hands back, why it gives up."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

DEEPEST = 4  # files in files in files
MOST_BYTES = 64 * 1024 * 1024  # unpacked, all together
MOST_RATIO = 200  # unpacked to packed, from the first megabyte on
MOST_FILES = 2000
MOST_PAGES = 2000
ICON = 16 * 16  # pixels; fewer, in all pictures of a file together, show no number that can be read
TILE = 24  # characters; so short a text may be a part of a number, the rest of which stands in the next picture

PRINTED = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (8, 8))
"""Digits in the groups of a card as it is printed, or in its halves."""
APART = " x\n"
"""Between texts that are nothing to each other: a letter parts what would look like one number."""

FLOAT = re.compile(r"(?<![\w.-])[0-9](?:\.[0-9]+)?[eE]\+?0*(?:1[1-9])(?![\w-])")


class Unreadable(Exception):
    """Nobody can say what the file holds. `reason`: encrypted, unreadable, type, too_large or image."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Reader:
    """One look at one file and at all that is in it."""

    read_image: Callable[[bytes, str], str] | None
    """Text of an image; None where images can't be read."""
    unread_images: bool
    """Whether images that can't be read may pass."""
    into: Callable[["Reader", bytes, str], Iterator[str]]
    """The texts of a file in the file, by its bytes and name."""
    depth: int = 0
    unpacked: int = 0
    files: int = 0
    icons: int = 0
    """Pixels of all icons so far."""
    tiles: list[str] = field(default_factory=list)

    def spend(self, size: int, packed: int = 0, *, file: bool = True) -> None:
        """So many bytes were unpacked. Raises Unreadable("too_large") beyond what a file may unpack to."""
        self.unpacked += size
        self.files += file
        bomb = packed and size > 1024 * 1024 and size > packed * MOST_RATIO
        if bomb or self.unpacked > MOST_BYTES or self.files > MOST_FILES:
            raise Unreadable("too_large")

    def inside(self, data: bytes, name: str) -> Iterator[str]:
        """The texts of a file in this file. Raises Unreadable("too_large") when that goes too deep."""
        if self.depth >= DEEPEST:
            raise Unreadable("too_large")
        self.depth += 1
        yield name
        yield from self.into(self, data, name)
        self.depth -= 1

    def left(self) -> int:
        """How many bytes may still be unpacked, and one more."""
        return MOST_BYTES - self.unpacked + 1

    def image(self, data: bytes, kind: str, size: tuple[int, int]) -> Iterator[str]:
        """The text in an image. Raises Unreadable("image") when it can't be read and must be.

        Icons pass unread until they could be the tiles of a picture.
        """
        area = size[0] * size[1]
        if area > ICON:
            yield from self.picture(data, kind)
            return
        self.icons += area
        if self.icons > ICON and not self.unread_images:
            raise Unreadable("image")

    def picture(self, data: bytes, kind: str) -> Iterator[str]:
        """The text in an image of any size. Raises Unreadable("image") when it can't be read and must be."""
        if self.read_image is not None:
            try:
                text = self.read_image(data, kind)
            except ValueError as error:
                raise Unreadable("unreadable") from error
            if len(text) <= TILE:
                self.tiles.append(text.strip())
            yield text
        elif not self.unread_images:
            raise Unreadable("image")

    def together(self) -> Iterator[str]:
        """What the pictures with little text say one after the other."""
        if len(self.tiles) > 1:
            yield " ".join(self.tiles)


def cut_like_a_card(values: Sequence[str]) -> Iterator[str]:
    """Values behind one another as one number, wherever so many of them have as many digits as a card's groups."""
    sizes = [sum(map(str.isdigit, value)) for value in values]
    for groups in PRINTED:
        for at in range(len(values) - len(groups) + 1):
            if tuple(sizes[at : at + len(groups)]) == groups:
                yield " ".join(values[at : at + len(groups)])


def floats(text: str) -> str:
    """The text with numbers in scientific notation written out, as a spreadsheet shows them when the cell is wide."""
    return FLOAT.sub(lambda found: str(int(float(found[0]))), text)
