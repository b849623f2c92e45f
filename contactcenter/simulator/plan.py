"""Who does what when, drawn from a seed before anything runs: same seed, same plan. Pure. Times are seconds."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contactcenter.simulator.dialogues import Dialogue
from contactcenter.simulator.phrases import CLOSINGS, FIRST_NAMES, LAST_NAMES, REPLIES

LOGINS = (
    "alice",
    "anna",
    "ahmed",
    "bea",
    "carlos",
    "dora",
    "emil",
    "fatima",
    "greta",
    "hassan",
    "ines",
    "jonas",
)
# Customers arrive in the first half, so that the last ones have time to be heard.
ARRIVAL_SHARE = 0.5
# A customer's own pauses fill at most this share of the run; what people really need is squeezed into it.
PAUSE_SHARE = 0.2
# Customers may send 2 messages a second.
SHORTEST_PAUSE = 0.6
THINKING = 1.5
LETTERS_A_SECOND = 6.0
SHARE_LETTING_AGENT_END = 0.3
SHARE_OF_AGENTS_ENDING = 0.6


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """One customer: when he comes, what he says, how long he pauses before each line, and who ends it."""

    number: int
    arrives: float
    name: str
    email: str
    dialogue: Dialogue
    pauses: tuple[float, ...]
    lets_agent_end: bool


@dataclass(frozen=True, slots=True)
class OfferChoice:
    """Take the offer after `delay`, or let it lapse on purpose and come back `delay` after the RONA."""

    lapses: bool
    delay: float


@dataclass(frozen=True, slots=True)
class TalkChoice:
    """How an agent carries one chat; `ends` when the customer has been quiet for long enough."""

    ends: bool
    seed: str
    pace: float
    passes_on: bool = False  # asks a colleague to take the chat after the first answer

    def replies(self, language: str) -> Iterator[tuple[str, float]]:
        """For ever: what to answer next, and after how many seconds."""
        draw = draws(self.seed)
        phrases = REPLIES.get(language, REPLIES["en"])
        while True:
            yield draw.choice(phrases), round(draw.uniform(0.8, 3.0) * self.pace, 3)

    def closing(self, language: str) -> str:
        """The last words before the agent ends the chat himself."""
        return CLOSINGS.get(language, CLOSINGS["en"])


@dataclass(frozen=True, slots=True)
class WrapUpChoice:
    """After `delay`, up to three codes: the ones at these places, counted round the list the server offers."""

    delay: float
    places: tuple[int, ...]
    note: bool


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """One agent's habits. What he decides n-th is fixed; which chat comes n-th is the server's business."""

    login: str
    seed: str
    rona: float
    pace: float
    transfers: float = 0.0

    def offers(self) -> Iterator[OfferChoice]:
        """For ever: what to do with the next offer."""
        draw = draws(self.seed, self.login, "offers")
        while True:
            yield OfferChoice(draw.random() < self.rona, round(draw.uniform(0.4, 2.5) * self.pace, 3))

    def talks(self) -> Iterator[TalkChoice]:
        """For ever: how to carry the next chat."""
        draw, other = draws(self.seed, self.login, "talks"), draws(self.seed, self.login, "transfers")
        while True:
            ends, seed = draw.random() < SHARE_OF_AGENTS_ENDING, f"{draw.getrandbits(64):x}"
            yield TalkChoice(ends, seed, self.pace, other.random() < self.transfers)

    def wrapups(self) -> Iterator[WrapUpChoice]:
        """For ever: how to wrap up next."""
        draw = draws(self.seed, self.login, "wrapups")
        while True:
            count = draw.randint(1, 3)
            places = tuple(draw.randrange(1000) for _ in range(count))
            yield WrapUpChoice(round(draw.uniform(0.5, 3.0) * self.pace, 3), places, draw.random() < 0.3)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole run. `quiet` is the silence after which an agent takes a conversation for finished."""

    seconds: float
    quiet: float
    customers: tuple[CustomerPlan, ...]
    agents: tuple[AgentPlan, ...]


def draws(*seed: object) -> random.Random:
    """A generator of its own for every purpose, so that one more draw here changes nothing there."""
    return random.Random("/".join(map(str, seed)))  # noqa: S311 - play, not secrecy


def make(
    *,
    customers: int,
    agents: int,
    seconds: float,
    dialogues: Sequence[Dialogue],
    seed: str,
    rona: float,
    transfers: float = 0.0,
) -> Plan:
    """The plan for a run of `seconds`; at most as many agents as there are log-ins."""
    if agents > len(LOGINS):
        raise ValueError(f"There are {len(LOGINS)} demo agents, {agents} were asked for.")
    draw = draws(seed, "customers")
    arrivals = sorted(draw.uniform(0, seconds * ARRIVAL_SHARE) for _ in range(customers))
    chosen = _dealt(dialogues, customers, draw)
    crowd = tuple(
        _customer(number, came - arrivals[0], dialogue, seconds, seed)
        for number, (came, dialogue) in enumerate(zip(arrivals, chosen, strict=True), start=1)
    )
    pace = min(1.0, seconds / 120)
    longest = max((pause for customer in crowd for pause in customer.pauses), default=0.0)
    team = tuple(AgentPlan(login, seed, rona, pace, transfers) for login in LOGINS[:agents])
    return Plan(seconds, round(longest + 3 * pace + 0.5, 3), crowd, team)


def _dealt(dialogues: Sequence[Dialogue], count: int, draw: random.Random) -> list[Dialogue]:
    """`count` conversations: each once before any comes again, in a drawn order."""
    dealt: list[Dialogue] = []
    while len(dealt) < count:
        dealt += draw.sample(dialogues, len(dialogues))
    return dealt[:count]


def _customer(number: int, arrives: float, dialogue: Dialogue, seconds: float, seed: str) -> CustomerPlan:
    draw = draws(seed, "customer", number)
    first, last = draw.choice(FIRST_NAMES), draw.choice(LAST_NAMES)
    return CustomerPlan(
        number=number,
        arrives=round(arrives, 3),
        name=f"{first} {last}",
        email=f"{first}.{last}.{number}@example.org".lower(),
        dialogue=dialogue,
        pauses=_pauses(dialogue.lines, seconds * PAUSE_SHARE, draw),
        lets_agent_end=draw.random() < SHARE_LETTING_AGENT_END,
    )


def _pauses(lines: Sequence[str], budget: float, draw: random.Random) -> tuple[float, ...]:
    """Thinking and typing time before each line, squeezed together into the budget where it is too much."""
    human = [draw.uniform(0.5, 1.5) * (THINKING + len(line) / LETTERS_A_SECOND) for line in lines]
    squeeze = min(1.0, budget / sum(human))
    return tuple(round(max(SHORTEST_PAUSE, pause * squeeze), 3) for pause in human)
