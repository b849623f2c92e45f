"""A routing decision in plain sentences: who was chosen by which rule, who was left out, and why."""

from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agents.models import Agent, Skill, Team
from agents.states import State
from routing.models import Decision
from routing.selection import Candidate, Need, Snapshot, lacking


class Verdict(NamedTuple):
    """One candidate as the pass saw him: contacts held of contacts possible, and what was made of him."""

    name: str
    team: str
    state: str
    state_label: str
    load: str
    free_for: str
    sentence: str
    chosen: bool


class Explanation(NamedTuple):
    """The decision in a sentence, what it rested on, and every candidate, the chosen one first."""

    headline: str
    details: list[str]
    verdicts: list[Verdict]


class _Names:
    """Names of the agents, teams and skills a decision speaks of; at most three queries."""

    def __init__(self, decision: Decision, snapshot: Snapshot) -> None:
        agents = {each.agent for each in snapshot.candidates} | set(map(int, decision.removed))
        agents |= {
            agent for agent in (snapshot.missed_by, snapshot.preferred, snapshot.last_chosen) if agent is not None
        }
        teams = {team for group in snapshot.groups for team in group.teams}
        teams |= {each.team for each in snapshot.candidates}
        skills = [need.skill for need in snapshot.needs]
        self._skills = dict(Skill.objects.filter(pk__in=skills).values_list("pk", "name")) if skills else {}
        self._agents = dict(Agent.objects.filter(pk__in=agents).values_list("pk", "name"))
        self._teams = dict(Team.objects.filter(pk__in=teams).values_list("pk", "name"))

    def agent(self, key: Any) -> str:
        return self._agents.get(int(key)) or _("agent %(id)s (deleted)") % {"id": key}

    def skill(self, key: int) -> str:
        return self._skills.get(key) or _("skill %(id)s (deleted)") % {"id": key}

    def team(self, key: Any) -> str:
        return self._teams.get(key) or _("team %(id)s (deleted)") % {"id": key}


def duration(seconds: float) -> str:
    """0:41, 12:05 or 1:02:03."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def explain(decision: Decision) -> Explanation:
    """The decision as a supervisor reads it, in the language of the request."""
    snapshot = decision.whole()
    names = _Names(decision, snapshot)
    verdicts = [_verdict(each, snapshot, decision, names) for each in snapshot.candidates]
    verdicts.sort(key=lambda verdict: (not verdict.chosen, verdict.name))
    return Explanation(_headline(decision, snapshot, names), _details(snapshot, names), verdicts)


def summary(decision: Decision) -> str:
    """One line for the list, without a query beyond the decision's own row and its agent."""
    if decision.chosen is None:
        return _("Nobody could take it.")
    return _("%(name)s: %(rule)s") % {"name": decision.chosen.name, "rule": rule_words(decision.rule)}


REMOVED: dict[str, Promise] = {
    "not_available": gettext_lazy("%(n)d not Available"),
    "not_in_group": gettext_lazy("%(n)d not asked yet"),
    "lacks_skill": gettext_lazy("%(n)d without the skill"),
    "no_capacity": gettext_lazy("%(n)d without chats in the profile"),
    "full": gettext_lazy("%(n)d without a free place"),
    "just_missed": gettext_lazy("%(n)d just let it pass"),
    "preferred_first": gettext_lazy("%(n)d after the customer's own agent"),
}


def short(decision: Decision) -> str:
    """As `summary`, and where nobody could take it, how many agents were left out by which rule."""
    if decision.chosen is not None:
        return summary(decision)
    rules = list(decision.removed.values())
    if not rules:
        return _("Nobody of this queue's teams was signed in.")
    counts = [str(REMOVED[rule]) % {"n": rules.count(rule)} for rule in REMOVED if rule in rules]
    return _("Nobody could take it: %(counts)s.") % {"counts": ", ".join(counts)}


