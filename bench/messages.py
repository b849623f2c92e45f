"""Durable messages: closed loop for the most a server can do, open loop for how long one message takes."""

import asyncio
import gc
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench import databases
from bench.journal import Journal
from bench.meter import Meter, Reading
from bench.servers import Server, Stage
from bench.talker import Talker

WARM_SECONDS = 1.0
STALLED_SECONDS = 15.0  # so long without any progress, what is missing is lost
CARD = "4111 1111 1111 1111"
CARDS_IN_A_HUNDRED = 1
WORDS = (
    "Where is my parcel?",
    "I ordered two chairs last week and only one of them came, order 55123.",
    "Let me have a look at that for you, one moment please.",
    "The invoice says 19,99 but the shop says 17.50. Can you tell me which of the two I have to pay?",
    "Thank you, that helps a lot!",
    "You can send it back within 30 days. I have put the label into your mail, please print it and hand the parcel in.",
    "Grüße aus Köln! Die „schöne“ Tasche für 12 € ist noch nicht da, können Sie bitte nachsehen?",
    "No, that is all.",
)


@dataclass(slots=True)
class Stretch:
    """What one stretch on one server found. Seconds, microseconds of processor time per message, shares of a core."""

    server: str
    kind: str
    rate: float
    sent: int = 0
    seconds: float = 0.0
    per_second: float = 0.0
    ack_ms: dict[str, float] = field(default_factory=dict)
    arrival_ms: dict[str, float] = field(default_factory=dict)
    lateness_ms: dict[str, float] = field(default_factory=dict)
    cpu_us: dict[str, float | None] = field(default_factory=dict)
    load_share: float = 0.0
    overtaken: int = 0
    problems: list[str] = field(default_factory=list)
    problem_count: int = 0

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


class Cast:
    """The talkers of one server: per chat one customer's socket, per agent one desk with several chats."""

    def __init__(self, stage: Stage, chats: int) -> None:
        """The first `chats` customers, and the agents who sit with them."""
        heads = {chat: stage.head for each in stage.customers[:chats] for chat in each.chats}
        self.customers = [Talker(each, {chat: stage.head for chat in each.chats}) for each in stage.customers[:chats]]
        desks = [each for each in stage.agents if any(chat in heads for chat in each.chats)]
        self.agents = [Talker(each, {chat: stage.head for chat in each.chats}) for each in desks]
        self.all = [*self.customers, *self.agents]
        of_chat = {chat: agent for agent in self.agents for chat in agent.principal.chats}
        self.lanes = [
            lane
            for customer in self.customers
            for chat in customer.principal.chats
            for lane in ((customer, chat), (of_chat[chat], chat))
        ]
        # An agent talks only where his customer listens.
        self.chats_of = {talker: [chat for chat in talker.principal.chats if chat in heads] for talker in self.all}

    async def open(self, port: int) -> None:
        """Everybody is connected and welcomed."""
        await in_turns(self.all, lambda talker: talker.open(port))

    async def close(self) -> None:
        """Everybody has left."""
        await in_turns(self.all, lambda talker: talker.close())

    @property
    def heads(self) -> dict[str, int]:
        """The last line that everybody has, by chat."""
        return {chat: head for talker in self.all for chat, head in talker.heads.items()}

    def write_into(self, journal: Journal | None) -> None:
        """From now on all is noted in the journal."""
        for talker in self.all:
            talker.journal = journal


async def in_turns(talkers: Sequence[Talker], act: Callable[[Talker], Any], at_once: int = 25) -> None:
    """Do something with all talkers, so many at once."""
    turn = asyncio.Semaphore(at_once)

    async def one(talker: Talker) -> None:
        async with turn:
            await act(talker)

    await asyncio.gather(*map(one, talkers))


class Phrases:
    """Texts to send, the same in every run with the same seed; a few hold a card number."""

    def __init__(self, seed: int) -> None:
        """A stock of a thousand texts."""
        chance = random.Random(seed)
        self._texts = [" ".join(chance.sample(WORDS, chance.randint(1, 3))) for _ in range(1000)]
        for number in chance.sample(range(1000), 10 * CARDS_IN_A_HUNDRED):
            self._texts[number] += f" My card is {CARD}."
        self._next = 0

    def next(self) -> tuple[str, str]:
        """A text, and what must not come back of it."""
        text = self._texts[self._next % len(self._texts)]
        self._next += 1
        return text, CARD if CARD in text else ""


