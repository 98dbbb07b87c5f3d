"""The expense statement: certified exact on line or on paper, deposited, given back to be completed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import Stale
from plannumerique.lib.money import euros
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from subsidies.models import EquipmentSubsidy, ExpenseStatement
from subsidies.pages.statement import aid_warning, claim_amounts
from subsidies.services import invoices, statement
from tests.factories import actor_for
from tests.factories_statement import (
    CERTIFIED_ON,
    InvoiceFactory,
    StatementFactory,
    certify_and_deposit,
    classes_of,
    draft_of,
    fresh,
    printed,
    signataire_of,
    spend,
)
from tests.factories_subsidies import EquipmentSubsidyFactory, actor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def subsidy():
    """Three classes spent and invoiced, nothing certified yet."""
    row = EquipmentSubsidyFactory(acompte_paid=True)
    spend(row, dict(zip(classes_of(row), ("7900.50", "8000.00", "9100.00"), strict=True)))
    return row


def sheet_of(subsidy):
    return ExpenseStatement.objects.get(subsidy=subsidy)


def editor_of(subsidy, on=CERTIFIED_ON):
    return actor_of(subsidy, Role.EDITEUR, on=on)


def spaced(amount):
    """An amount as the text of a PDF gives it: every space is a plain one."""
    return " ".join(euros(Decimal(amount)).split())


# --- Open ---


def test_a_statement_is_opened_once():
    subsidy = EquipmentSubsidyFactory(notified=True)

    first = statement.open_statement(subsidy=subsidy, actor=editor_of(subsidy))
    second = statement.open_statement(subsidy=subsidy, actor=editor_of(subsidy))

    assert first.pk == second.pk
    assert JournalLine.objects.filter(subject_kind="subsidies.expensestatement").count() == 1


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.GESTIONNAIRE_DAF])
def test_another_service_opens_none(role):
    subsidy = EquipmentSubsidyFactory(notified=True)

    with pytest.raises(PermissionDenied):
        statement.open_statement(subsidy=subsidy, actor=actor_of(subsidy, role))

    assert not ExpenseStatement.objects.exists()


# --- Certify on line ---


def test_the_signataire_certifies_with_the_capacity_of_her_membership(subsidy):
    actor = signataire_of(subsidy, capacity="Présidente")

    statement.certify_statement(statement_id=sheet_of(subsidy).pk, actor=actor, seen=sheet_of(subsidy).version)

    row = sheet_of(subsidy)
    assert (row.certified_on, row.certified_by) == (CERTIFIED_ON, actor.user)
    assert (row.certified_name, row.certified_capacity, row.certified_on_paper) == (actor.name, "Présidente", False)
    assert row.document.reference == "AAP-2016-ER-0001"


def test_the_certified_document_says_every_line_the_totals_and_who_certified(subsidy):
    statement.certify_statement(statement_id=sheet_of(subsidy).pk, actor=signataire_of(subsidy))

    text = printed(sheet_of(subsidy).document)
    for amount in ("7900.50", "8000.00", "9100.00", "25000.50", "4166.75"):
        assert spaced(amount) in text, amount
    row = sheet_of(subsidy)
    assert f"Certifié exact le 11 octobre 2016, en ligne, par {row.certified_name}, maire." in text


@pytest.mark.parametrize("role", [Role.EDITEUR, Role.MANDATAIRE, Role.DAN, Role.VALIDEUR_DAF])
def test_nobody_else_certifies_on_line(subsidy, role):
    with pytest.raises(PermissionDenied, match=r"collectivité \(signataire\)"):
        statement.certify_statement(statement_id=sheet_of(subsidy).pk, actor=actor_of(subsidy, role, on=CERTIFIED_ON))

    assert not sheet_of(subsidy).is_certified
    assert not IssuedDocument.objects.filter(kind="expense_statement").exists()


def test_a_membership_without_capacity_certifies_nothing(subsidy):
    with pytest.raises(Refused, match="ne dit pas votre qualité"):
        statement.certify_statement(statement_id=sheet_of(subsidy).pk, actor=signataire_of(subsidy, capacity=""))

    assert not sheet_of(subsidy).is_certified


def test_what_is_missing_is_said_before_anybody_signs():
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    sheet = StatementFactory(subsidy=subsidy)
    with pytest.raises(Refused, match="Aucune facture n’est déposée"):
        statement.certify_statement(statement_id=sheet.pk, actor=signataire_of(subsidy))
    InvoiceFactory(subsidy=subsidy, without_copy=True, number="FA-12")
    with pytest.raises(Refused, match="La copie de la facture FA-12"):
        statement.lay_out_statement(statement_id=sheet.pk, actor=editor_of(subsidy))


def test_more_credit_notes_than_invoices_on_a_class_are_refused(subsidy):
    first, second, _ = classes_of(subsidy)
    InvoiceFactory(subsidy=subsidy, waiting=True, expenses={first: "-7900.51", second: "100"}, number="AV-1")

    with pytest.raises(Refused, match=f"Les avoirs de la classe 1 de l’école {first.school.uai} dépassent ses factures"):
        statement.certify_statement(statement_id=sheet_of(subsidy).pk, actor=signataire_of(subsidy))


def test_a_certified_statement_is_not_certified_twice(subsidy):
    first = signataire_of(subsidy)
    seen = sheet_of(subsidy).version
    statement.certify_statement(statement_id=sheet_of(subsidy).pk, actor=first, seen=seen)

    with pytest.raises(Stale, match=f"Déjà traité par {first.name}"):
        statement.certify_statement(statement_id=sheet_of(subsidy).pk, actor=signataire_of(subsidy), seen=seen)
    with pytest.raises(Refused, match="déjà certifié exact par"):
        statement.certify_statement(statement_id=sheet_of(subsidy).pk, actor=signataire_of(subsidy))


# --- Certify on paper ---


def record(subsidy, actor=None, **changes):
    actor = actor or editor_of(subsidy)
    typed = {"name": " Lou EXEMPLE ", "capacity": "Maire", "on": CERTIFIED_ON, **changes}
    return statement.record_signed_statement(statement_id=sheet_of(subsidy).pk, actor=actor, file=draft_of(actor), **typed)


def laid_out(subsidy, on=CERTIFIED_ON):
    statement.lay_out_statement(statement_id=sheet_of(subsidy).pk, actor=editor_of(subsidy, on=on))
    return sheet_of(subsidy).document


def test_the_paper_path_prints_signs_and_records_in_one_step(subsidy):
    document = laid_out(subsidy)
    text = printed(document)
    assert "Signature et cachet" in text
    assert "en ligne" not in text

    actor = editor_of(subsidy)
    record(subsidy, actor)

    row = sheet_of(subsidy)
    assert (row.certified_name, row.certified_capacity, row.certified_on) == ("Lou EXEMPLE", "Maire", CERTIFIED_ON)
    assert (row.certified_on_paper, row.certified_by, row.document) == (True, actor.user, document)
    assert (row.signed_piece.kind, row.signed_piece.readers) == ("signed_statement", Readers.COLLECTIVITE)


def test_the_dane_that_received_the_paper_records_it_too(subsidy):
    laid_out(subsidy)
    record(subsidy, actor_of(subsidy, Role.AGENT_DANE, on=CERTIFIED_ON))

    assert sheet_of(subsidy).certified_on_paper


@pytest.mark.parametrize(
    ("on", "sentence"),
    [(CERTIFIED_ON + dt.timedelta(days=1), "à venir"), (CERTIFIED_ON - dt.timedelta(days=1), "n’a été établi que le")],
)
def test_a_paper_is_signed_between_its_printing_and_today(subsidy, on, sentence):
    laid_out(subsidy)

    with pytest.raises(Refused, match=sentence):
        record(subsidy, on=on)

    assert not sheet_of(subsidy).is_certified
    assert not Piece.objects.filter(kind="signed_statement").exists()


def test_a_paper_signed_before_an_invoice_changed_is_refused(subsidy):
    laid_out(subsidy)
    invoice = subsidy.invoices.first()
    invoices.withdraw_invoice(invoice_id=invoice.pk, actor=editor_of(subsidy), comment="Doublon.")

    with pytest.raises(Refused, match="ou une facture a changé depuis"):
        record(subsidy)

    assert JournalLine.objects.filter(label="Périmer l’état établi à signer").exists()


def test_a_statement_laid_out_again_cancels_and_replaces_the_first(subsidy):
    first = laid_out(subsidy)
    second = laid_out(subsidy)

    assert second.replaces == first
    assert second.reference == "AAP-2016-ER-0002"


# --- Other aids ---


def test_the_other_aids_are_declared_with_their_origin(subsidy):
    statement.declare_aid(
        statement_id=sheet_of(subsidy).pk, actor=editor_of(subsidy), amount=Decimal("1500"), detail=" Département "
    )
    assert (sheet_of(subsidy).other_public_aid, sheet_of(subsidy).other_public_aid_detail) == (Decimal("1500.00"), "Département")

    with pytest.raises(Refused, match="porte son origine"):
        statement.declare_aid(statement_id=sheet_of(subsidy).pk, actor=editor_of(subsidy), amount=Decimal("1"), detail="")


def test_aids_are_pointed_out_above_four_fifths_and_not_at_four_fifths(subsidy):
    """25 000,50 € spent: four fifths are 20 000,40 €, of which the State brings 11 950,25 €."""
    sheet = sheet_of(subsidy)
    for amount, warned in (("8050.15", False), ("8050.16", True)):
        statement.declare_aid(statement_id=sheet.pk, actor=editor_of(subsidy), amount=Decimal(amount), detail="Département")
        assert bool(aid_warning(sheet_of(subsidy))) is warned, amount


def test_declaring_the_same_aid_again_keeps_the_certification(subsidy):
    statement.certify_statement(statement_id=sheet_of(subsidy).pk, actor=signataire_of(subsidy))

    statement.declare_aid(statement_id=sheet_of(subsidy).pk, actor=editor_of(subsidy), amount=Decimal(0), detail="")

    assert sheet_of(subsidy).is_certified


# --- What it justifies ---


def test_the_claim_unfolds_class_by_class(subsidy):
    claim = claim_amounts(fresh(subsidy))
    assert claim is not None
    total, classes = claim.total, claim.classes

    assert total.amount == Decimal("11950.25")
    assert [one.amount for one in classes] == [Decimal("3950.25"), Decimal("4000.00"), Decimal("4000.00")]
    excess = {line.label: line.amount for line in classes[2].lines}
    assert excess["Base retenue"] == Decimal("8000.00")
    assert excess["Reste à la charge de la collectivité"] == Decimal("5100.00")
    assert total.lines[-1].amount == Decimal("5950.25")


def test_the_table_of_the_classes_gives_ht_vat_ttc_base_share_and_what_remains(subsidy):
    claim = claim_amounts(fresh(subsidy))
    assert claim is not None

    *rows, total = claim.table

    assert [row.ttc for row in rows] == [Decimal("7900.50"), Decimal("8000.00"), Decimal("9100.00")]
    assert all(row.ht + row.vat == row.ttc for row in claim.table)
    assert [row.retained_base for row in rows] == [Decimal("7900.50"), Decimal("8000.00"), Decimal("8000.00")]
    assert [row.own_share for row in rows] == [Decimal("3950.25"), Decimal("4000.00"), Decimal("5100.00")]
    for name in ("ht", "vat", "ttc", "retained_base", "state_share", "own_share"):
        assert getattr(total, name) == sum(getattr(row, name) for row in rows), name


def test_an_empty_statement_claims_nothing():
    assert claim_amounts(EquipmentSubsidyFactory(notified=True)) is None


# --- Deposit and completion ---


def test_the_deposit_dates_the_file_and_tells_the_dane(subsidy):
    certify_and_deposit(subsidy, on=dt.date(2016, 10, 12))

    row = fresh(subsidy)
    assert (row.state, row.complete_on) == ("justified", dt.date(2016, 10, 12))
    assert row.justified_by is not None
    mail = OutboxMail.objects.get(kind="statement_deposited")
    assert mail.to == ["dane.03@exemple.invalid"]
    assert "vendredi 14\u00a0octobre 2016" in mail.text


def test_nothing_is_deposited_before_it_is_certified(subsidy):
    with pytest.raises(Refused, match="n’est pas certifié exact"):
        statement.deposit_statement(subsidy_id=subsidy.pk, actor=editor_of(subsidy))

    assert fresh(subsidy).state == "acompte_paid"
    assert not OutboxMail.objects.filter(kind="statement_deposited").exists()


@pytest.mark.parametrize("role", [Role.DAN, Role.DIRECTOR, Role.GESTIONNAIRE_DAF])
def test_another_role_deposits_nothing(subsidy, role):
    with pytest.raises(PermissionDenied):
        statement.deposit_statement(subsidy_id=subsidy.pk, actor=actor_of(subsidy, role))

    assert fresh(subsidy).state == "acompte_paid"


def test_asked_on_the_14th_and_completed_on_the_20th_is_complete_on_the_20th(subsidy):
    """Domain, case 15: the clock of completeness starts again; the first deposit stays in the journal."""
    certify_and_deposit(subsidy, on=dt.date(2016, 10, 13))
    agent = actor_of(subsidy, Role.AGENT_DANE, on=dt.date(2016, 10, 14))

    statement.request_statement_completion(subsidy_id=subsidy.pk, actor=agent, comment="La facture 2 est illisible.")
    assert (fresh(subsidy).state, fresh(subsidy).complete_on) == ("to_complete", None)
    mail = OutboxMail.objects.get(kind="statement_to_complete")
    assert mail.to[-1] == subsidy.thread.collectivite.email
    assert "La facture 2 est illisible." in mail.text

    statement.deposit_statement(subsidy_id=subsidy.pk, actor=editor_of(subsidy, on=dt.date(2016, 10, 20)))

    assert fresh(subsidy).complete_on == dt.date(2016, 10, 20)
    days = JournalLine.objects.filter(act="deposit_statement").values_list("after__complete_on", flat=True)
    assert list(days) == ["2016-10-20", "2016-10-13"]


def test_a_completion_is_asked_with_a_motive_by_the_dane(subsidy):
    certify_and_deposit(subsidy)

    with pytest.raises(Refused, match="Indiquez le motif"):
        statement.request_statement_completion(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.DAN), comment="")
    with pytest.raises(PermissionDenied):
        statement.request_statement_completion(subsidy_id=subsidy.pk, actor=editor_of(subsidy), comment="Motif.")

    assert fresh(subsidy).state == "justified"


def test_a_completed_invoice_must_be_certified_again(subsidy):
    certify_and_deposit(subsidy)
    agent = actor_of(subsidy, Role.AGENT_DANE, on=CERTIFIED_ON)
    statement.request_statement_completion(subsidy_id=subsidy.pk, actor=agent, comment="Il manque l’avoir.")
    invoice = subsidy.invoices.first()
    invoices.withdraw_invoice(invoice_id=invoice.pk, actor=editor_of(subsidy), comment="Remplacée.")

    with pytest.raises(Refused, match="n’est pas certifié exact"):
        statement.deposit_statement(subsidy_id=subsidy.pk, actor=editor_of(subsidy))


def test_a_refused_copy_keeps_the_file_from_being_deposited(subsidy):
    statement.certify_statement(statement_id=sheet_of(subsidy).pk, actor=signataire_of(subsidy))
    invoice = subsidy.invoices.first()
    files.reject_piece(piece_id=invoice.piece_id, actor=actor_of(subsidy, Role.DAN), comment="Photo floue.")

    with pytest.raises(Refused, match=r"est refusée \(Photo floue.\)"):
        statement.deposit_statement(subsidy_id=subsidy.pk, actor=editor_of(subsidy))


def test_the_statement_of_a_subsidy_held_by_the_daf_can_still_be_deposited(subsidy):
    """A hold stops the money, not the justification: the collectivité must not lose the year for it."""
    EquipmentSubsidy.objects.filter(pk=subsidy.pk).update(held_since=CERTIFIED_ON, held_motive="Contrôle d’exemple.")

    certify_and_deposit(subsidy)

    assert fresh(subsidy).state == "justified"


def test_a_mandataire_whose_mandate_has_ended_does_nothing_more(subsidy):
    late = actor_for(
        Role.MANDATAIRE,
        subsidy.thread.collectivite,
        at=editor_of(subsidy).at,
        ends_on=CERTIFIED_ON - dt.timedelta(days=1),
    )

    with pytest.raises(PermissionDenied):
        statement.deposit_statement(subsidy_id=subsidy.pk, actor=late)
