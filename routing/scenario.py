"""Changed settings from a TOML file, applied to a recorded day.

[queue."Billing"]
mode = "least_busy"
offer_timeout = 20
service_level_seconds = 30
groups = [{after = 0, teams = ["Billing"]}, {after = 60, teams = ["Technical"]}]

[team."Billing"]
agents = 12     # of the recorded ones fewer, or the first ones doubled
capacity = 4    # chats at once
"""

import json
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from routing.selection import ORDERS, Group
from routing.whatif import Day, QueueRules, Worker

MOST_AGENTS = 10_000
NUMBERS = {
    "priority": (1, 10),
    "ageing": (0, 86_400),
    "offer_timeout": (1, 6000),
    "service_level_seconds": (1, 86_400),
    "preferred_seconds": (0, 86_400),
    "max_wait": (0, 86_400),
}
OF_TEAM = {"agents": (0, MOST_AGENTS), "capacity": (0, 20)}


class ScenarioError(ValueError):
    """What is wrong with the file, in a sentence."""


def changed(day: Day, text: str, *, teams: Mapping[str, int]) -> Day:
    """The day under the file's settings; `teams` are keys by name. Raises ScenarioError."""
    try:
        wanted = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(_("This is not TOML: %(error)s.") % {"error": error}) from error
    _known("", wanted, ("queue", "team"))
    queues = {rules.name: rules for rules in day.queues.values()}
    for name, settings in _tables(wanted, "queue"):
        queues[name] = _queue(_found("queue", name, queues), settings, queues, teams)
    workers = list(day.workers)
    for name, settings in _tables(wanted, "team"):
        workers = _team(name, _found("team", name, teams), settings, workers)
    return msgspec.structs.replace(day, queues={rules.queue: rules for rules in queues.values()}, workers=workers)


def written(queues: Mapping[str, Mapping[str, Any]], teams: Mapping[str, Mapping[str, Any]]) -> str:
    """Settings by name as TOML that `changed` reads; whoever has none is left out."""
    tables = [("queue", queues), ("team", teams)]
    parts = []
    for kind, rows in tables:
        for name, settings in rows.items():
            lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()]
            if lines:
                parts.append("\n".join([f"[{kind}.{json.dumps(name, ensure_ascii=False)}]", *lines]) + "\n")
    return "\n".join(parts)


def _tables(wanted: Mapping[str, Any], kind: str) -> list[tuple[str, Mapping[str, Any]]]:
    tables = wanted.get(kind, {})
    if not isinstance(tables, dict) or not all(isinstance(each, dict) for each in tables.values()):
        raise ScenarioError(_('Settings of a %(kind)s stand under a heading like [%(kind)s."Name"].') % {"kind": kind})
    return list(tables.items())


def _found(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        sentence = {"queue": _("There is no queue %(name)s. There are: %(known)s.")}.get(kind)
        sentence = sentence or _("There is no team %(name)s. There are: %(known)s.")
        raise ScenarioError(sentence % {"name": repr(name), "known": ", ".join(sorted(known)) or "–"})
    return known[name]


def _known(place: str, settings: Mapping[str, Any], names: Any) -> None:
    strange = sorted(set(settings) - set(names))
    if strange:
        words = {"place": place, "strange": ", ".join(strange), "known": ", ".join(sorted(names))}
        sentence = _("Unknown setting: %(strange)s. Known: %(known)s.")
        if place:
            sentence = _("Unknown setting of %(place)s: %(strange)s. Known: %(known)s.")
        raise ScenarioError(sentence % words)


def _number(place: str, name: str, value: Any, limits: tuple[int, int]) -> int:
    low, high = limits
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        words = {"name": name, "place": place, "low": low, "high": high, "value": repr(value)}
        sentence = _("%(name)s of %(place)s must be a whole number from %(low)d to %(high)d, not %(value)s.")
        raise ScenarioError(sentence % words)
    return value


def _queue(
    rules: QueueRules, settings: Mapping[str, Any], queues: Mapping[str, QueueRules], teams: Mapping[str, int]
) -> QueueRules:
    place = _("queue %(name)s") % {"name": repr(rules.name)}
    _known(place, settings, ("mode", "groups", "overflow", *NUMBERS))
    changes: dict[str, Any] = {
        name: _number(place, name, settings[name], limits) for name, limits in NUMBERS.items() if name in settings
    }
    if "mode" in settings:
        if settings["mode"] not in ORDERS:
            sentence = _("mode of %(place)s must be one of %(modes)s.")
            raise ScenarioError(sentence % {"place": place, "modes": ", ".join(sorted(ORDERS))})
        changes["mode"] = settings["mode"]
    if "overflow" in settings:
        after = settings["overflow"]
        changes["overflow"] = _found("queue", after, queues).queue if after else None
    if "groups" in settings:
        changes["groups"] = _groups(place, settings["groups"], teams)
    return msgspec.structs.replace(rules, **changes)


def _groups(place: str, groups: Any, teams: Mapping[str, int]) -> tuple[Group, ...]:
    if not isinstance(groups, list) or not all(isinstance(each, dict) for each in groups):
        raise ScenarioError(_('groups of %(place)s look like [{after = 0, teams = ["Name"]}].') % {"place": place})
    found = []
    for each in groups:
        _known(_("a group of %(place)s") % {"place": place}, each, ("after", "teams"))
        names = each.get("teams", [])
        if not isinstance(names, list):
            raise ScenarioError(_("teams of a group of %(place)s must be a list of names.") % {"place": place})
        after = _number(_("a group of %(place)s") % {"place": place}, "after", each.get("after", 0), (0, 86_400))
        found.append(Group(after, tuple(_found("team", name, teams) for name in names)))
    return tuple(sorted(found, key=lambda group: group.after))


def _team(name: str, team: int, settings: Mapping[str, Any], workers: list[Worker]) -> list[Worker]:
    place = _("team %(name)s") % {"name": repr(name)}
    _known(place, settings, OF_TEAM)
    numbers = {key: _number(place, key, settings[key], OF_TEAM[key]) for key in settings}
    members = sorted((each for each in workers if each.team == team), key=lambda each: each.agent)
    others = [each for each in workers if each.team != team]
    if "agents" in numbers:
        if numbers["agents"] and not members:
            sentence = _("Nobody of %(place)s was there that day, so nobody can be doubled.")
            raise ScenarioError(sentence % {"place": place})
        free = max((each.agent for each in workers), default=0) + 1
        more = range(max(0, numbers["agents"] - len(members)))
        doubles = [msgspec.structs.replace(members[n % len(members)], agent=free + n) for n in more]
        members = [*members[: numbers["agents"]], *doubles]
    if "capacity" in numbers:
        members = [msgspec.structs.replace(each, capacity=numbers["capacity"]) for each in members]
    return [*others, *members]
