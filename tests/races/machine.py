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
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agents import operations as agent_operations
from agents.models import Agent, AgentSkill, IdleReason, MultimediaProfile, Skill, Spell, Team
from chats import operations, policies
from chats.models import Chat, ChatEvent, Offer
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

    # --- customers

    @rule(door=ANY, who=ANY, language=st.sampled_from(["en", "de"]))
    def somebody_comes(self, door: int, who: int, language: str) -> None:
        entry_point = EntryPoint.objects.select_related("queue").get(pk=self.doors[door % len(self.doors)].pk)
        claims = {"sub": f"customer-{who % 3}", "exp": 4_000_000_000}
        identity = jwt.encode(claims, entry_point.secret, algorithm="HS256") if who % 2 else None
        opened = may(operations.open, entry_point, {"name": "Carol", "identity": identity}, language=language)
        if opened:
            self.world.pages.add(opened.chat.pk)

    @rule(which=ANY)
    def a_customer_writes(self, which: int) -> None:
        chat = any_of(Chat.objects.order_by("started_at"), which)
        if chat:
            may(cast.customer_says, chat, "I want a person")

    @rule(which=ANY)
    def a_customer_leaves(self, which: int) -> None:
        chat = any_of(Chat.objects.live().order_by("started_at"), which)
        if chat:
            may(cast.customer_leaves, chat)

    @rule(which=ANY)
    def a_customer_loses_his_connection(self, which: int) -> None:
        chat = any_of(Chat.objects.live().order_by("started_at"), which)
        if chat:
            self.world.pages.discard(chat.pk)
            operations.customer_away(chat)

    # --- agents

    @rule(which=ANY)
    def an_agent_signs_in(self, which: int) -> None:
        agent, desk = self.agent(which), uuid4().hex
        if may(operations.sign_in, agent, desk=desk, by=agent.user, take_over=True):
            self.world.desks[agent.pk] = desk

    @rule(which=ANY)
    def an_agent_signs_in_and_is_available(self, which: int) -> None:
        self.an_agent_signs_in(which)
        self.an_agent_is_available(which)

    @rule(which=ANY)
    def an_agent_is_available(self, which: int) -> None:
        agent = self.agent(which)
        may(agent_operations.become_available, agent, by=agent.user)

    @rule(which=ANY, reason=ANY)
    def an_agent_goes_idle(self, which: int, reason: int) -> None:
        agent = self.agent(which)
        may(agent_operations.go_idle, agent, by=agent.user, reason=any_of(IdleReason.objects.all(), reason))

    @rule(which=ANY)
    def an_agent_signs_out(self, which: int) -> None:
        agent = self.agent(which)
        may(operations.sign_out, agent, by=agent.user)

    @rule(which=ANY)
    def an_agent_loses_his_connection(self, which: int) -> None:
        agent = self.agent(which)
        desk = self.world.desks.pop(agent.pk, "")
        agent_operations.leave_desk(agent, desk=desk, by=agent.user)

    # --- offers, conversations, wrap-ups

    @rule(which=ANY)
    def an_offer_is_accepted(self, which: int) -> None:
        offer = any_of(Offer.objects.live().select_related("agent").order_by("offered_at", "pk"), which)
        if offer:
            may(operations.accept, offer.pk, by=offer.agent)

    @rule(which=ANY)
    def an_agent_accepts_all(self, which: int) -> None:
        agent = self.agent(which)
        operations.accept_all(list(agent.offers.live().values_list("pk", flat=True)), by=agent)

    @rule(which=ANY)
    def an_alarm_rings_too_early(self, which: int) -> None:
        offer = any_of(Offer.objects.order_by("offered_at", "pk"), which)
        assert offer is None or not operations.lapse(offer.pk)

    @rule(which=ANY)
    def an_agent_ends_a_chat(self, which: int) -> None:
        seat = any_of(cast.Seat.objects.live().select_related("chat", "agent").order_by("joined_at", "pk"), which)
        if seat:
            may(operations.end, seat.chat, by=seat.agent)

    @rule(which=ANY, how=st.sampled_from(["submit", "extend"]))
    def a_wrap_up_is(self, which: int, how: str) -> None:
        row = any_of(WrapUp.objects.open().select_related("agent").order_by("started_at", "pk"), which)
        if row and how == "extend":
            may(wrapup_operations.extend, row.pk, by=row.agent)
        elif row:
            codes = list(cast.WrapUpCode.objects.values_list("pk", flat=True))
            may(wrapup_operations.submit, row.pk, by=row.agent, codes=codes)

    # --- administrators; what they change the next sweep takes up

    @rule(which=ANY, profile=ANY)
    def a_profile_is_given(self, which: int, profile: int) -> None:
        profiles = [None, *MultimediaProfile.objects.all()]
        Agent.objects.filter(pk=self.agent(which).pk).update(profile=any_of(profiles, profile))
        self.world.sweep()

    @rule(which=ANY, chats=st.integers(0, 4))
    def a_profile_is_changed(self, which: int, chats: int) -> None:
        profile = any_of(MultimediaProfile.objects.all(), which)
        assert profile is not None
        MultimediaProfile.objects.filter(pk=profile.pk).update(chat=chats)
        self.world.sweep()

    @rule(which=ANY, closed=st.booleans(), active=st.booleans(), mode=st.sampled_from(Queue.Mode.values))
    def a_queue_is_changed(self, which: int, closed: bool, active: bool, mode: str) -> None:
        queue = any_of(Queue.objects.all(), which)
        assert queue is not None
        hours = BusinessHours.objects.get(name="Never") if closed else None
        Queue.objects.filter(pk=queue.pk).update(hours=hours, is_active=active, mode=mode)
        self.world.sweep()

    # --- time

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.world.passes(seconds)

    def teardown(self) -> None:
        self.seen.update(ChatEvent.objects.values_list("verb", flat=True))
        self.seen.update(f"agent {verb}" for verb in Spell.objects.values_list("verb", flat=True))

    # --- what must hold after each of them

    @invariant()
    def everything_holds(self) -> None:
        assert all_broken(INVARIANTS) == {}
        left = operations.distribute()
        assert left == 0, f"{left} chats waited although somebody fitting was free"
