"""Card numbers sent through every input of the running product are nowhere afterwards, not even in its answers."""

import base64
import json
import random
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest
import redis
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from chats.attachments import PART_SIZE
from contactcenter.simulator.rest import CSRF_FIELD
from tests.faults.canaries import SCRIPTS, Flock, files_of, foreign, grouped, tracks
from tests.faults.house import FaultHouse, size
from tests.lib.pci import made_files as made
from tests.live import until

pytestmark = pytest.mark.live

SECONDS = 20.0
JSON = "application/json"


class Inputs:
    """Everything through which somebody could send a number. What the product answers is kept in `heard`."""

    def __init__(self, house: FaultHouse, flock: Flock) -> None:
        self.house, self.flock = house, flock
        self.heard: list[bytes] = []
        self.http = self.visitor()
        self.chat, self.token = self.comes_in({"name": "Carol"})
        self.desk_http = self.visitor()
        self.admin = self.visitor()

    def visitor(self) -> httpx.Client:
        """Somebody's HTTP client; whatever it hears is kept."""
        hooks = {"response": [self._keep]}
        return httpx.Client(base_url=self.house.base_url, timeout=SECONDS, trust_env=False, event_hooks=hooks)

    def _keep(self, response: httpx.Response) -> None:
        response.read()
        self.heard.append(str(response.headers).encode() + response.content)

    def comes_in(self, form: dict[str, Any]) -> tuple[str, str]:
        """A chat with its token."""
        started = self.http.post("/api/v1/widget/direct/chats/", json=form)
        assert started.status_code == 201, started.text
        return started.json()["chat"], started.json()["token"]

    def log_in(self, who: httpx.Client, name: str, password: str = "demo") -> httpx.Response:
        """The person has tried to log in, whoever he was before."""
        who.cookies.clear()
        found = CSRF_FIELD.search(who.get("/accounts/login/").text)
        assert found
        form = {"csrfmiddlewaretoken": found[1], "username": name, "password": password}
        return who.post("/accounts/login/", data=form, headers={"Referer": self.house.base_url})

    def posts(self, url: str, form: dict[str, Any]) -> httpx.Response:
        """The administrator has sent a form."""
        found = CSRF_FIELD.search(self.admin.get(url).text)
        assert found, url
        data = {"csrfmiddlewaretoken": found[1], **form}
        return self.admin.post(url, data=data, headers={"Referer": self.house.base_url})

    # --- starting a chat

    def forms(self) -> None:
        """Every field of the form, in every script, and what no field is."""
        next_one, spaced, foreign = self.flock.next, self.flock.spaced, self.flock.foreign
        self.comes_in({"name": f"x {spaced()}", "subject": next_one(), "email": f"{next_one()}@mail.example"})
        self.comes_in({"page": f"https://shop.example/?c={next_one()}#{next_one()}", "language": "en"})
        self.comes_in({"fields": {"Order": next_one(), f"field {next_one()}": foreign("Arabic")}})
        for script in SCRIPTS:
            self.comes_in({"name": foreign(script), "subject": foreign(script)})
        for wrong in (
            {"language": next_one()},
            {"email": f"{next_one()} is no address"},
            {"name": {"x": next_one()}},
            {next_one(): "x"},
            {"fields": [next_one()]},
            {"identity": next_one()},
            {"subject": f"{next_one()} " * 30},
        ):
            assert self.http.post("/api/v1/widget/direct/chats/", json=wrong).status_code in (400, 401), wrong
        broken = f'{{"name": "{next_one()}"'
        self.http.post("/api/v1/widget/direct/chats/", content=broken, headers={"Content-Type": JSON})
        self.http.post("/api/v1/widget/direct/chats/", content=next_one(), headers={"Content-Type": next_one()})
        ((secret,),) = self.house.execute("SELECT secret FROM routing_entrypoint WHERE slug = 'direct'")
        claims = {name: f"{name} {next_one()}" for name in ("sub", "name", "email", "iss", "jti")}
        self.comes_in({"identity": jwt.encode({**claims, "exp": time.time() + 60}, secret, algorithm="HS256")})

    # --- addresses and headers

    def addresses(self) -> None:
        """Addresses that lead nowhere, questions nobody understands, headers of all kinds."""
        one = self.flock.next
        for path in (
            f"/{one()}/", f"/widget/{one()}/", f"/static/{one()}.js", f"/api/v1/widget/{one()}/chats/",
            f"/api/v1/chats/{one()}/entries/", f"/api/v1/chats/{self.chat}/entries/?after={one()}",
            f"/api/v1/chats/{self.chat}/entries/?stream={one()}", f"/api/schema/?format={one()}",
            f"/livez?{one()}={one()}", f"/i18n/setlang/?next={one()}",
        ):  # fmt: skip
            self.http.get(path, headers=self.bearer)
        names = ("User-Agent", "Referer", "X-Forwarded-For", "Accept-Language", "Accept", "Origin", "X-Request-Id")
        self.http.get("/", headers={name: one() for name in names})
        self.http.get("/", headers={"Host": f"{one()}.example"})
        self.http.get("/desk/", headers={"Cookie": f"sessionid={one()}; csrftoken={one()}; {one()}=x"})
        self.http.get(f"/api/v1/chats/{self.chat}/entries/", headers={"Authorization": f"Bearer {one()}"})
        self.http.get(f"/api/v1/chats/{self.chat}/entries/", headers={"Authorization": one()})
        self.http.post("/accounts/login/", data={"username": one()})
        self.log_in(self.http, one(), one())
        self.http.cookies.clear()

    @property
    def bearer(self) -> dict[str, str]:
        """The customer's right."""
        return {"Authorization": f"Bearer {self.token}"}

    # --- messages

    def messages(self) -> None:
        """Over HTTP, right and wrong."""
        one, where = self.flock.next, f"/api/v1/chats/{self.chat}/messages/"

        def send(**message: Any) -> int:
            body = {"cid": uuid4().hex.translate(LETTERS), "text": "x", **message}
            return self.http.post(where, json=body, headers=self.bearer).status_code

        texts = [one(), self.flock.spaced(), *(self.flock.foreign(script) for script in SCRIPTS)]
        texts += [f"my card {self.flock.spaced()} 12/27 123", "-".join(one()), f"<b>{one()[:8]}</b>&nbsp;{one()}"]
        assert [send(text=text) for text in texts] == [201] * len(texts)
        whole = one()
        assert [send(text=whole[:6]), send(text=whole[6:])] == [201, 201]
        assert send(cid=one()) == 400
        assert send(text={"x": one()}) == send(attachments=[one()]) == 400
        assert send(**{one(): one()}) == 400

    def socket(self, path: str, **headers: Any) -> ClientConnection:
        """An open socket."""
        return connect(self.house.socket_url + path, proxy=None, open_timeout=SECONDS, **headers)

    def ask(self, socket: ClientConnection, frame_type: str, **fields: Any) -> dict[str, Any]:
        """The answer; everything heard until it came is kept, but for the id, which is the asker's own."""
        number = fields.setdefault("id", uuid4().hex.translate(LETTERS))
        socket.send(json.dumps({"type": frame_type, **fields}))
        while True:
            frame = json.loads(socket.recv(SECONDS))
            mine = frame.pop("id", None) == number
            self.heard.append(json.dumps(frame, ensure_ascii=False).encode())
            if mine:
                return frame

    def refused(self, path: str, raw: str | bytes, **headers: Any) -> None:
        """A socket says something for which it is thrown out."""
        with self.socket(path, **headers) as socket, suppress(ConnectionClosed):
            socket.send(raw)
            for message in socket:
                self.heard.append(message if isinstance(message, bytes) else message.encode())

    def customer_frames(self) -> None:
        """The customer's socket: frames as they should be and as they shouldn't."""
        one = self.flock.next
        self.refused("/ws/customer/", json.dumps({"type": "hello", "id": "x", "token": one()}))
        self.refused("/ws/customer/", json.dumps({"type": one(), "id": one()}))
        self.refused("/ws/customer/", f"[{one()}")
        self.refused("/ws/customer/", one().encode())
        with self.socket("/ws/customer/") as socket:
            self.ask(socket, "hello", token=self.token, after=0)
            for fields in (
                {"cid": "one", "text": one()}, {"cid": "two", "text": self.flock.foreign("full width")},
                {"cid": one(), "text": "x"}, {"cid": "three", "text": "x", "id": one()},
                {"cid": "four", "text": "x", one(): one()}, {"cid": "five", "text": [one()]},
            ):  # fmt: skip
                self.ask(socket, "message.send", **fields)
            whole = one()
            for cid, piece in (("six", f"{whole[:4]} {whole[4:6]}"), ("seven", "wait"), ("eight", whole[6:])):
                self.ask(socket, "message.send", cid=cid, text=piece)
            self.ask(socket, "typing", on=True, text=one())
            self.ask(socket, "typing", on=one())
            self.ask(socket, "seen", seq=int(one()))
            self.ask(socket, "sync", after=0, stream=one())
            self.ask(socket, "chat.rate", score=one(), comment=one())
            self.ask(socket, one())

    # --- files

    def upload(self, name: str, data: bytes, **more: Any) -> str:
        """The file is complete; gives its id, nothing where it was refused."""
        base = f"/api/v1/chats/{self.chat}/attachments/"
        told = self.http.post(base, json={"name": name, "size": len(data), **more}, headers=self.bearer).json()
        for number in range(told.get("parts", 0)):
            part = data[number * PART_SIZE : (number + 1) * PART_SIZE]
            self.http.put(f"{base}{told['id']}/parts/{number + 1}/", content=part, headers=self.bearer)
        return str(told.get("id", ""))

    def files(self) -> None:
        """Numbers in names, texts, properties, base64 and archives; all of it is looked at."""
        one = self.flock.next
        self.upload("a.txt", b"hello", type=one())
        self.upload(f"a.{one()}", b"hello")
        packed = base64.b64encode(f"the number is {one()}, thanks".encode())
        ids = [
            self.upload(f"{one()}.txt", b"hello"), self.upload("a.txt", one().encode()), self.upload("b.txt", packed),
            self.upload("a.docx", made.docx(one())), self.upload("b.docx", made.docx(one(), "docProps/core.xml")),
            self.upload("a.odt", made.odt(one(), "meta.xml")), self.upload("a.pdf", made.pdf("hello", title=one())),
            self.upload("b.pdf", made.zipped({"a.txt": one()})),
            self.upload("c.txt", f"{'hello ' * 400_000}{one()}".encode()),
        ]  # fmt: skip
        message = {"cid": "files", "text": "see here", "attachments": [each for each in ids if each]}
        sent = self.http.post(f"/api/v1/chats/{self.chat}/messages/", json=message, headers=self.bearer)
        assert sent.status_code == 201, sent.text
        until(lambda: not self.house.execute("SELECT 1 FROM chats_attachment WHERE status = 'scanning'"))
        for each in ids:
            self.http.get(f"/api/v1/chats/{self.chat}/attachments/{each}/", headers=self.bearer)

    # --- the desk

    def desk(self) -> None:
        """An agent's words, searches, reasons and notes."""
        one = self.flock.next
        self.log_in(self.desk_http, "alice")
        cookie = "; ".join(f"{name}={value}" for name, value in self.desk_http.cookies.items())
        headers = {"additional_headers": {"Cookie": cookie}, "origin": self.house.base_url}
        with self.socket("/ws/desk/", **headers) as socket:
            self.ask(socket, "hello", after={one(): 1}, take_over=True)
        with self.socket("/ws/desk/", **headers) as socket:
            self.ask(socket, "hello", after={}, take_over=True)
            self.ask(socket, "agent.set_state", state="idle", reason=one())
            self.ask(socket, "agent.set_state", state="available")
            offer = self._offer()
            assert "code" not in self.ask(socket, "offer.accept", offer=offer)
            for fields in ({"text": one()}, {"text": self.flock.foreign("Arabic")}, {"text": "x", "cid": one()}):
                self.ask(socket, "message.send", **{"chat": self.chat, "cid": uuid4().hex.translate(LETTERS), **fields})
            for kind in ("canned.search", "history.list"):
                self.ask(socket, kind, chat=self.chat, q=one())
            self.ask(socket, "targets.list", chat=self.chat, kind="agent", q=one(), **{"for": "transfer"})
            self.ask(socket, "supervise.whisper", chat=self.chat, text=one())
            self.ask(socket, "chat.end", chat=self.chat)
            self.ask(socket, "wrapup.submit", wrapup=one(), codes=[], note=one())
            ((wrapup, code),) = self.house.execute(
                "SELECT w.id, (SELECT min(id) FROM wrapup_wrapupcode) FROM wrapup_wrapup w "
                "JOIN chats_seat s ON s.id = w.seat_id WHERE s.chat_id = %s",
                [self.chat],
            )
            noted = self.ask(socket, "wrapup.submit", wrapup=str(wrapup), codes=[str(code)], note=f"note {one()}")
            assert "code" not in noted
        with self.socket("/ws/customer/") as socket:
            self.ask(socket, "hello", token=self.token, after=0)
            assert "code" not in self.ask(socket, "chat.rate", score=5, comment=f"good {one()}")

    def _offer(self) -> str:
        """The offer of our chat, once the others before it are out of the way."""
        self.house.execute(
            "UPDATE chats_chat SET customer_until = now() - interval '1 day' WHERE state <> 'ended' AND id <> %s",
            [self.chat],
        )
        asked = "SELECT id FROM chats_offer WHERE chat_id = %s AND outcome = ''"
        return str(until(lambda: self.house.execute(asked, [self.chat]))[0][0])

    # --- the administration

    def administration(self) -> None:
        """Forms right and wrong, search boxes, the boxes to try."""
        one = self.flock.next
        self.log_in(self.admin, "admin")
        add = {"title": f"t {one()}", "folder": one(), "text": one(), "language": "", "shortcut": ""}
        assert self.posts("/admin/chats/cannedresponse/add/", add).status_code == 302
        wrong = {**add, "title": "", "folder": one(), "text": one(), "language": one()}
        assert self.posts("/admin/chats/cannedresponse/add/", wrong).status_code == 200
        answer = {"entry_point": "1", "triggers": one(), "text": one(), "quick_replies": one(), "order": "0"}
        self.posts("/admin/chats/botanswer/add/", answer)
        self.posts("/admin/routing/queue/add/", {"name": one(), "closing": one(), "mode": one()})
        self.posts("/admin/agents/team/add/", {"name": one()})
        self.posts("/admin/chats/custompattern/add/", {"name": "x", "pattern": f"({one()}"})
        self.posts("/admin/chats/custompattern/try/", {"text": one(), "pattern": "("})
        self.posts("/admin/chats/finding/report/", {"text": one()})
        self.posts("/admin/chats/botanswer/try/", {"entry_point": "1", "language": "en", "text": one()})
        for path in (
            "chats/chat",
            "chats/customer",
            "chats/entry",
            "admin/logentry",
            "agents/user",
            "routing/decision",
        ):
            self.admin.get(f"/admin/{path}/?q={one()}", follow_redirects=True)
        self.admin.get(f"/admin/chats/finding/report/?detector={one()}&since={one()}")
        self.admin.get(f"/admin/chats/chat/{one()}/change/", follow_redirects=True)
        term = f"/admin/autocomplete/?app_label=chats&model_name=cannedresponse&field_name=queues&term={one()}"
        assert self.admin.get(term).status_code == 200


