"""The portal on its servers: the settings that it is given, its commands, and the processes that answer."""

import http.client
import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from . import postgresql, redis
from .console import Stop, step, tail
from .environment import PYTHON
from .places import ROOT, Ground
from .processes import Command, Server, Servers, spawn, succeed

Environment = Mapping[str, str]
Listener = socket.socket
FIRST_PORT = 8000
# Of a real installation, which the caller's shell may hold; a new one of settings.py goes here, or among those given below.
INSTALLATION = {
    "ALLOWED_HOSTS",
    "COOKIES_OVER_TLS",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_TIMEOUT",
    "FILES_ANTIVIRUS",
    "PROXIES",
    "STATIC_COLLECTED",
    "STATIC_ROOT",
}
# They would make Python find other modules, or other settings.
MISLEADING = {"DJANGO_SETTINGS_MODULE", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "VIRTUAL_ENV"}


def backends(servers: Servers, ground: Ground, *, durable: bool) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL: those of the caller, or else those of servers started here, together."""
    urls = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    if len(urls) == 2:
        return urls
    with step("PostgreSQL et Redis" if not urls else "PostgreSQL" if "REDIS_URL" in urls else "Redis"):
        database = None if "DATABASE_URL" in urls else servers.add(postgresql.start(ground, durable=durable))
        broker = None if "REDIS_URL" in urls else servers.add(redis.start(ground))
        if database:
            urls["DATABASE_URL"] = postgresql.prepare(ground, database)
        if broker:
            urls["REDIS_URL"] = redis.prepare(ground, broker)
    return urls


def settings(ground: Ground, urls: Mapping[str, str], **others: str) -> dict[str, str]:
    """The caller's environment, without what would make two runs differ, and with every setting that the portal reads here."""
    return inherited() | {
        "SECRET_KEY": _secret_key(ground.home / "secret_key"),
        "DEBUG": "0",
        "MEDIA_ROOT": str(ground.home / "media"),
        "PORTAL_DEMO": "1",
        # Addresses of the demonstration and of the tests are invented, yet some of them may exist.
        "EMAIL_URL": "consolemail://",
        "PYTHONUNBUFFERED": "1",
        **urls,
        **others,
    }


def inherited() -> dict[str, str]:
    # libpq's own variables only make sense with the caller's own database.
    prefixes = ("PORTAL_",) if os.environ.get("DATABASE_URL") else ("PORTAL_", "PG")
    names = [name for name in os.environ if name not in INSTALLATION | MISLEADING and not name.startswith(prefixes)]
    return {name: os.environ[name] for name in names}


def manage(*arguments: str) -> list[str | Path]:
    return [PYTHON, ROOT / "manage.py", *arguments]


def run(ground: Ground, env: Environment, *arguments: str, label: str) -> None:
    with step(label):
        succeed(manage(*arguments), env=env, log=ground.log(arguments[0]), failure=f"manage.py {arguments[0]} a échoué")


def listening(wanted: int) -> Listener:
    """A socket on the first free port from `wanted` on; 0 lets the system choose.

    It is opened here and handed over to the web server, so that two starts can't both find the same port free.
    """
    for port in range(wanted, wanted + 100 if wanted else 1):
        listener = Listener()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(128)
            return listener
        except (OSError, OverflowError):
            listener.close()
    raise Stop(f"Aucun port libre de {wanted} à {wanted + 99}.")


def web(ground: Ground, env: Environment, listener: Listener) -> Server:
    command: Command = [PYTHON, "-m", "gunicorn", "plannumerique.wsgi:application", "--bind", f"fd://{listener.fileno()}"]
    options = [
        "--workers",
        "2",
        "--threads",
        "4",
        "--preload",
        "--graceful-timeout",
        "5",
        "--no-control-socket",
        "--access-logfile",
        "-",
    ]
    server = _server(ground, "web", [*command, *options], env, keep=[listener.fileno()])
    listener.close()
    return server


def reloading_web(ground: Ground, env: Environment, url: str) -> Server:
    """Django's own server, which starts again when a file of code changes, and forgets the templates when one of them does."""
    return _server(ground, "web", manage("runserver", urlsplit(url).netloc), env)


def worker(ground: Ground, env: Environment) -> Server:
    options = ["--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    return _server(ground, "worker", [PYTHON, "-m", "celery", "-A", "plannumerique", "worker", *options], env)


def beat(ground: Ground, env: Environment) -> Server:
    options: Command = ["--loglevel", "INFO", "--pidfile=", "--schedule", ground.home / "beat-schedule"]
    return _server(ground, "beat", [PYTHON, "-m", "celery", "-A", "plannumerique", "beat", *options], env)


def open_web(server: Server, url: str) -> None:
    """Waits for a page; a port that listens isn't enough."""
    with step("ouverture du portail"):
        server.wait_until(lambda: _status(url) is not None)
        status = _status(url)
    if status is None or status >= 500:
        raise Stop(f"La page d'accueil répond par une erreur {status}.\n{tail(server.log)}")


def _status(url: str) -> int | None:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _server(ground: Ground, name: str, command: Command, env: Environment, *, keep: Sequence[int] = ()) -> Server:
    log = ground.log(name)
    return Server(name, spawn(command, env=env, log=log, keep=[ground.lock.fd, *keep]), log)


def _secret_key(path: Path) -> str:
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        draft.rename(path)
    return path.read_text()
