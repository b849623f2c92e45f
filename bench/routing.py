"""How fast waiting chats are given out: `python -m bench.routing`, against the plain ORM in the same run.

1 000 agents who can take five chats each, 5 000 chats in line, and processes that give them out until all are
offered. The yardstick is what one would write first: take the first waiting chat with SKIP LOCKED, take the longest
available agent with room with SKIP LOCKED, write the offer, move chat and agent, write a ledger row, commit; no
decision record, no groups, no skills. Ours writes all of that too, and the decision with everything it looked at.
It runs for some seconds only, which are its best: as load grows, so does its query. What must hold in both is checked:
every chat offered once, nobody more than five; and counted: how often a younger chat of a queue came before an older.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
if __name__ == "__main__":
    django.setup()


from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from agents.models import Agent, MultimediaProfile, Team, User
from chats import operations
from chats.models import Chat, ChatEvent, Customer, Offer
from lib.clock import database_now
from routing.models import Decision, DistributionGroup, EntryPoint, Queue, Roster

PLACES = 5
HOUSES = {"one queue": 1, "ten queues of ten teams": 10}


def furnish(agents: int, waiting: int, queues: int) -> None:
    """Nothing is in the database but the agents, all Available, and the chats in line."""
    empty()
    now = timezone.now()
    MultimediaProfile.objects.create(name="Five", chat=PLACES, is_default=True)
    served = []
    for number in range(queues):
        team = Team.objects.create(name=f"Team {number}")
        queue = Queue.objects.create(name=f"Queue {number}", offer_timeout=6000)
        DistributionGroup.objects.create(queue=queue).teams.add(team)
        entry_point = EntryPoint.objects.create(name=queue.name, slug=f"queue-{number}", queue=queue)
        served.append((team, queue, entry_point))
    users = User.objects.bulk_create(User(username=f"agent{n}") for n in range(agents))
    Agent.objects.bulk_create(
        Agent(
            user=user,
            name=user.username,
            team=served[number % queues][0],
            state="available",
            lease_until=now + timedelta(days=1),
            free_since=now - timedelta(seconds=random.uniform(1, 3600)),
        )
        for number, user in enumerate(users)
    )
    customer = Customer.objects.create(name="Carol")
    Chat.objects.bulk_create(
        Chat(
            state="queued",
            customer=customer,
            queue=served[number % queues][1],
            entry_point=served[number % queues][2],
            started_at=now,
            enqueued_at=now - timedelta(seconds=waiting - number),
            in_queue_since=now,
            token=f"{number}".encode(),
            token_until=now + timedelta(days=1),
        )
        for number in range(waiting)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def empty() -> None:
    """The database of the bench has no row left."""
    call_command("flush", verbosity=0, interactive=False)


def plain(seconds: float) -> None:
    """The yardstick: one chat after the other with the ORM, until none is left or the time is up."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and plain_step():
        pass


def ours(seconds: float) -> None:
    """All that waits is given out."""
    operations.distribute()


def plain_step() -> bool:
    """One chat is offered to the longest available agent with room; False when there is no chat or no agent."""
    with transaction.atomic():
        waiting = Chat.objects.filter(state="queued").order_by("priority", "enqueued_at")
        chat = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("queue").first()
        if chat is None:
            return False
        offers = Count("offers", filter=Q(offers__outcome=""), distinct=True)
        seats = Count("seats", filter=Q(seats__released_at=None), distinct=True)
        free = Agent.objects.filter(state="available", team__in=chat.queue.groups.values("teams"))
        free = free.annotate(load=offers + seats).filter(load__lt=PLACES).order_by("free_since")
        agent = None
        for pk in free.values_list("pk", flat=True)[:50]:  # an aggregate can't be locked, so its rows are one by one
            agent = Agent.objects.filter(pk=pk).select_for_update(skip_locked=True).first()
            if agent is not None and held(agent) < PLACES:
                break
            agent = None
        if agent is None:
            return waiting.exists() and free.exists()
        now = database_now()
        offer = Offer.objects.create(
            chat=chat,
            agent=agent,
            queue=chat.queue,
            offered_at=now,
            expires_at=now + timedelta(seconds=chat.queue.offer_timeout),
        )
        Chat.objects.filter(pk=chat.pk, state="queued").update(state="offered")
        Agent.objects.filter(pk=agent.pk).update(free_since=now)
        ChatEvent.objects.create(
            chat=chat, at=now, verb="offer", state="offered", by_kind="system", data={"offer": str(offer.pk)}
        )
    return True


