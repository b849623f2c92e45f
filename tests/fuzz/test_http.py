"""Whatever comes over HTTP is answered below 500, errors in their one form, and without a trace."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.api import STATUS
from tests.fuzz.values import JSON, WORDS, fuzzed, written
from tests.live import Live

pytestmark = pytest.mark.live

Request = tuple[str, str, dict[str, Any]]
START_FIELDS = ("name", "email", "subject", "page", "language", "identity", "fields")
TYPES = ("application/json", "application/json; charset=utf-16", "text/plain", "multipart/form-data", "")
CID = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)


@pytest.fixture(scope="module")
def started(live_server_processes: Live) -> dict[str, str]:
    """A chat with its token."""
    with httpx.Client(base_url=live_server_processes.base_url, trust_env=False) as http:
        return http.post("/api/v1/widget/demo/chats/", json={"name": "Fuzzy"}).json()


def bodies(good: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """What may come as a body: as it should be, other JSON, no JSON."""
    texts = st.one_of(good.map(written), good.map(written), JSON.map(written))
    contents = st.one_of(texts.map(str.encode), texts.map(lambda text: text[:-1].encode()), st.binary(max_size=80))
    types = st.one_of(st.just(TYPES[0]), st.just(TYPES[0]), st.sampled_from(TYPES))
    return st.builds(lambda content, kind: {"content": content, "headers": {"Content-Type": kind}}, contents, types)


def starts() -> st.SearchStrategy[Request]:
    """Customers who come in."""
    fields = st.one_of(WORDS, JSON, st.dictionaries(WORDS, WORDS, max_size=3))
    forms = st.dictionaries(st.one_of(st.sampled_from(START_FIELDS), WORDS), fields, max_size=4)
    slugs = st.sampled_from(("demo", "demo", "direct", "nowhere", "d%00", "%F0%9F%99%82"))
    return st.builds(lambda slug, body: ("POST", f"/api/v1/widget/{slug}/chats/", body), slugs, bodies(forms))


def messages(chats: st.SearchStrategy[str]) -> st.SearchStrategy[Request]:
    """Things said."""
    said = st.fixed_dictionaries(
        {"cid": st.one_of(CID, JSON), "text": st.one_of(WORDS, WORDS, JSON)}, optional={"attachments": JSON}
    )
    return st.builds(lambda chat, body: ("POST", f"/api/v1/chats/{chat}/messages/", body), chats, bodies(said))


def entries(chats: st.SearchStrategy[str]) -> st.SearchStrategy[Request]:
    """Lines asked for."""
    values = st.one_of(WORDS, st.integers().map(str), st.sampled_from(("public", "staff", "٣", "1e3", "0x1")))
    clean = values.map(lambda text: text.encode("utf-8", "replace").decode())
    asked = st.dictionaries(st.sampled_from(("after", "stream", "limit")), clean, max_size=3)
    return st.builds(lambda chat, params: ("GET", f"/api/v1/chats/{chat}/entries/", {"params": params}), chats, asked)


def test_whatever_comes_over_http_is_answered_as_documented(
    live_server_processes: Live, started: dict[str, str]
) -> None:
    live = live_server_processes
    before = len(live.said("web"))
    chats = st.sampled_from((started["chat"], started["chat"], str(uuid4()), "nobody", started["chat"].upper()))
    bearers = st.sampled_from(
        (f"Bearer {started['token']}", f"Bearer {started['token']}", "Bearer x", "Basic eDp5", "")
    )

    with httpx.Client(base_url=live.base_url, trust_env=False, timeout=30) as http:

        @fuzzed(300, 20_000)
        @given(st.one_of(starts(), messages(chats), entries(chats)), bearers)
        def play(request: Request, bearer: str) -> None:
            method, path, options = request
            if "params" in options:  # daphne cuts off a request line of more than 16 KiB without a word
                options = {**options, "params": {name: str(value)[:1000] for name, value in options["params"].items()}}
            headers = {**options.get("headers", {}), "Authorization": bearer}
            answer = http.request(method, path, **{**options, "headers": headers})
            assert answer.status_code < 500, (request, answer.text)
            assert "Traceback" not in answer.text
            if answer.status_code >= 400 and answer.headers.get("Content-Type", "").startswith("application/json"):
                body = answer.json()
                assert set(body) == {"code", "message", "fields"} and body["code"] in STATUS, body

        play()
    said = live.said("web")[before:]
    assert "Traceback" not in said and " ERROR " not in said, said[-3000:]
