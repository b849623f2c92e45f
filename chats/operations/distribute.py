"""A routing pass: waiting chats, first in line first, are offered to the agents that the policy chooses.

Queues that share agents form a circle, and in a circle one pass runs at a time: so the older chat comes first and
the longest available agent is chosen even when a hundred things happen at once, and different circles don't wait for
each other. A pass reads, chooses in memory, locks what it chose (chats by key, then agents by key), looks whether all
is still as it was, and writes offers, decisions and ledger together: a transaction of at most `BATCH` offers.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction

from agents.models import Agent
from agents.states import State as AgentState
from chats.events import ChatChanged, OffersMade
from chats.models import Chat, Offer
from chats.operations import lines
from chats.rosters import InLine, Rosters, line, missed, places
from chats.senders import SYSTEM
from chats.states import State
from lib.clock import database_now
from lib.events import afterwards, publish
from lib.sweeps import held
from routing.circles import circles
from routing.models import DistributionGroup, Queue
from routing.records import Decided, record
from routing.selection import Ask, Pick, Rule

log = logging.getLogger(__name__)

BATCH = 200  # offers, and notes that nobody fits, in one transaction
TRIES = 5
PASS_LOCK = 0x52 << 32  # the advisory locks of the circles begin here
_gathered: ContextVar[set[int] | None] = ContextVar("gathered", default=None)
TURN, PATIENCE = "5s", "500ms"  # how long a circle, and how long a row, is waited for


class Moved(Exception):
    """Something chosen is no longer as the pass had read it: look again."""


class Found(NamedTuple):
    """A chat, what the policy knew of it, what it chose, and the moment that stands for its place in the batch."""

    chat: InLine
    ask: Ask
    pick: Pick
    at: datetime

    @property
    def agent(self) -> int:
        """The chosen one; 0: nobody."""
        return self.pick.agent or 0


def distribute_later(*, queues: Collection[int]) -> None:
    """A pass over the queues runs once the transaction has committed; if it fails, the sweep makes up for it."""
    afterwards(_soon, tuple(queues))


def _soon(queues: Collection[int]) -> None:
    gathered = _gathered.get()
    if gathered is None:
        distribute(queues=queues)
    else:
        gathered.update(queues)


@contextmanager
def one_pass() -> Iterator[None]:
    """Inside, the passes that commits call for wait; one over all their queues comes at the end.

    If that fails it is logged: the next sweep makes up for it, and what comes after this one must be done.
    """
    if _gathered.get() is not None:
        yield
        return
    gathered: set[int] = set()
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
        if gathered:
            _pass_over(gathered)


def _pass_over(queues: Collection[int]) -> None:
    try:
        distribute(queues=queues)
    except Exception:
        log.exception("a routing pass failed; the next sweep tries again")


def distribute_for(agent: Agent) -> None:
    """A pass over every queue the agent's team serves, once the transaction has committed."""
    served = DistributionGroup.objects.filter(teams=agent.team_id).values_list("queue_id", flat=True)
    distribute_later(queues=tuple(set(served)))


def distribute(*, queues: Collection[int] | None = None) -> int:
    """Offers were made as long as there was a chat and a fitting agent; returns how many.

    Safe to run in any number of places at once. A circle in which another pass hangs is left to the next sweep.
    """
    waiting = Chat.objects.waiting().order_by()
    if queues is not None:
        waiting = waiting.filter(queue__in=queues)
    found = set(waiting.values_list("queue_id", flat=True).distinct())
    if not found:
        return 0
    served = DistributionGroup.objects.filter(teams__isnull=False).values_list("queue_id", "teams")
    lowest = circles(served)
    return sum(
        _serve(circle, {queue for queue in found if lowest.get(queue, queue) == circle})
        for circle in sorted({lowest.get(queue, queue) for queue in found})
    )


def _serve(circle: int, queues: set[int]) -> int:
    """Batch after batch, until nothing more can be offered in these queues of a circle."""
    made, tries, around = 0, TRIES, False
    while tries:
        try:
            with transaction.atomic():
                _take_turn(circle)
                offered = _Batch(queues, around=around).run()
        except Moved:
            tries -= 1
            continue
        except OperationalError as error:
            if not held(error):
                raise
            if around:
                log.warning("no routing pass in circle %s: somebody hangs in it; the next sweep tries again", circle)
                return made
            around = True  # somebody holds a row and hangs: pass by what he holds
            continue
        made += offered
        tries = TRIES if offered == BATCH else 0
    return made


