"""What the roof does by itself."""

from celery import shared_task
from django.core.cache import cache

from contactcenter import invariants

CHECK_SECONDS = 150
WAIT_SECONDS = 60  # a check asked for by hand that nobody began for so long is forgotten
ASKED = "invariants-asked"  # the key in the cache: somebody has asked, and it isn't over


@shared_task(time_limit=CHECK_SECONDS)
def check_invariants(asked: bool = False) -> int:
    """The invariants were checked and the result is kept for the administration; returns how many don't hold."""
    try:
        return invariants.look().broken
    finally:
        if asked:
            cache.delete(ASKED)


def ask_for_check() -> bool:
    """A check is on its way; False when one asked for before isn't over. Raises OperationalError without a broker."""
    if not cache.add(ASKED, 1, WAIT_SECONDS + CHECK_SECONDS):
        return False
    try:
        check_invariants.apply_async((True,), expires=WAIT_SECONDS)
    except Exception:
        cache.delete(ASKED)
        raise
    return True
