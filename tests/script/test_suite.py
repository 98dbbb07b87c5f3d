import pytest

from script.launcher.suite import Outcome, summary


def test_one_failure_fails_the_whole_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [Outcome("ruff check", 0, "0,1 s"), Outcome("mypy", 2, "9,0 s"), Outcome("pytest", 1, "60,0 s")]
    assert summary(outcomes) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:4] == ["ruff check  ok        0,1 s", "mypy        ÉCHEC     9,0 s", "pytest      ÉCHEC    60,0 s"]
    assert lines[-1] == "En échec : mypy, pytest."


def test_nothing_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert summary([Outcome("pytest", 0, "60,0 s")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Tout est vérifié."