async def closed_loop(cast: Cast, journal: Journal, meter: Meter, phrases: Phrases, seconds: float) -> Stretch:
    """Every socket has one message on its way all the time."""
    loop = asyncio.get_running_loop()
    talking = True
    turns = dict.fromkeys(cast.all, 0)

    def say(talker: Talker) -> None:
        if talking:
            chats = cast.chats_of[talker]
            chat, turns[talker] = chats[turns[talker] % len(chats)], turns[talker] + 1
            text, forbidden = phrases.next()
            talker.say(chat, text, loop.time(), forbidden)

    cast.write_into(journal)
    for talker in cast.all:
        talker.answered = say
        say(talker)
    await asyncio.sleep(WARM_SECONDS)
    before, done_before = meter.read(), journal.acknowledged
    await asyncio.sleep(seconds)
    after, done = meter.read(), journal.acknowledged - done_before
    talking = False
    await drain(journal)
    for talker in cast.all:
        talker.answered = None
    stretch = _summed_up(journal, "closed", 0.0, after.since(before), done)
    stretch.per_second = done / stretch.seconds
    return stretch


async def open_loop(
    cast: Cast, journal: Journal, meter: Meter, phrases: Phrases, *, rate: float, seconds: float, seed: int
) -> Stretch:
    """Messages at random moments of a given mean rate, whatever the server does; times count from those moments."""
    loop = asyncio.get_running_loop()
    chance = random.Random(f"{seed} {rate}")
    lateness: list[float] = []
    cast.write_into(journal)
    before, begin = meter.read(), loop.time()
    due = begin + chance.expovariate(rate)
    while due < begin + seconds:
        if (wait := due - loop.time()) > 0:
            await asyncio.sleep(wait)
        while due <= loop.time() and due < begin + seconds:
            talker, chat = chance.choice(cast.lanes)
            text, forbidden = phrases.next()
            talker.say(chat, text, due, forbidden)
            lateness.append(loop.time() - due)
            due += chance.expovariate(rate)
        await asyncio.sleep(0)
    await drain(journal)
    used = meter.read().since(before)
    stretch = _summed_up(journal, "open", rate, used, journal.acknowledged)
    stretch.per_second = journal.acknowledged / used.clock
    stretch.lateness_ms = percentiles(lateness)
    return stretch


async def drain(journal: Journal) -> None:
    """Wait until all is complete, or nothing has moved for long."""
    loop = asyncio.get_running_loop()
    progress, moved = (0, 0), loop.time()
    while not journal.complete and loop.time() < moved + STALLED_SECONDS:
        await asyncio.sleep(0.005)
        now = (journal.acknowledged, journal.heard)
        if now != progress:
            progress, moved = now, loop.time()
    journal.close()


async def measured(server: Server, cast: Cast, tag: str, meter: Meter, run: Callable[[Journal], Any]) -> Stretch:
    """One stretch with quiet before it, and a look into the database after it."""
    databases.settle(server.database)
    await quiet(meter)
    gc.collect()
    gc.disable()
    journal = Journal(tag)
    try:
        stretch: Stretch = await run(journal)
    finally:
        gc.enable()
        cast.write_into(None)
    stretch.server = server.name
    stored = databases.count(server.database, server.lines, journal.head)
    if stored != journal.acknowledged:
        journal.trouble(f"{journal.acknowledged} messages were acknowledged, {stored} stand in the database")
    if holes := sum(talker.holes for talker in cast.all):
        journal.trouble(f"{holes} transcripts have a hole")
    for talker in cast.all:
        if talker.close_code is not None:
            journal.trouble(f"a socket of a {talker.principal.kind} was closed with {talker.close_code}")
    stretch.problems, stretch.problem_count = journal.problems, journal.problem_count
    return stretch


async def quiet(meter: Meter, patience: float = 15.0) -> None:
    """The server has nothing left to do (or the patience is over)."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while loop.time() < until:
        before = meter.read()
        await asyncio.sleep(0.4)
        used = meter.read().since(before)
        if used.server + (used.postgres or 0.0) < 0.05 * used.clock:
            return


def _summed_up(journal: Journal, kind: str, rate: float, used: Reading, messages: int) -> Stretch:
    def each(seconds: float | None) -> float | None:
        return None if seconds is None or not messages else seconds / messages * 1e6

    return Stretch(
        server="",
        kind=kind,
        rate=rate,
        sent=journal.sent,
        seconds=used.clock,
        ack_ms=percentiles(journal.acknowledgements),
        arrival_ms=percentiles(journal.arrivals),
        cpu_us={"server": each(used.server), "postgres": each(used.postgres), "redis": each(used.redis)},
        load_share=used.load / used.clock,
        overtaken=journal.overtaken,
    )


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the worst, in milliseconds; empty without values."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    at = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 for name, part in at.items()}
