"""The room of routing."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    """Who should take it."""

    name = "routing"
    verbose_name = _("Routing")
