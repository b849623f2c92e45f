"""All settings, in one file. What differs between deployments comes from the environment and fails loudly.

| variable         | what                                                            | without it            |
|------------------|-----------------------------------------------------------------|-----------------------|
| DATABASE_URL     | postgres://user:password@host:port/name                         | refuses to start      |
| REDIS_URL        | redis://:password@host:port/0                                   | refuses to start      |
| SECRET_KEY       | 50 random characters                                            | refuses to start      |
| DEMO             | 1: demo log-ins and demo shop, only on loopback                 | 0                     |
| ALLOWED_HOSTS    | host names, comma separated                                     | loopback in the demo  |
| ORIGINS          | origins whose browsers may open the desk's socket               | the demo's addresses  |
| RATE_LIMITS      | off: no rate limits, for load tests in the demo                 | on                    |
| PROXIES          | your own proxies in front of the web process, one after another | 1; in the demo 0      |
| DATABASE_POOL    | connections a process may hold at once; 0: one per thread, kept | 16                    |
| DECISION_DAYS    | days for which routing decisions are kept; 0: for ever          | 30                    |
| REHEARSAL_DAYS   | days for which what-if runs are kept; 0: for ever               | 90                    |
| ORGANISATION     | the name on desk and widget                                     | Halden                |
| TIME_ZONE        | where a day of figures and ledgers begins, as Europe/Berlin     | UTC                   |
| MEDIA_ROOT       | folder of the files sent in chats; private, backed up, shared   | var/media             |
| CLAMAV           | tcp://host:port or unix:///path of clamd                        | no virus scan         |
| METRICS_TOKEN    | what a reader of /metrics must send as Bearer token             | only this machine     |
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    """The variable, or the default; without a default its absence stops the start."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it in the environment (contactcenter/settings.py lists all), "
            "or start the demo with `make run`."
        )
    return value


def env_flag(name: str, default: bool = False) -> bool:
    """A switch: 1/0, on/off, true/false, yes/no. Anything else stops the start."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "on", "true", "yes"}:
        return True
    if value in {"0", "off", "false", "no"}:
        return False
    if value == "":
        return default
    raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}.")


def env_list(name: str, default: str | None = None) -> list[str]:
    """Comma separated words."""
    return [word.strip() for word in env(name, default).split(",") if word.strip()]


def env_number(name: str, default: int) -> int:
    """A number from 0. Anything else stops the start."""
    value = env(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} must be a number from 0, not {value!r}.")
    return int(value)


def env_zone(name: str, default: str) -> str:
    """A time zone by its IANA name, as Europe/Berlin. Anything else stops the start."""
    value = env(name, default)
    if value not in available_timezones():
        raise ImproperlyConfigured(f"{name} must be the name of a time zone, as Europe/Berlin, not {value!r}.")
    return value


def database(url: str, pool: int, *, lock_wait: int, idle: int) -> dict[str, object]:
    """Django's database settings from a postgres:// address. No other database is supported.

    A statement waits `lock_wait` seconds for what another transaction holds; a session that idles in a transaction for
    `idle` seconds is thrown out. 0: for ever.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host:port/name.")
    timeouts = {
        "lock_timeout": f"{lock_wait}s",
        "idle_in_transaction_session_timeout": f"{idle}s",
        "client_connection_check_interval": "2s",  # who waits for a client that has gone stops waiting
    }
    options: dict[str, object] = {"options": " ".join(f"-c {name}={value}" for name, value in timeouts.items())}
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0 if pool else 60,
        "CONN_HEALTH_CHECKS": True,  # a connection lost with the server costs nobody an answer
        "OPTIONS": options,
    }


DEMO = env_flag("DEMO")
SECRET_KEY = env("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEMO else None)
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
if DEMO and not LOOPBACK.issuperset(ALLOWED_HOSTS):
    raise ImproperlyConfigured("DEMO=1 is only allowed on loopback: take the other names out of ALLOWED_HOSTS.")
PORT = env("PORT", "8000")
ORIGINS = env_list("ORIGINS", f"http://localhost:{PORT},http://127.0.0.1:{PORT}" if DEMO else None)
RATE_LIMITS = env_flag("RATE_LIMITS", default=True)
if not RATE_LIMITS and not DEMO:
    raise ImproperlyConfigured("RATE_LIMITS=off is only allowed in the demo.")
ORGANISATION = env("ORGANISATION", "Halden")
DECISION_DAYS = env_number("DECISION_DAYS", 30)
REHEARSAL_DAYS = env_number("REHEARSAL_DAYS", 90)

INSTALLED_APPS = [
    "daphne",
    "contactcenter.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "csp",
    "agents",
    "routing",
    "chats",
    "wrapup",
    "contactcenter.apps.ContactCenterConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "contactcenter.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "contactcenter.middleware.UnansweredMiddleware",
]

ROOT_URLCONF = "contactcenter.urls"
ASGI_APPLICATION = "contactcenter.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "contactcenter.pages.house",
            ]
        },
    }
]

