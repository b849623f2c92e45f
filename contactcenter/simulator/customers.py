"""One simulated customer: comes, starts a chat, says his lines, waits for answers, and the chat ends."""

from collections.abc import Callable

from contactcenter.simulator.client import Address, Frame, Refusal, Trouble, WireClient
from contactcenter.simulator.phrases import PERSON_PLEASE
from contactcenter.simulator.plan import CustomerPlan
from contactcenter.simulator.rest import Refused, Ticket
from contactcenter.simulator.stage import Stage

# How long a customer waits for an answer before he says his next line anyway.
PATIENCE_WITH_AGENTS = 15.0
PATIENCE_WITH_HUMANS = 60.0
LINES_FOR_THE_BOT = 2


class Customer:
    """Plays one plan on one stage; afterwards his chat's record tells what happened."""

    def __init__(self, plan: CustomerPlan, stage: Stage) -> None:
        self._plan, self._stage, self._last_state = plan, stage, ""
        self._patience = PATIENCE_WITH_AGENTS if stage.plan.agents else PATIENCE_WITH_HUMANS

    async def run(self) -> None:
        """From arrival to the end of the chat; who has not come before the end of the run stays away."""
        stage = self._stage
        if not await stage.pause(max(0.0, stage.began + self._plan.arrives - stage.now)):
            stage.tally.count["stayed away"] += 1
            return
        ticket = await self._start()
        if ticket is None:
            return
        self._record = stage.tally.opened(ticket.chat, ticket.token, stage.now)
        address = Address(url=stage.rest.socket_url(ticket.socket), hello={"token": ticket.token})
        async with WireClient(address, stage.tally, stage.timing, self._heard) as self._wire:
            try:
                await self._talk()
                await self._leave()
            except Trouble as trouble:
                stage.tally.note(f"chat {ticket.chat}: the customer gave up ({trouble})")
            await self._see_the_end()

    async def _start(self) -> Ticket | None:
        plan, stage = self._plan, self._stage
        body = {
            "name": plan.name,
            "email": plan.email,
            "subject": plan.dialogue.domain,
            "fields": {},
            "language": plan.dialogue.language,
        }
        try:
            return await stage.rest.start_chat(stage.entry_point, body, stage.pause)
        except Refused as refused:
            stage.tally.count["refused at the door"] += 1
            if refused.status == 429 and stage.stop.is_set():
                stage.tally.note("Some customers were still waiting to be let in when the run ended (HTTP 429).")
            elif refused.status == 409:
                stage.tally.note(f"Refused at the door: {refused}")
            else:
                stage.tally.problem(f"A chat could not be started: {refused}")
            return None

    def _heard(self, frame: Frame) -> None:
        """Keeps the record up to date with what the customer sees."""
        record, now = self._record, self._stage.now
        if frame.get("type") == "chat":
            state = frame["chat"]["state"]
            if state not in ("bot", "ended") and record.queued_at is None:
                record.queued_at = now
            if state == "active":
                self._stage.tally.answered(record, now)
            self._stage.tally.count["came back"] += state == "queued" and self._last_state == "offered"
            self._last_state = state
            record.ended = record.ended or state == "ended"
        elif frame.get("type") == "entries":
            record.ended = record.ended or any(entry["kind"] == "ended" for entry in frame["entries"])

    @property
    def _state(self) -> str:
        return "ended" if self._record.ended else str(self._wire.state.get("chat", {}).get("state", ""))

    async def _talk(self) -> None:
        """Every line in its turn; the first at once, the others to whoever answers."""
        lines = zip(self._plan.dialogue.lines, self._plan.pauses, strict=True)
        for number, (line, pause) in enumerate(lines):
            if number and not await self._somebody_there(number):
                return
            await self._wire.tell("typing", chat=self._record.chat, on=True)
            if not await self._stage.pause(pause) or self._state == "ended":
                return
            if await self._wire.say(self._record, line, self._stage.patience) is None:
                continue
            await self._hear_back()
        if self._plan.lets_agent_end and await self._somebody_there(len(self._plan.pauses)):
            await self._until(lambda: False, 2 * self._stage.plan.quiet)

    async def _somebody_there(self, said: int) -> bool:
        """Waits for an agent, or for the bot as long as it may have a say; False when the talk is over."""
        if self._state == "bot" and said >= LINES_FOR_THE_BOT:
            plea = PERSON_PLEASE[self._plan.dialogue.language]
            await self._wire.say(self._record, plea, self._stage.patience)
            await self._until(lambda: self._state != "bot", self._patience)
        await self._until(lambda: self._state in ("active", "bot"), None)
        return self._state in ("active", "bot") and not self._stage.stop.is_set()

    async def _hear_back(self) -> None:
        """Waits for an answer to the last line, not for ever; nobody answers while nobody is there."""
        transcript, last = self._wire.transcript(self._record.chat), self._record.said[-1].seq
        asked = self._state
        if asked not in ("active", "bot"):
            return

        def settled() -> bool:
            return self._state != asked or bool(transcript.messages("agent", "bot", after=last))

        if await self._until(settled, self._patience):
            await self._wire.tell("seen", chat=self._record.chat, seq=transcript.cursor)
        elif not self._stage.stop.is_set():
            self._stage.tally.count["lines without an answer in time"] += 1

    async def _until(self, holds: Callable[[], bool], seconds: float | None) -> bool:
        """Waits for it, for the chat's end or for the end of the run; whether it holds."""
        await self._stage.unless_stopped(
            self._wire.change.until(lambda: holds() or self._state == "ended" or self._wire.over is not None, seconds)
        )
        return holds()

    async def _leave(self) -> None:
        if self._state == "ended":
            return
        try:
            await self._wire.insist("chat.leave", self._stage.grace, chat=self._record.chat)
        except Refusal as refusal:
            if refusal.code not in ("gone", "state"):
                raise

    async def _see_the_end(self) -> None:
        """Waits until the customer has seen the end and every line before it, then notes what never came."""
        record, transcript = self._record, self._wire.transcript(self._record.chat)
        if not record.answered and record.queued_at is not None:
            self._stage.tally.count["abandoned"] += 1
        patience = min(self._stage.grace, 4 * self._stage.timing.answer)
        await self._wire.change.until(lambda: record.ended and transcript.ended, patience)
        await self._wire.change.until(lambda: not transcript.has_hole, 2 * self._stage.timing.hole)
        record.seen_live = frozenset(transcript.entries)
