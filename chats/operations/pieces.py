"""A number in pieces: the last messages of one sender are read together with the one that is about to be written."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from chats.lookback import ALWAYS, MOST, WINDOW_SECONDS
from chats.models import Chat, Entry, Finding, HeldMessage
from chats.operations import lines
from chats.screening import Policy, Screened, findings
from chats.senders import Sender
from lib.fields import Passed
from lib.pci.digits import holds_digit
from lib.pci.mask import Masked
from lib.pci.window import CARDS, join_pieces, mask_after_card

WINDOW = timedelta(seconds=WINDOW_SECONDS)
Line = Entry | HeldMessage


class Joined(NamedTuple):
    """The new message as it may be stored, and the earlier lines that must change: line, text, detectors."""

    screened: Screened
    earlier: list[tuple[Line, str, list[str]]]


def look_back(
    chat: Chat,
    *,
    by: Sender,
    screened: Screened,
    policy: Policy,
    at: datetime,
    stream: str = Entry.PUBLIC,
    behind: HeldMessage | None = None,
) -> Joined:
    """What the message completes in its stream, with what waits there before it. `behind`: it has waited itself.

    Nothing is written; the chat's row must be locked.
    """
    if not holds_digit(screened.text):
        return Joined(screened, [])
    recent = _said_before(chat, by, stream, behind, since=at - WINDOW)
    *before, last = join_pieces([*(line.text for line in recent), screened.text], policy.detectors)
    beside = mask_after_card(last.text, policy.detectors)
    if beside.findings and _has_shown_card(chat, by, recent, at):
        last = Masked(beside.text, (*last.findings, *beside.findings))
    earlier = [
        (line, piece.text, sorted({finding.detector for finding in piece.findings}))
        for line, piece in zip(recent, before, strict=True)
        if piece.text != line.text
    ]
    if last.text == screened.text and not earlier:
        return Joined(screened, [])
    detectors = {finding.detector for finding in last.findings} | {found["detector"] for found in screened.findings}
    detectors = detectors or {name for _line, _text, names in earlier for name in names}
    return Joined(Screened(last.text, findings(detectors, policy), None, dropped=policy.drop), earlier)


def _said_before(chat: Chat, by: Sender, stream: str, behind: HeldMessage | None, *, since: datetime) -> list[Line]:
    """The sender's last lines, oldest first; what waits stands behind what was said, for it keeps its order."""
    said = Entry.objects.filter(
        chat=chat, stream=stream, kind__in=lines.SPOKEN, sender_kind=by.kind, sender_id=by.id
    ).order_by("-seq")[:MOST]
    waiting = HeldMessage.objects.waiting().of_sender(by.kind, by.id).filter(chat=chat).reverse()
    if behind is not None:
        waiting = waiting.filter(pk__lt=behind.pk)
    last = [*(waiting[:MOST] if stream == Entry.PUBLIC else ()), *said][:MOST]
    return [line for nth, line in enumerate(last) if nth < ALWAYS or line.at > since][::-1]


def _has_shown_card(chat: Chat, by: Sender, recent: Sequence[Line], at: datetime) -> bool:
    """Whether a card of this sender was found in this chat: masked, discarded, in a file, in the form.

    It counts for ten minutes, and while fewer than ALWAYS of his lines have come since; never for more than MOST.
    """
    found = Finding.objects.filter(chat=chat, sender_kind=by.kind, sender_id=by.id, detector__in=CARDS)
    last = found.order_by("-at").values_list("at", flat=True).first()
    if last is None:
        return False
    since = sum(line.at > last for line in recent)
    return since < ALWAYS or (since < MOST and last > at - WINDOW)


def mask_earlier(chat: Chat, joined: Joined, *, by: Sender, at: datetime) -> None:
    """The earlier pieces are masked in the database, and every screen is told by an `amended` line for each.

    What waits was shown on none. A line that was changed has no print any more: whatever is sent again under its cid is
    answered with what stands.
    """
    for line, text, detectors in joined.earlier:
        new = [{"detector": name, "action": "amended"} for name in detectors]
        line.findings = [*line.findings, *(found for found in new if found not in line.findings)]
        line.text, line.fingerprint = Passed(text), None
        line.save(update_fields=["text", "fingerprint", "findings"])
        if isinstance(line, Entry):
            lines.amend(chat, line, at=at)
        place = line.kind if isinstance(line, Entry) else "message"
        lines.note_findings(detectors, chat=chat, by=by, at=at, place=place, action="amended")
