"""What can happen to an agent's presence and state. Each verb locks the agent, moves him and writes the ledger."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agents.events import AgentAvailable, AgentChanged, AgentGone, AgentTimedOut, DeskReplaced
from agents.models import Agent, IdleReason, Spell, User
from agents.states import State
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish

LEASE = timedelta(seconds=75)  # longer than a throttled background tab keeps still
DESK_ALIVE = timedelta(seconds=40)  # two heartbeats: a desk heard within is somebody sitting there


def default_reason() -> IdleReason | None:
    """The reason agents get at sign-in and after RONA."""
    return IdleReason.objects.filter(is_active=True).order_by("-is_default", "order", "name").first()


@transaction.atomic
def sign_in(agent: Agent, *, desk: str, by: User, take_over: bool = False) -> Agent:
    """The desk is the agent's only one from now on; who was offline is Idle with the default reason.

    Refused("conflict") while another desk of the same log-in was heard within 40 s and `take_over` is not set.
    """
    row = Agent.objects.locked(agent.pk).get(agent.pk)
    if row is None or not Agent.objects.employed().filter(pk=row.pk).exists():
        raise Refused("forbidden", _("This log-in has no active agent."))
    now = database_now()
    other_alive = (
        bool(row.desk) and row.desk != desk and row.desk_heard is not None and row.desk_heard > now - DESK_ALIVE
    )
    if other_alive and not take_over:
        raise Refused("conflict", _("You are signed in elsewhere."))
    if row.state == State.OFFLINE:
        row = _move(row, "sign_in", by=by, reason=default_reason(), lease_until=now + LEASE)
    replaced = bool(row.desk) and row.desk != desk
    Agent.objects.filter(pk=row.pk).update(desk=desk, desk_heard=now, lease_until=now + LEASE, active_at=now)
    if replaced:
        publish(DeskReplaced(agent_id=row.pk, desk=desk))
    return Agent.objects.get(pk=row.pk)


def renew_lease(agent: Agent, *, desk: str, by: User, active: bool = False) -> bool:
    """The agent is here for another 75 s, and did something if `active`. False when this desk is no longer his."""
    now = database_now()
    did = {"active_at": now} if active else {}
    mine = Agent.objects.signed_in().filter(pk=agent.pk, desk=desk)
    return bool(mine.update(lease_until=now + LEASE, desk_heard=now, **did))


def active(agent: Agent, *, by: User) -> None:
    """The agent did something just now: his time of inactivity begins anew."""
    if Agent.objects.signed_in().filter(pk=agent.pk).update(active_at=database_now()):
        publish(AgentChanged(agent_id=agent.pk))


def leave_desk(agent: Agent, *, desk: str, by: User) -> None:
    """The desk's socket is closed: another may come at once; the lease runs on until it lapses."""
    Agent.objects.filter(pk=agent.pk, desk=desk).update(desk="")


@transaction.atomic
def become_available(agent: Agent, *, by: User) -> Agent:
    """The agent can be offered contacts."""
    row = _locked(agent)
    if row.state == State.AVAILABLE:
        return row
    row = _move(row, "become_available", by=by, reason=None)
    publish(AgentAvailable(agent_id=row.pk))
    return row


@transaction.atomic
def go_idle(agent: Agent, *, by: User, reason: IdleReason | None = None) -> Agent:
    """No new contact comes; what runs goes on. Without a reason the default one is taken."""
    if reason is not None and not reason.is_active:
        raise Refused("invalid", _("This idle reason is no longer in use. Choose another."))
    row = _locked(agent)
    reason = reason or default_reason()
    if row.state == State.IDLE and row.reason_id == (reason and reason.pk):
        return row
    return _move(row, "go_idle", by=by, reason=reason)


@transaction.atomic
def miss(agent: Agent, *, by: User | None = None) -> Agent:
    """The agent let an offer pass: RONA, and nothing is offered until he chooses."""
    return _move(_locked(agent), "miss", by=by, reason=None)


@transaction.atomic
def sign_out(agent: Agent, *, by: User) -> Agent:
    """The agent is offline and has no desk. Whoever calls has made sure that no work is open."""
    return _move(_locked(agent), "sign_out", by=by, reason=None, **_NO_DESK)


@transaction.atomic
def lapse(agent: Agent, *, by: User | None = None) -> bool:
    """The desk was silent for longer than the lease: offline. False when it has spoken meanwhile."""
    row = _locked(agent)
    if row.lease_until is None or row.lease_until >= database_now():
        return False
    _move(row, "lapse", by=by, reason=None, **_NO_DESK)
    publish(AgentGone(agent_id=row.pk))
    return True


@transaction.atomic
def shut_out(agent: Agent, *, by: User | None = None) -> bool:
    """Who may not work here any more is offline at once, as if his lease had lapsed. False when he was."""
    row = _locked(agent)
    if row.state == State.OFFLINE:
        return False
    _move(row, "lapse", by=by, reason=None, **_NO_DESK)
    publish(AgentGone(agent_id=row.pk))
    return True


@transaction.atomic
def time_out(agent: Agent) -> bool:
    """Nobody did anything at the desk for too long: offline. False when something was done meanwhile.

    Whoever calls has made sure that no work is open.
    """
    row = _locked(agent)
    if not Agent.objects.inactive(database_now()).filter(pk=row.pk).exists():
        return False
    _move(row, "time_out", by=None, reason=None, **_NO_DESK)
    publish(AgentTimedOut(agent_id=row.pk))
    return True


_NO_DESK: dict[str, Any] = {"lease_until": None, "desk": "", "desk_heard": None}


def _locked(agent: Agent) -> Agent:
    row = Agent.objects.locked(agent.pk).get(agent.pk)
    if row is None:
        raise Refused("not_found")
    return row


def _move(agent: Agent, verb: str, *, by: User | None, reason: IdleReason | None, **changes: Any) -> Agent:
    """One move of the table and one row of the ledger, at one moment of the database's clock."""
    now = database_now()
    if verb == "become_available":
        changes["free_since"] = now
    row = Agent.objects.advance(agent.pk, verb, reason=reason, since=now, **changes)
    Spell.objects.filter(agent=row, ended_at=None).update(ended_at=now, end_verb=verb)
    if row.state != State.OFFLINE:
        Spell.objects.create(agent=row, state=row.state, reason=reason, started_at=now, verb=verb, caused_by=by)
    publish(AgentChanged(agent_id=row.pk))
    return row
