"""The demo house: people, queues, entry points and words, so that a first visitor finds everything furnished."""

import tomllib
from pathlib import Path

from django.db import transaction

from agents.models import Agent, IdleReason, MultimediaProfile, Skill, Team, User
from chats.models import BotAnswer, CannedResponse
from routing.models import DesktopProfile, DistributionGroup, EntryPoint, Queue
from wrapup.models import WrapUpCode, WrapUpRule

PASSWORD = "demo"  # noqa: S105 - printed on the log-in page; the demo runs on loopback only
SUPERVISOR = ("bob", "Bob Hale")
QUEUE_WORDS = ("closing", "full_message", "max_wait_message")
DATA = tomllib.loads(Path(__file__).with_name("demo.toml").read_text(encoding="utf-8"))


def log_ins() -> list[str]:
    """The names of everybody the demo makes."""
    return ["admin", SUPERVISOR[0], *DATA["agents"]]


@transaction.atomic
def furnish(*, origins: list[str]) -> None:
    """Everything the demo needs is there; what is there already keeps what administrators changed."""
    profile, _ = MultimediaProfile.objects.get_or_create(
        name="Chat, five at once",
        defaults={"kind": "blended", "voice": 0, "chat": 5, "email": 0, "social": 0, "is_default": True},
    )
    team, _ = Team.objects.get_or_create(name="Customer service", defaults={"profile": profile})
    _people(team)
    for order, name in enumerate(DATA["idle_reasons"]):
        IdleReason.objects.get_or_create(name=name, defaults={"order": order, "is_default": order == 0})
    for name in ("English", "German", "Billing", "Technical"):
        Skill.objects.get_or_create(name=name)
    service, direct = _queue("Customer service", "Kundendienst", team), _queue("Orders", "Bestellungen", team)
    last = len(DATA["codes"]) - 1
    for order, name in enumerate(DATA["codes"]):
        WrapUpCode.objects.get_or_create(name=name, defaults={"order": order, "is_default": order == last})
    if not WrapUpRule.objects.exists():
        WrapUpRule.objects.create(seconds=60, may_extend=True)
    if not DesktopProfile.objects.exists():
        DesktopProfile.objects.create(name="Everybody and every queue")
    _entry_points(service, direct, origins)
    _words()


def _people(team: Team) -> None:
    _user("admin", "Ada Admin", is_staff=True, is_superuser=True)
    supervisor = _agent(*SUPERVISOR, team=team, role=Agent.Role.SUPERVISOR)
    team.supervisors.add(supervisor)
    for username, name in DATA["agents"].items():
        _agent(username, name, team=team, role=Agent.Role.AGENT)


def _user(username: str, name: str, **flags: bool) -> User:
    first, _, last = name.partition(" ")
    user, created = User.objects.get_or_create(
        username=username,
        defaults={"first_name": first, "last_name": last, "email": f"{username}@halden.example", **flags},
    )
    if created:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return user


def _agent(username: str, name: str, *, team: Team, role: str) -> Agent:
    defaults = {"name": name, "team": team, "role": role}
    agent, _ = Agent.objects.get_or_create(user=_user(username, name), defaults=defaults)
    return agent


def _queue(name: str, german: str, team: Team) -> Queue:
    words = {key: DATA[key] for field in QUEUE_WORDS for key in (field, f"{field}_de")}
    queue, created = Queue.objects.get_or_create(name=name, defaults={"name_de": german, **words})
    if created:
        DistributionGroup.objects.create(queue=queue, after=0).teams.add(team)
    return queue


def _entry_points(service: Queue, direct: Queue, origins: list[str]) -> None:
    closed = {key: DATA[key] for key in ("closed_message", "closed_message_de")}
    demo, created = EntryPoint.objects.get_or_create(
        slug="demo",
        defaults={
            "name": "Halden help",
            "name_de": "Halden-Hilfe",
            "queue": service,
            "bot_speaks_first": True,
            "takes_messages": True,
            "greeting": DATA["greeting"],
            "greeting_de": DATA["greeting_de"],
            **closed,
            "origins": origins,
        },
    )
    EntryPoint.objects.get_or_create(
        slug="direct",
        defaults={
            "name": "Halden orders",
            "name_de": "Halden-Bestellungen",
            "queue": direct,
            "origins": origins,
            "takes_messages": True,
            **closed,
        },
    )
    if created:
        for order, answer in enumerate(DATA["answers"]):
            BotAnswer.objects.create(entry_point=demo, order=order, **answer)


def _words() -> None:
    for words in DATA["canned"]:
        key = {"shortcut": words["shortcut"], "language": words["language"]}
        CannedResponse.objects.get_or_create(**key, defaults=words)
