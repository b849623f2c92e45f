"""What always holds of wrap-ups."""

from django.utils.translation import gettext_lazy as _

from lib.invariants import Invariant

WRAP_UPS = Invariant(
    "wrapups",
    _("Every agent who was in a chat owes one wrap-up for it, and his place is taken until it is in."),
    """
    SELECT coalesce(seat.id, wrapup.seat_id)::text FROM chats_seat AS seat
    FULL JOIN wrapup_wrapup AS wrapup ON wrapup.seat_id = seat.id
    WHERE coalesce(seat.released_at, 'infinity') >= %(since)s
        AND (
            (seat.left_at IS NULL) <> (wrapup.id IS NULL)
            OR (wrapup.done_at IS NULL) <> (seat.released_at IS NULL)
            OR seat.agent_id <> wrapup.agent_id
            OR seat.released_at < wrapup.done_at
        )
    """,
)

INVARIANTS = (WRAP_UPS,)
