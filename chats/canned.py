"""Finding canned responses, with their variables filled."""

import re
from typing import Any

from django.db.models import Q

from agents.models import Agent
from chats.models import CannedResponse, Chat
from lib.pci.mask import mask
from routing.words import in_language

MOST = 30
VARIABLE = re.compile(r"\{(customer\.name|agent\.name|queue\.name)\}")


def search(chat: Chat, *, agent: Agent, q: str) -> list[dict[str, Any]]:
    """Responses for the chat's queue and language whose title, shortcut or text holds every word of `q`."""
    rows = CannedResponse.objects.filter(
        Q(queues=None) | Q(queues=chat.queue_id), Q(language="") | Q(language=chat.language)
    ).distinct()
    for word in mask(q).text.split()[:8]:
        rows = rows.filter(Q(title__icontains=word) | Q(shortcut__icontains=word) | Q(text__icontains=word))
    return [
        {
            "id": str(row.pk),
            "title": row.title,
            "shortcut": row.shortcut,
            "folder": row.folder,
            "text": fill(row.text, chat=chat, agent=agent),
        }
        for row in rows[:MOST]
    ]


def fill(text: str, *, chat: Chat, agent: Agent) -> str:
    """The text with its three variables replaced; nothing else in braces means anything."""
    values = {
        "customer.name": chat.customer.name,
        "agent.name": agent.name,
        "queue.name": in_language(chat.queue, "name", chat.language),
    }
    return VARIABLE.sub(lambda found: values[found[1]], text)