LETTERS = str.maketrans("0123456789", "ghijklmnop")
INPUTS: list[Callable[[Inputs], None]] = [
    Inputs.forms, Inputs.addresses, Inputs.messages, Inputs.customer_frames, Inputs.files, Inputs.desk,
    Inputs.administration,
]  # fmt: skip


class Eavesdropper:
    """Keeps every command that anybody gives to Redis."""

    def __init__(self, url: str) -> None:
        self.client, self.said = redis.Redis.from_url(url), list[bytes]()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def _listen(self) -> None:
        with self.client.monitor() as monitor:
            self._ready.set()
            for command in monitor.listen():
                self.said.append(
                    command["command"].encode("utf-8", "replace").decode("unicode_escape").encode("latin-1")
                )
                if self._over.is_set():
                    return

    def __enter__(self) -> "Eavesdropper":
        self._ready = threading.Event()
        self._thread.start()
        assert self._ready.wait(SECONDS)
        return self

    def __exit__(self, *_failure: object) -> None:
        self._over.set()
        self.client.ping()
        self._thread.join(SECONDS)

    def left(self) -> bytes:
        """What lies in Redis now, and its log of slow commands."""
        parts = [part for key in self.client.scan_iter() for part in (key, self.client.dump(key) or b"")]
        return b"\n".join([*parts, *(entry["command"] for entry in self.client.slowlog_get(1000))])


