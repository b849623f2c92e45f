"""The server's HTTP doors: is it there, start a chat, log in, read history. Obeys Retry-After."""

import asyncio
import random
import re
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, repeat
from typing import Any
from urllib.parse import urlsplit

import httpx

from contactcenter.simulator.tally import Tally

CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')
LOGIN_PATH = "/accounts/login/"
SECONDS_PER_REQUEST = 15.0
# A lock of a quarter of an hour isn't waited out.
LONGEST_WAIT = 60.0
TRIES = 5
# Waits that long and says whether to go on.
Pause = Callable[[float], Awaitable[bool]]


def may_choose_address(host: str) -> bool:
    """Whether this machine lets a program call the host from any loopback address, as Linux does."""
    if not host.startswith("127.") and host != "localhost":
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.1.0.1", 0))
        except OSError:
            return False
    return True


def loopback_addresses() -> Iterator[str]:
    """Loopback addresses without end, the same order each time."""
    for number in count(1):
        yield f"127.{1 + number // 62_500 % 250}.{number // 250 % 250}.{1 + number % 250}"


async def sleep(seconds: float) -> bool:
    """Wait, then go on."""
    await asyncio.sleep(seconds)
    return True


class NothingThere(Exception):
    """Nothing answers at the address; the text says which."""


class Refused(Exception):
    """The server said no for good; `code` is its word for it, `status` the HTTP status."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{message or code} (HTTP {status}, {code})")
        self.code, self.status = code, status


@dataclass(frozen=True, slots=True)
class Ticket:
    """A started chat: its id, the customer's token, the path of the socket to talk over."""

    chat: str
    token: str
    socket: str


class Rest:
    """HTTP with one server at `base`; closes its connections on leaving the `async with`."""

    def __init__(self, base: str, tally: Tally) -> None:
        self.base = base.rstrip("/")
        parts = urlsplit(self.base)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self._tally = tally
        self._client = self._new_client()
        self._addresses = loopback_addresses() if may_choose_address(parts.hostname or "") else repeat(None)

    def _new_client(self, address: str | None = None) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=50, max_keepalive_connections=20)
        transport = httpx.AsyncHTTPTransport(limits=limits, local_address=address)
        # No proxy from the environment: it would not know this machine's loopback.
        return httpx.AsyncClient(base_url=self.base, timeout=SECONDS_PER_REQUEST, transport=transport, trust_env=False)

    async def __aenter__(self) -> "Rest":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    def socket_url(self, path: str) -> str:
        """The WebSocket address of a path at this server."""
        return re.sub("^http", "ws", self.base) + path

    async def knock(self) -> None:
        """Passes when something answers, whatever it says; else `NothingThere`."""
        try:
            await self._client.get("/livez")
        except httpx.TransportError as error:
            raise NothingThere(f"Nothing answers at {self.base}: is the server running? (`make run`)") from error

    async def start_chat(self, entry_point: str, body: dict[str, Any], pause: Pause = sleep) -> Ticket:
        """A new chat through this entry point; `Refused` when closed, full, unknown or badly filled in."""
        path = f"/api/v1/widget/{entry_point}/chats/"
        # Customers come from addresses of their own, so the limit of starts per address holds as it does in earnest.
        async with self._new_client(next(self._addresses)) as client:
            answer = await self._ask("start", lambda: client.post(path, json=body), pause)
        try:
            value = answer.json()
            return Ticket(value["chat"], value["token"], value["socket"])
        except (ValueError, KeyError, TypeError) as error:
            raise Refused("unreadable", "The answer to a start holds no chat, token or socket.", 201) from error

    async def history(self, chat: str, token: str) -> list[dict[str, Any]]:
        """Every public entry of the chat as HTTP gives it to its customer, page after page."""
        path, headers = f"/api/v1/chats/{chat}/entries/", {"Authorization": f"Bearer {token}"}
        entries: list[dict[str, Any]] = []
        more, after = True, 0
        while more:
            answer = await self._ask("history", partial(self._get, path, headers, after), sleep)
            try:
                page = answer.json()
                entries += page["entries"]
                more = bool(page["more"] and page["entries"])
                after = entries[-1]["seq"] if entries else 0
            except (ValueError, KeyError, TypeError) as error:
                raise Refused("unreadable", "The answer to history isn't a page of entries.", 200) from error
        return entries

    async def _get(self, path: str, headers: dict[str, str], after: int) -> httpx.Response:
        return await self._client.get(path, params={"after": after}, headers=headers)

    async def log_in(self, name: str, password: str, pause: Pause = sleep) -> str:
        """The Cookie header of a fresh session; `Refused` when the server doesn't let this person in."""
        # A client of its own: its cookies are this person's session.
        async with self._new_client() as client:
            form = await self._ask("log-in", lambda: client.get(LOGIN_PATH), pause)
            found = CSRF_FIELD.search(form.text)
            token = found.group(1) if found else client.cookies.get("csrftoken", "")
            fields = {"username": name, "password": password, "csrfmiddlewaretoken": token}
            headers = {"Referer": self.base + LOGIN_PATH, "Origin": self.origin}
            answer = await self._ask("log-in", lambda: client.post(LOGIN_PATH, data=fields, headers=headers), pause)
            if not answer.is_redirect:
                raise Refused("unauthenticated", f"{name} can't log in with this password.", answer.status_code)
            return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)

    async def _ask(self, what: str, send: Callable[[], Awaitable[httpx.Response]], pause: Pause) -> httpx.Response:
        """The answer once there is one below 400; waits when told to, tries again when nothing was received."""
        failures = 0
        while True:
            try:
                answer = await send()
            except httpx.TransportError as error:
                failures += 1
                await self._after_failure(what, error, failures, pause)
                continue
            if answer.status_code < 400:
                return answer
            refused = _refused(answer)
            self._tally.error(f"http {refused.status} {refused.code}")
            wait = _retry_after(answer)
            if wait is None or wait > LONGEST_WAIT:
                raise refused
            self._tally.slowed(what, wait)
            if not await pause(wait):
                raise refused

    async def _after_failure(self, what: str, error: httpx.TransportError, failures: int, pause: Pause) -> None:
        """Passes, after a moment, when trying again can't do a thing twice; else raises `Refused`."""
        self._tally.error("http " + type(error).__name__)
        again = isinstance(error, httpx.ConnectError) and failures < TRIES
        spread = random.uniform(0.1, 0.5) * failures  # noqa: S311 - spreads retries
        if not again or not await pause(spread):
            raise Refused("unreachable", f"{what}: {type(error).__name__}", 0) from error


def _refused(answer: httpx.Response) -> Refused:
    try:
        value = answer.json()
        code, message = str(value["code"]), str(value.get("message", ""))
        fields = value.get("fields")
    except (ValueError, KeyError, TypeError, AttributeError):
        code, message, fields = "unreadable", "The server's error isn't in the agreed form.", None
    return Refused(code, f"{message} {fields}" if fields else message, answer.status_code)


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds the server asks to wait before another try; None when there is nothing to try again."""
    if answer.status_code not in (429, 503):
        return None
    try:
        return max(0.1, float(answer.headers.get("Retry-After", "1")))
    except ValueError:
        return 1.0
