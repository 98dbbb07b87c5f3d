"""A large base for the measures: each situation of the thread, copied as often as it takes, by the database itself.

Outside the door, and for measuring only: what is copied was made by the factories and keeps every constraint of its table.
"""

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from conventions.models import CbrExchange, Convention, CoveredClass, CoveredSchool
from deployments.models import MobileClass
from plannumerique.files.models import IssuedDocument, Piece, StoredFile
from plannumerique.journal.models import JournalLine, Thread, ThreadSchool
from plannumerique.organisations.models import Collectivite, School
from projects.models import Application, ClassForecast, Dossier
from subsidies.models import EquipmentSubsidy, Invoice, Payment, PurchaseOrder, ResourcesSubsidy

# A copy is its original shifted by so many identifiers: no situation makes as many rows of a table.
SHIFT = 10_000
COPIED: tuple[type[models.Model], ...] = (
    *(Collectivite, School, Thread, ThreadSchool, JournalLine, StoredFile, Piece, IssuedDocument),
    *(Dossier, Application, ClassForecast, Convention, CbrExchange, CoveredSchool, CoveredClass, MobileClass),
    *(EquipmentSubsidy, ResourcesSubsidy, PurchaseOrder, *apps.get_app_config("subsidies").get_models(), Payment),
)
_OTHERWISE = {
    (Collectivite, "siren"): "lpad((id + n * {shift})::text, 9, '0')",
    (Collectivite, "name"): "name || ' ' || n",
    (Collectivite, "search"): "search || ' ' || n",
    (School, "uai"): "lpad((id + n * {shift})::text, 8, '0')",
    (School, "search"): "search || ' ' || n",
    (IssuedDocument, "verification_code"): "lpad((id + n * {shift})::text, 12, '0')",
    (IssuedDocument, "number"): "number + n * {shift}",
    (Payment, "dp_number"): "CASE WHEN dp_number = '' THEN '' ELSE lpad((id + n * {shift})::text, 10, '0') END",
    (Invoice, "number"): "number || '-' || n",
}


def number_from_the_first() -> None:
    """The tables, empty again, number their rows from 1: what ran before in this base may have used ten thousand identifiers up."""
    with connection.cursor() as cursor:
        for one in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(one)


def copy_situations(copies: range) -> None:
    """One more dossier of each situation for each number of `copies`."""
    with connection.cursor() as cursor:
        for model in dict.fromkeys(COPIED):
            cursor.execute(_copy(model), [copies.start, copies.stop - 1])
        cursor.execute("ANALYZE")


def _copy(model: type[models.Model]) -> str:
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_value(model, field) for field in fields)
    return (
        f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {values} FROM "{model._meta.db_table}" '
        f"CROSS JOIN generate_series(%s, %s) AS n WHERE id < {SHIFT}"
    )


def _value(model: type[models.Model], field: models.Field) -> str:
    if (model, field.name) in _OTHERWISE:
        return _OTHERWISE[model, field.name].format(shift=SHIFT)
    column = f'"{field.column}"'
    if field.primary_key or _is_copied(field):
        return f"{column} + n * {SHIFT}"
    if field.name == "subject_id":
        return f"{column} + n * {SHIFT}"
    return column


def _is_copied(field: models.Field) -> bool:
    return isinstance(field, models.ForeignKey) and field.related_model in COPIED