RULES: dict[str, Promise] = {
    "longest_available": gettext_lazy("longest without a new contact"),
    "best_available": gettext_lazy("the best at the skills asked for"),
    "least_busy": gettext_lazy("the least busy"),
    "circular": gettext_lazy("next in turn"),
    "preferred": gettext_lazy("the customer's own agent"),
    "only_one": gettext_lazy("the only one who could take it"),
    "nobody": gettext_lazy("nobody could take it"),
}


def rule_words(rule: str) -> str:
    """Why the chosen one was chosen."""
    return str(RULES.get(rule, rule))


def _headline(decision: Decision, snapshot: Snapshot, names: _Names) -> str:
    everybody = len(snapshot.candidates)
    if decision.chosen_id is None:
        seen = ngettext(
            "One agent of this queue's teams was signed in, but could not take the contact.",
            "%(n)d agents of this queue's teams were signed in, but none could take the contact.",
            everybody,
        )
        return seen % {"n": everybody} if everybody else _("No agent of this queue's teams was signed in.")
    words = {"name": names.agent(decision.chosen_id), "n": everybody, "fitting": everybody - len(decision.removed)}
    if decision.rule == "only_one":
        return _("%(name)s got the contact: of %(n)d agents signed in, nobody else could take it.") % words
    if decision.rule == "preferred":
        return _("%(name)s got the contact: he last spoke with this customer, and his time to come first ran.") % words
    because = _because(decision, snapshot, names)
    if because is None:
        return _("%(name)s got the contact by the rule “%(rule)s”.") % {**words, "rule": decision.rule}
    return " ".join(
        [_("Of %(n)d agents signed in, %(fitting)d could take the contact.") % words, because, _tie(decision)]
    ).strip()


def _because(decision: Decision, snapshot: Snapshot, names: _Names) -> str | None:
    """Why the chosen one; None for a rule nobody here knows."""
    chosen = next((each for each in snapshot.candidates if each.agent == decision.chosen_id), None)
    if chosen is None:
        return None
    named: dict[str, Any] = {"name": names.agent(chosen.agent)}
    if decision.rule == "longest_available":
        return _("%(name)s got it, the longest without a new one: %(time)s.") % {
            **named,
            "time": _free_for(chosen, decision),
        }
    if decision.rule == "best_available":
        own = dict(chosen.skills)
        levels = [f"{names.skill(need.skill)} {own[need.skill]}" for need in snapshot.needs if need.skill in own]
        words = {**named, "skills": ", ".join(levels) or "–"}
        return _("%(name)s got it, the best at the skills asked for: %(skills)s.") % words
    if decision.rule == "least_busy":
        words = {**named, "load": chosen.load, "capacity": chosen.capacity}
        return _("%(name)s got it, the least busy: %(load)d of %(capacity)d contacts in hand.") % words
    if decision.rule == "circular":
        if snapshot.last_chosen is None:
            return _("%(name)s got it, the first in turn.") % named
        words = {**named, "before": names.agent(snapshot.last_chosen)}
        return _("%(name)s got it, the next in turn after %(before)s.") % words
    return None


def _tie(decision: Decision) -> str:
    if decision.tie == "longest_available":
        return _("Others were equal to that; this one had been the longest without a new contact.")
    return ""


def _details(snapshot: Snapshot, names: _Names) -> list[str]:
    sentences = [_("The contact had waited %(time)s.") % {"time": duration(snapshot.waited)}]
    for group in snapshot.groups:
        teams = ", ".join(names.team(team) for team in group.teams) or "–"
        words = {"teams": teams, "time": duration(group.after)}
        if not group.after:
            sentences.append(_("Asked at once: %(teams)s.") % words)
        elif group.after <= snapshot.waited:
            sentences.append(_("Asked too, after %(time)s of waiting: %(teams)s.") % words)
        else:
            sentences.append(_("Not asked yet, only after %(time)s of waiting: %(teams)s.") % words)
    if not snapshot.groups:
        sentences.append(_("The queue has no distribution group, so nobody can be asked."))
    sentences += [_need(need, snapshot.waited, names) for need in snapshot.needs]
    if snapshot.preferred is not None:
        words = {"name": names.agent(snapshot.preferred), "time": duration(snapshot.preferred_for)}
        sentences.append(_("%(name)s last spoke with this customer and comes first for %(time)s, if free.") % words)
    if snapshot.missed_by is not None:
        sentences.append(
            _("%(name)s had let the last offer pass, or passed the contact on.")
            % {"name": names.agent(snapshot.missed_by)}
        )
    return sentences


