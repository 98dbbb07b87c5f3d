"""The readers of the rows that were there before them: derived, and given back when the migration is undone."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from plannumerique.files.enums import Readers
from plannumerique.files.models import IssuedDocument, Piece
from tests.factories_projects import READERS_OF_PIECES, PieceFactory
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, ResourcesSubsidyFactory
from tests.papers import READERS_OF_ACTS, IssuedDocumentFactory

BEFORE, AFTER = [("files", "0001_initial")], [("files", "0004_only_the_readers")]


def migrate(to: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(to)


def confidential(model: type[Any]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT kind FROM {model._meta.db_table} WHERE confidential")
        return {kind for (kind,) in cursor.fetchall()}


def named() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values_list("kind", "readers", "school", "college"))  # type: ignore[attr-defined]
        for model in (Piece, IssuedDocument)
    ]


@pytest.mark.django_db(transaction=True)
def test_the_readers_of_earlier_rows_are_found_and_given_back() -> None:
    subsidy: Any = EquipmentSubsidyFactory(acompte_paid=True)
    grant: Any = ResourcesSubsidyFactory(convention=subsidy.convention, notified=True)
    past, to_college = subsidy.payments.get(), PaymentFactory(resources=grant)
    application = subsidy.convention.dossier.applications.get()
    for kind in ("quote", *READERS_OF_PIECES):
        PieceFactory(subject=subsidy, kind=kind)
    for kind, subject, about in (
        ("non_selection", application, {"school": application.school}),
        ("decision", subsidy, {}),
        ("service_fait", subsidy, {}),
        ("statement", subsidy, {"title": "État récapitulatif"}),
        ("acompte", past, {}),
        ("payment_notice", past, {}),
        ("payment_notice", to_college, {"college": grant.payee, "readers": Readers.COLLEGE}),
        ("resources", grant, {"school": grant.school, "college": grant.payee}),
    ):
        IssuedDocumentFactory(subject=subject, kind=kind, **about)
    expected = named()

    try:
        migrate(BEFORE)
        ours = confidential(Piece), confidential(IssuedDocument)
    finally:
        migrate(AFTER)

    assert ours == (
        {"rib", "new_rib", "invoice", "signed_statement"},
        {"convention", "decision", "acompte", "statement"},
    )
    assert named() == expected
    assert {kind for kind, *_ in expected[1]} >= {
        str(one) for one in READERS_OF_ACTS if one not in ("receipt", "selection", "solde")
    }
