"""What a desk shows of its agent."""

from datetime import timedelta

from django.utils import timezone

from agents import snapshots
from agents.models import Agent, Spell
from lib.clock import database_now
from lib.wire import instant
from tests import cast


def test_idle_today_begins_at_midnight_in_the_house(alice: Agent) -> None:
    cast.sits_down(alice)
    with timezone.override("Pacific/Kiritimati"):
        now = timezone.localtime(database_now())
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        since = midnight - timedelta(hours=1)
        Spell.objects.filter(agent=alice).update(started_at=since)
        Agent.objects.filter(pk=alice.pk).update(since=since)
        me = snapshots.me(alice)
    assert (me["state"], me["since"]) == ("idle", instant(since))
    assert (me["idle_since"], me["idle_today"]) == (instant(midnight), 0)