@pytest.fixture
def scanning(house: FaultHouse) -> Iterator[FaultHouse]:
    """The house with its worker for files."""
    house.start_scan()
    yield house
    house.stop("scan")


def dumped(house: FaultHouse) -> bytes:
    """What a backup of the database holds."""
    program = Path(house.environment["PG_BIN"]) / "pg_dump"
    return subprocess.run([program, house.environment["DATABASE_URL"]], capture_output=True, check=True).stdout


def test_no_canary_is_left_anywhere(scanning: FaultHouse, rng: random.Random) -> None:
    house, flock = scanning, Flock(rng.randrange(10**6))
    assert house.postgres is not None and house.valkey is not None
    with Eavesdropper(house.environment["REDIS_URL"]) as redis_heard:
        inputs = Inputs(house, flock)
        for _ in range(size(1, 5)):
            for each in INPUTS:
                each(inputs)
            inputs.chat, inputs.token = inputs.comes_in({"name": "Carol"})
        left = redis_heard.left()
    wrong_value = "SELECT %s::int"
    with pytest.raises(psycopg.Error):
        house.execute(wrong_value, [f"x{flock.next()}"])
    assert len(flock.sent) > 130
    searched = flock.expression()
    found = tracks(searched, dumped(house), "pg_dump")
    found += tracks(searched, b"\n".join(redis_heard.said), "what Redis was told")
    found += tracks(searched, left, "Redis")
    found += tracks(searched, b"\n".join(inputs.heard), "answers")
    logs = [house.postgres.log, house.valkey.log, *house.logs.glob("*.log")]
    media, temporary = house.logs / "media", house.logs / "tmp"
    wal = list(files_of(house.postgres.data / "pg_wal"))
    for path in [*logs, *wal, *files_of(media, temporary, house.postgres.data / "base")]:
        found += tracks(searched, path.read_bytes(), str(path))
    assert not found, "\n".join(found)
    assert len(redis_heard.said) > 100 and len(inputs.heard) > 100 and len(wal) > 0
    assert {path.read_bytes() for path in files_of(media)} <= {b"hello"}
    assert [str(path) for path in files_of(temporary)] == []


def test_the_search_finds_a_number_in_every_form(rng: random.Random) -> None:
    flock = Flock(rng.randrange(10**6))
    number, searched = flock.next(), flock.expression()
    for written in (number, grouped(number, " "), grouped(number, "-"), *(foreign(number, each) for each in SCRIPTS)):
        for data in (written.encode(), written.encode("utf-16-le"), json.dumps(written).encode()):
            assert tracks(searched, data, "x"), (written, data)
    for shift in range(3):
        assert tracks(searched, base64.b64encode(b"x" * shift + number.encode()), "x"), shift
    assert not re.search(searched, b"4539 and nothing else")
