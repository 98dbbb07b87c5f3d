"""script/guide: plays the demonstration on servers of its own, then takes the pictures of docs/guide; the tree changes nothing else."""

import argparse
import os
from collections.abc import Sequence

from . import environment, machine, portal
from .console import Stop
from .environment import PYTHON
from .places import ROOT, VAR, Ground, throwaway
from .processes import Command, Servers, call, ended_cleanly

PICTURES = ROOT / "docs" / "guide" / "images"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="script/guide", description="Les images du guide, prises sur une démonstration.")
    parser.add_argument("--url", default="", help="une démonstration déjà ouverte, au lieu d'en jouer une")
    parser.add_argument("names", nargs="*", help="les images à refaire ; toutes si aucune n'est nommée")
    options = parser.parse_args(arguments)
    return ended_cleanly(lambda: take(options.names, url=options.url))


def take(names: Sequence[str], *, url: str) -> int:
    VAR.mkdir(exist_ok=True)
    machine.complete(tests=True)
    environment.complete(tests=True)
    with throwaway() as ground, Servers(ground.lock) as servers:
        return _pictures(url or _demonstration(ground, servers), names, servers)


def _demonstration(ground: Ground, servers: Servers) -> str:
    urls = portal.backends(servers, ground, durable=False)
    listener = portal.listening(0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    env = portal.settings(ground, urls, PORTAL_URL=url, PORTAL_CLOCK_FILE=str(ground.home / "clock"))
    portal.run(ground, env, "migrate", label="création de la base")
    portal.open_web(servers.add(portal.web(ground, env, listener)), url)
    servers.add(portal.worker(ground, env))
    portal.run(ground, env, "play_demo", label="démonstration")
    return url


def _pictures(url: str, names: Sequence[str], servers: Servers) -> int:
    browser = machine.browser()
    if browser is None:
        raise Stop("Aucun navigateur : installez chromium-headless-shell.")
    command: Command = [PYTHON, ROOT / "script" / "pictures.py", url, browser, PICTURES, *names]
    return call(command, env=dict(os.environ), watch=servers.must_live)
