"""What supervisors do in the chats of their teams. The customer notices nothing of the first two."""

import json
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from chats import policies
from chats.events import ChatChanged
from chats.models import Chat, Entry, Offer, Seat, Watch
from chats.operations import lines, pieces
from chats.operations.asking import everybody, free_place, guest, take_back_any
from chats.operations.end import CANCEL_FIRST, end_seat
from chats.operations.moving import exit_conference, promote
from chats.screening import dropped, screen
from chats.senders import SYSTEM, of_agent
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish
from lib.sweeps import each
from lib.transitions import one
from routing.desktops import monitoring_shows

IN_ALREADY = _("You are in this chat already.")
THREE_ALREADY = _("Two agents are in this chat already.")
NOT_YOURS = _("The agent who leads this chat is in none of your teams.")
NOT_HERE = _("You don't read along in this chat.")


def _supervised(chat: Chat, by: Agent) -> Chat:
    """The chat, locked. Refused: `forbidden` in one's own chat without the role, else `not_found`."""
    row = Chat.objects.locked(chat.pk)
    if not by.is_supervisor and Seat.objects.live().filter(chat=row, agent=by).exists():
        raise Refused("forbidden")
    one(Chat.objects.supervised_by(by), pk=row.pk)
    return row


def _seat_of(chat: Chat, agent: Agent) -> Seat | None:
    return Seat.objects.live().filter(chat=chat, agent=agent).first()


def _note(chat: Chat, verb: str, *, by: Agent, at: datetime, **data: Any) -> None:
    """The ledger has a row, and the audit trail of the administration too."""
    lines.record(chat, verb, by=of_agent(by), at=at, **data)
    LogEntry.objects.create(
        user_id=by.user_id,
        content_type=ContentType.objects.get_for_model(Chat),
        object_id=str(chat.pk),
        object_repr=str(chat)[:200],
        action_flag=CHANGE,
        change_message=json.dumps([{"changed": {"fields": [verb]}}]),
    )


@transaction.atomic
def monitor(chat: Chat, *, by: Agent) -> Watch:
    """The supervisor reads along; the customer never learns of it. Doing it twice changes nothing.

    Refused: `not_found` (nobody of his teams sits there), `forbidden` (no supervisor), `state` (he sits there himself).
    """
    row = _supervised(chat, by)
    if _seat_of(row, by):
        raise Refused("state", IN_ALREADY)
    watch = Watch.objects.filter(chat=row, agent=by, ended_at=None).first()
    if watch is not None:
        return watch
    now = database_now()
    row = Chat.objects.advance(row.pk, "monitor")
    lead = Seat.objects.live().filter(chat=row, role=Seat.Role.OWNER).select_related("agent").get()
    shown = monitoring_shows(lead.agent.team_id)
    watch = Watch.objects.create(chat=row, agent=by, began_at=now, shown=shown)
    _say_monitoring(row, watch, on=True)
    _note(row, "monitor", by=by, at=now)
    publish(ChatChanged(chat_id=row.pk, agents=(by.pk,)))
    return watch


def _say_monitoring(chat: Chat, watch: Watch, *, on: bool) -> None:
    if watch.shown:
        who = {"who": "agent", "id": str(watch.agent_id), "name": watch.agent.name, "on": on}
        lines.append(chat, "monitoring", by=SYSTEM, at=database_now(), stream=Entry.STAFF, data=who)


def whisper(chat: Chat, *, by: Agent, text: str) -> Entry:
    """The agents in the chat read it, the customer never. Screened as any message.

    Refused: as `monitor`, and `invalid`, `too_large`, `pci_dropped` as `post`.
    """
    screen(text)
    with transaction.atomic():
        row = _supervised(chat, by)
        row = Chat.objects.advance(row.pk, "whisper")
        policy, now, sender = policies.of_queue(row.queue_id).screening, database_now(), of_agent(by)
        screened = screen(text, policy)
        joined = pieces.look_back(row, by=sender, screened=screened, policy=policy, at=now, stream=Entry.STAFF)
        pieces.mask_earlier(row, joined, by=sender, at=now)
        screened = joined.screened
        if not screened.dropped:
            entry = lines.append(row, "whisper", by=sender, at=now, stream=Entry.STAFF, screened=screened)
            _note(row, "whisper", by=by, at=now, seq=entry.seq)
            return entry
        found = [finding["detector"] for finding in screened.findings]
        lines.note_findings(found, chat=row, by=sender, at=now, place="whisper", action="dropped")
    raise dropped(screened.findings)


