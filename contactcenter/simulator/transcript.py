"""One stream of one chat as a participant holds it: entries by seq, and up to where nothing is missing. Pure."""

from collections.abc import Iterable
from typing import Any

Entry = dict[str, Any]


class Transcript:
    """`cursor` is the highest seq up to which there is no hole, `top` the highest seen or heard of."""

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = {}
        self.cursor = 0
        self.top = 0

    def take(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries that were new, in the order given; what was already held stays as it was."""
        new = []
        for entry in entries:
            seq = entry["seq"]
            if seq not in self.entries:
                self.entries[seq] = entry
                new.append(entry)
            self.top = max(self.top, seq)
        while self.cursor + 1 in self.entries:
            self.cursor += 1
        return new

    def heard_of(self, head: int) -> None:
        """The server says the stream reaches up to `head`."""
        self.top = max(self.top, head)

    @property
    def has_hole(self) -> bool:
        """Something below `top` is missing."""
        return self.cursor < self.top

    @property
    def ended(self) -> bool:
        """The last word has been said: an `ended` line stands in it."""
        return any(entry["kind"] == "ended" for entry in self.entries.values())

    def messages(self, *kinds: str, after: int = 0) -> list[Entry]:
        """Messages from senders of these kinds above `after`, in order."""
        return [
            self.entries[seq]
            for seq in sorted(self.entries)
            if seq > after
            and self.entries[seq]["kind"] == "message"
            and self.entries[seq].get("sender", {}).get("kind") in kinds
        ]
