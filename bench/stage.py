"""Sets the product's stage: agents signed up, chats accepted, a few lines in each. Prints the keys as JSON.

`python -m bench.stage CHATS CHATS_PER_AGENT`, with the environment of the server. Rows are made in bulk, because a
benchmark of messages needs thousands of chats before it begins; they are what the verbs would have left behind.
"""

import sys
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

import django
import msgspec
from django.conf import settings

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402 - after setup
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from agents.models import Agent, Team, User  # noqa: E402
from chats.models import Chat, Customer, Entry, Seat  # noqa: E402
from chats.operations.open import hashed  # noqa: E402
from chats.states import State  # noqa: E402
from routing.models import EntryPoint  # noqa: E402

LINES = 3
BATCH = 500


@transaction.atomic
def furnish(chats: int, chats_per_agent: int) -> dict[str, Any]:
    """Customers and agents sit in accepted chats; gives their keys."""
    agents = _agents(-(-chats // chats_per_agent))
    tokens = {uuid4(): uuid4().hex + uuid4().hex for _ in range(chats)}
    rows = _chats(tokens)
    seats = [(chat, agents[number // chats_per_agent]) for number, chat in enumerate(rows)]
    Seat.objects.bulk_create(
        (
            Seat(chat=chat, agent=agent, queue_id=chat.queue_id, joined_at=chat.answered_at, seen=LINES)
            for chat, agent in seats
        ),
        batch_size=BATCH,
    )
    _lines(rows)
    held: dict[int, list[str]] = {agent.pk: [] for agent in agents}
    for chat, agent in seats:
        held[agent.pk].append(str(chat.pk))
    return {
        "head": LINES,
        "customers": [{"chat": str(chat), "token": token} for chat, token in tokens.items()],
        "agents": [{"cookie": _cookie(agent.user), "chats": held[agent.pk]} for agent in agents],
    }


def _agents(count: int) -> list[Agent]:
    team = Team.objects.order_by("pk").first()
    users = User.objects.bulk_create(
        (User(username=f"bench-{number}", password=f"!{uuid4().hex}") for number in range(count)), batch_size=BATCH
    )
    return Agent.objects.bulk_create(
        (Agent(user=user, name=f"Agent {number}", team=team) for number, user in enumerate(users)), batch_size=BATCH
    )


def _cookie(user: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _chats(tokens: dict[Any, str]) -> list[Chat]:
    entry_point = EntryPoint.objects.select_related("queue").get(slug="direct")
    now = timezone.now()
    customers = Customer.objects.bulk_create(
        (Customer(name=f"Customer {number}") for number in range(len(tokens))), batch_size=BATCH
    )
    return Chat.objects.bulk_create(
        (
            Chat(
                id=chat,
                state=State.ACTIVE,
                customer=customer,
                entry_point=entry_point,
                queue=entry_point.queue,
                started_at=now,
                enqueued_at=now,
                answered_at=now,
                token=hashed(token),
                token_until=now + timedelta(days=1),
                customer_until=now + timedelta(days=1),
                public_head=LINES,
            )
            for (chat, token), customer in zip(tokens.items(), customers, strict=True)
        ),
        batch_size=BATCH,
    )


def _lines(chats: list[Chat]) -> None:
    Entry.objects.bulk_create(
        (
            Entry(
                chat=chat,
                seq=number,
                kind="message",
                at=chat.started_at,
                sender_kind="customer",
                sender_id=str(chat.customer_id),
                text="Good morning, I have a question about my order.",
            )
            for chat in chats
            for number in range(1, LINES + 1)
        ),
        batch_size=BATCH,
    )


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.encode(furnish(int(sys.argv[1]), int(sys.argv[2]))).decode())
