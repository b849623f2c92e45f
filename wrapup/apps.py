"""The room of wrapup."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WrapupConfig(AppConfig):
    """What is written down afterwards."""

    name = "wrapup"
    verbose_name = _("Wrap-up")

    def ready(self) -> None:
        """Listen to the news from chats."""
        import_module("wrapup.receivers")
