"""script/dev: the portal while one writes it; an edited template, view or task serves at once. Its data are its own."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from . import demo, environment, machine, portal
from .console import say, seconds, tail
from .places import ROOT, VAR, Ground
from .processes import Interrupted, Server, Servers, ended_cleanly

WATCHED = ("plannumerique", "projects", "conventions", "deployments", "subsidies", "training", "portal", "demonstration")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="script/dev", description="Le portail pendant qu'on l'écrit : ce qu'on modifie se voit."
    )
    parser.add_argument("--empty", action="store_true", help="une base vide, au lieu des données de la démonstration")
    parser.add_argument("--reset", action="store_true", help="effacer ces données et recommencer")
    options = parser.parse_args(arguments)
    return ended_cleanly(lambda: show(empty=options.empty, reset=options.reset))


def show(*, empty: bool, reset: bool) -> int:
    start = time.monotonic()
    VAR.mkdir(exist_ok=True)
    machine.complete(tests=False)
    environment.complete(tests=False)
    with demo.lasting_ground("dev-empty" if empty else "dev", reset=reset) as ground, Servers(ground.lock) as servers:
        env, listener, url = demo.settings(ground, servers, port=demo.wanted_port(), durable=True)
        # runserver opens the port by itself, at each change.
        listener.close()
        env = {**env, "DEBUG": "1"}
        demo.migrate_if_changed(ground, env)
        worker = servers.add(portal.worker(ground, env))
        _fill(ground, servers, env, empty=empty)
        portal.open_web(servers.add(portal.reloading_web(ground, env, url)), url)
        (ground.home / "address").write_text(url)
        say(f"\nLe portail est ouvert en {seconds(start)} : {url}")
        say(
            f"Ce qui est modifié se voit. Journaux : {ground.home / 'log'}. Ctrl-C arrête tout ; les données restent, --reset les efface."
        )
        return _stay(ground, servers, env, worker)


def _fill(ground: Ground, servers: Servers, env: portal.Environment, *, empty: bool) -> None:
    if empty:
        (ground.home / "played").touch()
        return
    demo.play_once(ground, servers, env)
    say(f"\n{demo.accounts(ground).read_text()}")


def _stay(ground: Ground, servers: Servers, env: portal.Environment, worker: Server) -> int:
    """The web server sees by itself what changes; the worker, which would go on with the code of before, is replaced."""
    seen = _newest()
    try:
        while True:
            _let_go_if_ended(servers, worker)
            servers.must_live()
            time.sleep(1)
            if seen != (seen := _newest()):
                if worker in servers.running:
                    servers.stop(worker)
                worker = servers.add(portal.worker(ground, env))
    except Interrupted:
        say("\nArrêt des serveurs…")
        return 0


def _let_go_if_ended(servers: Servers, worker: Server) -> None:
    """A word half typed stops it, and nothing else."""
    if worker in servers.running and worker.process.poll() is not None:
        servers.stop(worker)
        say(f"Le worker s'est arrêté ; il repart à la prochaine modification.\n{tail(worker.log)}")


def _newest() -> float:
    files = (path for folder in WATCHED for path in (ROOT / folder).rglob("*.py"))
    return max((_changed_at(path) for path in files), default=0)


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # an editor writes beside, then renames
        return 0
