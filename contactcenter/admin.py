"""The administration: one site for everything administrators set."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class ContactCenterSite(admin.AdminSite):
    """The product's own administration site."""

    site_header = _("Contact centre administration")
    site_title = _("Contact centre")
    index_title = _("Now")
    enable_nav_sidebar = True
