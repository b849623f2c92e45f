"""Which queues share agents."""

from routing.circles import circles


def test_queues_hang_together_over_their_teams() -> None:
    assert circles([(5, 1), (2, 1), (2, 2), (9, 2), (7, 3)]) == {2: 2, 5: 2, 9: 2, 7: 7}


def test_no_queue_no_circle() -> None:
    assert circles([]) == {}
