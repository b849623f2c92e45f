"""Signing in and out, and the language."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language
from rest_framework.throttling import BaseThrottle

from agents.models import Agent, User
from chats import operations
from contactcenter.login_lock import Try
from lib.errors import Refused
from lib.pci.mask import mask


class SignIn(LoginView):
    """The log-in page. Five wrong passwords for a user and address: 429 for 15 minutes; wider bounds are in `Try`."""

    template_name = "contactcenter/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the password, unless too many tries have failed."""
        if self.attempt.may_go_on():
            return super().post(request, *args, **kwargs)
        response = self.render_to_response(
            self.get_context_data(
                form=self.get_form_class()(request, initial={"username": self.masked_name}),
                locked=_("Too many wrong passwords. Try again in 15 minutes."),
            ),
            status=429,
        )
        response["Retry-After"] = str(int(settings.LOGIN_LOCK.total_seconds()))
        return response

    @cached_property
    def attempt(self) -> Try:
        """Who tries from where, by the name that will be looked up: trimmed, and its letters the plain ones."""
        name = self.get_form_class()(self.request).fields["username"].to_python(self.request.POST.get("username", ""))
        return Try(name, BaseThrottle().get_ident(self.request) or "")

    @property
    def masked_name(self) -> str:
        """What was typed, masked: somebody may have taken the field for another."""
        return mask(self.request.POST.get("username", "")).text

    def form_invalid(self, form: Any) -> HttpResponse:
        """The form again, with what was typed masked."""
        form.data = {**form.data.dict(), "username": self.masked_name}
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        """Signed in; the failures are forgotten."""
        self.attempt.succeeded()
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
