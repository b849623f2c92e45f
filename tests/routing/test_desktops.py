"""Desktop profiles: where a team's contacts may go, and whom it may ask."""

import pytest

from agents.models import Agent, Team
from routing.desktops import agents_in_reach, monitoring_shows, queues_in_reach
from routing.models import DesktopProfile, Queue
from tests import cast


@pytest.fixture
def ben(house: cast.House) -> Agent:
    return cast.hire("Ben", house.team)


def reached(agent: Agent, *, conference: bool = False) -> set[str]:
    return set(agents_in_reach(agent, conference=conference).values_list("name", flat=True))


def queues(agent: Agent) -> set[str]:
    return set(Queue.objects.filter(queues_in_reach(agent)).values_list("name", flat=True))


def profile(*teams: Team, **settings: str | bool) -> DesktopProfile:
    row = DesktopProfile.objects.create(name=f"P{DesktopProfile.objects.count()}", **settings)
    row.teams.set(teams)
    return row


def test_without_any_profile_nothing_is_limited(alice: Agent, ben: Agent, mallory: Agent) -> None:
    assert (reached(alice), queues(alice)) == ({"Ben", "Mallory"}, {"Service", "Elsewhere"})
    assert monitoring_shows(alice.team_id)


def test_nobody_reaches_himself_the_inactive_or_a_queue_out_of_use(alice: Agent, ben: Agent, mallory: Agent) -> None:
    Agent.objects.filter(pk=ben.pk).update(is_active=False)
    Queue.objects.filter(name="Elsewhere").update(is_active=False)
    assert (reached(alice), queues(alice)) == ({"Mallory"}, {"Service"})


def test_the_own_profile_counts_before_that_of_all_teams(
    house: cast.House, alice: Agent, ben: Agent, mallory: Agent
) -> None:
    profile(transfer_agents="nobody", transfer_queues="none", shows_monitoring=False)
    assert (reached(alice), queues(alice), monitoring_shows(alice.team_id)) == (set(), set(), False)
    profile(house.team, transfer_agents="team", conference="nobody", transfer_queues="all")
    assert (reached(alice), reached(alice, conference=True)) == ({"Ben"}, set())
    assert queues(alice) == {"Service", "Elsewhere"}
    assert (reached(mallory), queues(mallory)) == (set(), set())


def test_chosen_teams_and_queues_and_several_profiles_add_up(
    house: cast.House, alice: Agent, ben: Agent, mallory: Agent
) -> None:
    chosen = profile(house.team, transfer_agents="chosen", conference="chosen", transfer_queues="chosen")
    assert (reached(alice), queues(alice)) == (set(), set())
    chosen.agent_teams.add(mallory.team)
    chosen.queues.add(Queue.objects.get(name="Elsewhere"))
    assert (reached(alice), reached(alice, conference=True)) == ({"Mallory"}, {"Mallory"})
    assert queues(alice) == {"Elsewhere"}
    profile(house.team, transfer_agents="team", conference="nobody", transfer_queues="none")
    assert (reached(alice), reached(alice, conference=True)) == ({"Ben", "Mallory"}, {"Mallory"})
