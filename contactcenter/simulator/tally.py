"""What happened so far, written down while it happens: chats, messages, times, errors. Times are seconds."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Said:
    """A message the server acknowledged: its cid, its place, and the text as the server stored it."""

    cid: str
    seq: int
    text: str


@dataclass(slots=True)
class ChatRecord:
    """One chat. `token` is None for chats of customers who aren't ours; those can't be checked."""

    chat: str
    token: str | None = None
    opened_at: float = 0.0
    queued_at: float | None = None
    answered: bool = False
    ended: bool = False
    said: list[Said] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    seen_live: frozenset[int] = frozenset()


class Tally:
    """Counts by name (`count`), errors by code (`errors`), the chats, the times, and what to say about the run."""

    def __init__(self) -> None:
        self.chats: dict[str, ChatRecord] = {}
        self.count: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.waits: list[float] = []
        self.trips: list[float] = []
        self.held_up: dict[str, float] = {}
        self.notes: list[str] = []
        self.problems: list[str] = []

    def opened(self, chat: str, token: str, now: float) -> ChatRecord:
        """The record of a chat one of our customers has started."""
        record = self.record(chat)
        record.token, record.opened_at = token, now
        self.count["started"] += 1
        return record

    def record(self, chat: str) -> ChatRecord:
        """The chat's record, a new one for a chat not heard of before."""
        return self.chats.setdefault(chat, ChatRecord(chat))

    def answered(self, record: ChatRecord, now: float) -> None:
        """An agent has taken the chat; his first time counts as the wait's end."""
        if not record.answered:
            record.answered = True
            self.count["answered"] += 1
            self.waits.append(now - (record.queued_at if record.queued_at is not None else record.opened_at))

    def error(self, code: str) -> None:
        """The server answered with this error code."""
        self.errors[code] += 1

    def slowed(self, where: str, seconds: float) -> None:
        """The server asked to wait; we do."""
        self.count["slowed"] += 1
        self.held_up[where] = self.held_up.get(where, 0.0) + seconds

    def note(self, text: str) -> None:
        """Worth saying at the end, once; doesn't spoil the run."""
        if text not in self.notes:
            self.notes.append(text)

    def problem(self, text: str) -> None:
        """Spoils the run: said at the end, exit code 1."""
        if text not in self.problems:
            self.problems.append(text)

    @property
    def ours(self) -> list[ChatRecord]:
        """The chats our customers started."""
        return [record for record in self.chats.values() if record.token is not None]
