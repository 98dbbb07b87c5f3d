"""What an installation lacks, in French: what is unsafe keeps the portal shut, what is missing is said by `check --deploy`."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

SHORTEST_KEY = 32


def refuse_to_serve() -> None:
    """Called by what serves; a command that migrates or collects signs nothing."""
    reasons = [message.msg for message in unsafe()]
    if reasons and not settings.DEBUG:
        raise ImproperlyConfigured(" ".join(reasons))


def unsafe() -> list[CheckMessage]:
    return [*_secret_key(), *_names()]


def _secret_key() -> list[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) >= SHORTEST_KEY and len(set(key)) >= 5:
        return []
    why = (
        f"SECRET_KEY est trop courte ou trop simple ({len(key)} caractères, il en faut au moins {SHORTEST_KEY}, tirés au hasard)."
    )
    return [Error(why, hint='python3 -c "import secrets; print(secrets.token_hex(32))"', id="portail.E001")]


def _names() -> list[CheckMessage]:
    host = urlsplit(settings.PORTAL_URL).hostname or ""
    if host and validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        return []
    why = (
        f"ALLOWED_HOSTS n’accepte pas le nom de PORTAL_URL ({settings.PORTAL_URL}) : le portail refuserait ses propres adresses."
    )
    return [Error(why, id="portail.E002")]


@register(Tags.security, deploy=True)
def check_installation(**kwargs: Any) -> list[CheckMessage]:
    return [*unsafe(), *_missing()]


def _missing() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.PORTAL_DEMO:
        found.append(Warning("PORTAL_DEMO est réglé : les comptes de la démonstration sont ouverts à tous.", id="portail.W001"))
    if not settings.PORTAL_URL.startswith("https://"):
        found.append(Warning("PORTAL_URL n’est pas en https : les mots de passe passent en clair.", id="portail.W002"))
    if settings.EMAIL_BACKEND == "django.core.mail.backends.console.EmailBackend":
        found.append(Warning("EMAIL_URL n’est pas réglé : aucun courriel ne part.", id="portail.W003"))
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        found.append(Warning("DEFAULT_FROM_EMAIL n’est pas réglé : les serveurs refuseront les courriels.", id="portail.W004"))
    if not settings.REDIS_URL:
        found.append(
            Warning("REDIS_URL n’est pas réglé : documents et courriels ne partent vers aucun worker.", id="portail.W005")
        )
    if settings.STATIC_COLLECTED and not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        found.append(Warning("Les fichiers statiques ne sont pas réunis : manage.py collectstatic.", id="portail.W006"))
    return found
