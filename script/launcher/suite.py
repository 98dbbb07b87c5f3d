"""script/test: every check of the project on servers of its own, so that it runs beside a demonstration or another run."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import environment, machine, migrated, portal
from .console import say, seconds
from .environment import PYTHON
from .places import ROOT, VAR, VENV, Ground, throwaway
from .processes import Command, Servers, call, ended_cleanly


@dataclass(frozen=True)
class Check:
    name: str
    command: Command


@dataclass(frozen=True)
class Outcome:
    name: str
    code: int
    duration: str


def main(arguments: Sequence[str]) -> int:
    return ended_cleanly(lambda: run([Check("pytest", pytest(*arguments))] if arguments else list(checks())))


def checks() -> Iterator[Check]:
    yield Check("ruff check", [PYTHON, "-m", "ruff", "check"])
    yield Check("ruff format", [PYTHON, "-m", "ruff", "format", "--check"])
    yield Check("djade", [VENV / "bin" / "djade", "--check", *templates()])
    yield Check("mypy", [PYTHON, "-m", "mypy", "."])
    # Called through Python: in a deep folder its first line would be too long for the kernel.
    yield Check("lint-imports", [PYTHON, VENV / "bin" / "lint-imports", "--no-logo"])
    yield Check("makemigrations", portal.manage("makemigrations", "--check", "--dry-run"))
    # Coverage slows everything that it watches, and the rules are covered by their own tests or not at all.
    yield Check("règles", pytest(*rules(), "--cov"))
    yield Check("pytest", pytest("-n", "3", "--dist", "worksteal", *(f"--ignore={path}" for path in rules())))


def pytest(*arguments: str | Path) -> Command:
    return [PYTHON, "-m", "pytest", *arguments]


def rules() -> list[Path]:
    """The tests of rules and lib, values in and values out: they need neither the database nor company."""
    return [ROOT / "tests" / "lib", *sorted(ROOT.glob("tests/*/test_*rules*.py"))]


def templates() -> list[Path]:
    folders = [folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith(".") and folder != VAR]
    return sorted(page for folder in folders for page in folder.rglob("*.html"))


def run(todo: Sequence[Check]) -> int:
    VAR.mkdir(exist_ok=True)
    machine.complete(tests=True)
    environment.complete(tests=True)
    with throwaway() as ground, Servers(ground.lock) as servers:
        template = _template(ground, servers)
        urls = portal.backends(servers, ground, durable=False)
        # Two runs in one checkout would mix their measures.
        own = {"COVERAGE_FILE": str(ground.home / "coverage"), "CHROMIUM": machine.browser() or "", "TEST_DB_TEMPLATE": template}
        env = portal.settings(ground, urls, **own)
        outcomes = [_run(check, env, servers) for check in todo]
    return summary(outcomes)


def _template(ground: Ground, servers: Servers) -> str:
    """The migrated base that each process of pytest copies; none on a server of the caller, where each migrates its own."""
    if os.environ.get("DATABASE_URL"):
        return ""
    migrated.bring(ground, servers)
    return migrated.NAME


def summary(outcomes: Sequence[Outcome]) -> int:
    """One line for each check; the exit code is that of the first that failed."""
    width = max(len(outcome.name) for outcome in outcomes)
    say()
    for outcome in outcomes:
        say(f"{outcome.name:{width}}  {'ÉCHEC' if outcome.code else 'ok':5}  {outcome.duration:>8}")
    failed = [outcome for outcome in outcomes if outcome.code]
    say(f"En échec : {', '.join(outcome.name for outcome in failed)}." if failed else "Tout est vérifié.")
    return failed[0].code if failed else 0


def _run(check: Check, env: portal.Environment, servers: Servers) -> Outcome:
    say(f"\n=== {check.name}")
    start = time.monotonic()
    code = call(check.command, env=env, watch=servers.must_live)
    return Outcome(check.name, code, seconds(start))
