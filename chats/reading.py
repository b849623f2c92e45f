"""Transcripts and ledgers as people read them: a sentence for every code."""

from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from chats.models import Chat, Customer, Entry

MOST_LINES = 500

DETECTORS: dict[str, Promise] = {
    "pan": gettext_lazy("card number"),
    "pan_near": gettext_lazy("card number with an error"),
    "cvv": gettext_lazy("card verification code"),
    "pin": gettext_lazy("PIN"),
    "track": gettext_lazy("magnetic stripe"),
    "iban": gettext_lazy("IBAN"),
    "us_ssn": gettext_lazy("US social security number"),
    "email": gettext_lazy("e-mail address"),
    "phone": gettext_lazy("phone number"),
}
PLACES: dict[str, Promise] = {
    "message": gettext_lazy("message"),
    "whisper": gettext_lazy("whisper"),
    "form": gettext_lazy("form"),
    "note": gettext_lazy("wrap-up note"),
    "file": gettext_lazy("file"),
    "file_name": gettext_lazy("file name"),
    "comment": gettext_lazy("rating comment"),
}
ACTIONS: dict[str, Promise] = {
    "masked": gettext_lazy("masked"),
    "dropped": gettext_lazy("discarded"),
    "amended": gettext_lazy("masked afterwards"),
}
SENDERS: dict[str, Promise] = {
    "customer": gettext_lazy("customer"),
    "agent": gettext_lazy("agent"),
    "bot": gettext_lazy("chatbot"),
    "system": gettext_lazy("system"),
}
STREAMS: dict[str, Promise] = {
    Entry.PUBLIC: gettext_lazy("everybody reads"),
    Entry.STAFF: gettext_lazy("only staff reads"),
}
VERBS: dict[str, Promise] = {
    "open": gettext_lazy("started"),
    "hand_over": gettext_lazy("handed over to people"),
    "take_up": gettext_lazy("queue has opened"),
    "offer": gettext_lazy("offered"),
    "accept": gettext_lazy("accepted"),
    "lapse": gettext_lazy("offer lapsed (RONA)"),
    "withdraw": gettext_lazy("offer withdrawn"),
    "requeue": gettext_lazy("back in the queue"),
    "lose": gettext_lazy("agent lost"),
    "leave": gettext_lazy("customer left"),
    "end": gettext_lazy("ended by the agent"),
    "abandon": gettext_lazy("ended, customer away"),
    "rate": gettext_lazy("rated"),
    "transfer": gettext_lazy("transferred"),
    "request_transfer": gettext_lazy("transfer requested"),
    "cancel_transfer": gettext_lazy("transfer taken back"),
    "request_conference": gettext_lazy("conference requested"),
    "cancel_conference": gettext_lazy("conference request taken back"),
    "end_conference": gettext_lazy("conference ended"),
    "exit_conference": gettext_lazy("second agent left the conference"),
    "hand_over_conference": gettext_lazy("handed over to the second agent"),
    "monitor": gettext_lazy("supervisor reads along"),
    "whisper": gettext_lazy("supervisor whispered"),
    "barge_in": gettext_lazy("supervisor joined"),
    "take_over": gettext_lazy("supervisor took over"),
    "leave_supervision": gettext_lazy("supervisor stopped reading along"),
}


class Line(NamedTuple):
    """One line: who, what; `side` is customer, agent, bot or system; masked when something was taken out."""

    at: Any
    side: str
    name: str
    text: str
    masked: str
    staff: bool


def name_of(customer: Customer) -> str:
    """The customer's name, or what the desk calls somebody without one."""
    return customer.name or _("Visitor %(id)s") % {"id": customer.visitor}


def word(words: dict[str, Promise], code: str) -> str:
    """The word for the code; the code itself where none is known."""
    return str(words.get(code, code))


def detector(code: str) -> str:
    """What was found, in words; a detector of the administrators' own keeps its name."""
    return word(DETECTORS, code)


def transcript(chat: Chat) -> tuple[list[Line], int]:
    """The last 500 lines of both streams in the order of time, and how many older ones there are."""
    said = Entry.objects.filter(chat=chat).exclude(kind="amended")  # the lines they changed show it
    rows = list(said.order_by("-at", "stream", "-seq")[:MOST_LINES])
    older = said.count() - len(rows) if len(rows) == MOST_LINES else 0
    return [_line(row, chat) for row in reversed(rows)], max(0, older)


def _line(entry: Entry, chat: Chat) -> Line:
    spoken = bool(entry.text)
    names = {"customer": name_of(chat.customer), "bot": _("Chatbot"), "system": ""}
    return Line(
        at=entry.at,
        side=entry.sender_kind if spoken else "system",
        name=(entry.sender_name or names.get(entry.sender_kind, "")) if spoken else "",
        text=entry.text or system_words(entry.kind, entry.data),
        masked=", ".join(detector(finding["detector"]) for finding in entry.findings),
        staff=entry.stream == Entry.STAFF,
    )


def _name(value: Any) -> str:
    return str(value.get("name") or "") if isinstance(value, dict) else str(value or "")


def system_words(kind: str, data: dict[str, Any]) -> str:
    """What a line by the system says."""
    name = str(data.get("name") or "")
    queue, target = _name(data.get("queue")), _name(data.get("agent")) or _name(data.get("queue"))
    customer = data.get("who") == "customer"
    sentences = {
        "joined": _("The customer started the chat") if customer else _("%(name)s joined") % {"name": name},
        "left": _("The customer left") if customer else _("%(name)s left") % {"name": name},
        "queued": (_("Back in %(queue)s") if data.get("again") else _("Waiting in %(queue)s")) % {"queue": queue},
        "transferred": _("Transferred to %(target)s") % {"target": target},
        "transfer_requested": _("%(name)s asked to take the chat") % {"name": _name(data.get("agent"))},
        "transfer_lapsed": _("%(name)s did not take the chat") % {"name": _name(data.get("agent"))},
        "conference_requested": _("%(name)s asked to a conference") % {"name": _name(data.get("agent"))},
        "conference_lapsed": _("%(name)s did not join the conference") % {"name": _name(data.get("agent"))},
        "monitoring": (_("%(name)s reads along") if data.get("on") else _("%(name)s stopped reading along"))
        % {"name": name},
        "connection_lost": _("%(name)s lost the connection") % {"name": name},
        "connection_back": _("%(name)s is connected again") % {"name": name},
        "ended": pgettext("chat", "The chat is over."),
    }
    return sentences.get(kind, kind)


def happened(verb: str, data: dict[str, Any]) -> str:
    """A ledger row's verb, with the reason where one is noted."""
    words = word(VERBS, verb)
    why = data.get("why")
    return f"{words} ({word(REASONS, why)})" if why else words


REASONS: dict[str, Promise] = {
    "rona": gettext_lazy("not accepted in time"),
    "lost": gettext_lazy("agent lost"),
    "transfer": gettext_lazy("transfer"),
    "left": gettext_lazy("left"),
    "ended": gettext_lazy("ended"),
    "away": gettext_lazy("away too long"),
    "max_wait": gettext_lazy("waited too long"),
}
