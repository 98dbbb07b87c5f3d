import os
import subprocess
import sys
from pathlib import Path

import pytest

from script.launcher import aside, suite
from script.launcher.places import ROOT

VALUES = [
    "tests/lib",
    "tests/lib/test_money.py",
    "tests/lib/test_money.py::test_setting",
    "tests/conventions/test_account_rules.py",
]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("path", VALUES)
def test_values_and_rules_are_tested_without_a_server(path: str) -> None:
    assert not suite.need_servers([path, "-q", "-k", "money"])
    assert aside.settings([path]) == suite.NO_SERVER


@pytest.mark.parametrize("arguments", [[], ["-k", "lib"], ["tests/lib", "tests/messages"], ["tests"], ["tests/conventions"]])
def test_all_others_find_theirs(arguments: list[str]) -> None:
    assert suite.need_servers(arguments)


def test_listing_the_tests_starts_nothing() -> None:
    assert aside.settings(["--collect-only", "-q"]) == suite.NO_SERVER


def _bare() -> dict[str, str]:
    """The environment of somebody who has activated .venv and nothing else."""
    given = {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "TEST_DB_TEMPLATE", "DJANGO_SETTINGS_MODULE", "PYTEST_VERSION"}
    return {name: value for name, value in os.environ.items() if name not in given and not name.startswith("PYTEST_")}


def test_pytest_alone_starts_the_servers_that_it_lacks_and_stops_them() -> None:
    test = "tests/journal/test_passages.py::test_a_refused_role_takes_no_lock"
    code = f"import os, pytest; pytest.main([{test!r}]); print(os.environ['DATABASE_URL'])"
    done = subprocess.run([sys.executable, "-c", code, test], env=_bare(), capture_output=True, text=True)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    sockets = Path(done.stdout.strip().rpartition("host=")[2])
    assert sockets.is_absolute()
    assert not sockets.exists()


def test_the_settings_are_read_without_any_server() -> None:
    """By mypy, by an editor."""
    code = "import tests.settings as s; print(s.DATABASES['default']['ENGINE'])"
    done = subprocess.run([sys.executable, "-c", code], env=_bare(), capture_output=True, text=True)
    assert done.stdout == "django.db.backends.postgresql\n", done.stderr