# A verb's transaction lasts milliseconds. Who idles in one for seconds was stopped or cut off, and what he holds must
# be free again within the ten seconds by which an offer may lapse too late. A statement waits longer than PostgreSQL
# takes to find a deadlock (1 s), and less than a person or a socket waits for an answer. `manage.py` waits for ever.
DATABASES = {
    "default": database(
        env("DATABASE_URL"),
        env_number("DATABASE_POOL", 16),
        lock_wait=env_number("DATABASE_LOCK_SECONDS", 3),
        idle=env_number("DATABASE_IDLE_SECONDS", 5),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL")
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
}
CACHES = {
    "default": {
        "BACKEND": "lib.cache.Cache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": Retry(NoBackoff(), 0)},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 30
CELERY_TASK_ROUTES = {
    "chats.tasks.scan_file": {"queue": "scan"},
    # What may take longer than a sweep may wait never runs between sweeps.
    "chats.tasks.play_rehearsal": {"queue": "plays"},
    "chats.tasks.prune_rehearsals": {"queue": "plays"},
    "routing.tasks.prune": {"queue": "plays"},
    "contactcenter.tasks.check_invariants": {"queue": "plays"},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "retry_on_timeout": False,
    # A lost task is made up for by the next sweep; a worker that must put back what it holds dies with the broker.
    "ack_emulation": False,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
SWEEP_SECONDS = 1.0
INVARIANT_SECONDS = 300.0
CELERY_BEAT_SCHEDULE = {
    # A sweep that waited longer than a second is dropped: the next one finds the same rows.
    "sweep": {"task": "chats.tasks.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "rehearsals": {"task": "chats.tasks.prune_rehearsals", "schedule": crontab(minute=27, hour=3)},
    "decisions": {"task": "routing.tasks.prune", "schedule": crontab(minute=17, hour=3)},
    "invariants": {
        "task": "contactcenter.tasks.check_invariants",
        "schedule": INVARIANT_SECONDS,
        "options": {"expires": INVARIANT_SECONDS},
    },
    "wrapups": {"task": "wrapup.tasks.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
}

AUTH_USER_MODEL = "agents.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = LOGIN_URL
LOGIN_FAILURES, LOGIN_LOCK = 5, timedelta(minutes=15)  # wrong passwords for a user at one address, and how long then
LOGIN_FAILURES_OF_USER, LOGIN_FAILURES_OF_ADDRESS = 25, 100  # in that time, where nobody of the name has signed in yet
LOGIN_KNOWN = timedelta(days=30)  # how long it is remembered from where somebody has signed in

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
FORMAT_MODULE_PATH = ["contactcenter.formats"]
TIME_ZONE = env_zone("TIME_ZONE", "UTC")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
WHITENOISE_USE_FINDERS = DEMO
WHITENOISE_AUTOREFRESH = DEMO
MEDIA_ROOT = env("MEDIA_ROOT", str(BASE_DIR / "var" / "media"))
CLAMAV = env("CLAMAV", "")
METRICS_TOKEN = env("METRICS_TOKEN", "")
FILE_UPLOAD_PERMISSIONS = 0o600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedStaticFilesStorage"
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the proxy in front ends TLS and redirects
SECURE_PROXY_SSL_HEADER = None if DEMO else ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEMO
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = ORIGINS
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "contactcenter.api.explain",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    # Whose address counts in limits: what a client writes into X-Forwarded-For himself is not believed.
    "NUM_PROXIES": env_number("PROXIES", 0 if DEMO else 1),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Contact centre",
    "DESCRIPTION": "Chats started, continued and reported over HTTP.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "contactcenter.logs.Discreet", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Paths may hold what people typed; the proxy in front keeps the access log.
        "daphne.server": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "celery": {"level": "INFO"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},  # a sweep that came too late is dropped on purpose
        "celery.beat": {"level": "WARNING"},
    },
}
