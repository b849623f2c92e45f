"""A day of a contact centre in minutes: real openings, many agents with mixed skills, RONA, lost connections, breaks.

Everything is done by the real verbs at the moment of the tests' clock; only who does what when is made up, from a seed.
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from heapq import heappop, heappush
from uuid import uuid4

from agents import operations as agent_operations
from agents.models import Agent, AgentSkill, IdleReason, MultimediaProfile, Skill, Team
from chats import operations
from chats.models import Chat, Offer, Seat
from contactcenter.simulator.dialogues import Dialogue
from lib.errors import Refused
from routing.models import DistributionGroup, EntryPoint, Queue, SkillRequirement
from tests import cast
from tests.clock import Clock
from tests.world import World
from wrapup import operations as wrapup_operations
from wrapup.models import WrapUp, WrapUpRule

IGNORED, BREAKS, LOST, SILENT, IMPATIENT, ENDED_BY_AGENT = 0.06, 0.04, 0.02, 0.03, 0.05, 0.3  # shares of all
LINES = 2  # of each side, and the customer's first one


class Day(World):
    """`hours` with as many chats as there are dialogues, spread over them; then until the last has ended."""

    def __init__(self, clock: Clock, dialogues: Sequence[Dialogue], *, agents: int, hours: float, seed: str) -> None:
        super().__init__(clock, heartbeat=60.0, sweep=20.0)
        self.luck = random.Random(seed)
        self.happened: Counter[str] = Counter()
        self._numbers = itertools.count()
        self._plan: list[tuple[float, int, Callable[[], None]]] = []
        self._known: set[object] = set()
        self._said: dict[object, tuple[str, ...]] = {}
        self.agents = self._furnish({dialogue.domain for dialogue in dialogues}, agents)
        for agent in self.agents:
            self._after(self.luck.uniform(0, 300), partial(self.comes, agent))
        for dialogue in dialogues:
            self._after(self.luck.uniform(0, hours * 3600), partial(self.opens, dialogue))

    def _furnish(self, domains: set[str], agents: int) -> list[Agent]:
        """A queue for each domain, with a mode, a skill that relaxes and teams that widen; the agents know some."""
        profiles = [
            MultimediaProfile.objects.create(name="Three", voice=0, chat=3, is_default=True),
            MultimediaProfile.objects.create(name="One", kind="exclusive", voice=1, chat=1),
            MultimediaProfile.objects.create(name="Two", kind="realtime", voice=1, chat=2),
        ]
        teams = [Team.objects.create(name=f"Team {n}", profile=profile) for n, profile in enumerate(profiles)]
        WrapUpRule.objects.create(seconds=60)
        IdleReason.objects.create(name="Break", is_default=True)
        self.code = cast.WrapUpCode.objects.create(name="Answered", is_default=True).pk
        skills = []
        overflow = cast.new_queue("Overflow", *teams)
        for n, domain in enumerate(sorted(domains)):
            mode = Queue.Mode.values[n % 4]
            queue = cast.new_queue(domain, teams[n % 3], mode=mode, ageing=60, max_wait=600, overflow=overflow)
            DistributionGroup.objects.create(queue=queue, after=45).teams.add(*teams)
            skill = Skill.objects.create(name=domain)
            skills.append(skill)
            SkillRequirement.objects.create(queue=queue, skill=skill, after=0, level=5)
            SkillRequirement.objects.create(queue=queue, skill=skill, after=90, level=0)
            EntryPoint.objects.create(name=domain, slug=f"door-{n}", queue=queue, away_timeout=120)
        hired = [cast.hire(f"Agent{n}", teams[n % 3]) for n in range(agents)]
        AgentSkill.objects.bulk_create(
            AgentSkill(agent=agent, skill=skill, level=self.luck.randint(1, 10))
            for agent in hired
            for skill in self.luck.sample(skills, min(len(skills), 4))
        )
        self.doors = {door.name: door for door in EntryPoint.objects.select_related("queue")}
        return hired

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        heappush(self._plan, (self.clock.ahead + seconds, next(self._numbers), act))

    def _tries(self, what: str, verb: Callable[[], object]) -> bool:
        try:
            verb()
        except Refused as refused:
            self.happened[f"{what} refused: {refused.code}"] += 1
            return False
        self.happened[what] += 1
        return True

    def run(self) -> None:
        """The day goes by; at its end every chat has ended and every agent has gone home."""
        while self._plan:
            at, _number, act = heappop(self._plan)
            self.passes(max(0.0, at - self.clock.ahead))
            act()
            self._notice()
            if not self._plan and Chat.objects.live().exists():
                self._after(30.0, lambda: None)
        self.passes(200.0)
        for agent in self.agents:
            self._tries("goes home", partial(operations.sign_out, agent, by=agent.user))

    def _notice(self) -> None:
        """Agents see new requests and new wrap-ups on their desks."""
        for offer in Offer.objects.live().select_related("agent"):
            if offer.pk not in self._known and offer.agent_id in self.desks:
                self._known.add(offer.pk)
                if self.luck.random() < IGNORED:
                    self.happened["ignores"] += 1
                    self._after(31.0 + self.luck.uniform(5, 60), partial(self.is_back, offer.agent))
                else:
                    self._after(self.luck.uniform(1.5, 15), partial(self.accepts, offer))
        for row in WrapUp.objects.open().select_related("agent"):
            if row.pk not in self._known:
                self._known.add(row.pk)
                self._after(self.luck.uniform(5, 80), partial(self.wraps_up, row))

    # --- agents

    def comes(self, agent: Agent) -> None:
        """The agent sits down at a new desk and is Available."""
        desk = uuid4().hex
        operations.sign_in(agent, desk=desk, by=agent.user, take_over=True)
        self.desks[agent.pk] = desk
        self.is_back(agent)

    def is_back(self, agent: Agent) -> None:
        """The agent is Available (again)."""
        self._tries("available", partial(agent_operations.become_available, agent, by=agent.user))

    def accepts(self, offer: Offer) -> None:
        """The agent takes the chat, unless he was lost meanwhile."""
        agent = offer.agent
        if agent.pk in self.desks and self._tries("accepts", partial(operations.accept, offer.pk, by=agent)):
            self._after(self.luck.uniform(3, 20), partial(self.talks, offer.chat_id, agent, 0))
        elif agent.pk in self.desks:
            self._after(5.0, partial(self.is_back, agent))

    def wraps_up(self, row: WrapUp) -> None:
        """The agent writes down what came of it, and sometimes takes a break or loses his connection."""
        self._tries("wraps up", partial(wrapup_operations.submit, row.pk, by=row.agent, codes=[self.code]))
        luck = self.luck.random()
        if luck < BREAKS:
            self._tries("rests", partial(agent_operations.go_idle, row.agent, by=row.agent.user))
            self._after(self.luck.uniform(60, 600), partial(self.is_back, row.agent))

    def is_lost(self, agent: Agent) -> None:
        """The agent's connection is gone, for less or more than his chats wait."""
        if self.desks.pop(agent.pk, None):
            self.happened["is lost"] += 1
            self._after(self.luck.uniform(20, 400), partial(self.comes, agent))

    # --- conversations

    def opens(self, dialogue: Dialogue) -> None:
        """A customer comes in."""
        door = self.doors[dialogue.domain]
        chat = operations.open(door, {"name": "Carol", "subject": dialogue.lines[0][:100]}).chat
        self.happened["opens"] += 1
        self.pages.add(chat.pk)
        self._said[chat.pk] = dialogue.lines
        cast.customer_says(chat, dialogue.lines[0])
        luck = self.luck.random()
        if luck < IMPATIENT:
            self._after(self.luck.uniform(20, 200), partial(self.leaves, chat))
        elif luck < IMPATIENT + SILENT:
            self._after(self.luck.uniform(5, 300), partial(self.goes_silently, chat))

    def talks(self, chat_id: object, agent: Agent, number: int) -> None:
        """The agent answers, the customer writes the next line; after the last one of them ends it."""
        if not Seat.objects.live().filter(chat=chat_id, agent=agent).exists():
            return
        chat = Chat.objects.get(pk=chat_id)
        if agent.pk in self.desks:
            self._tries("answers", partial(cast.agent_says, chat, agent, "I'll look into it."))
        if self.luck.random() < LOST:
            self.is_lost(agent)
        said = self._said[chat_id]
        if number + 1 < min(len(said), LINES):
            self._tries("writes", partial(cast.customer_says, chat, said[number + 1]))
            self._after(self.luck.uniform(10, 60), partial(self.talks, chat_id, agent, number + 1))
        elif self.luck.random() < ENDED_BY_AGENT and agent.pk in self.desks:
            self._tries("ends", partial(operations.end, chat, by=agent))
        else:
            self.leaves(chat)

    def leaves(self, chat: Chat) -> None:
        """The customer goes."""
        self._tries("leaves", partial(cast.customer_leaves, chat))

    def goes_silently(self, chat: Chat) -> None:
        """The customer closes the page without a word."""
        self.pages.discard(chat.pk)
        operations.customer_away(chat.pk)
        self.happened["goes silently"] += 1
