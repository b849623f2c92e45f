"""Playing a day once as it was set and once as it might have been, and writing down both beside what was recorded."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from agents.models import Team
from chats.arrivals import recorded, rules_now
from chats.models import Rehearsal
from routing.by_hour import by_hour
from routing.scenario import ScenarioError, changed
from routing.whatif import Day, Figures, Played, Worker, play

RECORDED, AS_IS, CHANGED = "recorded", "as_is", "changed"


def check(text: str) -> None:
    """The settings can be played with today's queues and teams. Raises ScenarioError, in the reader's language."""
    teams = dict(Team.objects.values_list("name", "pk"))
    workers = [Worker(team, team, 1, ((0.0, 1.0),)) for team in teams.values()]
    changed(Day(queues=rules_now(), workers=workers, arrivals=()), text, teams=teams)


def rehearse(pk: int, *, language: str) -> bool:
    """The run is played and its result stands, or what went wrong in words of the language.

    False when it is over or gone already.
    """
    run = Rehearsal.objects.filter(pk=pk, state__in=(Rehearsal.State.WAITING, Rehearsal.State.RUNNING)).first()
    if run is None:
        return False
    _note(run, state=Rehearsal.State.RUNNING, progress=0)
    with override(language):
        try:
            result = _played(run)
        except ScenarioError as error:
            _note(run, state=Rehearsal.State.FAILED, error=str(error))
        else:
            _note(run, state=Rehearsal.State.DONE, progress=100, result=result)
    return True


def _played(run: Rehearsal) -> dict[str, Any]:
    start, end = _bounds(run)
    found = recorded(start, end)
    if not found.day.arrivals:
        raise ScenarioError(_("Nobody came on that day, so there is nothing to play."))
    other = changed(found.day, run.changes, teams=dict(Team.objects.values_list("name", "pk")))
    asis = play(found.day, seed=run.seed, told=lambda part: _note(run, progress=5 + int(45 * part)))
    changes = play(other, seed=run.seed, told=lambda part: _note(run, progress=50 + int(49 * part)))
    columns = {RECORDED: Played(found.figures, found.record), AS_IS: asis, CHANGED: changes}
    bounds = start.timestamp(), end.timestamp()
    return {
        "contacts": len(found.day.arrivals),
        "agents": len(found.day.workers),
        "start": start.timestamp(),
        "columns": {name: _column(each, *bounds) for name, each in columns.items()},
    }


def _bounds(run: Rehearsal) -> tuple[datetime, datetime]:
    zone: ZoneInfo = timezone.get_default_timezone()  # type: ignore[assignment]
    start = datetime.combine(run.day, time.min, zone)
    return start, datetime.combine(run.day + timedelta(days=1), time.min, zone)


def _column(played: Played, start: float, end: float) -> dict[str, Any]:
    return {"figures": _plain(played.figures), "hours": [_plain(each) for each in by_hour(played.record, start, end)]}


def _plain(found: Figures) -> dict[str, Any]:
    return {name: round(value, 4) for name, value in found._asdict().items()}


def _note(run: Rehearsal, **changes: Any) -> None:
    """The row says how far the run is, for whoever looks at the page meanwhile."""
    Rehearsal.objects.filter(pk=run.pk).update(**changes)
