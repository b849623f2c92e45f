"""Deployment checks: a wrong setting speaks, with an id and what to do."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connection

from agents.models import User
from contactcenter import demo

OLDEST_POSTGRES = 140000


@register()
def secret_is_long(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001: the secret key can't be guessed."""
    if settings.DEMO or len(settings.SECRET_KEY) >= 50:
        return []
    return [
        Error(
            "SECRET_KEY is shorter than 50 characters.",
            hint="Make one: python -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id="contactcenter.E001",
        )
    ]


@register()
def origins_are_origins(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E002: ORIGINS holds scheme, host and port, nothing else."""
    wrong = [origin for origin in settings.ORIGINS if not _is_origin(origin)]
    if not wrong:
        return []
    return [
        Error(
            f"ORIGINS holds {wrong[0]!r}, which is no origin.",
            hint="Write scheme and host, and the port if it isn't the usual one: https://desk.example",
            id="contactcenter.E002",
        )
    ]


def _is_origin(text: str) -> bool:
    scheme, slashes, rest = text.partition("://")
    return scheme in {"http", "https"} and bool(slashes) and bool(rest) and "/" not in rest and "*" not in rest


@register("database")
def postgres_is_young_enough(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """E003: PostgreSQL 14 or later."""
    if not databases or connection.pg_version >= OLDEST_POSTGRES:
        return []
    return [Error("PostgreSQL is older than 14.", hint="Upgrade the database server.", id="contactcenter.E003")]


@register()
def limits_are_on(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W001: rate limits are on."""
    if settings.RATE_LIMITS:
        return []
    return [Warning("RATE_LIMITS is off.", hint="Only for load tests.", id="contactcenter.W001")]


@register("database")
def nobody_has_the_demo_password(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """E004: a house furnished as a demo isn't opened to the world with passwords everybody knows."""
    if settings.DEMO or not databases or User._meta.db_table not in connection.introspection.table_names():
        return []
    known = [
        user.username for user in User.objects.filter(username__in=demo.log_ins()) if user.check_password(demo.PASSWORD)
    ]
    if not known:
        return []
    return [
        Error(
            f"{len(known)} log-ins have the password of the demo, {known[0]} among them.",
            hint="Disable them or give them passwords: manage.py changepassword NAME",
            id="contactcenter.E004",
        )
    ]
