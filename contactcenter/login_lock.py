"""How many log-ins may fail: for a user at an address, for a user from everywhere, at an address for everybody.

Every try counts before its password is looked at, so that tries at once don't slip through together; a success takes
its own back. Where somebody has signed in before he is only held to his own few tries: a flood of wrong passwords from
elsewhere, or by others behind the same address, doesn't lock him out.
"""

import hashlib
import ipaddress
import re
from contextlib import suppress

from django.conf import settings
from django.core.cache import cache

WITH_PORT = re.compile(r"(?P<v4>[0-9.]+):[0-9]+|\[(?P<v6>[^\]]+)\](?::[0-9]+)?")  # as some proxies write it
KNOWN, PAIR, USER, ADDRESS = "login-known", "login-pair", "login-user", "login-address"


class Try:
    """One try to sign in as a user (the name as it is looked up) from an address."""

    def __init__(self, username: str, address: str) -> None:
        user, place = username.casefold(), _place(address)
        self.pair, self.known = _key(PAIR, user, place), _key(KNOWN, user, place)
        self.wide = {
            _key(ADDRESS, place): settings.LOGIN_FAILURES_OF_ADDRESS,
            _key(USER, user): settings.LOGIN_FAILURES_OF_USER,
        }

    def may_go_on(self) -> bool:
        """The try is counted; False when it is one too many. What is refused counts for nobody else."""
        if not _count(self.pair, settings.LOGIN_FAILURES):
            return False
        return bool(cache.get(self.known)) or all(_count(key, most) for key, most in self.wide.items())

    def succeeded(self) -> None:
        """The failures of the pair are forgotten and the place is known; what others failed still counts."""
        cache.delete(self.pair)
        if not cache.get(self.known):
            for key in self.wide:
                with suppress(ValueError):  # forgotten meanwhile
                    cache.decr(key)
        cache.set(self.known, 1, settings.LOGIN_KNOWN.total_seconds())


def _count(key: str, most: int) -> bool:
    """One more under the key; False beyond `most`. The last that is allowed begins the whole time of the lock."""
    seconds = settings.LOGIN_LOCK.total_seconds()
    cache.add(key, 0, seconds)
    try:
        tries = cache.incr(key)
    except ValueError:  # its time ran out between the two
        return _count(key, most)
    if tries in (1, most):
        cache.touch(key, seconds)
    return tries <= most


def _key(kind: str, *parts: str) -> str:
    return f"{kind}:{hashlib.sha256('|'.join(parts).encode('utf-8', 'replace')).hexdigest()}"


def _place(address: str) -> str:
    """The address, of IPv6 the network: who has one such address has all of its last half."""
    bare = WITH_PORT.fullmatch(address)
    try:
        ip = ipaddress.ip_address(bare["v4"] or bare["v6"] if bare else address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        mapped = ip.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(ip), 64), strict=False))
    return str(ip)
