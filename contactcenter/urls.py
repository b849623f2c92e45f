"""Every address of the house."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog
from drf_spectacular.views import SpectacularAPIView

from contactcenter import accounts, api, pages
from contactcenter.metrics import metrics

urlpatterns = [
    path("", pages.home, name="home"),
    path("desk/", pages.desk, name="desk"),
    path("widget/<slug:slug>/", pages.widget, name="widget"),
    path("accounts/login/", accounts.SignIn.as_view(extra_context={"demo": settings.DEMO}), name="login"),
    path("accounts/logout/", accounts.SignOut.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("api/v1/", include((api.urlpatterns, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("jsi18n/", JavaScriptCatalog.as_view(domain="djangojs"), name="javascript-catalog"),
    path("i18n/setlang/", accounts.choose_language, name="set_language"),
    path("livez", pages.alive, name="livez"),
    path("readyz", pages.ready, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
