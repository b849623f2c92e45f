"""The room of chats."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatsConfig(AppConfig):
    """What happens."""

    name = "chats"
    verbose_name = _("Chats")

    def ready(self) -> None:
        """Listen to the news from agents."""
        import_module("chats.receivers")
