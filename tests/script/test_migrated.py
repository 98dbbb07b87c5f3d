from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from script.launcher import migrated, places
from script.launcher.places import Ground, throwaway
from script.launcher.processes import Servers
from tests import conftest


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    var = tmp_path / "var"
    for module in (places, migrated):
        monkeypatch.setattr(module, "VAR", var)
    monkeypatch.setattr(places, "ELSEWHERE", tmp_path / "elsewhere")
    monkeypatch.setattr(migrated, "ROOT", _checkout(tmp_path / "checkout"))
    return var


def _checkout(root: Path) -> Path:
    for app in (root / "subsidies", root / "plannumerique" / "files"):
        (app / "migrations").mkdir(parents=True)
    (root / "uv.lock").write_text("lock")
    (root / "plannumerique" / "settings.py").write_text("")
    return root


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The clusters that were migrated, in the place of what PostgreSQL would make."""
    made: list[Path] = []

    def make(ground: Ground, servers: Servers | None) -> None:
        data = ground.cluster / "data"
        data.mkdir()
        (data / "base").write_text("as migrated")
        made.append(data)

    monkeypatch.setattr(migrated, "_make", make)
    return made


@pytest.fixture
def ground(var: Path) -> Iterator[Ground]:
    with throwaway() as ground:
        yield ground


def _run() -> None:
    """A run of the suite, which writes in its own copy."""
    with throwaway() as ground:
        migrated.bring(ground, None)  # type: ignore[arg-type]
        base = ground.cluster / "data" / "base"
        assert base.read_text() == "as migrated"
        base.write_text("rows of a test")


def test_the_base_is_migrated_once_and_what_a_run_writes_stays_in_its_copy(var: Path, made: list[Path]) -> None:
    for _ in range(3):
        _run()
    assert len(made) == 1


@pytest.mark.parametrize("file", ["uv.lock", "plannumerique/settings.py", "subsidies/migrations/0002_more.py"])
def test_it_is_migrated_again_when_what_decides_of_it_changes(var: Path, made: list[Path], file: str) -> None:
    _run()
    (migrated.ROOT / file).write_text("otherwise")
    _run()
    assert len(made) == 2


def test_a_changed_migration_is_seen(var: Path) -> None:
    before = migrated.migrations()
    for app in ("subsidies", "plannumerique/files"):
        (migrated.ROOT / app / "migrations" / "0001_initial.py").write_text("operations = []")
        assert migrated.migrations() != before
        before = migrated.migrations()


def test_going_back_to_a_branch_finds_its_base_again(var: Path, made: list[Path]) -> None:
    for text in ("one", "other", "one"):
        (migrated.ROOT / "uv.lock").write_text(text)
        _run()
    assert len(made) == 2


def test_the_bases_that_nobody_asks_for_any_more_are_removed(var: Path, made: list[Path]) -> None:
    for number in range(migrated.KEPT + 2):
        (migrated.ROOT / "uv.lock").write_text(str(number))
        _run()
    assert len(list((var / "migrated").iterdir())) == migrated.KEPT


def test_a_run_killed_while_it_copied_leaves_nothing_that_counts(var: Path, made: list[Path]) -> None:
    draft = var / "migrated" / "draft"
    draft.mkdir(parents=True)
    (draft / "base").write_text("half")
    _run()
    _run()
    assert len(made) == 1
    assert not draft.exists()


def test_a_failed_migration_keeps_nothing(var: Path, monkeypatch: pytest.MonkeyPatch, ground: Ground) -> None:
    def fail(ground: Ground, servers: Servers) -> None:
        raise InterruptedError

    monkeypatch.setattr(migrated, "_make", fail)
    with pytest.raises(InterruptedError):
        migrated.bring(ground, None)  # type: ignore[arg-type]
    assert not list((var / "migrated").iterdir())


@pytest.mark.django_db
def test_no_migration_is_left_to_do_in_the_base_of_the_tests() -> None:
    call_command("migrate", check_unapplied=True)


@pytest.mark.parametrize("flag", ["reuse_db", "create_db", "nomigrations"])
def test_a_flag_that_asks_for_another_base_is_obeyed(flag: str) -> None:
    asked = {"reuse_db": False, "create_db": False, "nomigrations": False}
    assert conftest.is_to_be_copied("migrated", **asked)
    assert not conftest.is_to_be_copied("", **asked)
    assert not conftest.is_to_be_copied("migrated", **asked | {flag: True})
