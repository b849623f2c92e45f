"""What a routing pass looks at: the chats in line, the queues' settings, and the agents with what they hold."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from agents.capacity import Contacts
from agents.models import Agent, AgentSkill, MultimediaProfile, Skill
from chats.models import Chat, ChatEvent, Offer
from chats.querysets import with_load
from routing.models import DistributionGroup, Queue, SkillRequirement
from routing.selection import Ask, Candidate, Group, Lineup, Need, Step, Waiting, order
from routing.wait import in_rotation


class InLine(NamedTuple):
    """A waiting chat, as far as routing looks at it."""

    pk: UUID
    queue: int
    priority: int
    ageing: int
    enqueued_at: datetime
    answered_at: datetime | None
    in_queue_since: datetime | None
    language: str
    preferred: int | None
    noted: int | None

    @property
    def waits_since(self) -> datetime:
        """From when groups widen and skills relax: who was answered already has talked since he first came."""
        return (self.in_queue_since if self.answered_at else None) or self.enqueued_at


COLUMNS = (
    "pk", "queue", "priority", "queue__ageing", "enqueued_at", "answered_at", "in_queue_since", "language",
    "preferred", "noted",
)  # fmt: skip


def line(queues: Collection[int], now: datetime, *, start: int, most: int, unnoted: bool = False) -> list[InLine]:
    """Up to `most` chats that wait in the queues, from place `start` (0: the first) on, first in line first."""
    waiting = Chat.objects.waiting().filter(queue__in=queues).ranked(now).order_by("rank", "enqueued_at", "pk")
    if unnoted:
        waiting = waiting.filter(noted=None)
    rows = {str(row[0]): InLine(*row) for row in waiting.values_list(*COLUMNS)[start : start + most]}
    places = [Waiting(key, row.priority, row.enqueued_at.timestamp(), row.ageing) for key, row in rows.items()]
    return [rows[each.contact] for each in order(places, now.timestamp())]


class Rosters:
    """Queues and the candidates for each of them at one moment; both change only by what this pass gives out."""

    def __init__(self, queues: Collection[int], *, around: bool = False) -> None:
        """Read everything; `around`: but for agents whose row somebody else holds, and hold those who are read."""
        self.queues = {row.pk: row for row in Queue.objects.filter(pk__in=queues)}
        self.groups: dict[int, list[Group]] = {
            pk: [Group(after, tuple(sorted(teams))) for after, teams in sorted(groups.items())]
            for pk, groups in _groups(queues).items()
        }
        self.needs = _needs(queues)
        self.last_chosen = {pk: row.last_chosen_id for pk, row in self.queues.items()}
        everybody = self._candidates()
        if around:
            rows = Agent.objects.filter(pk__in=[each.agent for each in everybody])
            free = set(rows.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
            everybody = [each for each in everybody if each.agent in free]
        self.everybody = {each.agent: each for each in everybody}
        self.lineups = {pk: self._lineup(pk) for pk in self.queues}
        self._serving: dict[int, int] = {}

    def _lineup(self, queue: int) -> Lineup:
        teams = self._teams(queue)
        return Lineup(each for each in self.everybody.values() if each.team in teams)

    def serving(self, queue: int) -> int:
        """How many agents are in rotation for the queue."""
        if queue not in self._serving:
            self._serving[queue] = len(in_rotation(self.lineups[queue].now(), self.needs.get(queue, ())))
        return self._serving[queue]

    def _teams(self, queue: int) -> set[int]:
        return {team for group in self.groups.get(queue, ()) for team in group.teams}

    def _candidates(self) -> list[Candidate]:
        room = Room()
        teams = {team for queue in self.queues for team in self._teams(queue)}
        skills = self._skills(teams)
        agents = with_load(Agent.objects.signed_in().employed().filter(team__in=teams)).order_by("pk")
        columns = ("pk", "team", "state", "load", "profile", "team__profile", "free_since")
        found = []
        for pk, team, state, load, own, of_team, free_since in agents.values_list(*columns):
            since = free_since.timestamp() if free_since else 0.0
            capacity = room.of(own, of_team)
            found.append(Candidate(pk, team, str(state), load, capacity, since, tuple(skills.get(pk, ()))))
        return found

    def _skills(self, teams: Collection[int]) -> dict[int, list[tuple[int, int]]]:
        """Of every agent the levels of those skills that any of the queues asks for."""
        asked = {need.skill for needs in self.needs.values() for need in needs}
        asked |= set(self._languages.values())
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        if asked:
            rows = AgentSkill.objects.filter(skill__in=asked, agent__team__in=teams).order_by("agent", "skill")
            for agent, skill, level in rows.values_list("agent", "skill", "level"):
                found[agent].append((skill, level))
        return found

    @cached_property
    def _languages(self) -> dict[str, int]:
        """The skill of each language; none when no queue asks for it."""
        if not any(queue.language_seconds for queue in self.queues.values()):
            return {}
        return dict(Skill.objects.exclude(language="").values_list("language", "pk"))

    def ask(self, chat: InLine, now: datetime, missed_by: int | None) -> Ask:
        """What the policy may know of the chat."""
        queue = self.queues[chat.queue]
        return Ask(
            contact=str(chat.pk),
            queue=queue.pk,
            mode=queue.mode,
            waited=(now - chat.waits_since).total_seconds(),
            groups=tuple(self.groups.get(queue.pk, ())),
            needs=self._needs_of(queue, chat.language),
            missed_by=missed_by,
            preferred=chat.preferred if queue.preferred_seconds else None,
            preferred_for=float(queue.preferred_seconds),
            last_chosen=self.last_chosen[queue.pk] if queue.mode == Queue.Mode.CIRCULAR else None,
        )

    def _needs_of(self, queue: Queue, language: str) -> tuple[Need, ...]:
        needs = self.needs.get(queue.pk, ())
        skill = self._languages.get(language)
        if not queue.language_seconds or skill is None or any(need.skill == skill for need in needs):
            return needs
        return (*needs, Need(skill, (Step(0.0, 1), Step(float(queue.language_seconds), 0))))

    def took(self, agent: int, queue: int, now: datetime) -> None:
        """The agent was given a chat of the queue."""
        self.last_chosen[queue] = agent
        for lineup in self.lineups.values():
            lineup.took(agent, now.timestamp())

    def has_room(self) -> bool:
        """Whether anybody could take anything at all."""
        return any(lineup.has_room() for lineup in self.lineups.values())


def _groups(queues: Collection[int]) -> dict[int, dict[float, list[int]]]:
    found: dict[int, dict[float, list[int]]] = defaultdict(lambda: defaultdict(list))
    rows = DistributionGroup.objects.filter(queue__in=queues).order_by("queue", "after")
    for queue, after, team in rows.values_list("queue", "after", "teams"):
        teams = found[queue][float(after)]
        if team is not None:
            teams.append(team)
    return found


def _needs(queues: Collection[int]) -> dict[int, tuple[Need, ...]]:
    steps: dict[int, dict[int, list[Step]]] = defaultdict(lambda: defaultdict(list))
    rows = SkillRequirement.objects.filter(queue__in=queues).order_by("queue", "skill", "after")
    for queue, skill, after, level in rows.values_list("queue", "skill", "after", "level"):
        steps[queue][skill].append(Step(float(after), level))
    return {queue: tuple(Need(skill, tuple(each)) for skill, each in own.items()) for queue, own in steps.items()}


class Room:
    """How many chats each multimedia profile allows, as the profiles are now."""

    def __init__(self) -> None:
        profiles = list(MultimediaProfile.objects.all())
        self._chats = {profile.pk: profile.left(Contacts()).chat for profile in profiles}
        self._default = next((profile.pk for profile in profiles if profile.is_default), None)

    def of(self, own: int | None, of_team: int | None) -> int:
        """The places of an agent with these profiles; 0 where there is none at all."""
        return self._chats.get(own or of_team or self._default or 0, 0)


def places(agents: Collection[int]) -> dict[int, tuple[int, int]]:
    """What the agents hold now, and how much they can; those who may not work here any more are missing."""
    room = Room()
    rows = with_load(Agent.objects.employed().filter(pk__in=agents))
    columns = rows.values_list("pk", "load", "profile", "team__profile")
    return {pk: (load, room.of(own, of_team)) for pk, load, own, of_team in columns}


def missed(chats: Iterable[UUID]) -> dict[UUID, int]:
    """Who let the last offer of a chat lapse, or has passed it on into the queue since: others come before him."""
    last: dict[UUID, int] = {}
    moments: dict[UUID, datetime] = {}
    ended = Offer.objects.filter(chat__in=list(chats)).exclude(outcome="").order_by("ended_at")
    for chat, agent, outcome, at in ended.values_list("chat", "agent", "outcome", "ended_at"):
        last.pop(chat, None)
        moments[chat] = at
        if outcome == Offer.Outcome.LAPSED:
            last[chat] = agent
    if moments:
        passed_on = ChatEvent.objects.filter(chat__in=list(moments), verb="transfer").order_by("at")
        for chat, agent, at in passed_on.values_list("chat", "by_id", "at"):
            if at >= moments[chat]:
                last[chat] = int(agent)
    return last
