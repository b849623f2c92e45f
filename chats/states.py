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


L, B, Q, O, A, E = (  # noqa: E741
    State.LATER,
    State.BOT,
    State.QUEUED,
    State.OFFERED,
    State.ACTIVE,
    State.ENDED,
)

TRANSITIONS: dict[str, dict[str, str]] = {
    "post": {L: L, B: B, Q: Q, O: O, A: A},  # a word moves nothing, but it needs a chat that lives
    "hand_over": {B: Q},  # the chatbot steps back
    "take_up": {L: Q},  # the queue has opened: a message left meanwhile waits its turn
    "offer": {Q: O},
    "overflow": {Q: Q},  # waited too long here: into the overflow queue
    "turn_away": {Q: E},  # waited too long, and there is no other queue
    "requeue": {O: Q, A: Q},  # an offer passed, or the agent was lost
    "accept": {O: A, A: A},  # connected already: by a transfer, or to a conference
    "transfer": {A: Q},  # into a queue, the agent is out at once
    "request_transfer": {A: A},  # to another agent: who asks stays until he accepts
    "cancel_transfer": {A: A},
    "request_conference": {A: A},
    "cancel_conference": {A: A},
    "end_conference": {A: A},  # who leads sends the other out
    "exit_conference": {A: A},  # the other goes
    "hand_over_conference": {A: A},  # who leads goes, the other leads from now on
    "monitor": {A: A},  # a supervisor reads along
    "whisper": {A: A},  # he says something that only agents read
    "barge_in": {A: A},  # he joins
    "take_over": {A: A},  # he leads from now on, the agent is out
    "leave": {L: E, B: E, Q: E, O: E, A: E},  # the customer goes
    "end": {A: E},  # the agent ends
    "abandon": {B: E, Q: E, O: E, A: E},  # the customer has gone without a word
}

LIVE = (State.LATER, State.BOT, State.QUEUED, State.OFFERED, State.ACTIVE)
