"""A routing decision in plain sentences: who was chosen by which rule, who was left out, and why."""

from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agents.models import Agent, Team
from agents.states import State
from routing.models import Decision


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
    """Names of the agents and teams a decision speaks of; two queries."""

    def __init__(self, decision: Decision) -> None:
        snapshot = decision.snapshot
        agents = {int(each["agent"]) for each in snapshot.get("candidates", ())} | set(map(int, decision.removed))
        teams = {team for group in snapshot.get("groups", ()) for team in group["teams"]}
        teams |= {each["team"] for each in snapshot.get("candidates", ())}
        self._agents = dict(Agent.objects.filter(pk__in=agents).values_list("pk", "name"))
        self._teams = dict(Team.objects.filter(pk__in=teams).values_list("pk", "name"))

    def agent(self, key: Any) -> str:
        return self._agents.get(int(key)) or _("agent %(id)s (deleted)") % {"id": key}

    def team(self, key: Any) -> str:
        return self._teams.get(key) or _("team %(id)s (deleted)") % {"id": key}


def duration(seconds: float) -> str:
    """0:41, 12:05 or 1:02:03."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def explain(decision: Decision) -> Explanation:
    """The decision as a supervisor reads it, in the language of the request."""
    names = _Names(decision)
    verdicts = [_verdict(each, decision, names) for each in decision.snapshot.get("candidates", ())]
    verdicts.sort(key=lambda verdict: (not verdict.chosen, verdict.name))
    return Explanation(_headline(decision, names), _details(decision, names), verdicts)


def summary(decision: Decision) -> str:
    """One line for the list, without a query beyond the decision's own row and its agent."""
    if decision.chosen is None:
        return _("Nobody could take it.")
    return _("%(name)s: %(rule)s") % {"name": decision.chosen.name, "rule": rule_words(decision.rule)}


RULES: dict[str, Promise] = {
    "longest_available": gettext_lazy("longest without a new contact"),
    "only_one": gettext_lazy("the only one who could take it"),
    "nobody": gettext_lazy("nobody could take it"),
}


def rule_words(rule: str) -> str:
    """Why the chosen one was chosen."""
    return str(RULES.get(rule, rule))


def _headline(decision: Decision, names: _Names) -> str:
    candidates = decision.snapshot.get("candidates", ())
    fitting = len(candidates) - len(decision.removed)
    if decision.chosen_id is None:
        seen = ngettext(
            "One agent of this queue's teams was signed in, but could not take the contact.",
            "%(n)d agents of this queue's teams were signed in, but none could take the contact.",
            len(candidates),
        )
        return seen % {"n": len(candidates)} if candidates else _("No agent of this queue's teams was signed in.")
    words = {"name": names.agent(decision.chosen_id), "n": len(candidates), "fitting": fitting}
    if decision.rule == "only_one":
        return _("%(name)s got the contact: of %(n)d agents signed in, nobody else could take it.") % words
    if decision.rule == "longest_available":
        words["time"] = _free_for(decision, decision.chosen_id)
        return (
            _(
                "Of %(n)d agents signed in, %(fitting)d could take the contact. "
                "%(name)s got it, the longest without a new one: %(time)s."
            )
            % words
        )
    return _("%(name)s got the contact by the rule “%(rule)s”.") % {**words, "rule": decision.rule}


def _details(decision: Decision, names: _Names) -> list[str]:
    snapshot = decision.snapshot
    waited = float(snapshot.get("waited", 0))
    sentences = [_("The contact had waited %(time)s.") % {"time": duration(waited)}]
    for group in snapshot.get("groups", ()):
        teams = ", ".join(names.team(team) for team in group["teams"]) or "–"
        words = {"teams": teams, "time": duration(group["after"])}
        if not group["after"]:
            sentences.append(_("Asked at once: %(teams)s.") % words)
        elif group["after"] <= waited:
            sentences.append(_("Asked too, after %(time)s of waiting: %(teams)s.") % words)
        else:
            sentences.append(_("Not asked yet, only after %(time)s of waiting: %(teams)s.") % words)
    if not snapshot.get("groups"):
        sentences.append(_("The queue has no distribution group, so nobody can be asked."))
    if snapshot.get("missed_by") is not None:
        sentences.append(_("%(name)s had let the last offer pass.") % {"name": names.agent(snapshot["missed_by"])})
    return sentences


def _verdict(candidate: dict[str, Any], decision: Decision, names: _Names) -> Verdict:
    agent, state = candidate["agent"], candidate["state"]
    chosen = agent == decision.chosen_id
    return Verdict(
        name=names.agent(agent),
        team=names.team(candidate["team"]),
        state=state,
        state_label=str(dict(State.choices).get(state, state)),
        load=_("%(load)d of %(capacity)d") % candidate,
        free_for=_free_for(decision, agent) if state == State.AVAILABLE else "–",
        sentence=_("Chosen.") if chosen else _why_not(candidate, decision, names),
        chosen=chosen,
    )


def _why_not(candidate: dict[str, Any], decision: Decision, names: _Names) -> str:
    rule = decision.removed.get(str(candidate["agent"]))
    if rule is None:
        return _("Could take it too, but was given a contact more recently.")
    sentences = {
        "not_available": _("Not available."),
        "not_in_group": _("The team is asked only after a longer wait."),
        "no_capacity": _("The multimedia profile allows none."),
        "full": _("No free place: %(load)d of %(capacity)d contacts in hand.") % candidate,
        "just_missed": _("Let this contact's last offer pass; others came first."),
    }
    return sentences.get(rule) or _("Left out by the rule “%(rule)s”.") % {"rule": rule}


def _free_for(decision: Decision, agent: int) -> str:
    candidates = {each["agent"]: each for each in decision.snapshot.get("candidates", ())}
    candidate = candidates.get(agent)
    if not candidate or not candidate.get("free_since"):
        return "–"
    return duration(decision.at.timestamp() - float(candidate["free_since"]))
