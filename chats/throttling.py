"""How many chats one address may start."""

import hashlib
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle


class StartThrottle(AnonRateThrottle):
    """Ten a minute from one address; lifted for load tests in the demo."""

    rate = "10/min"
    scope = "start"

    def get_cache_key(self, request: Request, view: Any) -> str:
        """A digest: what a header says of the address is not kept."""
        ident = hashlib.sha256(str(self.get_ident(request)).encode("utf-8", "replace")).hexdigest()
        return str(self.cache_format % {"scope": self.scope, "ident": ident})

    def allow_request(self, request: Request, view: Any) -> bool:
        """False, and 429 with Retry-After, beyond the rate."""
        return not settings.RATE_LIMITS or super().allow_request(request, view)
