"""News from agents, and what follows from the room's own."""

import logging
from contextlib import suppress
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from agents.events import AgentAvailable, AgentGone
from agents.models import Agent
from chats import operations, policies
from chats.events import FileReady, OffersMade
from chats.models import CannedResponse, CustomPattern, ScreeningPolicy
from chats.tasks import QUEUED, lapse_offers, scan_file
from lib.events import afterwards, receives
from lib.keeping import keep_last

log = logging.getLogger(__name__)

MARKED = 600  # seconds

keep_last(CannedResponse.queues)


@receives(AgentAvailable)
def offer_what_waits(event: AgentAvailable) -> None:
    """What waits in the agent's queues is offered."""
    operations.distribute_for(Agent.objects.get(pk=event.agent_id))


@receives(AgentGone)
def keep_chats_of_lost(event: AgentGone) -> None:
    """Offers of an agent whose desk went silent go back, his chats wait for him."""
    agent = Agent.objects.get(pk=event.agent_id)
    afterwards(operations.agent_lost, agent)


@receives(OffersMade)
def set_alarm(event: OffersMade) -> None:
    """Celery rings at the deadline; when it can't be reached the sweep does it alone."""
    afterwards(_ring_at, event)


def _ring_at(event: OffersMade) -> None:
    try:
        lapse_offers.apply_async(([str(offer) for offer in event.offer_ids],), eta=event.expires_at, ignore_result=True)
    except OperationalError as error:
        log.warning("no alarm set for offers (%s); the sweep will find them", type(error).__name__)


@receives(FileReady)
def look_at_file(event: FileReady) -> None:
    """A worker of the queue `scan` looks at it; when none can be reached, the sweep asks again."""
    afterwards(_scan, event)


def _scan(event: FileReady) -> None:
    """A queue that was lost lost the marks with it; what a worker took and lost is queued again when its mark ends."""
    file = str(event.attachment_id)
    try:
        if cache.add(QUEUED % file, 1, MARKED):
            scan_file.apply_async((file,), ignore_result=True)
    except (OperationalError, RedisError) as error:
        with suppress(RedisError):
            cache.delete(QUEUED % file)
        log.warning("a file could not be queued (%s); the sweep will ask again", type(error).__name__)


@receiver([post_save, post_delete], sender=ScreeningPolicy)
@receiver([post_save, post_delete], sender=CustomPattern)
def read_policies_anew(**kwargs: Any) -> None:
    """This process knows of the change at once, the others within five seconds."""
    transaction.on_commit(policies.forget)
