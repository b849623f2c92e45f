"""News from chats, and what must be kept of what is asked to be deleted."""

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from chats.events import SeatEnded
from chats.models import Seat
from lib.events import receives
from lib.keeping import guard, keep_last
from wrapup import operations
from wrapup.models import GivenReason, WrapUpCode


@receives(SeatEnded)
def start(event: SeatEnded) -> None:
    """Who was in the chat owes a wrap-up."""
    operations.start(Seat.objects.get(pk=event.seat_id))


def why_reasons_are_kept(codes: Collection[WrapUpCode]) -> Iterable[str]:
    """A reason that was given stays in what was written down."""
    for code in codes:
        if GivenReason.objects.filter(wrapupcode=code).exists():
            sentence = _("“%(name)s” was given in wrap-ups and stays there. Take the mark “active” off to retire it.")
            yield sentence % {"name": code}


guard(WrapUpCode, why_reasons_are_kept)
keep_last(WrapUpCode.queues)
keep_last(WrapUpCode.teams)
