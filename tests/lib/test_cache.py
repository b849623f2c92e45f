"""The cache while Valkey is away: no error, no long wait, and limits still count."""

import socket
import time
from collections.abc import Iterator

import pytest
from django.conf import settings

from lib.cache import AWAY_SECONDS, Cache, _Road
from tests.live import free_port

OPTIONS = {"OPTIONS": settings.CACHES["default"]["OPTIONS"]}


@pytest.fixture(params=["refused", "silent"])
def nowhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cache]:
    """A cache whose Valkey can't be reached, or takes what is said and never answers."""
    monkeypatch.setattr(_Road, "away_until", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if request.param == "silent" else free_port()
        cache = Cache(f"redis://127.0.0.1:{port}/0", OPTIONS)
        yield cache
        cache.memory.clear()


def test_it_counts_in_this_process_and_waits_once(nowhere: Cache) -> None:
    began = time.monotonic()
    assert nowhere.add("tries", 0, 60)
    assert not nowhere.add("tries", 0, 60)
    assert [nowhere.incr("tries") for _ in range(50)] == list(range(1, 51))
    assert time.monotonic() - began < min(2.0, AWAY_SECONDS)
    assert Cache(nowhere._servers[0], OPTIONS).get("tries") == 50, "another thread counts along"
    nowhere.delete("tries")
    assert nowhere.get("tries") is None
    with pytest.raises(ValueError, match="tries"):
        nowhere.incr("tries")


def test_who_asks_whether_valkey_is_there_is_told(nowhere: Cache) -> None:
    with pytest.raises(Exception, match=r"(?i)refused|timeout|timed out"):
        nowhere.ask()


def test_it_is_asked_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(settings.REDIS_URL, OPTIONS)
    monkeypatch.setattr(_Road, "away_until", time.monotonic() + AWAY_SECONDS)
    cache.set("where", "memory")
    monkeypatch.setattr(_Road, "away_until", 0.0)
    assert cache.get("where") is None
    cache.memory.clear()