def _need(need: Need, waited: float, names: _Names) -> str:
    """What was asked of a skill, and what comes next."""
    level = need.level(waited)
    words = {"skill": names.skill(need.skill), "level": level}
    now = _("%(skill)s: level %(level)d or more.") if level else _("%(skill)s: not asked for.")
    step = next((step for step in need.steps if step.after > waited), None)
    if step is None:
        return now % words
    later = {"time": duration(step.after), "level": step.level}
    then = _("After %(time)s of waiting: level %(level)d.") if step.level else _("After %(time)s: no longer.")
    return f"{now % words} {then % later}"


def _verdict(candidate: Candidate, snapshot: Snapshot, decision: Decision, names: _Names) -> Verdict:
    chosen = candidate.agent == decision.chosen_id
    return Verdict(
        name=names.agent(candidate.agent),
        team=names.team(candidate.team),
        state=candidate.state,
        state_label=str(dict(State.choices).get(candidate.state, candidate.state)),
        load=_("%(load)d of %(capacity)d") % {"load": candidate.load, "capacity": candidate.capacity},
        free_for=_free_for(candidate, decision) if candidate.state == State.AVAILABLE else "–",
        sentence=_("Chosen.") if chosen else _why_not(candidate, snapshot, decision, names),
        chosen=chosen,
    )


def _why_not(candidate: Candidate, snapshot: Snapshot, decision: Decision, names: _Names) -> str:
    rule = decision.removed.get(str(candidate.agent))
    if rule is None:
        return _could_too(decision.rule)
    if rule == "lacks_skill":
        return _lacks(candidate, snapshot, names)
    load = {"load": candidate.load, "capacity": candidate.capacity}
    sentences = {
        "not_available": _("Not available."),
        "not_in_group": _("The team is asked only after a longer wait."),
        "no_capacity": _("The multimedia profile allows none."),
        "full": _("No free place: %(load)d of %(capacity)d contacts in hand.") % load,
        "just_missed": _("Let this contact's last offer pass, or passed it on; others came first."),
        "preferred_first": _("Could take it, but the customer's own agent comes first."),
    }
    return sentences.get(rule) or _("Left out by the rule “%(rule)s”.") % {"rule": rule}


def _could_too(rule: str) -> str:
    sentences = {
        "best_available": _("Could take it too, but another is better at the skills, or was free for longer."),
        "least_busy": _("Could take it too, but is busier, or was given a contact more recently."),
        "circular": _("Could take it too, but comes later in turn."),
    }
    return sentences.get(rule) or _("Could take it too, but was given a contact more recently.")


def _lacks(candidate: Candidate, snapshot: Snapshot, names: _Names) -> str:
    levels = tuple((need.skill, need.level(snapshot.waited)) for need in snapshot.needs)
    skill = lacking(candidate, levels)
    if skill is None:
        return _("Lacks a skill.")
    words = {"skill": names.skill(skill), "own": dict(candidate.skills).get(skill, 0), "level": dict(levels)[skill]}
    return _("%(skill)s %(own)d, but %(level)d is needed.") % words


def _free_for(candidate: Candidate, decision: Decision) -> str:
    if not candidate.free_since:
        return "–"
    return duration(decision.at.timestamp() - candidate.free_since)
