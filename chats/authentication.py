"""Who asks over HTTP: a customer by his chat's token, an agent by his session."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from chats.models import Chat
from chats.operations.open import hashed
from lib.clock import database_now


class TokenHolder(AnonymousUser):
    """The customer of one chat: nobody known to the house, but let in."""

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]
        """True: the token is the right."""
        return True


class CustomerToken(BaseAuthentication):
    """`Authorization: Bearer <token>` opens one chat."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The holder and his chat; None without the header; 401 for a token that opens nothing."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        rows = Chat.objects.select_related("customer", "entry_point")
        chat = rows.filter(token=hashed(token.strip()), token_until__gt=database_now()).first()
        if chat is None:
            raise AuthenticationFailed
        return TokenHolder(), chat

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing token a 401."""
        return "Bearer"


class DeskSession(SessionAuthentication):
    """The session cookie, with CSRF."""
