"""What a supervisor sees of the conversations of his teams."""

from typing import Any

from django.db.models import Q

from agents.models import Agent
from chats import rights
from chats.models import Chat, Offer, Seat, Watch
from chats.querysets import ChatQuerySet
from chats.snapshots import customer_card, named
from lib.clock import database_now
from lib.pci.mask import mask
from lib.wire import instant

MOST = 100


def known_to(agent: Agent) -> ChatQuerySet:
    """Chats of the agent's teams, those in which he reads along, and his own."""
    mine = Chat.objects.for_agent(agent).values("pk")
    watched = Watch.objects.filter(agent=agent, ended_at=None).values("chat")
    team = Chat.objects.supervised_by(agent).order_by().values("pk")
    return Chat.objects.filter(Q(pk__in=mine) | Q(pk__in=watched) | Q(pk__in=team))


def conversations(agent: Agent, q: str) -> dict[str, Any]:
    """The connected chats of the supervisor's teams, the longest first; every word of `q` is in a name."""
    rows = Chat.objects.filter(pk__in=Chat.objects.supervised_by(agent).order_by().values("pk"))
    for word in mask(q).text.split()[:8]:
        sitting = Seat.objects.live().filter(agent__name__icontains=word).values("chat")
        rows = rows.filter(Q(customer__name__icontains=word) | Q(queue__name__icontains=word) | Q(pk__in=sitting))
    found = list(rows.select_related("customer", "queue").order_by("answered_at", "pk")[: MOST + 1])
    together = Seat.objects.together([chat.pk for chat in found])
    asked = dict(Offer.objects.live().filter(chat__in=found).values_list("chat", "kind"))
    watched = set(Watch.objects.filter(agent=agent, ended_at=None).values_list("chat", flat=True))
    now = database_now()
    items = [
        {
            "chat": str(chat.pk),
            "customer": customer_card(chat),
            "queue": named(chat.queue),
            "agents": [{**(named(seat.agent) or {}), "role": seat.role} for seat in together[chat.pk]],
            "status": rights.status(
                asked=asked.get(chat.pk, ""),
                agents=len(together[chat.pk]),
                away=chat.customer_until is None or chat.customer_until < now,
            ),
            "since": instant(chat.answered_at),
            "watched": chat.pk in watched,
        }
        for chat in found[:MOST]
    ]
    return {"items": items, "more": len(found) > MOST}