def _take_turn(circle: int) -> None:
    """No other pass runs in this circle until commit. Who waits for it or idles in it for `TURN` is thrown out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true), "
            "set_config('idle_in_transaction_session_timeout', %s, true), pg_advisory_xact_lock(%s), "
            "set_config('lock_timeout', %s, true)",
            [TURN, TURN, PASS_LOCK + circle, PATIENCE],
        )


class _Batch:
    """One transaction of a pass."""

    def __init__(self, queues: set[int], *, around: bool) -> None:
        self.queues = queues
        self.around = around
        self.now = self.locked = database_now()
        self.rosters = Rosters(queues, around=around)
        self.found: list[Found] = []
        self.notes: list[Found] = []

    def run(self) -> int:
        """The offers are made; returns how many. Raises Moved when something chosen was taken meanwhile."""
        self._choose()
        if self.found or self.notes:
            self._lock()
            self._write()
        return len(self.found)

    def _choose(self) -> None:
        """Window after window of the line, until nobody has room or the batch is full."""
        start = 0
        while self.rosters.has_room() and len(self.found) < BATCH:
            window = line(self.queues, self.now, start=start, most=BATCH)
            self._look(window)
            if len(window) < BATCH:
                return
            start += BATCH
        if not self.found:
            new = line(self.queues, self.now, start=0, most=BATCH, unnoted=True)
            self._look(new or line(self.queues, self.now, start=0, most=BATCH))

    def _look(self, window: list[InLine]) -> None:
        missed_by = missed(chat.pk for chat in window)
        if self.around:
            free = Chat.objects.filter(pk__in=[chat.pk for chat in window])
            passable = set(free.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
            window = [chat for chat in window if chat.pk in passable]
        for chat in window:
            if len(self.found) == BATCH:
                return
            ask = self.rosters.ask(chat, self.now, missed_by.get(chat.pk))
            pick = self.rosters.lineups[chat.queue].pick(ask)
            turn = self.now + timedelta(microseconds=len(self.found))  # one after the other, also in one batch
            if pick.agent is not None:
                self.found.append(Found(chat, ask, pick, turn))
                self.rosters.took(pick.agent, chat.queue, turn)
            elif len(self.notes) < BATCH and chat.noted != reason(ask, pick):
                self.notes.append(Found(chat, ask, pick, turn))

    def _lock(self) -> None:
        """The chats and agents chosen are held until commit, and are as they were when the pass read them."""
        chosen = {each.chat.pk: each.chat.queue for each in self.found}
        noted = [each.chat.pk for each in self.notes]
        rows = Chat.objects.filter(pk__in=[*chosen, *noted]).order_by("pk").select_for_update(of=("self",), no_key=True)
        waiting = dict(rows.filter(state=State.QUEUED).values_list("pk", "queue"))
        if any(waiting.get(chat) != queue for chat, queue in chosen.items()):
            raise Moved
        self.notes = [each for each in self.notes if waiting.get(each.chat.pk) == each.chat.queue]
        agents = {each.agent for each in self.found}
        people = Agent.objects.filter(pk__in=agents).order_by("pk").select_for_update(of=("self",), no_key=True)
        if {pk for pk, state in people.values_list("pk", "state") if state == AgentState.AVAILABLE} != agents:
            raise Moved
        seen = {agent: (self.rosters.everybody[agent].load, self.rosters.everybody[agent].capacity) for agent in agents}
        if places(agents) != seen:
            raise Moved
        self.locked = database_now()

    def _write(self) -> None:
        """Offers, decisions and ledger stand; whom it concerns is told after commit."""
        self._decide()
        for each in self.notes:
            Chat.objects.filter(pk=each.chat.pk).update(noted=reason(each.ask, each.pick))
        if not self.found:
            return
        Chat.objects.advance_all([each.chat.pk for each in self.found], "offer", noted=None)
        offers = Offer.objects.bulk_create(self._offer(each) for each in self.found)
        Agent.objects.took_turns({each.agent: each.at for each in self.found})
        for queue in {each.chat.queue for each in self.found}:
            if self.rosters.queues[queue].mode == Queue.Mode.CIRCULAR:
                Queue.objects.filter(pk=queue).update(last_chosen=self.rosters.last_chosen[queue])
        data = {offer.chat_id: self._told(offer) for offer in offers}
        lines.record_all(data, "offer", state=State.OFFERED, by=SYSTEM, at=self.locked)
        publish(
            *(ChatChanged(chat_id=offer.chat_id, agents=(offer.agent_id,)) for offer in offers),
            *(
                OffersMade(offer_ids=tuple(offer.pk for offer in same), expires_at=max(o.expires_at for o in same))
                for same in _by_queue(offers)
            ),
        )

    def _offer(self, found: Found) -> Offer:
        """An offer that begins when its rows were held: not before what freed the chat and the agent was over."""
        queue = found.chat.queue
        timeout = self.rosters.queues[queue].offer_timeout
        begins = self.locked + (found.at - self.now)
        return Offer(
            chat_id=found.chat.pk,
            agent_id=found.agent,
            queue_id=queue,
            serving=self.rosters.serving(queue),
            offered_at=begins,
            expires_at=begins + timedelta(seconds=timeout),
        )

    def _told(self, offer: Offer) -> dict[str, Any]:
        """What the ledger says of an offer: to whom, and how many places he has."""
        capacity = self.rosters.everybody[offer.agent_id].capacity
        return {"offer": str(offer.pk), "agent": offer.agent_id, "capacity": capacity}

    def _decide(self) -> None:
        """Every look that is worth remembering is written down, beside the roster as the batch found it."""
        looks = [*self.found, *self.notes]
        queues = sorted({each.chat.queue for each in looks})
        rosters = {pk: list(self.rosters.lineups[pk].at_start.values()) for pk in queues}
        record(self.now, rosters, [_decided(each) for each in looks])


def _decided(found: Found) -> Decided:
    return Decided(
        contact=found.chat.pk,
        queue=found.chat.queue,
        at=found.at,
        chosen=found.pick.agent,
        rule=found.pick.rule,
        tie=found.pick.tie,
        snapshot=found.ask,
        removed={**found.pick.before, **found.pick.since},
    )


def _by_queue(offers: list[Offer]) -> list[list[Offer]]:
    """Offers of one batch and one queue are due within microseconds of each other: one alarm does for them."""
    return [[each for each in offers if each.queue_id == queue] for queue in sorted({o.queue_id for o in offers})]


def reason(ask: Ask, pick: Pick) -> int:
    """Why nobody could take the contact, as a number: what its waiting has opened, and the rules that struck.

    The same reason is written down once; agents who come and go for the same reasons don't make it a new one.
    """
    struck = set(pick.before.values()) | set(pick.since.values())
    return ask.stage << len(Rule) | sum(1 << bit for bit, rule in enumerate(Rule) if rule in struck)
