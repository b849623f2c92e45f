"""Around every request: its language, and a clear answer when the database gives none."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers

from lib.sweeps import UNANSWERED

log = logging.getLogger(__name__)

RETRY_SECONDS = 5


class LanguageMiddleware:
    """Sets the language of the request: `?lang=`, the person's own, the cookie, else Accept-Language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request in its language."""
        wishes = (request.GET.get("lang", ""), getattr(request.user, "language", ""))
        known = (wish for wish in wishes if wish in dict(settings.LANGUAGES))
        language = next(known, None) or translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class UnansweredMiddleware:
    """A page whose row somebody holds for too long, or whose database is away, says so (503) instead of failing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page that says so; None for every other fault."""
        if not isinstance(error, UNANSWERED):
            return None
        log.warning("the database did not answer a page: %s", type(error.__cause__ or error).__name__)
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_SECONDS)})