@transaction.atomic
def barge_in(chat: Chat, *, by: Agent) -> Seat:
    """The supervisor is in the chat as its second agent, and the customer sees him join.

    Refused: as `monitor`; `state` when two agents are in or somebody is asked, `capacity` without a free place.
    """
    row = _supervised(chat, by)
    if _seat_of(row, by):
        raise Refused("state", IN_ALREADY)
    if guest(row) is not None:
        raise Refused("state", THREE_ALREADY)
    if Offer.objects.live().filter(chat=row).exists():
        raise Refused("state", CANCEL_FIRST)
    free_place(by.pk, available=False)
    row = Chat.objects.advance(row.pk, "barge_in")
    now = database_now()
    seat = _sit_down(row, by, Seat.Role.GUEST, at=now)
    _note(row, "barge_in", by=by, at=now)
    publish(ChatChanged(chat_id=row.pk, agents=everybody(row)))
    return seat


def _sit_down(chat: Chat, agent: Agent, role: str, *, at: datetime) -> Seat:
    Watch.objects.filter(chat=chat, agent=agent, ended_at=None).update(ended_at=at)
    seat = Seat.objects.create(
        chat=chat, agent=agent, queue_id=chat.queue_id, role=role, joined_at=at, seen=chat.public_head
    )
    data = {"who": "agent", "id": str(agent.pk), "name": agent.name}
    lines.append(chat, "joined", by=SYSTEM, at=at, data=data)
    return seat


@transaction.atomic
def take_over(chat: Chat, *, by: Agent) -> Seat:
    """The supervisor leads the chat; the agent who led it is out and wraps up. Whoever was asked is asked no longer.

    Refused: as `monitor`; `forbidden` when an agent of another team leads, `state` when he does himself, `capacity`
    without a free place.
    """
    row = _supervised(chat, by)
    mine = _seat_of(row, by)
    if mine and mine.role == Seat.Role.OWNER:
        raise Refused("state", IN_ALREADY)
    lead = Seat.objects.live().filter(chat=row, role=Seat.Role.OWNER).select_related("agent").get()
    if not Agent.objects.supervised_by(by).filter(pk=lead.agent_id).exists():
        raise Refused("forbidden", NOT_YOURS)
    if mine is None:
        free_place(by.pk, available=False)
    now = database_now()
    told = everybody(row)
    row = Chat.objects.advance(row.pk, "take_over")
    take_back_any(row, at=now, why="taken_over")
    lines.person_left(row, of_agent(lead.agent), at=now)
    end_seat(lead, at=now)
    if mine is None:
        mine = _sit_down(row, by, Seat.Role.OWNER, at=now)
    else:
        promote(mine)
        mine.role = Seat.Role.OWNER
    _note(row, "take_over", by=by, at=now, agent=lead.agent_id)
    publish(ChatChanged(chat_id=row.pk, agents=(*told, by.pk)))
    return mine


@transaction.atomic
def leave_supervision(chat: Chat, *, by: Agent) -> None:
    """The supervisor reads along no longer, or is out of the chat he had joined.

    Refused: `not_found` (he neither reads along nor sits there), `state` (he leads: hand it over or end it).
    """
    row = Chat.objects.locked(chat.pk)
    watch = Watch.objects.filter(chat=row, agent=by, ended_at=None).select_related("agent").first()
    seat = _seat_of(row, by)
    if watch is None and seat is None:
        raise Refused("not_found", NOT_HERE)
    if watch is not None:
        _stops_reading(row, watch)
    elif seat is not None and seat.role == Seat.Role.GUEST:
        exit_conference(row, by=by)
    else:
        raise Refused("state")


def _stops_reading(chat: Chat, watch: Watch) -> None:
    now = database_now()
    Watch.objects.filter(pk=watch.pk).update(ended_at=now)
    _say_monitoring(chat, watch, on=False)
    _note(chat, "leave_supervision", by=watch.agent, at=now)
    publish(ChatChanged(chat_id=chat.pk, agents=(watch.agent_id,)))


@transaction.atomic
def end_lost_watch(watch: Watch) -> bool:
    """Who may not read along any more, as role or team changed, doesn't. False when he had stopped, or may again."""
    row = Chat.objects.locked(watch.chat_id)
    lost = Watch.objects.lost().filter(pk=watch.pk).select_related("agent").first()
    if lost is not None:
        _stops_reading(row, lost)
    return lost is not None


def end_lost_watches() -> int:
    """Nobody reads along where he may not any more; returns how many did. The sweep does it for what is held now."""
    return each(end_lost_watch, Watch.objects.lost())


def stop_watching(agent: Agent) -> None:
    """The agent, who has gone, reads along nowhere any more."""
    for watch in Watch.objects.filter(agent=agent, ended_at=None).select_related("chat"):
        leave_supervision(watch.chat, by=agent)
