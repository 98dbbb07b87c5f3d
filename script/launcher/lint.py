"""script/lint: all that is checked without running a test, side by side; with names, only these."""

import argparse
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import environment, portal
from .console import say, seconds
from .environment import PYTHON
from .places import ROOT, VAR, VENV
from .processes import Command, ended_cleanly, finish, spawn

# Checks read the settings; none of them opens a connection.
SETTINGS = {"SECRET_KEY": "lint", "DATABASE_URL": "postgres://nobody@/nothing?host=/nonexistent", "REDIS_URL": ""}
PROCESSORS = os.cpu_count() or 1


@dataclass(frozen=True)
class Check:
    name: str
    command: Command


@dataclass(frozen=True)
class Outcome:
    name: str
    code: int
    duration: str
    said: str = ""


def main(arguments: Sequence[str]) -> int:
    every = {check.name: check for check in checks()}
    parser = argparse.ArgumentParser(prog="script/lint", description="Ce qui se vérifie sans jouer de test, côte à côte.")
    parser.add_argument("names", nargs="*", metavar="contrôle", help=f"{', '.join(every)} ; tous si aucun n'est nommé")
    names = parser.parse_args(arguments).names
    for name in names:
        if name not in every:
            parser.error(f"contrôle inconnu : {name} (choix : {', '.join(every)})")
    return ended_cleanly(lambda: alone([every[name] for name in names or every]))


def checks() -> Iterator[Check]:
    # The longest first: the others take their turns on the other processor meanwhile.
    yield Check("mypy", [PYTHON, "-m", "mypy", "."])
    yield Check("makemigrations", portal.manage("makemigrations", "--check", "--dry-run"))
    # Called through Python: in a deep folder its first line would be too long for the kernel.
    yield Check("lint-imports", [PYTHON, VENV / "bin" / "lint-imports", "--no-logo"])
    yield Check("ruff check", [PYTHON, "-m", "ruff", "check"])
    yield Check("ruff format", [PYTHON, "-m", "ruff", "format", "--check"])
    yield Check("djade", [VENV / "bin" / "djade", "--check", *templates()])


def templates() -> list[Path]:
    folders = [folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith(".") and folder != VAR]
    return sorted(page for folder in folders for page in folder.rglob("*.html"))


def alone(todo: Sequence[Check]) -> int:
    VAR.mkdir(exist_ok=True)
    environment.complete(tests=True)
    return summary(side_by_side(todo))


def side_by_side(todo: Sequence[Check]) -> list[Outcome]:
    """As many at once as there are processors; what a check says is shown in one piece, when it has failed."""
    waiting, running, ended = list(todo), dict[str, Running](), dict[str, Outcome]()
    with tempfile.TemporaryDirectory(dir=VAR) as logs:
        try:
            while waiting or running:
                while waiting and len(running) < PROCESSORS:
                    check = waiting.pop(0)
                    running[check.name] = _start(check, Path(logs))
                for name in [name for name, one in running.items() if one.process.poll() is not None]:
                    ended[name] = running.pop(name).outcome(name)
                    _tell(ended[name])
                time.sleep(0.02)
        finally:
            for one in running.values():
                finish(one.process, ending=signal.SIGTERM, patience=5, session=True)
    return [ended[check.name] for check in todo]


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[bytes]
    log: Path
    start: float

    def outcome(self, name: str) -> Outcome:
        said = self.log.read_text(encoding="utf-8", errors="replace")
        return Outcome(name, self.process.returncode, seconds(self.start), said)


def _start(check: Check, logs: Path) -> Running:
    log = logs / check.name.replace(" ", "-")
    return Running(spawn(check.command, env=portal.inherited() | SETTINGS, log=log), log, time.monotonic())


def _tell(outcome: Outcome) -> None:
    if outcome.code:
        say(f"\n=== {outcome.name}\n{outcome.said.rstrip()}")


def summary(outcomes: Sequence[Outcome]) -> int:
    """One line for each check; the exit code is that of the first that failed."""
    width = max(len(outcome.name) for outcome in outcomes)
    say()
    for outcome in outcomes:
        say(f"{outcome.name:{width}}  {'ÉCHEC' if outcome.code else 'ok':5}  {outcome.duration:>8}")
    failed = [outcome for outcome in outcomes if outcome.code]
    say(f"En échec : {', '.join(outcome.name for outcome in failed)}." if failed else "Tout est vérifié.")
    return failed[0].code if failed else 0
