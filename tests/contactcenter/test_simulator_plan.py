from collections import Counter
from itertools import islice

import pytest

from contactcenter.simulator.dialogues import LONGEST, Dialogue
from contactcenter.simulator.plan import ARRIVAL_SHARE, LOGINS, PAUSE_SHARE, SHORTEST_PAUSE, make

DIALOGUES = tuple(Dialogue(str(number), "tea", "en", ("hello",) * (number + 1)) for number in range(5))


def plan(**changes):
    return make(
        **{"customers": 23, "agents": 3, "seconds": 120.0, "dialogues": DIALOGUES, "seed": "a", "rona": 0.2} | changes
    )


def test_same_seed_same_plan_other_seed_other_plan():
    assert plan() == plan()
    assert plan().customers != plan(seed="b").customers


def test_customers_arrive_one_after_the_other_in_the_first_part():
    arrivals = [customer.arrives for customer in plan().customers]
    assert arrivals == sorted(arrivals)
    assert arrivals[0] == 0 and arrivals[-1] <= 120 * ARRIVAL_SHARE


def test_every_conversation_is_played_before_one_is_played_again():
    played = Counter(customer.dialogue.id for customer in plan().customers)
    assert set(played) == {"0", "1", "2", "3", "4"} and set(played.values()) == {4, 5}


def test_more_agents_don_t_change_the_customers_nor_the_first_agents():
    small, large = plan(agents=1), plan(agents=12)
    assert small.customers == large.customers
    assert small.agents[0] == large.agents[0]


def test_pauses_stay_under_the_rate_limit_and_within_the_budget():
    wordy = (Dialogue("1", "tea", "en", ("word " * (LONGEST // 5),) * 20),)
    for customer in plan(dialogues=wordy, seconds=60.0).customers:
        assert min(customer.pauses) >= SHORTEST_PAUSE
        assert sum(customer.pauses) <= 60 * PAUSE_SHARE + 20 * SHORTEST_PAUSE


def test_an_agent_takes_a_chat_for_finished_only_after_the_longest_pause():
    planned = plan(seconds=600.0)
    assert planned.quiet > max(pause for customer in planned.customers for pause in customer.pauses)


def test_there_are_only_so_many_agents():
    assert [agent.login for agent in plan(agents=12).agents] == list(LOGINS)
    with pytest.raises(ValueError, match="There are 12 demo agents, 13 were asked for"):
        plan(agents=13)


@pytest.mark.parametrize(("rona", "least", "most"), [(0.0, 0, 0), (0.2, 140, 260), (1.0, 1000, 1000)])
def test_the_share_of_offers_let_lapse_is_as_asked(rona, least, most):
    agent = plan(rona=rona).agents[0]
    assert least <= sum(choice.lapses for choice in islice(agent.offers(), 1000)) <= most


def test_habits_are_the_same_each_time_they_are_drawn_and_differ_between_agents():
    first, second, _ = plan().agents
    for habit in ("offers", "wrapups", "talks"):
        assert list(islice(getattr(first, habit)(), 20)) == list(islice(getattr(first, habit)(), 20))
        assert list(islice(getattr(first, habit)(), 20)) != list(islice(getattr(second, habit)(), 20))


def test_wrap_ups_take_one_to_three_codes():
    counts = {len(choice.places) for choice in islice(plan().agents[0].wrapups(), 200)}
    assert counts == {1, 2, 3}


def test_replies_come_in_the_customer_s_language_and_english_else():
    talk = next(plan().agents[0].talks())
    german, english, other = (
        {text for text, _ in islice(talk.replies(language), 50)} for language in ("de", "en", "xx")
    )
    assert not german & english
    assert other == english
    assert talk.closing("de") != talk.closing("en") == talk.closing("xx")
