"""Sets the stage of both yardsticks: tables, people, chats, a few lines in each. Prints the keys as JSON.

`python -m bench.usual.stage CHATS CHATS_PER_AGENT`, with the environment of the server.
"""

import hashlib
import sys
from typing import Any
from uuid import uuid4

import django
import msgspec

django.setup()

from django.core.management import call_command  # noqa: E402 - after setup
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.usual.models import Chat, Message, Person  # noqa: E402

LINES = 3
BATCH = 500


def _people(kind: str, count: int) -> list[tuple[Person, str]]:
    tokens = [uuid4().hex + uuid4().hex for _ in range(count)]
    rows = Person.objects.bulk_create(
        (
            Person(kind=kind, name=f"{kind} {number}", token=hashlib.sha256(token.encode()).digest())
            for number, token in enumerate(tokens)
        ),
        batch_size=BATCH,
    )
    return list(zip(rows, tokens, strict=True))


@transaction.atomic
def furnish(chats: int, chats_per_agent: int) -> dict[str, Any]:
    """Customers and agents sit in chats; gives their keys."""
    customers, agents = _people("customer", chats), _people("agent", -(-chats // chats_per_agent))
    rows = Chat.objects.bulk_create((Chat(head=LINES) for _ in range(chats)), batch_size=BATCH)
    place = Chat.people.through
    seats = [
        place(chat=chat, person=person)
        for number, chat in enumerate(rows)
        for person in (customers[number][0], agents[number // chats_per_agent][0])
    ]
    place.objects.bulk_create(seats, batch_size=BATCH)
    now = timezone.now()
    Message.objects.bulk_create(
        (
            Message(
                chat=chat,
                seq=seq,
                sender=customers[number][0],
                cid=f"stage-{seq}",
                at=now,
                text="Good morning, I have a question about my order.",
            )
            for number, chat in enumerate(rows)
            for seq in range(1, LINES + 1)
        ),
        batch_size=BATCH,
    )
    held = [rows[start : start + chats_per_agent] for start in range(0, chats, chats_per_agent)]
    return {
        "head": LINES,
        "customers": [{"chat": str(chat.pk), "token": token} for chat, (_, token) in zip(rows, customers, strict=True)],
        "agents": [
            {"token": token, "chats": [str(chat.pk) for chat in mine]}
            for (_, token), mine in zip(agents, held, strict=True)
        ],
    }


if __name__ == "__main__":
    call_command("migrate", run_syncdb=True, verbosity=0)
    sys.stdout.write(msgspec.json.encode(furnish(int(sys.argv[1]), int(sys.argv[2]))).decode())