def held(agent: Agent) -> int:
    """What the locked agent holds."""
    return agent.offers.filter(outcome="").count() + agent.seats.filter(released_at=None).count()


RUNS = {"plain ORM": plain, "contact centre": ours}


def measure(name: str, processes: int, limit: float) -> float:
    """Decisions a second of so many processes, from the word to go to the last process's end; checks the outcome."""
    waiting = Chat.objects.filter(state="queued").count()
    command = [sys.executable, "-m", "bench.routing", "--work", name, "--seconds", str(limit)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == "ready"
    begin = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        assert worker.wait() == 0
    seconds = time.perf_counter() - begin
    return check(waiting, all_of_them=name != "plain ORM") / seconds


def check(waiting: int, *, all_of_them: bool) -> int:
    """How many chats were offered: each once, nobody more than he can hold."""
    offered = Offer.objects.filter(outcome="").count()
    most = Agent.objects.annotate(n=Count("offers")).aggregate(most=Max("n"))["most"]
    left = Chat.objects.filter(state="queued").count()
    if offered + left != waiting or most > PLACES or (left and all_of_them):
        raise SystemExit(f"wrong: {offered} of {waiting} offered, {left} left, {most} at one agent")
    return offered


def fairness() -> str:
    """How many chats were offered after a younger one of their queue."""
    late = 0
    for queue in Queue.objects.all():
        youngest = None
        rows = Offer.objects.filter(queue=queue).order_by("offered_at", "chat__enqueued_at")
        for enqueued in rows.values_list("chat__enqueued_at", flat=True):
            late += youngest is not None and enqueued < youngest
            youngest = max(youngest or enqueued, enqueued)
    return f"{late} of {Offer.objects.count()} after a younger one"


def work(name: str, seconds: float) -> None:
    """A worker: connected and warm, it waits for the word, then gives out until nothing is left."""
    database_now()
    print("ready", flush=True)
    sys.stdin.readline()
    RUNS[name](seconds)
    connection.close()


def compare(options: argparse.Namespace, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """Chats given out a second by both, for each kind of house and number of processes; medians over the rounds."""
    found = []
    for house, queues in HOUSES.items():
        for processes in options.processes:
            rates: dict[str, list[float]] = {name: [] for name in RUNS}
            order: dict[str, list[str]] = {name: [] for name in RUNS}
            for _ in range(options.rounds):
                for name in RUNS:
                    furnish(options.agents, options.waiting, queues)
                    rates[name].append(measure(name, processes, options.seconds))
                    order[name].append(fairness())
            plain_rate, our_rate = (statistics.median(rates[name]) for name in RUNS)
            row = {"house": house, "processes": processes, "plain": plain_rate, "ours": our_rate, "order": order}
            found.append({**row, "ratio": our_rate / plain_rate})
            tell(in_words(found[-1]))
    return found


def in_words(row: dict[str, Any]) -> str:
    """A line of the table."""
    order = "".join(f"; {name}: {', '.join(each)}" for name, each in row["order"].items())
    return (
        f"{row['house']:24} {row['processes']} process{'es' if row['processes'] > 1 else '  '} "
        f"plain ORM {row['plain']:7.0f}/s  contact centre {row['ours']:7.0f}/s  × {row['ratio']:.1f}{order}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Print chats given out a second in both kinds of houses, and the ratio to the yardstick."""
    parser = argparse.ArgumentParser(prog="python -m bench.routing")
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--waiting", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--seconds", type=float, default=20.0, help="The yardstick runs no longer. Default: 20.")
    parser.add_argument("--json", action="store_true", help="Print the rows as JSON.")
    parser.add_argument("--work", choices=RUNS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.work:
        work(options.work, options.seconds)
        return 0
    if options.waiting > options.agents * PLACES:
        parser.error(f"{options.agents} agents can't hold {options.waiting} chats")
    call_command("migrate", verbosity=0)
    if User.objects.exclude(username__startswith="agent").exists():
        parser.error("this database is in use; give the bench one of its own (embedded exec --dir var/benchr)")
    if options.json:
        print(json.dumps(compare(options, lambda line: None)))
    else:
        print(f"{options.agents} agents, {options.waiting} chats waiting, {os.cpu_count()} processors", flush=True)
        compare(options, lambda line: print(line, flush=True))
        print(f"the last run left {Decision.objects.count()} decisions on {Roster.objects.count()} rosters")
    empty()
    return 0


if __name__ == "__main__":
    sys.exit(main())
