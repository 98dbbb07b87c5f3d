import re
import stat
from collections.abc import Iterator

import pytest

from script.launcher import portal
from script.launcher.places import ROOT, Ground, throwaway

SETTINGS = (ROOT / "plannumerique" / "settings.py").read_text()
# Chosen by whoever runs the tests beside other runs on one database.
FROM_THE_CALLER = {"TEST_DB_NAME"}


@pytest.fixture
def ground() -> Iterator[Ground]:
    with throwaway() as ground:
        yield ground


def test_no_setting_of_the_caller_reaches_a_demonstration(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new setting is added to those that the launcher gives, or to those that it doesn't hand on."""
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', SETTINGS)) | {"PORTAL_TODAY"}
    assert len(read) > 12
    for name in read:
        monkeypatch.setenv(name, "réglage de production")
    given = portal.settings(ground, {"DATABASE_URL": "postgres://a@/b?host=/c", "REDIS_URL": "unix:///d"})
    assert {name for name in read if given.get(name) == "réglage de production"} == FROM_THE_CALLER


def test_the_secret_key_is_kept_and_private(ground: Ground) -> None:
    key = portal.settings(ground, {})["SECRET_KEY"]
    assert len(key) > 50
    assert portal.settings(ground, {})["SECRET_KEY"] == key
    assert stat.S_IMODE((ground.home / "secret_key").stat().st_mode) == 0o600


def test_variables_of_libpq_only_follow_the_database_of_the_caller(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c search_path=ailleurs")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert "PGOPTIONS" not in portal.settings(ground, {})

    monkeypatch.setenv("DATABASE_URL", "postgres://ailleurs/base")
    assert "PGOPTIONS" in portal.settings(ground, {})


def test_what_compose_requires_is_in_the_example_without_any_value() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    lines = [line for line in (ROOT / ".env.example").read_text().splitlines() if line and not line.startswith("#")]
    assert {line.partition("=")[0] for line in lines} == required
    assert all(line.endswith("=") for line in lines)
    assert {"SECRET_KEY", "POSTGRES_PASSWORD"} <= required
