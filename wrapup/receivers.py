"""News from chats."""

from chats.events import SeatEnded
from chats.models import Seat
from lib.events import receives
from wrapup import operations


@receives(SeatEnded)
def start(event: SeatEnded) -> None:
    """Who was in the chat owes a wrap-up."""
    operations.start(Seat.objects.get(pk=event.seat_id))
