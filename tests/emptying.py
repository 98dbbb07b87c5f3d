"""After a test that commits: what it wrote is deleted, and nothing else is touched.

Django truncates the eighty tables, each with its indexes, then plays again all that follows a migration. That costs more than most
of these tests; a base where a test has written a hundred rows in ten tables is emptied in their place.
"""

from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection, transaction
from django.test import TransactionTestCase

# Django makes them after a migration: no test changes them.
STANDING = ("contenttypes.ContentType", "auth.Permission")


def only_what_was_written() -> None:
    """Instead of the `flush` of Django, at the end of each test that commits."""
    TransactionTestCase._fixture_teardown = lambda case: empty()


def empty() -> None:
    """Foreign keys are looked at when it is over, so that the order does not matter; the journal’s own guard is told to let go."""
    quoted = connection.ops.quote_name
    with pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:
        for table in written(cursor):
            cursor.execute(f"DELETE FROM {quoted(table)}")


def written(cursor: Any) -> list[str]:
    standing = {apps.get_model(name)._meta.db_table for name in STANDING}
    tables = sorted(set(connection.introspection.django_table_names(include_views=False)) - standing)
    quoted = connection.ops.quote_name
    cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {quoted(name)})" for name in tables))
    return [name for (name,) in cursor.fetchall()]
