import sys
from pathlib import Path

import pytest

from script.launcher import environment, machine, redis


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(environment, "is_current", lambda *, tests: False)
    monkeypatch.setattr(environment, "can_be_made", lambda: False)
    monkeypatch.setattr(machine, "LIBRARIES", {"libabsente-1.so.0": "libabsente-1-0"})
    monkeypatch.setattr(machine, "TEST_LIBRARIES", {"libdesessais-1.so.0": "libdesessais-1-0"})
    monkeypatch.setattr(machine, "FONT_FOLDERS", ("/nulle/part",))
    monkeypatch.setattr(machine, "BROWSERS", ("navigateur-absent",))
    monkeypatch.setattr(machine, "JAVA", "java-absent")
    monkeypatch.setattr(redis, "program", lambda: None)


@pytest.mark.usefixtures("bare_machine")
def test_everything_missing_is_named_at_once() -> None:
    expected = ["python3-venv", "libabsente-1-0", "fonts-dejavu-core", "redis-tools"]
    assert list(machine.missing_packages(tests=False)) == expected
    expected.insert(2, "libdesessais-1-0")
    assert list(machine.missing_packages(tests=True)) == [*expected, "navigateur-absent", "default-jre-headless"]


@pytest.mark.usefixtures("bare_machine")
def test_a_redis_of_the_caller_replaces_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://ailleurs")
    assert "redis-tools" not in machine.missing_packages(tests=False)


@pytest.mark.usefixtures("bare_machine")
def test_an_environment_already_made_needs_no_venv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "is_current", lambda *, tests: True)
    assert "python3-venv" not in machine.missing_packages(tests=False)


@pytest.mark.usefixtures("bare_machine")
def test_a_font_counts_wherever_it_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "FONT_FOLDERS", (str(tmp_path),))
    (tmp_path / "LISEZMOI.txt").touch()
    assert "fonts-dejavu-core" in machine.missing_packages(tests=False)

    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "DejaVuSans.TTF").touch()
    assert "fonts-dejavu-core" not in machine.missing_packages(tests=False)


def test_the_line_to_type_stands_alone_on_its_line() -> None:
    text = machine.what_to_type(["python3-venv", "chromium"], update=False)
    assert "Il manque à cette machine : python3-venv, chromium." in text
    assert "    apt-get install -y --no-install-recommends python3-venv chromium" in text.splitlines()


def test_without_package_lists_the_line_fetches_them_first() -> None:
    text = machine.what_to_type(["chromium"], update=True)
    assert "    apt-get update && apt-get install -y --no-install-recommends chromium" in text.splitlines()


def test_an_ordinary_user_is_stopped_by_the_line(bare_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1234)
    with pytest.raises(machine.Stop, match=r"apt-get install -y .*python3-venv .*navigateur-absent"):
        machine.complete(tests=True)
