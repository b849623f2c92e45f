"""A small house in which anything may happen in any order, by the real verbs on the real database.

A rule is one thing that somebody does or that happens; a verb that refuses is as good as one that doesn't. After each
rule everything that must hold is looked at, and a routing pass more finds nothing that the passes before it left.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

import hypothesis.strategies as st
import jwt
from django.db.models import QuerySet
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agents import operations as agent_operations
from agents.models import Agent, AgentSkill, IdleReason, MultimediaProfile, Skill, Spell, Team
from chats import operations, policies
from chats.models import Chat, ChatEvent, Offer, Seat
from contactcenter.invariants import INVARIANTS
from lib.errors import Refused
from lib.invariants import all_broken
from routing.models import BusinessHours, DistributionGroup, EntryPoint, Queue, SkillRequirement
from tests import cast
from tests.clock import Clock
from tests.live import empty_database
from tests.world import World
from wrapup import operations as wrapup_operations
from wrapup.models import WrapUp, WrapUpRule

T = TypeVar("T")
ANY = st.integers(0, 59)  # which one: of however many there are
SECONDS = st.sampled_from([1.3, 4.1, 12.7, 31.9, 47.3, 66.1, 130.7])
SHARING = [  # what an agent may do with a chat besides answering it; some of it only where the other was asked
    *("transfer", "to_queue", "cancel_transfer", "request_conference", "request_conference", "cancel_conference"),
    *("end_conference", "exit_conference", "hand_over_conference"),
]
STARTS = "2026-03-01T08:00:00Z"


def any_of(rows: Sequence[T], number: int) -> T | None:
    """One of the rows, the same for the same number; None when there is none."""
    return rows[number % len(rows)] if rows else None


def may(verb: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What the verb gives; None when it refuses."""
    try:
        return verb(*arguments, **options)
    except Refused:
        return None


def furnish() -> tuple[list[Agent], list[EntryPoint]]:
    """Three queues over two teams that use what routing has, and six agents with different places and skills."""
    small = MultimediaProfile.objects.create(name="Two", voice=0, chat=2, email=0, social=0, is_default=True)
    one = MultimediaProfile.objects.create(name="One", kind="exclusive", voice=1, chat=5)
    MultimediaProfile.objects.create(name="None", voice=1, chat=0)
    MultimediaProfile.objects.create(name="Real time", kind="realtime", voice=1, chat=3)
    service, sales = Team.objects.create(name="Service"), Team.objects.create(name="Sales", profile=one)
    skill = Skill.objects.create(name="German", language="de")
    overflow = cast.new_queue("Overflow", service, sales, mode="least_busy", offer_timeout=20)
    help_ = cast.new_queue("Help", service, ageing=30, max_wait=120, overflow=overflow, max_waiting=4, priority=6)
    DistributionGroup.objects.create(queue=help_, after=60).teams.add(sales)
    shop = cast.new_queue("Shop", sales, service, mode="circular", preferred_seconds=60, language_seconds=45)
    SkillRequirement.objects.create(queue=shop, skill=skill, after=0, level=5)
    SkillRequirement.objects.create(queue=shop, skill=skill, after=40, level=0)
    WrapUpRule.objects.create(seconds=60)
    WrapUpRule.objects.create(queue=shop, seconds=0)
    IdleReason.objects.create(name="Break", is_default=True)
    IdleReason.objects.create(name="Lunch", order=1)
    BusinessHours.objects.create(name="Never")
    agents = [cast.hire(f"Agent{n}", (service, sales)[n % 2], profile=small if n == 1 else None) for n in range(6)]
    agents[-1].role = Agent.Role.SUPERVISOR
    agents[-1].save(update_fields=["role"])
    for team in (service, sales):
        team.supervisors.add(agents[-1])
    for agent in agents[::3]:
        AgentSkill.objects.create(agent=agent, skill=skill, level=7)
    doors = [
        EntryPoint.objects.create(name=queue.name, slug=queue.name.lower(), queue=queue, away_timeout=90)
        for queue in (help_, shop)
    ]
    doors.append(EntryPoint.objects.create(name="Bot", slug="bot", queue=help_, bot_speaks_first=True))
    cast.WrapUpCode.objects.create(name="Answered", is_default=True)
    return agents, doors


