"""What can happen to a wrap-up: it starts when a seat ends, and frees the seat when it is in."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from agents.events import AgentChanged
from agents.models import Agent
from chats import operations as chat_operations
from chats.models import Seat
from chats.senders import SYSTEM, Sender, of_agent
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish
from lib.transitions import one
from wrapup.models import WrapUp, WrapUpCode, WrapUpRule

LONGEST_NOTE = 2000  # characters
MOST_CODES = 10
NO_RULE = WrapUpRule(seconds=60, may_extend=True)


def start(seat: Seat) -> WrapUp:
    """The agent owes a wrap-up for the seat; it is due after the queue's time, or never where that is 0."""
    rules = WrapUpRule.objects.filter(queue=seat.queue_id) | WrapUpRule.objects.filter(queue=None)
    rule = rules.order_by(F("queue").asc(nulls_last=True)).first() or NO_RULE
    now = database_now()
    return WrapUp.objects.create(
        seat=seat,
        agent_id=seat.agent_id,
        started_at=now,
        due_at=now + timedelta(seconds=rule.seconds) if rule.seconds else None,
        can_extend=rule.may_extend and bool(rule.seconds),
    )


@transaction.atomic
def extend(wrapup_id: UUID, *, by: Agent) -> WrapUp:
    """The countdown has stopped; the agent submits when he is done. Refused: `not_found`, `state`, `forbidden`."""
    row = _locked_open(wrapup_id, by)
    if not row.can_extend:
        raise Refused("forbidden", _("The time for this wrap-up can't be extended."))
    row.due_at, row.can_extend = None, False
    row.save(update_fields=["due_at", "can_extend"])
    publish(AgentChanged(agent_id=row.agent_id))
    return row


def submit(wrapup_id: UUID, *, by: Agent, codes: Collection[int], note: str = "") -> WrapUp:
    """Reasons and note are kept, and the place is free. Refused: `invalid` (no or foreign reason), `state`, or
    `pci_dropped` for the note: under the policy Drop the agent writes it again.
    """
    with transaction.atomic():
        row, chosen = _checked(wrapup_id, by, codes, note)
        seat = row.seat
        text, refused = chat_operations.look_at(
            note, chat=seat.chat, queue_id=seat.queue_id, by=of_agent(by), place="note"
        )
        if refused is None:
            return _finish(row, WrapUp.Outcome.SUBMITTED, codes=chosen, note=text, by=of_agent(by))
    raise refused


def _checked(wrapup_id: UUID, by: Agent, codes: Collection[int], note: str) -> tuple[WrapUp, list[WrapUpCode]]:
    """The locked wrap-up and the reasons chosen. Raises Refused when something can't be taken."""
    row = _locked_open(wrapup_id, by)
    if len(note) > LONGEST_NOTE:
        raise Refused("too_large", _("A note may have at most 2,000 characters."))
    if not codes:
        raise Refused("invalid", _("Choose at least one reason."), fields={"codes": "empty"})
    if len(set(codes)) > MOST_CODES:
        raise Refused("invalid", _("Choose at most ten reasons."), fields={"codes": "too many"})
    offered = WrapUpCode.objects.offered(queue_id=row.seat.queue_id, team_id=by.team_id)
    chosen = list(offered.filter(pk__in=set(codes)))
    if len(chosen) != len(set(codes)):
        raise Refused("invalid", _("One of the reasons can't be used here any more."), fields={"codes": "unknown"})
    return row, chosen


@transaction.atomic
def lapse(wrapup_id: UUID) -> bool:
    """The time is up: the default reason is submitted, wherever it is offered. False when it was submitted or extended
    meanwhile.
    """
    row = WrapUp.objects.select_for_update(of=("self",)).select_related("seat__agent").filter(pk=wrapup_id).first()
    if row is None or row.outcome or row.due_at is None or row.due_at > database_now():
        return False
    default = list(WrapUpCode.objects.filter(is_default=True))
    _finish(row, WrapUp.Outcome.LAPSED, codes=default, note="", by=SYSTEM)
    return True


def _locked_open(wrapup_id: UUID, by: Agent) -> WrapUp:
    mine = WrapUp.objects.for_agent(by).select_for_update(of=("self",)).select_related("seat__chat")
    row = one(mine, pk=wrapup_id)
    if row.outcome:
        raise Refused("state", _("This wrap-up is in already."))
    return row


def _finish(row: WrapUp, outcome: WrapUp.Outcome, *, codes: list[WrapUpCode], note: str, by: Sender) -> WrapUp:
    row.outcome, row.note, row.done_at = outcome, note, database_now()
    row.save(update_fields=["outcome", "note", "done_at"])
    row.codes.set(codes)
    chat_operations.release(row.seat, by=by)
    return row
