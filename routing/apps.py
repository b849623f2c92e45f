"""The room of routing."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    """Who should take it."""

    name = "routing"
    verbose_name = _("Routing")

    def ready(self) -> None:
        """Keep what lists are made of."""
        import_module("routing.receivers")
