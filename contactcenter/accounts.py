"""Signing in and out: a handful of wrong passwords locks the pair of user and address for a while."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language
from rest_framework.throttling import BaseThrottle

from agents.models import Agent, User
from chats import operations
from lib.errors import Refused
from lib.pci.mask import mask


def _failures_key(request: HttpRequest) -> str:
    pair = f"{request.POST.get('username', '').casefold()}|{BaseThrottle().get_ident(request)}"
    return "login-failures:" + hashlib.sha256(pair.encode("utf-8", "replace")).hexdigest()


class SignIn(LoginView):
    """The log-in page. Five wrong passwords for a user and address: 429 for 15 minutes."""

    template_name = "contactcenter/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the password, unless this pair has failed too often."""
        if cache.get(_failures_key(request), 0) >= settings.LOGIN_FAILURES:
            form = self.get_form()
            form.errors.clear()
            form.full_clean = lambda: None  # type: ignore[method-assign]
            response = self.render_to_response(
                self.get_context_data(locked=_("Too many wrong passwords. Try again in 15 minutes.")), status=429
            )
            response["Retry-After"] = str(int(settings.LOGIN_LOCK.total_seconds()))
            return response
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        """One failure more; what was typed comes back masked, as somebody may have taken the field for another."""
        key = _failures_key(self.request)
        cache.add(key, 0, settings.LOGIN_LOCK.total_seconds())
        cache.incr(key)
        form.data = {**form.data.dict(), "username": mask(self.request.POST.get("username", "")).text}
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        """Signed in; the failures are forgotten."""
        cache.delete(_failures_key(self.request))
        return super().form_valid(form)


class SignOut(LogoutView):
    """Signing out, refused while an agent's work is open."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The agent is offline and the session over; or back to the desk with the reason why not."""
        agent = Agent.objects.filter(user=request.user.pk).first()
        if agent is not None:
            try:
                operations.sign_out(agent, by=agent.user)
            except Refused as refused:
                messages.error(request, str(refused.message))
                return redirect("desk")
        return super().post(request, *args, **kwargs)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """The language of this browser, and of the person who is signed in; then back to where he was."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return set_language(request)
