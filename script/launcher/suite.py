"""script/test: every check of the project on servers of its own, so that it runs beside a demonstration or another run."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from . import environment, lint, machine, migrated, portal
from .console import say, seconds
from .environment import PYTHON
from .lint import Check, Outcome, summary
from .places import ROOT, VAR, Ground, throwaway
from .processes import Command, Servers, call, ended_cleanly

# One more than two processors: while a browser or PostgreSQL works for one, the others have theirs.
PROCESSES = "3"
# Where no server is needed: a test that asks for one fails at once.
NO_SERVER = {"DATABASE_URL": lint.SETTINGS["DATABASE_URL"], "REDIS_URL": ""}


def main(arguments: Sequence[str]) -> int:
    return ended_cleanly(lambda: some(arguments) if arguments else everything())


def some(arguments: Sequence[str]) -> int:
    _complete()
    return summary([run(Check("pytest", pytest(*arguments)), served=need_servers(arguments))])


def everything() -> int:
    _complete()
    outcomes = lint.side_by_side(list(lint.checks()))
    # Coverage slows everything that it watches, and the rules are covered by their own tests or not at all.
    outcomes.append(run(Check("règles", pytest(*rules(), "--cov")), served=False))
    others = ["-n", PROCESSES, "--dist", "worksteal", *(f"--ignore={path}" for path in rules())]
    outcomes.append(run(Check("pytest", pytest(*others)), served=True))
    return summary(outcomes)


def pytest(*arguments: str | Path) -> Command:
    return [PYTHON, "-m", "pytest", *arguments]


def rules() -> list[Path]:
    """The tests of rules and lib, values in and values out: they need neither the database nor company."""
    return [ROOT / "tests" / "lib", *sorted(ROOT.glob("tests/*/test_*rules*.py"))]


def need_servers(arguments: Sequence[str]) -> bool:
    """Unless every path that is named holds tests of values alone. What follows `::` names a test of the file."""
    named = [Path(one.split("::")[0]).resolve() for one in arguments if not one.startswith("-")]
    paths = [path for path in named if path.exists()]
    return not paths or not all(any(path.is_relative_to(rule) for rule in rules()) for path in paths)


def run(check: Check, *, served: bool) -> Outcome:
    with throwaway() as ground, Servers(ground.lock) as running:
        given = servers(ground, running) if served else NO_SERVER
        # Two runs in one checkout would mix their measures.
        own = {"COVERAGE_FILE": str(ground.home / "coverage"), "CHROMIUM": machine.browser() or ""}
        return _run(check, portal.settings(ground, given, **own), running)


def _complete() -> None:
    VAR.mkdir(exist_ok=True)
    machine.complete(tests=True)
    environment.complete(tests=True)


def servers(ground: Ground, running: Servers) -> dict[str, str]:
    """On a server of the caller, each process of pytest migrates a base of its own; on ours, it copies the one that is kept."""
    if os.environ.get("DATABASE_URL"):
        return portal.backends(running, ground, durable=False)
    migrated.bring(ground, running)
    return portal.backends(running, ground, durable=False) | {"TEST_DB_TEMPLATE": migrated.NAME}


def _run(check: Check, env: portal.Environment, servers: Servers) -> Outcome:
    say(f"\n=== {check.name}")
    start = time.monotonic()
    code = call(check.command, env=env, watch=servers.must_live)
    return Outcome(check.name, code, seconds(start))
