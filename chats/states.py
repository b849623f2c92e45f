"""THE state machine of a chat: verb → from → to."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Where a chat is."""

    LATER = "later", pgettext_lazy("chat state", "For later")
    BOT = "bot", pgettext_lazy("chat state", "With the chatbot")
    QUEUED = "queued", pgettext_lazy("chat state", "Waiting")
    OFFERED = "offered", pgettext_lazy("chat state", "Offered")
    ACTIVE = "active", pgettext_lazy("chat state", "Connected")
    ENDED = "ended", pgettext_lazy("chat state", "Ended")


class Kind(TextChoices):
    """Whether the customer waits for the answer, or has left a message and gone."""

    CHAT = "chat", pgettext_lazy("kind of chat", "Chat")
    MESSAGE = "message", pgettext_lazy("kind of chat", "Message")


LATER, BOT, QUEUED, OFFERED, ACTIVE, ENDED = State

TRANSITIONS: dict[str, dict[str, str]] = {
    "post": {LATER: LATER, BOT: BOT, QUEUED: QUEUED, OFFERED: OFFERED, ACTIVE: ACTIVE},  # moves no chat
    "hand_over": {BOT: QUEUED},  # the chatbot steps back
    "take_up": {LATER: QUEUED},  # the queue has opened: a message left meanwhile waits its turn
    "offer": {QUEUED: OFFERED},
    "overflow": {QUEUED: QUEUED},  # waited too long here: into the overflow queue
    "turn_away": {QUEUED: ENDED},  # waited too long, and there is no other queue
    "requeue": {OFFERED: QUEUED, ACTIVE: QUEUED},  # an offer passed, or the agent was lost
    "accept": {OFFERED: ACTIVE, ACTIVE: ACTIVE},  # connected already: by a transfer, or to a conference
    "transfer": {ACTIVE: QUEUED},  # into a queue, the agent is out at once
    "request_transfer": {ACTIVE: ACTIVE},  # to another agent: who asks stays until he accepts
    "cancel_transfer": {ACTIVE: ACTIVE},
    "request_conference": {ACTIVE: ACTIVE},
    "cancel_conference": {ACTIVE: ACTIVE},
    "end_conference": {ACTIVE: ACTIVE},  # who leads sends the other out
    "exit_conference": {ACTIVE: ACTIVE},  # the other goes
    "hand_over_conference": {ACTIVE: ACTIVE},  # who leads goes, the other leads from now on
    "monitor": {ACTIVE: ACTIVE},  # a supervisor reads along
    "whisper": {ACTIVE: ACTIVE},  # he says something that only agents read
    "barge_in": {ACTIVE: ACTIVE},  # he joins
    "take_over": {ACTIVE: ACTIVE},  # he leads from now on, the agent is out
    "leave": {LATER: ENDED, BOT: ENDED, QUEUED: ENDED, OFFERED: ENDED, ACTIVE: ENDED},  # the customer goes
    "end": {ACTIVE: ENDED},  # the agent ends
    "abandon": {BOT: ENDED, QUEUED: ENDED, OFFERED: ENDED, ACTIVE: ENDED},  # the customer has gone without a word
}

LIVE = (LATER, BOT, QUEUED, OFFERED, ACTIVE)
