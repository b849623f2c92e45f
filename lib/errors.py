"""Refusals: the one exception that verbs raise on purpose."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "invalid": _("That can't be read. Check what was sent."),
    "unauthenticated": _("Please sign in."),
    "forbidden": _("Your role doesn't allow this."),
    "not_found": _("That doesn't exist, or not for you."),
    "state": _("That isn't possible now."),
    "gone": _("The chat is over."),
    "capacity": _("No free place: finish a chat or a wrap-up first."),
    "conflict": _("Someone else was first."),
    "rate_limited": _("Too fast. Wait a moment."),
    "too_large": _("That is too long."),
    "pci_dropped": _("The message held data that must not be sent. It was discarded."),
    "unavailable": _("That didn't work just now. Try again in a moment."),
    "closed": _("We are closed at the moment."),
    "full": _("Too many people are waiting at the moment. Please try again later."),
}


class Refused(Exception):
    """A verb said no. `code` is one of the wire's codes; `message` is for people; `fields` names what was wrong."""

    def __init__(
        self, code: str, message: str | Promise | None = None, fields: dict[str, Any] | None = None, **detail: Any
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message: str | Promise = message or MESSAGES[code]
        self.fields = fields or {}
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
