"""The cache: Valkey, and this process's own memory while Valkey is away; what is counted then counts here only."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

AWAY_SECONDS = 5.0  # for so long Valkey isn't asked again, so that a hang costs one request a moment, not every one
MOST_KEPT = 10_000


class _Road:
    """Whether Valkey can be reached, as this process knows."""

    away_until = 0.0


def _either(name: str) -> Any:
    """The method of that name: Valkey's, else that of the memory of this process."""
    there: Callable[..., Any] = getattr(RedisCache, name)

    @wraps(there)
    def method(self: "Cache", *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= _Road.away_until:
            try:
                return there(self, *args, **kwargs)
            except RedisError as error:
                _Road.away_until = time.monotonic() + AWAY_SECONDS
                log.warning("the cache is away (%s): this process counts for itself", type(error).__name__)
        return getattr(self.memory, name)(*args, **kwargs)

    return method


class Cache(RedisCache):
    """Django's cache on Valkey. It raises no error of Valkey's: limits hold in each process until it is back."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        """As Django makes it; the memory is one for all threads of the process."""
        super().__init__(server, params)
        self.memory = LocMemCache("while Valkey is away", {**params, "OPTIONS": {"MAX_ENTRIES": MOST_KEPT}})

    def ask(self) -> None:
        """Valkey answers, or its error is raised."""
        self._cache.get_client().ping()

    get = _either("get")
    get_many = _either("get_many")
    has_key = _either("has_key")
    add = _either("add")
    set = _either("set")
    set_many = _either("set_many")
    touch = _either("touch")
    incr = _either("incr")
    delete = _either("delete")
    delete_many = _either("delete_many")
    clear = _either("clear")
