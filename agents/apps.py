"""The room of people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgentsConfig(AppConfig):
    """Who is here and free."""

    name = "agents"
    verbose_name = _("People")
