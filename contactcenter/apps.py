"""The roof's applications."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.utils.translation import gettext_lazy as _


class AdminConfig(DjangoAdminConfig):
    """Django's administration under the product's own site."""

    default_site = "contactcenter.admin.ContactCenterSite"


class ContactCenterConfig(AppConfig):
    """Wires the rooms together."""

    name = "contactcenter"
    verbose_name = _("Contact centre")

    def ready(self) -> None:
        """Deployment checks speak, and log-ins that lose their rights lose their sockets."""
        import_module("contactcenter.checks")
        import_module("contactcenter.access")
