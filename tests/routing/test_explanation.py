"""Every rule of routing in words."""

from typing import Any

import msgspec
import pytest

from agents.models import Agent, AgentSkill, Skill
from chats import operations
from lib.clock import database_now
from routing.explanation import Explanation, explain, rule_words
from routing.models import Decision, Queue, SkillRequirement
from routing.selection import ORDERS, Rule
from tests import cast
from tests.cast import comes_in, fresh, hire


@pytest.fixture
def others(house: cast.House) -> list[Agent]:
    agents = [hire(name, house.team) for name in ("First", "Second", "Third")]
    for agent in agents:
        row = cast.sits_down(agent)
        Agent.objects.filter(pk=agent.pk).update(state="available", free_since=row.since)
    return agents


def told(house: cast.House, **settings: Any) -> Explanation:
    """How the offer of a new chat is explained."""
    Queue.objects.filter(pk=house.queue.pk).update(**settings)
    chat = comes_in(house.entry_point).chat
    return explain(Decision.objects.filter(contact=chat.pk).latest("pk"))


def sentence(explanation: Explanation, name: str) -> str:
    return next(each.sentence for each in explanation.verdicts if each.name == name)


def test_longest_available(house: cast.House, others: list[Agent]) -> None:
    found = told(house)
    assert found.headline.startswith("Of 3 agents signed in, 3 could take the contact. First got it, the longest")
    assert sentence(found, "Second") == "Could take it too, but was given a contact more recently."


def test_best_available_names_the_levels(house: cast.House, others: list[Agent]) -> None:
    billing = Skill.objects.create(name="Billing 100%")
    SkillRequirement.objects.create(queue=house.queue, skill=billing, level=3)
    SkillRequirement.objects.create(queue=house.queue, skill=billing, level=1, after=180)
    for agent, level in zip(others, (9, 4, 2), strict=True):
        AgentSkill.objects.create(agent=agent, skill=billing, level=level)
    found = told(house, mode="best_available")
    assert found.headline.endswith("First got it, the best at the skills asked for: Billing 100% 9.")
    assert "Billing 100%: level 3 or more. After 3:00 of waiting: level 1." in found.details
    assert sentence(found, "Third") == "Billing 100% 2, but 3 is needed."
    assert sentence(found, "Second").startswith("Could take it too, but another is better")


def test_least_busy_and_its_tie(house: cast.House, others: list[Agent]) -> None:
    found = told(house, mode="least_busy")
    assert "First got it, the least busy: 0 of 3 contacts in hand." in found.headline
    assert found.headline.endswith("the longest without a new contact.")


def test_circular(house: cast.House, others: list[Agent]) -> None:
    assert told(house, mode="circular").headline.endswith("First got it, the first in turn.")
    found = told(house, mode="circular")
    assert found.headline.endswith("Second got it, the next in turn after First.")
    assert sentence(found, "Third") == "Could take it too, but comes later in turn."


def test_the_own_agent(house: cast.House, others: list[Agent]) -> None:
    found = told(house)
    row = Decision.objects.latest("pk")
    row.rule, row.chosen = "preferred", others[1]
    row.removed = {str(each.pk): "preferred_first" for each in others if each != others[1]}
    row.snapshot |= {"preferred": others[1].pk, "preferred_for": 60.0}
    found = explain(row)
    assert found.headline.startswith("Second got the contact: he last spoke with this customer")
    assert "Second last spoke with this customer and comes first for 1:00, if free." in found.details
    assert sentence(found, "First") == "Could take it, but the customer's own agent comes first."


def test_in_a_batch_everybody_is_shown_as_he_was_by_then(house: cast.House, others: list[Agent]) -> None:
    Agent.objects.update(state="idle")
    chats = [comes_in(house.entry_point).chat for _ in range(4)]
    Agent.objects.update(state="available", free_since=database_now())
    operations.distribute()
    last = explain(Decision.objects.filter(contact=chats[3].pk).latest("pk"))
    assert [each.load for each in last.verdicts] == ["1 of 3"] * 3


def test_every_mode_and_rule_has_words(house: cast.House, others: list[Agent]) -> None:
    assert all(rule_words(mode) != mode for mode in ORDERS)
    told(house)
    row = Decision.objects.latest("pk")
    for rule in Rule:
        row.removed = {str(others[2].pk): str(rule)}
        assert "by the rule" not in sentence(explain(row), "Third")
    assert msgspec.to_builtins(row.whole())["queue"] == fresh(house.queue).pk
