import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import factory
import pgtrigger
import pytest
from django.db import connection
from django.test import TransactionTestCase
from factory.django import DjangoModelFactory
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import emptying

pytest_plugins = ["tests.durations"]

# A machine that does something else at the same time is slow to draw: that says nothing of the rule.
hypothesis_settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("portal")


def pytest_configure(config: pytest.Config) -> None:
    emptying.only_what_was_written()
    # Tests serve static files from their sources: nobody has collected them.
    config.addinivalue_line("filterwarnings", "ignore:No directory at:UserWarning")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The longest first, so that no process ends the suite alone with one of them.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None and item.get_closest_marker("browser") is None)


def pytest_collection_finish() -> None:
    # What is there before the first test stays until the last: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any, django_db_modify_db_settings: None) -> None:
    """A copy of the base that the launcher has migrated; without one, or when a flag asks for another, that of pytest-django."""
    template = os.environ.get("TEST_DB_TEMPLATE", "")
    flags = {name: request.config.getvalue(name) for name in ("reuse_db", "create_db", "nomigrations")}
    if not is_to_be_copied(template, **flags):
        request.getfixturevalue("django_db_setup")
        return
    with django_db_blocker.unblock():
        copy_of_the_migrated_base(template)


def is_to_be_copied(template: str, *, reuse_db: bool, create_db: bool, nomigrations: bool) -> bool:
    return bool(template) and not (reuse_db or create_db or nomigrations)


def copy_of_the_migrated_base(template: str) -> None:
    """Nothing removes it: it goes with the cluster of the run."""
    connection.settings_dict["TEST"]["TEMPLATE"] = template
    name = connection.creation._create_test_db(verbosity=0, autoclobber=True, keepdb=False)
    connection.close()
    connection.settings_dict["NAME"] = name


@pytest.fixture(autouse=True, scope="session")
def base_emptied_in_spite_of_the_triggers() -> Iterator[None]:
    """After a test that commits, Django empties every table, which PostgreSQL refuses to everybody else."""
    flush = TransactionTestCase._fixture_teardown
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", pgtrigger.ignore()(flush))
        yield


@pytest.fixture(autouse=True)
def data_of_this_test() -> None:
    """The same names and numbers whatever ran before: a test that passes alone passes in company."""
    for made in _factories(DjangoModelFactory):
        made.reset_sequence(0, force=True)
        for declared in vars(made).values():
            if isinstance(declared, factory.Iterator):
                declared.reset()


def _factories(parent: type[DjangoModelFactory]) -> Iterator[type[DjangoModelFactory]]:
    for made in parent.__subclasses__():
        yield made
        yield from _factories(made)


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """The real hasher costs half a second a person, on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def static_files_looked_up_when_asked_for(settings: Any) -> None:
    """Each client of a test would read the two thousand of them first: a third of a second, for files that few ask for."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def files_of_this_test(settings: Any, tmp_path: Path) -> None:
    """What a test uploads or lays out goes away with it."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