class Centre(RuleBasedStateMachine):
    """Everything that can happen in a contact centre."""

    clock: Clock
    seen: ClassVar[Counter[str]] = Counter()  # verbs of the ledger, over all runs

    def __init__(self) -> None:
        super().__init__()
        empty_database(stay=True)
        policies.forget()
        self.clock.restart()
        self.world = World(self.clock)
        self.agents, self.doors = furnish()

    def agent(self, number: int) -> Agent:
        """Some agent, as he is now."""
        return cast.fresh(self.agents[number % len(self.agents)])

    @initialize(there=st.integers(0, 6), waiting=st.integers(0, 4))
    def the_day_begins(self, there: int, waiting: int) -> None:
        for which in range(there):
            self.an_agent(which, "comes")
        for which in range(waiting):
            self.somebody_comes(which, which, "en")

    # --- customers

    @rule(door=ANY, who=ANY, language=st.sampled_from(["en", "de"]))
    def somebody_comes(self, door: int, who: int, language: str) -> None:
        entry_point = EntryPoint.objects.select_related("queue").get(pk=self.doors[door % len(self.doors)].pk)
        claims = {"sub": f"customer-{who % 3}", "exp": 4_000_000_000}
        identity = jwt.encode(claims, entry_point.secret, algorithm="HS256") if who % 2 else None
        opened = may(operations.open, entry_point, {"name": "Carol", "identity": identity}, language=language)
        if opened:
            self.world.pages.add(opened.chat.pk)

    @rule(which=ANY, does=st.sampled_from(["writes", "writes", "leaves", "is gone"]))
    def a_customer(self, which: int, does: str) -> None:
        chat = any_of(Chat.objects.live().order_by("started_at", "pk"), which)
        if chat is None:
            return
        if does == "writes":
            may(cast.customer_says, chat, "I want a person")
        elif does == "leaves":
            may(cast.customer_leaves, chat)
        else:
            self.world.pages.discard(chat.pk)
            operations.customer_away(chat.pk)

    # --- agents

    @rule(
        which=ANY, does=st.sampled_from(["comes", "comes", "comes", "sits down", "rests", "goes", "is lost", "is lost"])
    )
    def an_agent(self, which: int, does: str) -> None:
        agent, desk = self.agent(which), uuid4().hex
        if does in ("comes", "sits down") and may(operations.sign_in, agent, desk=desk, by=agent.user, take_over=True):
            self.world.desks[agent.pk] = desk
        if does == "comes":
            may(agent_operations.become_available, agent, by=agent.user)
        elif does == "rests":
            may(agent_operations.go_idle, agent, by=agent.user, reason=any_of(IdleReason.objects.all(), which))
        elif does == "goes":
            may(operations.sign_out, agent, by=agent.user)
        elif does == "is lost":
            agent_operations.leave_desk(agent, desk=self.world.desks.pop(agent.pk, ""), by=agent.user)

    # --- offers, conversations, wrap-ups

    def offers(self) -> QuerySet[Offer]:
        """The live ones."""
        return Offer.objects.live().select_related("agent").order_by("offered_at", "pk")

    def seats(self) -> QuerySet[Seat]:
        """Agents in conversations."""
        return Seat.objects.live().select_related("chat", "agent").order_by("joined_at", "pk")

    def owed(self) -> QuerySet[WrapUp]:
        """Open wrap-ups."""
        return WrapUp.objects.open().select_related("agent").order_by("started_at", "pk")

    @precondition(lambda self: self.offers().exists())
    @rule(which=ANY)
    def an_offer_is_accepted(self, which: int) -> None:
        offer = any_of(self.offers(), which)
        assert offer is not None
        assert not operations.lapse(offer.pk), "an alarm that rings too early does nothing"
        may(operations.accept, offer.pk, by=offer.agent)

    @precondition(lambda self: self.offers().exists())
    @rule(which=ANY)
    def an_agent_accepts_all(self, which: int) -> None:
        agent = self.agent(which)
        operations.accept_all(list(agent.offers.live().values_list("pk", flat=True)), by=agent)

    @precondition(lambda self: self.seats().exists())
    @rule(which=ANY)
    def an_agent_ends_a_chat(self, which: int) -> None:
        seat = any_of(self.seats(), which)
        assert seat is not None
        may(operations.end, seat.chat, by=seat.agent)

    @precondition(lambda self: self.seats().exists())
    @rule(which=ANY, other=ANY, queue=ANY, how=st.sampled_from(SHARING))
    def an_agent_passes_on_or_shares(self, which: int, other: int, queue: int, how: str) -> None:
        seat = any_of(self.seats(), which)
        target = {
            "transfer": {"agent": self.agent(other)},
            "request_conference": {"agent": self.agent(other)},
            "to_queue": {"queue": any_of(Queue.objects.order_by("pk"), queue)},
        }
        if seat:
            verb = getattr(operations, "transfer" if how == "to_queue" else how)
            may(verb, seat.chat, by=seat.agent, **target.get(how, {}))

    @precondition(lambda self: self.seats().exists())
    @rule(which=ANY, how=st.sampled_from(["monitor", "barge_in", "take_over", "leave_supervision", "whisper"]))
    def a_supervisor_steps_in(self, which: int, how: str) -> None:
        chat = any_of(Chat.objects.live().order_by("started_at"), which)
        if chat:
            words = {"text": "Offer a refund."} if how == "whisper" else {}
            may(getattr(operations, how), chat, by=cast.fresh(self.agents[-1]), **words)

    @precondition(lambda self: self.owed().exists())
    @rule(which=ANY, how=st.sampled_from(["submit", "submit", "extend"]))
    def a_wrap_up_is(self, which: int, how: str) -> None:
        row = any_of(self.owed(), which)
        assert row is not None
        if how == "extend":
            may(wrapup_operations.extend, row.pk, by=row.agent)
        else:
            codes = list(cast.WrapUpCode.objects.values_list("pk", flat=True))
            may(wrapup_operations.submit, row.pk, by=row.agent, codes=codes)

    # --- administrators; what they change the next sweep takes up

    @rule(
        what=st.sampled_from(["give", "profile", "queue"]), which=ANY, how=ANY, mode=st.sampled_from(Queue.Mode.values)
    )
    def an_administrator_changes(self, what: str, which: int, how: int, mode: str) -> None:
        if what == "give":
            profile = any_of([None, *MultimediaProfile.objects.all()], how)
            Agent.objects.filter(pk=self.agent(which).pk).update(profile=profile)
        elif what == "profile":
            profile = any_of(MultimediaProfile.objects.all(), which)
            assert profile is not None
            MultimediaProfile.objects.filter(pk=profile.pk).update(chat=how % 5)
        else:
            queue = any_of(Queue.objects.all(), which)
            assert queue is not None
            hours = BusinessHours.objects.get(name="Never") if how % 5 == 1 else None
            Queue.objects.filter(pk=queue.pk).update(hours=hours, is_active=how % 5 != 2, mode=mode)
        self.world.sweep()

    # --- time

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.world.passes(seconds)
        self.world.sweep()

    def teardown(self) -> None:
        self.seen.update(ChatEvent.objects.values_list("verb", flat=True))
        self.seen.update(f"agent {verb}" for verb in Spell.objects.values_list("verb", flat=True))

    # --- what must hold after each of them

    @invariant()
    def everything_holds(self) -> None:
        assert all_broken(INVARIANTS) == {}
        left = operations.distribute()
        assert left == 0, f"{left} chats waited although somebody fitting was free"
