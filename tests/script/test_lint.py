import sys
from pathlib import Path

import pytest

from script.launcher import lint
from script.launcher.lint import Check, Outcome, side_by_side, summary

WAITS_FOR_THE_OTHER = """
import pathlib, sys, time
mine, other = map(pathlib.Path, sys.argv[1:])
mine.touch()
while not other.exists():
    time.sleep(0.01)
"""


def python(name: str, code: str, *arguments: str | Path) -> Check:
    return Check(name, [sys.executable, "-c", code, *arguments])


def test_checks_run_side_by_side(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One after the other, the first would wait for ever."""
    monkeypatch.setattr(lint, "PROCESSORS", 2)
    one, two = tmp_path / "one", tmp_path / "two"
    outcomes = side_by_side([python("one", WAITS_FOR_THE_OTHER, one, two), python("two", WAITS_FOR_THE_OTHER, two, one)])
    assert [(outcome.name, outcome.code) for outcome in outcomes] == [("one", 0), ("two", 0)]


def test_what_a_failed_check_says_is_shown_in_one_piece(capsys: pytest.CaptureFixture[str]) -> None:
    said = "import sys; print('une ligne', flush=True); print('une autre'); sys.exit(3)"
    outcomes = side_by_side([python("right", "print('tout va bien')"), python("wrong", said)])
    assert [outcome.code for outcome in outcomes] == [0, 3]
    assert capsys.readouterr().out == "\n=== wrong\nune ligne\nune autre\n"


def test_a_check_that_does_not_exist_is_refused_with_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        lint.main(["flake8"])
    said = capsys.readouterr().err
    assert "contrôle inconnu : flake8" in said
    assert "mypy, makemigrations, lint-imports, ruff check, ruff format, djade" in said


def test_every_template_is_checked() -> None:
    assert Path(lint.ROOT / "templates" / "base.html") in lint.templates()


def test_one_failure_fails_the_whole_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [Outcome("ruff check", 0, "0,1 s"), Outcome("mypy", 2, "9,0 s"), Outcome("pytest", 1, "60,0 s")]
    assert summary(outcomes) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:4] == ["ruff check  ok        0,1 s", "mypy        ÉCHEC     9,0 s", "pytest      ÉCHEC    60,0 s"]
    assert lines[-1] == "En échec : mypy, pytest."


def test_nothing_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert summary([Outcome("pytest", 0, "60,0 s")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Tout est vérifié."
