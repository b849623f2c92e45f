"""Scripted customers and agents who write down what they said and heard, and the check of it all against history."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from contactcenter.simulator.client import Address, Refusal, Timing, Trouble, WireClient
from contactcenter.simulator.rest import Rest, Ticket
from contactcenter.simulator.tally import ChatRecord, Said, Tally
from tests.faults.frames import Checked
from tests.faults.house import FaultHouse

PATIENCE = 90.0  # seconds until we believe that something won't happen on a busy, wounded machine
PATIENT = Timing(answer=60.0, heartbeat=20.0, hole=0.3, back_from=0.05, back_to=0.6)
QUICK = Timing(answer=4.0, heartbeat=2.0, hole=0.3, back_from=0.05, back_to=0.6)
AGENTS = (*("alice", "anna", "ahmed", "bea", "carlos", "dora", "emil", "fatima", "greta", "hassan", "ines", "jonas"),)
CHATS_EACH = 5
ENTRY_POINT = "direct"
Entry = dict[str, Any]


@dataclass
class Journal:
    """What one person said in one chat, in order. `said` is None where the server never acknowledged it."""

    who: str
    record: ChatRecord
    words: list[tuple[str, Said | None]] = field(default_factory=list)


@dataclass
class Talk:
    """One chat: its customer, the agent who took it, and what each said."""

    record: ChatRecord
    customer: WireClient
    agent: WireClient
    journals: tuple[Journal, Journal]

    @property
    def chat(self) -> str:
        """Its id."""
        return self.record.chat


class Company:
    """Customers and agents in conversation, through the house's proxy or past it."""

    def __init__(
        self, house: FaultHouse, *, chats: int, rng: random.Random, proxied: bool = True, patient: bool = False
    ) -> None:
        self.house, self.rng, self.chats = house, rng, chats
        self.tally, self.checked = Tally(), Checked()
        self.talks: list[Talk] = []
        self.agents: list[WireClient] = []
        self.acknowledged = self.wanted = 0
        self._timing = PATIENT if patient else QUICK
        self._told = asyncio.Event()
        assert house.proxy is not None
        self._url = house.proxy.socket_url if proxied else house.socket_url
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Company":
        self.rest = await self._stack.enter_async_context(Rest(self.house.base_url, self.tally))
        for name in AGENTS[: -(-self.chats // CHATS_EACH)]:
            self.agents.append(await self.seat(name))
        for number in range(self.chats):
            self.talks.append(await self.connect(number))
        return self

    async def __aexit__(self, *failure: object) -> None:
        try:
            if failure == (None, None, None):
                await self._go_home()
        finally:
            await self._stack.aclose()

    async def _client(self, address: Address) -> WireClient:
        return await self._stack.enter_async_context(WireClient(address, self.tally, self._timing, self.checked.hear))

    async def seat(self, name: str) -> WireClient:
        """The agent is at his desk, Available."""
        cookie = await self.rest.log_in(name, "demo")
        wire = await self._client(Address(f"{self._url}/ws/desk/", cookie=cookie, origin=self.rest.origin))
        await self.arrives(wire, lambda: bool(wire.state))
        await wire.insist("agent.set_state", PATIENCE, state="available", reason=None)
        return wire

    async def customer(self, ticket: Ticket) -> WireClient:
        """One more socket of the ticket's customer."""
        return await self._client(Address(self._url + ticket.socket, hello={"token": ticket.token}))

    async def leave(self, ticket: Ticket) -> None:
        """The ticket's customer has left."""
        async with WireClient(
            Address(self.house.socket_url + ticket.socket, hello={"token": ticket.token}), self.tally, PATIENT
        ) as wire:
            await _until_done(wire, "chat.leave", chat=ticket.chat)

    async def connect(self, number: int) -> Talk:
        """A customer has come in, and an agent sits with him."""
        ticket = await self.rest.start_chat(ENTRY_POINT, {"name": f"Customer {number}"})
        customer = await self.customer(ticket)
        record = ChatRecord(ticket.chat, ticket.token)
        agent = await self._accepted(ticket.chat)
        await agent.sync(ticket.chat)
        journals = (Journal(f"customer {number}", record), Journal(f"agent of {number}", ChatRecord(ticket.chat)))
        return Talk(record, customer, agent, journals)

    async def _accepted(self, chat: str) -> WireClient:
        """The agent to whom the chat was offered and who took it."""
        found: list[WireClient] = []

        async def watch(wire: WireClient) -> None:
            def offered() -> Any:
                return next((each["id"] for each in wire.state.get("offers", []) if each["chat"] == chat), None)

            await wire.change.until(lambda: offered() is not None)
            await wire.insist("offer.accept", PATIENCE, offer=offered())
            await wire.change.until(lambda: any(each["id"] == chat for each in wire.state["chats"]))
            found.append(wire)

        watching = [asyncio.create_task(watch(wire)) for wire in self.agents]
        try:
            done, _ = await asyncio.wait(watching, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
            assert done, f"nobody was offered {chat}"
            await done.pop()
        finally:
            await ended(watching)
        return found[0]

    async def arrives(self, wire: WireClient, holds: Callable[[], bool]) -> None:
        """The client has come to this; fails when it gave up or time is up."""
        await wire.change.until(lambda: holds() or wire.over is not None, PATIENCE)
        assert holds(), f"over: {wire.over}; {dict(self.tally.count)} {dict(self.tally.errors)}"

    async def progress(self, messages: int) -> None:
        """So many messages more have been acknowledged, or all that are wanted."""
        goal = min(self.acknowledged + messages, self.wanted)
        async with asyncio.timeout(PATIENCE):
            while self.acknowledged < goal:
                await self._told.wait()

    async def talk(self, messages: int) -> None:
        """Everybody has said so many things in each of his chats, one after the other as people do."""
        self.wanted += 2 * messages * len(self.talks)
        await all_of(
            self._say(journal, wire, number)
            for talk in self.talks
            for journal, wire in zip(talk.journals, (talk.customer, talk.agent), strict=True)
            for number in [messages]
        )

    async def _say(self, journal: Journal, wire: WireClient, messages: int) -> None:
        for number in range(messages):
            text = f"{journal.who} says {number} of {messages} 🙂 {'la' * self.rng.randrange(40)}"
            try:
                said = await wire.say(journal.record, text, PATIENCE)
            except Trouble:
                said = None
            journal.words.append((text, said))
            if said is not None:
                self.acknowledged += 1
                self._told.set()
                self._told = asyncio.Event()

    async def check(self, *, all_acknowledged: bool = True) -> None:
        """Everybody said and heard exactly what stands in the history, once and in order."""
        problems = list(self.tally.problems) + self.checked.problems
        for talk in self.talks:
            entries = await self.rest.history(talk.chat, talk.record.token or "")
            for wire in (talk.customer, talk.agent):
                transcript = wire.transcript(talk.chat)
                await wire.change.until(lambda t=transcript, e=entries: t.cursor >= len(e), PATIENCE)
                if [transcript.entries[seq] for seq in sorted(transcript.entries)] != entries:
                    problems.append(f"{talk.chat}: somebody's screen isn't the history")
            problems += [f"{talk.chat}: {each}" for each in against(entries, talk.journals)]
            if all_acknowledged:
                lost = sum(said is None for journal in talk.journals for _, said in journal.words)
                problems += [f"{talk.chat}: {lost} messages were never acknowledged"] if lost else []
        assert not problems, (problems[:20], dict(self.tally.count), dict(self.tally.errors))

    async def _go_home(self) -> None:
        """The customers leave, the agents wrap up and sign out."""
        await all_of(_until_done(talk.customer, "chat.leave", chat=talk.chat) for talk in self.talks)
        await all_of(self._wrap_up(wire) for wire in self.agents)

    async def _wrap_up(self, wire: WireClient) -> None:
        mine = [talk.chat for talk in self.talks if talk.agent is wire]
        await self.arrives(wire, lambda: bool(wire.state) and not wire.state["chats"])
        for chat in mine:
            wrapup = next((each for each in wire.state["wrapups"] if each["chat"] == chat), None)
            if wrapup is not None:
                codes = [wrapup["codes"][0]["id"]]
                await _until_done(wire, "wrapup.submit", wrapup=wrapup["id"], codes=codes, note="")
        await self.arrives(wire, lambda: bool(wire.state) and not wire.state["wrapups"])
        await _until_done(wire, "agent.sign_out")


async def _until_done(wire: WireClient, kind: str, **fields: Any) -> None:
    """Done now, or found done already: the answer to the first try may have been lost."""
    try:
        await wire.insist(kind, PATIENCE, **fields)
    except Refusal as refusal:
        assert refusal.code in ("gone", "state", "not_found"), refusal


def against(entries: Sequence[Entry], journals: Iterable[Journal]) -> list[str]:
    """A sentence for everything in which the history differs from what people wrote down."""
    problems = []
    if [entry["seq"] for entry in entries] != list(range(1, len(entries) + 1)):
        problems.append(f"the history isn't 1 to {len(entries)} in order")
    kinds = [entry["kind"] for entry in entries]
    if "ended" in kinds and kinds.index("ended") != len(kinds) - 1:
        problems.append("there is something after the end")
    by_cid: dict[str, list[Entry]] = {}
    for entry in entries:
        by_cid.setdefault(entry["cid"] or "", []).append(entry)
    known = {""}
    for journal in journals:
        problems += [f"{journal.who}: {each}" for each in _as_said(journal, by_cid)]
        known |= {said.cid for _, said in journal.words if said} | set(journal.record.unanswered)
    return problems + [f"nobody said {cid}" for cid in by_cid.keys() - known]


def _as_said(journal: Journal, by_cid: dict[str, list[Entry]]) -> list[str]:
    problems, last = [], 0
    for text, said in journal.words:
        if said is None:
            continue
        found = by_cid.get(said.cid, [])
        if [(entry["seq"], entry["text"]) for entry in found] != [(said.seq, text)] or said.text != text:
            problems.append(f"{text!r} was acknowledged as {said} and stands as {found}")
        if said.seq <= last:
            problems.append(f"{said.seq} was said after {last}")
        last = said.seq
    problems += [f"{cid} stands more than once" for cid in journal.record.unanswered if len(by_cid.get(cid, ())) > 1]
    problems += [f"{cid} was refused and stands" for cid in journal.record.refused if cid in by_cid]
    doubled = Counter(said.cid for _, said in journal.words if said)
    return problems + [f"{cid} was used twice" for cid, times in doubled.items() if times > 1]


async def all_of(parts: Iterable[Coroutine[Any, Any, Any]]) -> list[Any]:
    """What every part gave; the first that fails stops the others."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        await ended(tasks)


async def ended(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """The tasks are over."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def talking(company: Company, messages: int) -> AsyncIterator[asyncio.Task[None]]:
    """Inside, everybody talks; at the end everybody has said all he wanted, and it is checked."""
    task = asyncio.create_task(company.talk(messages))
    try:
        await asyncio.sleep(0)  # they have begun
        yield task
        await task
        await company.check()
    finally:
        await ended([task])
