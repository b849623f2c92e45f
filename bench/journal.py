"""What became of every message of one stretch: nothing may be lost, doubled or out of its sender's order."""

from hashlib import blake2b
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from bench.talker import Talker

READERS = 2  # sockets that hear a line: the sender's own and the other side's
MOST_PROBLEMS = 20  # kept as text; all are counted


class Journal:
    """Messages are numbered in the order sent. Times are `loop.time()` seconds.

    A cid looks like those of real pages, which are UUIDs; its first eight characters are the same in all the journal.
    """

    def __init__(self, tag: str) -> None:
        """`tag` makes the cids of this stretch different from those of all others in the database."""
        self.tag = tag
        self._head = blake2b(tag.encode(), digest_size=4).digest()
        self._numbers: dict[str, int] = {}
        self.due: list[float] = []
        self.sender: list[Talker] = []
        self.forbidden: dict[int, str] = {}
        self.acknowledgements: list[float] = []
        self.arrivals: list[float] = []
        self.acknowledged = 0
        self.heard = 0
        self.overtaken = 0
        self.problem_count = 0
        self.problems: list[str] = []
        self._acknowledged = bytearray()
        self._heard = bytearray()
        self._last: dict[tuple[str, Talker, Talker], int] = {}

    @property
    def head(self) -> str:
        """How every cid of this journal begins."""
        return self._head.hex()

    @property
    def sent(self) -> int:
        """Messages sent so far."""
        return len(self.due)

    @property
    def complete(self) -> bool:
        """Every message sent is acknowledged and has been heard on both sockets."""
        return self.acknowledged == self.sent and self.heard == READERS * self.sent

    def begin(self, sender: "Talker", due: float, forbidden: str = "") -> str:
        """Note a message that is about to be sent, due at a time; gives its cid. `forbidden` must not come back."""
        number = len(self.due)
        self.due.append(due)
        self.sender.append(sender)
        self._acknowledged.append(0)
        self._heard.append(0)
        if forbidden:
            self.forbidden[number] = forbidden
        cid = self.cid(number)
        self._numbers[cid] = number
        return cid

    def cid(self, number: int) -> str:
        """The cid of a message by its number."""
        return str(UUID(bytes=self._head + blake2b(b"%d" % number, digest_size=12).digest(), version=4))

    def trouble(self, words: str) -> None:
        """Something is wrong with the server: the run fails."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(words)

    def note_acknowledgement(self, sender: "Talker", cid: str, text: str, duplicate: bool, now: float) -> None:
        """The sender got his `ok`."""
        number = self._number(cid)
        if number is None:
            return
        if self._acknowledged[number] or duplicate:
            self.trouble(f"{cid} was acknowledged twice or as a duplicate")
            return
        if self.sender[number] is not sender:
            self.trouble(f"{cid} was acknowledged to somebody else")
        self._acknowledged[number] = 1
        self.acknowledged += 1
        self.acknowledgements.append(now - self.due[number])
        self._check_text(number, text)

    def note_line(self, reader: "Talker", chat: str, cid: str, text: str, now: float) -> None:
        """A socket heard the line of a message."""
        number = self._number(cid)
        if number is None:
            return
        self._heard[number] += 1
        self.heard += 1
        if self._heard[number] > READERS:
            self.trouble(f"{cid} was heard more than {READERS} times")
        sender = self.sender[number]
        if sender is reader:
            return
        self.arrivals.append(now - self.due[number])
        self._check_text(number, text)
        way = (chat, sender, reader)
        if self._last.get(way, -1) >= number:
            self.trouble(f"{cid} came out of its sender's order")
        self._last[way] = number

    def close(self) -> None:
        """The stretch is over: whatever is missing now is lost."""
        lost = self._acknowledged.count(0)
        unheard = READERS * self.sent - self.heard
        if lost:
            self.trouble(f"{lost} of {self.sent} messages were never acknowledged")
        if unheard > 0:
            self.trouble(f"{unheard} of {READERS * self.sent} lines never arrived")

    def _number(self, cid: str) -> int | None:
        number = self._numbers.get(cid)
        if number is None:
            self.trouble(f"{cid} was never sent in {self.tag}")
        return number

    def _check_text(self, number: int, text: str) -> None:
        forbidden = self.forbidden.get(number)
        if forbidden is not None and forbidden in text:
            self.trouble(f"message {number} of {self.tag} came back with its card number")
