"""Rows of every model the administration shows, each with rows of its own around it, so that no query is shared."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from agents.models import Agent, AgentSkill, IdleReason, MultimediaProfile, Skill, Spell, Team, User
from chats.models import (
    BotAnswer,
    CannedResponse,
    Chat,
    ChatEvent,
    Customer,
    CustomPattern,
    Entry,
    Finding,
    Offer,
    Rehearsal,
    ScreeningPolicy,
    Seat,
    Watch,
)
from routing.models import (
    BusinessHours,
    Decision,
    DesktopProfile,
    DistributionGroup,
    EntryPoint,
    Holiday,
    Opening,
    Queue,
)
from wrapup.models import WrapUp, WrapUpCode, WrapUpRule

number = count(1)


def user() -> User:
    n = next(number)
    return User.objects.create(username=f"user{n}", first_name="Una", last_name=f"User {n}")


def profile() -> MultimediaProfile:
    return MultimediaProfile.objects.create(name=f"Profile {next(number)}")


def team() -> Team:
    return Team.objects.create(name=f"Team {next(number)}", profile=profile())


def skill() -> Skill:
    return Skill.objects.create(name=f"Skill {next(number)}")


def reason() -> IdleReason:
    return IdleReason.objects.create(name=f"Reason {next(number)}")


def agent() -> Agent:
    row = Agent.objects.create(
        user=user(),
        name=f"Agent {next(number)}",
        team=team(),
        profile=profile(),
        state="idle",
        reason=reason(),
        lease_until=timezone.now() + timedelta(minutes=1),
    )
    AgentSkill.objects.create(agent=row, skill=skill())
    row.team.supervisors.add(row)
    return row


def login() -> User:
    return agent().user


def spell() -> Spell:
    return Spell.objects.create(
        agent=agent(), state="idle", reason=reason(), started_at=timezone.now(), verb="go_idle", caused_by=user()
    )


def hours() -> BusinessHours:
    row = BusinessHours.objects.create(name=f"Hours {next(number)}", zone="Europe/Berlin")
    Opening.objects.create(hours=row, weekday=0, opens="09:00", closes="12:00")
    Opening.objects.create(hours=row, weekday=0, opens="13:00", closes="17:00")
    Holiday.objects.create(hours=row, date="2026-12-25", name="Christmas")
    return row


def queue() -> Queue:
    row = Queue.objects.create(name=f"Queue {next(number)}", hours=hours())
    for after in (0, 60):
        DistributionGroup.objects.create(queue=row, after=after).teams.add(team(), team())
    return row


def entry_point() -> EntryPoint:
    n = next(number)
    row = EntryPoint.objects.create(name=f"Entry {n}", slug=f"entry-{n}", queue=queue())
    BotAnswer.objects.create(entry_point=row, triggers="opening hours\nopen", text="From nine to five.")
    return row


def decision() -> Decision:
    chosen, other = agent(), agent()
    return Decision.objects.create(
        contact=chat().pk,
        queue=queue(),
        at=timezone.now(),
        chosen=chosen,
        rule="only_one",
        removed={str(other.pk): "full"},
        snapshot={
            "contact": "x",
            "queue": 1,
            "mode": "longest_available",
            "waited": 41.0,
            "missed_by": None,
            "groups": [{"after": 0, "teams": [chosen.team_id]}, {"after": 120, "teams": [other.team_id]}],
            "candidates": [_candidate(chosen, 0), _candidate(other, 3)],
        },
    )


def _candidate(row: Agent, load: int) -> dict[str, Any]:
    free_since = timezone.now().timestamp() - 252
    return {
        "agent": row.pk,
        "team": row.team_id,
        "state": "available",
        "load": load,
        "capacity": 3,
        "free_since": free_since,
    }


def customer() -> Customer:
    return Customer.objects.create(name=f"Carol {next(number)}", email="carol@mail.example")


def chat() -> Chat:
    now = timezone.now()
    row = Chat.objects.create(
        state="queued",
        customer=customer(),
        entry_point=entry_point(),
        queue=queue(),
        started_at=now,
        enqueued_at=now,
        token=f"token {next(number)}".encode(),
        token_until=now + timedelta(hours=1),
    )
    Entry.objects.create(chat=row, seq=1, kind="message", at=now, sender_kind="customer", text="Where is my order?")
    return row


def seat() -> Seat:
    return Seat.objects.create(chat=chat(), agent=agent(), queue=queue(), joined_at=timezone.now())


def offer() -> Offer:
    now = timezone.now()
    return Offer.objects.create(
        chat=chat(), agent=agent(), queue=queue(), offered_at=now, expires_at=now + timedelta(seconds=30)
    )


def watch() -> Watch:
    return Watch.objects.create(chat=chat(), agent=agent(), began_at=timezone.now())


def desktop_profile() -> DesktopProfile:
    row = DesktopProfile.objects.create(name=f"Desktop {next(number)}")
    row.teams.add(team(), team())
    return row


def line() -> Entry:
    return Entry.objects.get(chat=chat())


def event() -> ChatEvent:
    return ChatEvent.objects.create(chat=chat(), at=timezone.now(), verb="open", state="bot", by_kind="customer")


def finding() -> Finding:
    return Finding.objects.create(
        chat=chat(), at=timezone.now(), sender_kind="customer", place="message", detector="pan", action="masked"
    )


def canned() -> CannedResponse:
    row = CannedResponse.objects.create(title=f"Hello {next(number)}", text="Hello {customer.name}")
    row.queues.add(queue())
    return row


def answer() -> BotAnswer:
    return entry_point().answers.get()


def code() -> WrapUpCode:
    row = WrapUpCode.objects.create(name=f"Code {next(number)}")
    row.queues.add(queue(), queue())
    row.teams.add(team())
    return row


def rule() -> WrapUpRule:
    return WrapUpRule.objects.create(queue=queue())


def wrapup() -> WrapUp:
    place = seat()
    row = WrapUp.objects.create(seat=place, agent=place.agent, started_at=timezone.now())
    row.codes.add(code(), code())
    return row


def logged() -> LogEntry:
    row = queue()
    return LogEntry.objects.create(
        user=user(),
        content_type=ContentType.objects.get_for_model(Queue),
        object_id=str(row.pk),
        object_repr=str(row),
        action_flag=CHANGE,
        change_message='[{"changed": {"fields": ["Offer timeout"], "values": [["Offer timeout", "20", "30"]]}}]',
    )


def rehearsal() -> Rehearsal:
    return Rehearsal.objects.create(day=timezone.localdate(), changes='[queue."A"]\npriority = 1\n', created_by=user())


MAKERS: dict[Any, Callable[[], Any]] = {
    User: login,
    Group: lambda: Group.objects.create(name=f"Role {next(number)}"),
    LogEntry: logged,
    Agent: agent,
    Team: team,
    MultimediaProfile: profile,
    Skill: skill,
    IdleReason: reason,
    Spell: spell,
    Queue: queue,
    BusinessHours: hours,
    EntryPoint: entry_point,
    DesktopProfile: desktop_profile,
    Watch: watch,
    Decision: decision,
    Customer: customer,
    Chat: chat,
    Seat: seat,
    Offer: offer,
    Entry: line,
    ChatEvent: event,
    Finding: finding,
    CannedResponse: canned,
    BotAnswer: answer,
    ScreeningPolicy: lambda: ScreeningPolicy.objects.create(queue=queue()),
    CustomPattern: lambda: CustomPattern.objects.create(name=f"pattern-{next(number)}", pattern="[0-9]{5}-x"),
    Rehearsal: rehearsal,
    WrapUpCode: code,
    WrapUpRule: rule,
    WrapUp: wrapup,
}
