"""A routing pass: waiting chats, first in line first, are offered to the agents that the policy chooses."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

import msgspec
from django.db import transaction
from django.db.models import Prefetch

from agents.models import Agent, MultimediaProfile
from chats.events import ChatChanged, OfferMade
from chats.models import Chat, Offer
from chats.operations import lines
from chats.querysets import with_load
from chats.senders import SYSTEM
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish
from routing.models import Decision, DistributionGroup, Queue
from routing.selection import Candidate, Choice, Group, Snapshot, choose

log = logging.getLogger(__name__)


def distribute_later(*, queues: Collection[int]) -> None:
    """A pass over the queues runs once the transaction has committed; if it fails, the sweep makes up for it."""
    transaction.on_commit(partial(distribute, queues=tuple(queues)), robust=True)


def distribute_for(agent: Agent) -> None:
    """A pass over every queue the agent's team serves, once the transaction has committed."""
    served = DistributionGroup.objects.filter(teams=agent.team_id).values_list("queue_id", flat=True)
    distribute_later(queues=tuple(set(served)))


class Roster:
    """The groups and candidates of one queue during one pass."""

    def __init__(self, queue: Queue, default_profile: MultimediaProfile | None) -> None:
        groups = queue.groups.prefetch_related("teams")
        self.queue = queue
        self.groups = tuple(Group(g.after, tuple(sorted(team.pk for team in g.teams.all()))) for g in groups)
        teams = {team for group in self.groups for team in group.teams}
        agents = (
            Agent.objects.signed_in().filter(team__in=teams, is_active=True).select_related("profile", "team__profile")
        )
        self.candidates = {
            agent.pk: _candidate(agent, agent.profile or agent.team.profile or default_profile)
            for agent in with_load(agents)
        }

    def has_room(self) -> bool:
        """Whether anybody could take anything at all."""
        return any(c.state == "available" and c.load < c.capacity for c in self.candidates.values())

    def took_one(self, agent: int, now: datetime) -> None:
        """The agent has one contact more and stands last in line."""
        candidate = self.candidates.get(agent)
        if candidate is not None:
            self.candidates[agent] = msgspec.structs.replace(
                candidate, load=candidate.load + 1, free_since=now.timestamp()
            )

    def snapshot(self, chat: Chat, now: datetime) -> Snapshot:
        """What the policy may look at."""
        missed = next(iter(chat.past_offers), None)
        return Snapshot(
            contact=str(chat.pk),
            queue=self.queue.pk,
            mode=self.queue.mode,
            waited=(now - chat.enqueued_at).total_seconds() if chat.enqueued_at else 0.0,
            groups=self.groups,
            candidates=tuple(self.candidates.values()),
            missed_by=missed.agent_id if missed and missed.outcome == Offer.Outcome.LAPSED else None,
        )


def _candidate(agent: Agent, profile: MultimediaProfile | None) -> Candidate:
    return Candidate(
        agent=agent.pk,
        team=agent.team_id,
        state=agent.state,
        load=agent.load,
        capacity=profile.chat_capacity if profile else 0,
        free_since=agent.free_since.timestamp() if agent.free_since else 0.0,
    )


def distribute(*, queues: Collection[int] | None = None) -> int:
    """Offers were made as long as there was a chat and a fitting agent; returns how many.

    Safe to run in any number of places at once: whoever comes second to a chat or to an agent's last place
    goes on with the next.
    """
    waiting = Chat.objects.waiting()
    if queues is not None:
        waiting = waiting.filter(queue__in=queues)
    newest_first = Offer.objects.exclude(outcome="").order_by("-ended_at")
    chats = list(waiting.prefetch_related(Prefetch("offers", newest_first, to_attr="past_offers")))
    if not chats:
        return 0
    rosters = _rosters({chat.queue_id for chat in chats})
    now = database_now()
    made = 0
    for chat in chats:
        roster = rosters[chat.queue_id]
        snapshot = roster.snapshot(chat, now)
        choice = choose(snapshot)
        if choice.agent is None:
            _note_nobody(chat, snapshot, choice, now)
        elif _offer(chat, choice.agent, snapshot, choice):
            made += 1
            for each in rosters.values():
                each.took_one(choice.agent, database_now())
        else:
            rosters = _rosters(set(rosters))
    return made


def _rosters(queues: set[int]) -> dict[int, Roster]:
    default = MultimediaProfile.objects.filter(is_default=True).first()
    return {queue.pk: Roster(queue, default) for queue in Queue.objects.filter(pk__in=queues)}


def _offer(chat: Chat, agent_id: int, snapshot: Snapshot, choice: Choice) -> bool:
    """The chat is offered to the agent; False when the chat or his last free place was taken meanwhile."""
    try:
        with transaction.atomic():
            row = Chat.objects.advance(chat.pk, "offer")
            agent = _with_room(agent_id)
            now = database_now()
            offer = Offer.objects.create(
                chat=row,
                agent=agent,
                queue_id=row.queue_id,
                offered_at=now,
                expires_at=now + timedelta(seconds=row.queue.offer_timeout),
            )
            Agent.objects.filter(pk=agent.pk).update(free_since=now)
            _decided(row, snapshot, choice, now)
            lines.record(row, "offer", by=SYSTEM, at=now, offer=str(offer.pk), agent=agent.pk)
            publish(OfferMade(offer_id=offer.pk, expires_at=offer.expires_at))
            publish(ChatChanged(chat_id=row.pk, agents=(agent.pk,)))
    except Refused:
        return False
    return True


def _with_room(agent_id: int) -> Agent:
    """The agent, locked, and still able to take one more. Raises Refused otherwise."""
    Agent.objects.locked(agent_id)
    agent = with_load(Agent.objects.available().filter(pk=agent_id)).select_related("profile", "team__profile").first()
    if agent is None:
        raise Refused("state")
    profile = agent.effective_profile()
    if profile is None or agent.load >= profile.chat_capacity:
        raise Refused("capacity")
    return agent


def _note_nobody(chat: Chat, snapshot: Snapshot, choice: Choice, now: datetime) -> None:
    """That nobody fitted is written down once per wait, not at every look."""
    last = Decision.objects.filter(contact=chat.pk).order_by("-at", "-pk").first()
    if last is None or last.chosen_id is not None or last.removed != choice.removed:
        _decided(chat, snapshot, choice, now)


def _decided(chat: Chat, snapshot: Snapshot, choice: Choice, now: datetime) -> None:
    Decision.objects.create(
        contact=chat.pk,
        queue_id=chat.queue_id,
        at=now,
        chosen_id=choice.agent,
        rule=choice.rule,
        removed=choice.removed,
        snapshot=msgspec.to_builtins(snapshot),
    )
