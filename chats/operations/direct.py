"""What a supervisor does with an agent of his teams: sets his state, signs him out. All of it is in the audit trail."""

import json

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from agents import operations as agent_operations
from agents.events import DeskClosed
from agents.models import Agent, IdleReason
from agents.states import State as AgentState
from chats.operations import presence
from lib.errors import Refused
from lib.events import publish
from lib.transitions import one


@transaction.atomic
def set_state(agent_id: int, *, state: str, reason: IdleReason | None = None, by: Agent) -> Agent:
    """The agent is Available, or Idle with the reason, as if he had chosen it; the ledger says who did.

    Refused: `not_found` (none of the supervisor's teams), `state` (offline), `invalid` (a reason not in use).
    """
    agent = one(Agent.objects.supervised_by(by), pk=agent_id)
    if agent.state == AgentState.OFFLINE:
        raise Refused("state", _("%(name)s is offline. Only signing in changes that.") % {"name": agent.name})
    if state == AgentState.AVAILABLE:
        row = agent_operations.become_available(agent, by=by.user)
    else:
        row = agent_operations.go_idle(agent, by=by.user, reason=reason)
    _note(agent, row, by=by)
    return row


@transaction.atomic
def sign_out_member(agent_id: int, *, by: Agent) -> Agent:
    """The agent is offline and his desk has stopped; his log-in stays, so he may sign in again.

    Refused: `not_found` (none of the supervisor's teams), `state` that counts what is open.
    """
    agent = one(Agent.objects.supervised_by(by), pk=agent_id)
    row = presence.sign_out(agent, by=by.user)
    if agent.state != row.state:
        publish(DeskClosed(agent_id=row.pk))
        _note(agent, row, by=by)
    return row


def _note(before: Agent, after: Agent, *, by: Agent) -> None:
    """The audit trail shows the state before and after."""
    values = [_words(before), _words(after)]
    if values[0] == values[1]:
        return
    LogEntry.objects.create(
        user=by.user,
        content_type=ContentType.objects.get_for_model(Agent),
        object_id=str(after.pk),
        object_repr=str(after),
        action_flag=CHANGE,
        change_message=json.dumps(
            [{"changed": {"fields": ["state"], "values": [["state", *values]]}}], ensure_ascii=False
        ),
    )


def _words(agent: Agent) -> str:
    with override(None):
        state = agent.get_state_display()
    return f"{state} · {agent.reason.name}" if agent.reason else state
