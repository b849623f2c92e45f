"""News from agents, and what follows from the room's own."""

import logging
from functools import partial

from django.db import transaction
from kombu.exceptions import OperationalError

from agents.events import AgentAvailable, AgentGone
from agents.models import Agent
from chats import operations
from chats.events import OffersMade
from chats.tasks import lapse_offers
from lib.events import receives

log = logging.getLogger(__name__)


@receives(AgentAvailable)
def offer_what_waits(event: AgentAvailable) -> None:
    """What waits in the agent's queues is offered."""
    operations.distribute_for(Agent.objects.get(pk=event.agent_id))


@receives(AgentGone)
def keep_chats_of_lost(event: AgentGone) -> None:
    """Offers of an agent whose desk went silent go back, his chats wait for him."""
    agent = Agent.objects.get(pk=event.agent_id)
    transaction.on_commit(partial(operations.agent_lost, agent), robust=True)


@receives(OffersMade)
def set_alarm(event: OffersMade) -> None:
    """Celery rings at the deadline; when it can't be reached the sweep does it alone."""
    transaction.on_commit(partial(_ring_at, event), robust=True)


def _ring_at(event: OffersMade) -> None:
    try:
        lapse_offers.apply_async(([str(offer) for offer in event.offer_ids],), eta=event.expires_at, ignore_result=True)
    except OperationalError as error:
        log.warning("no alarm set for offers (%s); the sweep will find them", type(error).__name__)
