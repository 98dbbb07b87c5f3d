"""What PostgreSQL refuses to plain SQL, whoever writes it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from conventions.models import CoveredClass
from plannumerique.files.models import LetterSeries
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail
from subsidies.enums import PaymentState, SubsidyState
from subsidies.models import EquipmentSubsidy, Payment
from tests.factories_conventions import ConventionFactory, stored_file
from tests.factories_statement import InvoiceFactory, StatementFactory
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory

pytestmark = pytest.mark.django_db

# Tables whose rows are proofs: nothing empties them, and no row of theirs goes away.
PROOFS = [
    *("journal.journalline", "conversation.message", "files.piece", "files.issueddocument", "files.letterseries"),
    *("notices.outboxmail", "notices.reminder", "projects.termsversion", "projects.application", "conventions.convention"),
    *("subsidies.payment", "subsidies.equipmentsubsidy", "subsidies.resourcessubsidy", "subsidies.expensestatement"),
    *("subsidies.invoice", "subsidies.purchaseorder", "subsidies.accountchange"),
]
# Rows of theirs go while their parent is open.
PARTS = ["files.storedfile", "subsidies.invoiceline", "subsidies.orderallocation", "subsidies.pastexpense"]
PARTS += ["conventions.coveredclass"]


@contextmanager
def refused() -> Iterator[None]:
    """What is asked at the end of a transaction is asked at the end of the block."""
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():  # noqa: PT012
        yield
        connection.check_constraints()


def write(row: models.Model, **values: Any) -> None:
    """Plain SQL, as psql sends it."""
    assigned = ", ".join(f'"{row._meta.get_field(name).column}" = %s' for name in values)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{row._meta.db_table}" SET {assigned} WHERE id = %s', [*values.values(), row.pk])


def delete(row: models.Model) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{row._meta.db_table}" WHERE id = %s', [row.pk])


@pytest.mark.parametrize("label", [*PROOFS, *PARTS])
def test_no_table_of_proofs_is_emptied(label: str) -> None:
    table = apps.get_model(label)._meta.db_table
    with refused(), connection.cursor() as cursor:
        cursor.execute(f'TRUNCATE "{table}" CASCADE')


def test_the_table_above_takes_no_proof_away_with_it() -> None:
    with refused(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE journal_thread CASCADE")


@pytest.mark.parametrize("label", PROOFS)
def test_a_proof_refuses_its_deletion_whatever_it_says(label: str) -> None:
    triggers = apps.get_model(label)._meta.triggers  # type: ignore[attr-defined]
    assert [one.name for one in triggers if re.search("DELETE", str(one.operation)) and one.condition is None]


@pytest.fixture
def paid(db: None) -> Payment:
    payment: Payment = PaymentFactory(equipment=EquipmentSubsidyFactory(acompte_requested=True), paid=True)
    assert payment.state == PaymentState.PAID
    return payment


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("amount", 1), ("ceiling", 999_999), ("iban", "FR7630001007941234567890185"), ("payee_name", "Quelqu’un d’autre")),
        *(("payee_siret", "0" * 14), ("prepared_on", "2015-01-01"), ("validated_on", "2015-01-01"), ("kind", "solde")),
        *(("dp_number", "DP-INVENTEE"), ("paid_on", "2015-01-01"), ("exercise", 2015), ("ej_number", "EJ-INVENTE")),
        *(("state", "validated"), ("state", "prepared")),
    ],
)
def test_a_paid_request_keeps_what_was_paid(paid: Payment, field: str, value: Any) -> None:
    with refused():
        write(paid, **{field: value})


def test_a_paid_request_is_not_deleted_and_may_be_returned_by_the_bank(paid: Payment) -> None:
    with refused():
        delete(paid)
    write(paid, state="rejected")
    for values in ({"dp_number": "AUTRE"}, {"state": "paid"}, {"amount": 1}):
        with refused():
            write(paid, **values)


def test_a_validated_request_keeps_its_account_and_its_amount() -> None:
    payment = PaymentFactory(equipment=EquipmentSubsidyFactory(acompte_requested=True), validated=True)
    for values in ({"iban": "FR7630001007941234567890185"}, {"amount": 1}, {"validator_id": None}, {"state": "prepared"}):
        with refused():
            write(payment, **values)


def test_a_decided_amount_moves_with_its_decision_only() -> None:
    subsidy: EquipmentSubsidy = EquipmentSubsidyFactory(notified=True)
    assert subsidy.state == SubsidyState.NOTIFIED
    for values in ({"decided_amount": 1}, {"convention_max": 999_999}, {"notified_on": "2015-01-01"}, {"paid_total": 1}):
        with refused():
            write(subsidy, **values)
    write(subsidy, held_since="2016-05-01", held_motive="Litige")  # what may still change does


@pytest.mark.parametrize(
    "values",
    [{"definitive_amount": 1}, {"justified_amount": 1}, {"service_fait_on": "2015-01-01"}, {"complete_on": "2015-01-01"}],
)
def test_a_certified_amount_goes_with_its_constatation_only(values: dict[str, Any]) -> None:
    subsidy = EquipmentSubsidyFactory(service_fait=True)
    with refused():
        write(subsidy, **values)


@pytest.mark.parametrize("values", [{"amount_ttc": 1}, {"number": "AUTRE"}, {"supplier_siret": "0" * 14}, {"state": "deposited"}])
def test_an_invoice_keeps_what_the_service_fait_counted(values: dict[str, Any]) -> None:
    invoice = InvoiceFactory(subsidy=EquipmentSubsidyFactory(service_fait=True))
    line = invoice.lines.first()
    with refused():
        write(invoice, **values)
    with refused():
        write(line, amount_ttc=1)
    with refused():
        delete(line)


@pytest.mark.parametrize("values", [{"other_public_aid": 500}, {"certified_name": "Quelqu’un"}, {"certified_on": "2015-01-01"}])
def test_a_certified_statement_is_cleared_before_it_says_something_else(values: dict[str, Any]) -> None:
    statement = StatementFactory(certified=True)
    with refused():
        write(statement, **values)


@pytest.mark.parametrize(
    "values",
    [
        {"subsidy_max": 1},
        {"project_amount": 999_999},
        {"siret": "0" * 14},
        {"notified_on": "2015-01-01"},
        {"recteur_signatory": "X"},
    ],
)
def test_a_signed_convention_keeps_its_figures(values: dict[str, Any]) -> None:
    convention = ConventionFactory(notified=True)
    with refused():
        write(convention, **values)
    with refused():
        write(CoveredClass.objects.of_convention(convention.pk)[0], subsidy=1)


@pytest.mark.parametrize(
    "values",
    [
        {"number": 99},
        {"reference": "AUTRE"},
        {"snapshot": '{"montant": 1}'},
        {"sha256": "1" * 64},
        {"title": "Autre"},
        {"file": None},
    ],
)
def test_an_issued_letter_stays_as_it_left(values: dict[str, Any]) -> None:
    document = ConventionFactory(notified=True).document
    with refused():
        write(document, **values)
    with refused():
        delete(document)


def test_a_number_is_never_given_again() -> None:
    series = LetterSeries.objects.create(series="EXEMPLE", last=7)
    with refused():
        write(series, last=6)
    write(series, last=8)


def test_the_bytes_of_a_file_stay_where_and_what_they_are() -> None:
    stored = stored_file()
    write(stored, attached_at="2016-07-01T10:00:00+02:00")
    for values in ({"sha256": "1" * 64}, {"file": "ailleurs"}, {"attached_at": None}):
        with refused():
            write(stored, **values)


def test_a_mail_that_left_says_what_it_said() -> None:
    at = "2016-07-01T10:00:00+02:00"
    said = {"kind": "exemple", "to": ["mairie@exemple.invalid"], "reply_to": "dane@exemple.invalid", "subject": "S", "text": "T"}
    mail = OutboxMail.objects.create(key="k", message_id="<k@exemple>", created_at=at, html="", **said)
    with refused():
        write(mail, text="Autre chose")
    write(mail, state=MailState.SENT, sent_at=at)
    for values in ({"state": MailState.PENDING, "sent_at": None}, {"sent_at": "2015-01-01T10:00:00+02:00"}):
        with refused():
            write(mail, **values)
    with refused():
        delete(mail)
