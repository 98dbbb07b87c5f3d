"""One settings file; every value that differs between installations comes from the environment (README, « Réglages »)."""

import datetime as dt
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()


def _date_or_none(name: str) -> dt.date | None:
    text = env.str(name, default="")
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} doit être une date AAAA-MM-JJ, reçu : {text!r}") from error


SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY est vide : donnez une suite tirée au hasard d’au moins 32 caractères.")
DEBUG = env.bool("DEBUG", default=False)
# How many proxies of ours stand in front: the address of a person is read that far from the end of X-Forwarded-For.
PROXIES = env.int("PROXIES", default=0)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PORTAL_URL = env.str("PORTAL_URL", default="http://localhost:8000").rstrip("/")

# The demonstration: invented people, open accounts, a date that can be shifted. Never in production.
PORTAL_DEMO = env.bool("PORTAL_DEMO", default=False)
PORTAL_TODAY = _date_or_none("PORTAL_TODAY")
PORTAL_CLOCK_FILE = env.str("PORTAL_CLOCK_FILE", default="")
if PORTAL_TODAY and not PORTAL_DEMO:
    raise ImproperlyConfigured("PORTAL_TODAY décale la date du portail : réservé au mode démonstration (PORTAL_DEMO=1).")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "plannumerique.ui.collected.Collected",
    "django.forms",
    "widget_tweaks",
    "dsfr",
    "django_fsm",
    "pgtrigger",
    "axes",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "plannumerique.ui",
    "plannumerique.accounts",
    "plannumerique.organisations",
    "plannumerique.journal",
    "plannumerique.files",
    "plannumerique.notices",
    "plannumerique.jobs",
    "plannumerique.messages",
    "projects",
    "conventions",
    "deployments",
    "subsidies",
    "training",
    "portal",
]

MIDDLEWARE = [
    "plannumerique.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "plannumerique.ui.keeping.KeepingMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "plannumerique.organisations.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "plannumerique.notices.told.ToldMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "plannumerique.ui.errors.NotAllowedMiddleware",
]

ROOT_URLCONF = "plannumerique.urls"
WSGI_APPLICATION = "plannumerique.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "plannumerique.ui.context_processors.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DSFR_MARK_OPTIONAL_FIELDS = True

DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
if test_name := env.str("TEST_DB_NAME", default=""):
    DATABASES["default"]["TEST"] = {"NAME": test_name}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600

AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
# Of all accounts from one address, that of a whole town hall perhaps; see accounts.locks.
ADDRESS_FAILURE_LIMIT = 50
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_HANDLER = "plannumerique.accounts.locks.Locks"
AXES_CLIENT_IP_CALLABLE = "plannumerique.accounts.locks.client_address"
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_VERBOSE = False

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media"))
# In production they are collected: compressed once, and named by their content, so that a browser asks for each once.
STATIC_COLLECTED = env.bool("STATIC_COLLECTED", default=not (DEBUG or PORTAL_DEMO))
_COLLECTED, _SOURCES = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage",
    "django.contrib.staticfiles.storage.StaticFilesStorage",
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _COLLECTED if STATIC_COLLECTED else _SOURCES},
}
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# A piece of 20 MB and its form; what exceeds is answered by a sentence of the form, or 413 by the server in front.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
FILE_UPLOAD_PERMISSIONS = 0o600
# A callable of this installation (bytes in, plannumerique.files.content.Scan out); empty: files say « non analysé ».
FILES_ANTIVIRUS = env.str("FILES_ANTIVIRUS", default="")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
# Cookies demand TLS unless the installation says that it is reached in clear (a demonstration on one's own machine).
COOKIES_OVER_TLS = env.bool("COOKIES_OVER_TLS", default=PORTAL_URL.startswith("https://"))
SESSION_COOKIE_SECURE = COOKIES_OVER_TLS
CSRF_COOKIE_SECURE = COOKIES_OVER_TLS
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
CSRF_FAILURE_VIEW = "plannumerique.ui.errors.csrf_failure"
if COOKIES_OVER_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
# The proxy in front sends http to https (W008); the names beside that of the portal are not ours to bind (W005, W021); a
# page shows the portal's own pieces in a frame (W019).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W019", "security.W021"]

REDIS_URL = env.str("REDIS_URL", default="")


def _broker_url(redis_url: str) -> str:
    """Celery spells a Redis socket its own way; both spellings come from the one setting."""
    if redis_url.startswith("unix://"):
        return f"redis+socket://{redis_url.removeprefix('unix://')}?virtual_host=0"
    return redis_url


CELERY_BROKER_URL = _broker_url(REDIS_URL) or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# With Redis down, an action must not hang: what is due stands in the database, and the nightly run sends it again.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **{"socket_timeout": 2, "socket_connect_timeout": 2, "visibility_timeout": 3600},
    **{"max_retries": 1, "interval_start": 0, "interval_step": 0.1},
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    # Every minute, what a dead worker or a silent broker left behind; costs two queries when there is nothing.
    "render pending documents": {"task": "plannumerique.files.nightly.render_pending", "schedule": 60.0},
    "send pending mails": {"task": "plannumerique.notices.nightly.resend_due", "schedule": 60.0},
    "resume bulk jobs": {"task": "plannumerique.jobs.nightly.resume_bulk_jobs", "schedule": 60.0},
    "retry every document": {"task": "plannumerique.files.nightly.render_every_pending", "schedule": crontab(hour=3, minute=0)},
    "delete old drafts": {"task": "plannumerique.files.nightly.delete_old_drafts", "schedule": crontab(hour=3, minute=30)},
    "forget unsent forms": {"task": "portal.nightly.forget_unsent_forms", "schedule": crontab(hour=3, minute=45)},
    "send reminders": {"task": "portal.nightly.send_reminders", "schedule": crontab(hour=6, minute=0)},
}
# A process lays a letter out before it says that it is ready (files.tasks.warm_up); the four seconds of Celery kill it on a busy machine.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="plan-numerique@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

PORTAL_NAVIGATION = "portal.navigation.navigation"
PORTAL_VERIFICATION = "portal:verify"
PORTAL_LIST_TOOLS = "portal.list_tools.tools_of"
SITE_CONFIG = {
    "site_title": "Plan numérique pour l’école",
    "site_tagline": "De la candidature au solde",
}

# A real portal loads nothing of the demonstration: its app, its log-in page and its banner come with it.
if PORTAL_DEMO:
    INSTALLED_APPS.append("demonstration")
    ROOT_URLCONF = "demonstration.site"
    PORTAL_NAVIGATION = "demonstration.navigation.navigation"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        **{ours: {"level": "INFO"} for ours in ("plannumerique", "portal", "demonstration")},
        **{talkative: {"level": "ERROR"} for talkative in ("weasyprint", "fontTools")},
    },
}
