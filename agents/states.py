"""The states of an agent and the table of moves."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Where an agent is; *engaged* is a label, not a state."""

    AVAILABLE = "available", pgettext_lazy("agent state", "Available")
    IDLE = "idle", pgettext_lazy("agent state", "Idle")
    RONA = "rona", pgettext_lazy("agent state", "RONA")
    OFFLINE = "offline", pgettext_lazy("agent state", "Offline")


A, I, R, O = State.AVAILABLE, State.IDLE, State.RONA, State.OFFLINE  # noqa: E741

TRANSITIONS: dict[str, dict[str, str]] = {
    "sign_in": {O: I},
    "become_available": {A: A, I: A, R: A},
    "go_idle": {A: I, I: I, R: I},
    "miss": {A: R, I: R},
    "sign_out": {A: O, I: O, R: O},
    "lapse": {A: O, I: O, R: O},
    "time_out": {A: O, I: O, R: O},  # nobody did anything at the desk for too long
}
