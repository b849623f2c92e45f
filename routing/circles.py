"""Queues that share agents, over however many teams, form a circle: within it one pass runs at a time. Pure."""

from collections import defaultdict
from collections.abc import Iterable


def circles(served: Iterable[tuple[int, int]]) -> dict[int, int]:
    """For every queue the lowest key of the queues in its circle, from (queue, team) pairs."""
    lowest: dict[int, int] = {}
    queues_of: dict[int, set[int]] = defaultdict(set)
    teams_of: dict[int, set[int]] = defaultdict(set)
    for queue, team in served:
        queues_of[team].add(queue)
        teams_of[queue].add(team)
    for start in sorted(teams_of):
        if start in lowest:
            continue
        reached, new = set[int](), {start}
        while new:
            reached |= new
            new = {other for queue in new for team in teams_of[queue] for other in queues_of[team]} - reached
        lowest |= dict.fromkeys(reached, start)
    return lowest
