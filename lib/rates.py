"""Token buckets: how much at once, and how much a second for good."""

import time
from collections import OrderedDict

MOST_KEPT = 50_000  # principals remembered per process; the one unheard longest is forgotten first


class Bucket:
    """A token bucket: `burst` at once, `rate` a second for good."""

    __slots__ = ("burst", "level", "rate", "then")

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst, self.level, self.then = rate, burst, float(burst), time.monotonic()

    def take(self) -> bool:
        """One token is taken; False when there is none."""
        now = time.monotonic()
        self.level = min(self.burst, self.level + (now - self.then) * self.rate)
        self.then = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


class Buckets:
    """One bucket per principal, shared by all his sockets and requests in this process."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst = rate, burst
        self._kept: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, principal: str) -> bool:
        """One token of the principal's bucket is taken; False when there is none."""
        bucket = self._kept.get(principal)
        if bucket is None:
            bucket = self._kept[principal] = Bucket(self.rate, self.burst)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(principal)
        return bucket.take()
