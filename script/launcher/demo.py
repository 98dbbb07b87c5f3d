"""script/demo: the portal and its demonstration; with --check, all of it from an empty database, and then the end."""

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import environment, machine, migrated, portal
from .console import Stop, say, seconds
from .places import VAR, Ground, Lock, clear, lay, leave, saved_logs, throwaway
from .processes import Command, Interrupted, Servers, call, ended_cleanly, succeed


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="script/demo", description="Le portail et sa démonstration, sur cette machine.")
    parser.add_argument("--check", action="store_true", help="tout jouer sur une base vide, vérifier, puis s'arrêter")
    parser.add_argument("--reset", action="store_true", help="effacer la démonstration de ce dossier et la rejouer")
    options = parser.parse_args(arguments)
    return ended_cleanly(check if options.check else lambda: show(reset=options.reset))


def show(*, reset: bool) -> int:
    start = time.monotonic()
    _complete_machine()
    with lasting_ground("demo", reset=reset) as ground, Servers(ground.lock) as servers:
        (ground.home / "address").unlink(missing_ok=True)
        env, listener, url = settings(ground, servers, port=wanted_port(), durable=True)
        migrate_if_changed(ground, env)
        # The pages first, alone on the processors: they are what the person waits for.
        portal.open_web(servers.add(portal.web(ground, env, listener)), url)
        servers.add(portal.worker(ground, env))
        play_once(ground, servers, env)
        servers.add(portal.beat(ground, env))
        (ground.home / "address").write_text(url)
        say(f"\n{accounts(ground).read_text()}\nLe portail est ouvert en {seconds(start)} : {url}")
        say("Ctrl-C arrête tout ; les données restent, --reset les efface.")
        return _stay(servers)


def check() -> int:
    _complete_machine()
    with throwaway() as ground, Servers(ground.lock) as servers:
        try:
            code = _check(ground, servers)
        except Stop:
            print(f"Journaux : {saved_logs(ground)}", file=sys.stderr)
            raise
        if code:
            print(f"{servers.tails()}\nJournaux : {saved_logs(ground)}", file=sys.stderr)
        return code


def _check(ground: Ground, servers: Servers) -> int:
    env, listener, url = settings(ground, servers, port=0, durable=False)
    if os.environ.get("DATABASE_URL") and not call(portal.manage("migrate", "--check"), env=env, log=ground.log("migrate")):
        raise Stop("DATABASE_URL désigne une base déjà remplie : --check part d'une base vide.")
    portal.run(ground, env, "migrate", label="création de la base")
    servers.add(portal.worker(ground, env))
    web = servers.add(portal.web(ground, env, listener))
    portal.open_web(web, url)
    return _call(portal.manage("check_demo", "--url", url), servers, env)


def _complete_machine() -> None:
    VAR.mkdir(exist_ok=True)
    machine.complete(tests=False)
    environment.complete(tests=False)


def settings(ground: Ground, servers: Servers, *, port: int, durable: bool) -> tuple[portal.Environment, portal.Listener, str]:
    urls = portal.backends(servers, ground, durable=durable)
    listener = portal.listening(port)
    found = listener.getsockname()[1]
    if port not in (0, found):
        say(f"Le port {port} est pris : le portail s'ouvre sur le {found}.")
    url = f"http://127.0.0.1:{found}"
    others = {"PORTAL_URL": url, "PORTAL_CLOCK_FILE": str(ground.home / "clock")}
    if durable and os.environ.get("PORTAL_TODAY"):
        others["PORTAL_TODAY"] = os.environ["PORTAL_TODAY"]
    return portal.settings(ground, urls, **others), listener, url


def wanted_port() -> int:
    text = os.environ.get("PORT") or str(portal.FIRST_PORT)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Stop(f"PORT doit être un nombre de 1 à 65535, reçu : {text}")
    return int(text)


@contextmanager
def lasting_ground(name: str, *, reset: bool) -> Iterator[Ground]:
    """The demonstration's own files; each database of the caller has its own, since media and clock go with the data."""
    database = os.environ.get("DATABASE_URL", "")
    if database and reset:
        raise Stop("--reset efface la base du lanceur ; celle de DATABASE_URL est à vider par vous-même.")
    home = VAR / (f"{name}-{hashlib.sha256(database.encode()).hexdigest()[:8]}" if database else name)
    lock = _sole_demonstration(home)
    # A demonstration that was stopped half-way is not worth mending: it is played again.
    if reset or not (home / "played").exists():
        clear(home)
    home.mkdir(exist_ok=True)
    ground = lay(home, lock)
    try:
        yield ground
    finally:
        leave(ground)


def _sole_demonstration(home: Path) -> Lock:
    """The servers' lock; the launcher's own one is held until it ends, and not handed on to the servers."""
    if not Lock(home.with_suffix(".lock")).take():
        raise Stop(f"La démonstration de ce dossier tourne déjà : {_text(home / 'address')}")
    lock = Lock(home.with_suffix(".servers.lock"))
    if not lock.take(patience=30):
        raise Stop("Des serveurs d'un lancement précédent ne se sont pas arrêtés ; à terminer avant de relancer.")
    return lock


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else "elle démarre"


def migrate_if_changed(ground: Ground, env: portal.Environment) -> None:
    """Two seconds of each start, for nothing most of the time; but a database of the caller may have changed by itself."""
    stamp, wanted = ground.home / "migrated", migrated.migrations()
    if os.environ.get("DATABASE_URL") or not stamp.exists() or stamp.read_text() != wanted:
        portal.run(ground, env, "migrate", label="mise à jour de la base")
        stamp.write_text(wanted)


def play_once(ground: Ground, servers: Servers, env: portal.Environment) -> None:
    played = ground.home / "played"
    if played.exists():
        return
    say("• démonstration : données de référence, puis les dossiers de la campagne")
    if _call(portal.manage("play_demo"), servers, env):
        raise Stop(f"La démonstration n'a pas pu être jouée.\n{servers.tails()}")
    # Kept, because the accounts belong to the data that were played, and asking again costs a second of each start.
    failure = "La liste des comptes n'a pas pu être établie"
    succeed(portal.manage("demo_accounts"), env=env, log=accounts(ground), failure=failure)
    played.touch()


def accounts(ground: Ground) -> Path:
    return ground.home / "accounts.txt"


def _call(command: Command, servers: Servers, env: portal.Environment) -> int:
    return call(command, env=env, watch=servers.must_live)


def _stay(servers: Servers) -> int:
    try:
        while True:
            servers.must_live()
            time.sleep(0.5)
    except Interrupted:
        say("\nArrêt des serveurs…")
        return 0
