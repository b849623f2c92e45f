"""One simulated agent: logs in, goes Available, takes offers, answers, ends or is left, wraps up, signs out."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from contactcenter.simulator.client import TOO_LATE, Address, Frame, Refusal, Trouble, WireClient
from contactcenter.simulator.phrases import GREETINGS
from contactcenter.simulator.plan import AgentPlan, OfferChoice, TalkChoice, WrapUpChoice
from contactcenter.simulator.rest import Refused
from contactcenter.simulator.stage import Stage
from contactcenter.simulator.tally import ChatRecord

DESK = "/ws/desk/"
PILES = ("offers", "chats", "wrapups")
# After the end of the run the customers leave first; who is still there then is told good-bye.
PATIENCE_AT_THE_END = 8.0
LONGEST_OFFER = 40.0  # seconds until a colleague has taken a chat or let it lapse


class Agent:
    """Plays one plan on one stage; `ready` is set once it is clear whether he is `available`."""

    def __init__(self, plan: AgentPlan, stage: Stage) -> None:
        self.ready = asyncio.Event()
        self.available = False
        self._plan, self._stage = plan, stage
        self._offers, self._talks, self._wrapups = plan.offers(), plan.talks(), plan.wrapups()
        self._begun: set[str] = set()
        self._errands: set[asyncio.Task[None]] = set()
        self._in_rona = False

    async def run(self) -> None:
        """From log-in to sign-out, all work done; what the grace didn't suffice for stays open and is reported."""
        stage = self._stage
        try:
            cookie = await stage.rest.log_in(self._plan.login, stage.password, stage.pause)
        except Refused as refused:
            stage.tally.problem(f"Agent {self._plan.login}: {refused}")
            self.ready.set()
            return
        address = Address(url=stage.rest.socket_url(DESK), cookie=cookie, origin=stage.rest.origin)
        async with WireClient(address, stage.tally, stage.timing) as self._wire:
            try:
                await self._work()
            finally:
                for errand in self._errands:
                    errand.cancel()
                await asyncio.gather(*self._errands, return_exceptions=True)

    async def _work(self) -> None:
        wire, stage = self._wire, self._stage
        if await self._wire.change.until(lambda: bool(wire.state) or wire.over is not None, stage.timing.answer):
            await self._attempt(self._become("available"))
            self.available = await wire.change.until(lambda: self._own_state == "available", stage.timing.answer)
        self.ready.set()
        while wire.over is None and not (stage.stop.is_set() and (self._idle_desk or not stage.grace)):
            self._look_round()
            # Looking again without news now and then lets the clock end things.
            await wire.change.until(self._something_new, 0.5)
        if wire.over is not None:
            stage.tally.problem(f"Agent {self._plan.login} lost the desk: {wire.over}")
            return
        await self._attempt(self._become("idle"))
        await self._attempt(wire.insist("agent.sign_out", 5.0))

    @property
    def _idle_desk(self) -> bool:
        """Nothing open on the desk."""
        state = self._wire.state
        return not (state.get("offers") or state.get("chats") or state.get("wrapups"))

    @property
    def _own_state(self) -> str:
        return str(self._wire.state.get("agent", {}).get("state", ""))

    def _on_desk(self, pile: str) -> list[Frame]:
        return list(self._wire.state.get(pile, []))

    def _something_new(self) -> bool:
        known = all(item["id"] in self._begun for pile in PILES for item in self._on_desk(pile))
        return not known or (self._own_state == "rona") != self._in_rona or self._wire.over is not None

    def _look_round(self) -> None:
        """Begins every errand the desk shows and that isn't begun yet; what has gone may come again."""
        self._begun &= {item["id"] for pile in PILES for item in self._on_desk(pile)}
        for offer in self._on_desk("offers"):
            if self._first_time(offer["id"]):
                self._begin(self._answer_offer(offer, next(self._offers)))
        for chat in self._on_desk("chats"):
            if self._first_time(chat["id"]):
                self._begin(self._attend(chat, next(self._talks)))
        for wrapup in self._on_desk("wrapups"):
            if self._first_time(wrapup["id"]):
                self._begin(self._wrap_up(wrapup, next(self._wrapups)))
        if (self._own_state == "rona") != self._in_rona:
            self._in_rona = not self._in_rona
            if self._in_rona:
                self._stage.tally.count["rona"] += 1
                self._begin(self._come_back())

    def _first_time(self, item: str) -> bool:
        if item in self._begun:
            return False
        self._begun.add(item)
        return True

    def _begin(self, errand: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(self._attempt(errand))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _attempt(self, errand: Coroutine[Any, Any, object]) -> None:
        """One errand; when the world moved on it is dropped, other trouble is told at the end."""
        try:
            await errand
        except Refusal as refusal:
            if refusal.code not in TOO_LATE:
                self._stage.tally.note(f"Agent {self._plan.login} was refused: {refusal}")
        except Trouble as trouble:
            self._stage.tally.note(f"Agent {self._plan.login}: {trouble}")
        except Exception as fault:
            self._stage.tally.problem(f"Agent {self._plan.login}: a fault of the simulator, {fault!r}")

    async def _become(self, state: str) -> None:
        await self._wire.insist("agent.set_state", self._stage.grace, state=state, reason=None)

    async def _come_back(self) -> None:
        """Out of RONA after a moment: Available, or Idle when the run is over."""
        more = await self._stage.pause(2 * self._plan.pace)
        await self._become("available" if more else "idle")

    async def _answer_offer(self, offer: Frame, choice: OfferChoice) -> None:
        if choice.lapses and self._stage.left > self._stage.timing.last_lapse:
            self._stage.tally.count["offers ignored"] += 1
            return
        await self._stage.pause(choice.delay)
        if self._stage.stop.is_set():
            # Refusing isn't possible; the customer is about to leave, which withdraws the offer.
            await asyncio.sleep(1.0)
        if any(each["id"] == offer["id"] for each in self._on_desk("offers")):
            await self._wire.insist("offer.accept", self._stage.grace, offer=offer["id"])
            self._stage.tally.count["accepted"] += 1

    def _still_mine(self, chat: str) -> bool:
        return any(each["id"] == chat for each in self._on_desk("chats"))

    async def _attend(self, chat: Frame, choice: TalkChoice) -> None:
        """Greets, answers every message of the customer, and ends the chat or is left."""
        record, language = self._stage.tally.record(chat["id"]), str(chat.get("language") or "en")[:2]
        await self._wire.sync(record.chat)
        transcript, replies = self._wire.transcript(record.chat), choice.replies(language)
        answered = transcript.cursor
        greeting = GREETINGS.get(language, GREETINGS["en"])
        name = str(self._wire.state.get("agent", {}).get("name") or self._plan.login)
        await self._wire.say(record, greeting.format(name=name), self._stage.patience)
        passes_on = choice.passes_on
        while self._still_mine(record.chat):
            heard = transcript.messages("customer", after=answered)
            if heard:
                answered = heard[0]["seq"]
                await self._reply(record, answered, *next(replies))
                if passes_on:
                    passes_on = False
                    await self._pass_on(record.chat)
            elif not await self._wait_for_more(record.chat, answered, choice.ends):
                await self._end(record, choice.closing(language))
                return

    async def _pass_on(self, chat: str) -> None:
        """Asks the first colleague who is free to take the chat, and waits for what comes of it."""
        try:
            found = await self._wire.request("targets.list", chat=chat, kind="agent", q="", **{"for": "transfer"})
            free = [item["id"] for item in found["result"]["items"] if item["available"]]
            if not free:
                return
            await self._wire.request("chat.transfer", chat=chat, agent=free[0])
        except Refusal:
            return  # the world moved on: the chat stays
        self._stage.tally.count["transfers asked for"] += 1

        def settled() -> bool:
            mine = [row["status"] for row in self._on_desk("chats") if row["id"] == chat]
            return mine[:1] != ["transfer_requested"]

        await self._wire.change.until(lambda: not settled(), PATIENCE_AT_THE_END)
        await self._wire.change.until(settled, LONGEST_OFFER)

    async def _reply(self, record: ChatRecord, seq: int, text: str, delay: float) -> None:
        await self._wire.tell("seen", chat=record.chat, seq=seq)
        await self._wire.tell("typing", chat=record.chat, on=True)
        await self._stage.pause(delay)
        if self._still_mine(record.chat):
            await self._wire.say(record, text, self._stage.patience)

    async def _wait_for_more(self, chat: str, answered: int, ends: bool) -> bool:
        """Waits for the customer's next word or the chat's end; False when it is for the agent to end it."""
        transcript, stage = self._wire.transcript(chat), self._stage

        def news() -> bool:
            return bool(transcript.messages("customer", after=answered)) or not self._still_mine(chat)

        seconds = stage.plan.quiet if ends else None
        if await stage.unless_stopped(self._wire.change.until(news, seconds)):
            return True
        return await self._wire.change.until(news, PATIENCE_AT_THE_END) if stage.stop.is_set() else False

    async def _end(self, record: ChatRecord, closing: str) -> None:
        if await self._wire.say(record, closing, self._stage.patience) is None:
            return
        allowed = next((row.get("allowed", ()) for row in self._on_desk("chats") if row["id"] == record.chat), ())
        if "conference_exit" in allowed:
            await self._wire.insist("conference.exit", self._stage.grace, chat=record.chat)
            return
        if "conference_end" in allowed:
            await self._wire.insist("conference.end", self._stage.grace, chat=record.chat)
        await self._wire.insist("chat.end", self._stage.grace, chat=record.chat)
        self._stage.tally.count["ended by agents"] += 1

    async def _wrap_up(self, wrapup: Frame, choice: WrapUpChoice) -> None:
        """Submits one to three different codes, fewer where the queue has fewer."""
        await self._stage.pause(choice.delay)
        codes = [code["id"] for code in wrapup["codes"]]
        chosen = list(dict.fromkeys(codes[place % len(codes)] for place in choice.places)) if codes else []
        note = "All said and done." if choice.note else ""
        await self._wire.insist("wrapup.submit", self._stage.grace, wrapup=wrapup["id"], codes=chosen, note=note)
        self._stage.tally.count["wrapped up"] += 1
