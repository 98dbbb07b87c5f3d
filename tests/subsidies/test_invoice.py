"""Invoices: entered class by class, unique in the portal, checked one by one, never lost."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from deployments.models import MobileClass
from plannumerique.files.enums import Readers
from plannumerique.files.models import Piece
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import Stale
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from subsidies.enums import ExpenseCategory
from subsidies.models import EquipmentSubsidy, ExpenseStatement, Invoice, InvoiceLine
from subsidies.services import invoices, statement
from tests.factories import CollectiviteFactory, actor_for
from tests.factories_projects import CampaignFactory, PieceFactory
from tests.factories_statement import (
    InvoiceFactory,
    StatementFactory,
    a_line,
    an_invoice,
    certify_and_deposit,
    classes_of,
    draft_of,
    ready_for_service_fait,
    signataire_of,
)
from tests.factories_subsidies import EquipmentSubsidyFactory, PurchaseOrderFactory, actor_of

pytestmark = pytest.mark.django_db
OCTOBER = dt.date(2016, 10, 10)


@pytest.fixture
def subsidy():
    return EquipmentSubsidyFactory(acompte_paid=True)


def editor_of(subsidy):
    return actor_of(subsidy, Role.EDITEUR, on=OCTOBER)


def enter(subsidy, actor=None, *, lines=None, copy=None, **printed):
    actor = actor or editor_of(subsidy)
    lines = [a_line(classes_of(subsidy)[0])] if lines is None else lines
    return invoices.enter_invoice(subsidy=subsidy, actor=actor, content=an_invoice(**printed), lines=lines, copy=copy)


# --- Enter ---


def test_the_first_invoice_opens_the_statement_and_keeps_what_was_printed(subsidy):
    actor = editor_of(subsidy)

    invoice = enter(subsidy, actor, copy=draft_of(actor), mandat_number=" 1245 ", mandat_on=dt.date(2016, 10, 7))

    row = Invoice.objects.get()
    assert (row.pk, row.state, row.number, row.mandat_number) == (invoice.pk, "deposited", "FA-2016-001", "1245")
    assert (row.amount_ht, row.amount_vat, row.amount_ttc) == (Decimal("6583.75"), Decimal("1316.75"), Decimal("7900.50"))
    line = InvoiceLine.objects.get()
    assert (line.mobile_class, line.amount_ttc) == (classes_of(subsidy)[0], Decimal("7900.50"))
    assert (row.piece.kind, row.piece.readers) == ("invoice", Readers.COLLECTIVITE)
    assert ExpenseStatement.objects.get().subsidy == subsidy
    acts = JournalLine.objects.filter(subject_kind__in=["subsidies.invoice", "subsidies.expensestatement"])
    assert sorted(acts.values_list("label", flat=True)) == ["Ouvrir l’état récapitulatif", "Saisir une facture"]


def test_one_invoice_serves_several_classes_at_several_rates(subsidy):
    first, second, third = classes_of(subsidy)
    lines = [
        a_line(first, "1000.00"),
        a_line(second, "1000.00", vat_rate=Decimal("0.055"), category=ExpenseCategory.INTEGRATION),
        a_line(third, "500.00", vat_rate=Decimal("0"), category=ExpenseCategory.ADMINISTRATION),
    ]

    enter(subsidy, lines=lines, amount_ht=Decimal("2500.00"), amount_vat=Decimal("255.00"), amount_ttc=Decimal("2755.00"))

    ttc = dict(InvoiceLine.objects.values_list("mobile_class", "amount_ttc"))
    assert ttc == {first.pk: Decimal("1200.00"), second.pk: Decimal("1055.00"), third.pk: Decimal("500.00")}


def test_a_credit_note_is_an_invoice_with_negative_amounts(subsidy):
    line = a_line(classes_of(subsidy)[0], "-100.00")

    invoice = enter(
        subsidy, lines=[line], amount_ht=Decimal("-100"), amount_vat=Decimal("-20"), amount_ttc=Decimal("-120"), number="AV-1"
    )

    assert str(Invoice.objects.get(pk=invoice.pk)) == "Avoir AV-1 – Numérique Exemple SARL"
    assert InvoiceLine.objects.get().amount_ttc == Decimal("-120.00")


def test_a_centime_of_the_supplier_is_accepted_and_two_are_not(subsidy):
    """6 583,75 HT + 1 316,75 TVA = 7 900,50: printed 7 900,51 is a rounding, printed 7 900,52 a mistake."""
    line = a_line(classes_of(subsidy)[0], "6583.75", "7900.51")
    enter(subsidy, lines=[line], amount_ttc=Decimal("7900.51"))

    with pytest.raises(Refused, match="et non 7"):
        enter(subsidy, lines=[line], number="autre", amount_ttc=Decimal("7900.52"))

    assert Invoice.objects.get().amount_ttc == Decimal("7900.51")


def test_the_lines_make_the_invoice_to_the_cent(subsidy):
    with pytest.raises(Refused) as refused:
        enter(subsidy, lines=[a_line(classes_of(subsidy)[0], "6583.74", "7900.49")])

    said = " ".join(refused.value.reasons)
    assert "il reste 0,01" in said
    assert "TTC" in said
    assert not Invoice.objects.exists()
    assert not ExpenseStatement.objects.exists()


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ({"invoiced_on": dt.date(2016, 10, 11)}, "La facture porte une date à venir"),
        ({"mandat_on": dt.date(2016, 10, 11)}, "Le mandat porte une date à venir"),
        ({"amount_ht": Decimal(0), "amount_vat": Decimal(0), "amount_ttc": Decimal(0)}, "ne peut pas être nul"),
    ],
)
def test_impossible_heads_are_explained(subsidy, printed, sentence):
    with pytest.raises(Refused, match=sentence):
        enter(subsidy, **printed)

    assert not Invoice.objects.exists()


def test_an_invoice_without_lines_or_for_a_foreign_class_is_refused(subsidy):
    stranger = classes_of(EquipmentSubsidyFactory(notified=True))[0]
    with pytest.raises(Refused, match="il faut au moins une ligne"):
        enter(subsidy, lines=[])
    with pytest.raises(Refused, match="que la convention ne couvre pas"):
        enter(subsidy, lines=[a_line(stranger)])

    assert not Invoice.objects.exists()


def test_a_renounced_class_receives_no_line(subsidy):
    one = classes_of(subsidy)[0]
    MobileClass.objects.filter(pk=one.pk).update(state="renounced")

    with pytest.raises(Refused, match="la collectivité a renoncé"):
        enter(subsidy, lines=[a_line(one)])


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.VALIDEUR_DAF, Role.DIRECTOR])
def test_another_role_enters_nothing(subsidy, role):
    with pytest.raises(PermissionDenied):
        enter(subsidy, actor_of(subsidy, role, on=OCTOBER))

    assert not Invoice.objects.exists()


def test_the_editor_of_another_collectivite_enters_nothing(subsidy):
    with pytest.raises(PermissionDenied):
        enter(subsidy, actor_for(Role.EDITEUR, CollectiviteFactory()))


def test_nothing_is_added_once_the_statement_is_deposited():
    subsidy = EquipmentSubsidyFactory(justified=True)

    with pytest.raises(PermissionDenied, match="Les justificatifs sont déposés"):
        enter(subsidy)


def test_a_colleague_who_deposited_meanwhile_is_seen_under_the_lock(subsidy):
    """The caller's row still says « acompte versé »; the row in the database has been deposited since."""
    late = EquipmentSubsidy.objects.get(pk=subsidy.pk)
    EquipmentSubsidy.objects.filter(pk=subsidy.pk).update(state="justified", complete_on=OCTOBER)

    with pytest.raises(Refused, match="elle ne reçoit plus de facture"):
        enter(late)

    assert not Invoice.objects.exists()


# --- Duplicates ---


@pytest.mark.parametrize("number", ["FA-2016-001", "fa-2016-001", " FA-2016-001 ", "FA- 2016-001"])
def test_the_same_invoice_is_refused_in_the_whole_portal_without_saying_where(subsidy, number):
    elsewhere = EquipmentSubsidyFactory(notified=True)
    enter(elsewhere)

    with pytest.raises(Refused) as refused:
        enter(subsidy, number=number)

    said = " ".join(refused.value.reasons)
    assert "est déjà déposée dans le portail" in said
    assert elsewhere.thread.collectivite.name not in said
    assert Invoice.objects.count() == 1


def test_a_rejected_or_withdrawn_invoice_may_be_entered_again(subsidy):
    for trait in ("rejected", "withdrawn"):
        InvoiceFactory(subsidy=subsidy, **{trait: True}, number=f"FA-{trait}")
        enter(subsidy, number=f"FA-{trait}", lines=[a_line(classes_of(subsidy)[0])])

    assert Invoice.objects.counted().count() == 2


def test_the_same_number_of_another_supplier_is_another_invoice(subsidy):
    enter(subsidy)
    enter(subsidy, supplier_siret="35600000000048")

    assert Invoice.objects.count() == 2


def test_the_same_file_and_the_same_day_and_amount_are_pointed_out(subsidy):
    actor = editor_of(subsidy)
    first = enter(subsidy, actor, copy=draft_of(actor, data=b"%PDF-1.4 la meme"))
    second = enter(subsidy, actor, number="FA-2016-002", copy=draft_of(actor, data=b"%PDF-1.4 la meme"))
    third = enter(subsidy, actor, number="FA-2016-003", invoiced_on=dt.date(2016, 10, 6), copy=draft_of(actor))

    assert list(invoices.same_file_elsewhere(second)) == [first.piece]
    assert list(invoices.near_duplicates(second)) == [first]
    assert not invoices.same_file_elsewhere(third).exists()
    assert not invoices.near_duplicates(third).exists()


# --- Correct and withdraw ---


def test_a_correction_is_journaled_and_replaces_the_lines_and_the_copy(subsidy):
    actor = editor_of(subsidy)
    invoice = enter(subsidy, actor, copy=draft_of(actor))
    first = invoice.piece
    line = a_line(classes_of(subsidy)[1], "5000.00")

    invoices.correct_invoice(
        invoice_id=invoice.pk,
        actor=actor,
        content=an_invoice(amount_ht=Decimal("5000"), amount_vat=Decimal("1000"), amount_ttc=Decimal("6000")),
        lines=[line],
        copy=draft_of(actor, name="corrigee.pdf"),
        seen=1,
    )

    row = Invoice.objects.get()
    assert (row.amount_ttc, row.version) == (Decimal("6000.00"), 2)
    assert row.lines.get().mobile_class == classes_of(subsidy)[1]
    assert row.piece.replaces == first
    assert Piece.objects.filter(kind="invoice").count() == 2
    assert JournalLine.objects.get(act="correct_invoice").before["amount_ttc"] == "7900.50"


def test_the_second_correction_of_the_same_page_reads_who_was_first(subsidy):
    invoice = enter(subsidy)
    first = editor_of(subsidy)
    line = a_line(classes_of(subsidy)[0])
    invoices.correct_invoice(invoice_id=invoice.pk, actor=first, content=an_invoice(), lines=[line], seen=1)

    with pytest.raises(Stale, match=f"Déjà traité par {first.name}"):
        invoices.correct_invoice(
            invoice_id=invoice.pk, actor=editor_of(subsidy), content=an_invoice(number="X"), lines=[line], seen=1
        )


def test_an_accepted_invoice_is_neither_corrected_nor_withdrawn(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy)
    line = a_line(classes_of(subsidy)[0])

    with pytest.raises(PermissionDenied, match="ne se modifie plus"):
        invoices.correct_invoice(invoice_id=invoice.pk, actor=editor_of(subsidy), content=an_invoice(), lines=[line])
    with pytest.raises(Refused, match="Retirer la facture"):
        invoices.withdraw_invoice(invoice_id=invoice.pk, actor=editor_of(subsidy), comment="Doublon.")

    assert Invoice.objects.get().state == "accepted"


def test_a_withdrawn_invoice_stays_with_its_copy_and_its_motive(subsidy):
    actor = editor_of(subsidy)
    invoice = enter(subsidy, actor, copy=draft_of(actor))

    invoices.withdraw_invoice(invoice_id=invoice.pk, actor=actor, comment="Saisie deux fois.")

    row = Invoice.objects.get()
    assert (row.state, row.piece, row.lines.count()) == ("withdrawn", invoice.piece, 1)
    assert not Invoice.objects.counted().exists()
    assert JournalLine.objects.get(act="withdraw_invoice").comment == "Saisie deux fois."


def test_a_deposited_statement_lets_no_invoice_go(subsidy):
    invoice = enter(subsidy, copy=draft_of(editor := editor_of(subsidy)), actor=editor)
    certify_and_deposit(subsidy)

    with pytest.raises(Refused, match="la DANE demande d’abord un complément"):
        invoices.withdraw_invoice(invoice_id=invoice.pk, actor=editor, comment="Changement d’avis.")

    assert Invoice.objects.get().state == "deposited"


@pytest.mark.parametrize("change", ["add", "correct", "withdraw", "aid"])
def test_any_change_undoes_the_certification_by_name_and_in_the_journal(subsidy, change):
    actor = editor_of(subsidy)
    invoice = enter(subsidy, actor, copy=draft_of(actor))
    sheet = ExpenseStatement.objects.get()
    statement.certify_statement(statement_id=sheet.pk, actor=signataire_of(subsidy, on=OCTOBER))
    assert ExpenseStatement.objects.get().is_certified

    if change == "add":
        enter(subsidy, actor, number="FA-2016-002")
    elif change == "correct":
        invoices.correct_invoice(
            invoice_id=invoice.pk, actor=actor, content=an_invoice(number="FA-9"), lines=[a_line(classes_of(subsidy)[0])]
        )
    elif change == "withdraw":
        invoices.withdraw_invoice(invoice_id=invoice.pk, actor=actor, comment="Doublon.")
    else:
        statement.declare_aid(statement_id=sheet.pk, actor=actor, amount=Decimal("100"), detail="Département")

    row = ExpenseStatement.objects.get()
    assert (row.certified_on, row.certified_name, row.document) == (None, "", None)
    last = JournalLine.objects.filter(subject_kind="subsidies.expensestatement").first()
    assert last.before["certified_name"] != ""
    assert last.actor == actor.user
    if change != "aid":
        assert last.label == "Retirer la certification de l’état récapitulatif"
        assert invoice.supplier_name in last.comment


# --- Check ---


def test_an_invoice_is_accepted_with_its_copy(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True)
    agent = actor_of(subsidy, Role.AGENT_DANE, on=OCTOBER)

    invoices.accept_invoice(invoice_id=invoice.pk, actor=agent)

    row = Invoice.objects.select_related("piece").get()
    assert (row.state, row.checked_by, row.piece.state) == ("accepted", agent.user, "accepted")


def test_a_rejection_keeps_its_motive_on_the_invoice_and_on_the_copy_and_tells_the_collectivite(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True)

    invoices.reject_invoice(invoice_id=invoice.pk, actor=actor_of(subsidy, Role.DAN, on=OCTOBER), comment=" Travaux de câblage. ")

    row = Invoice.objects.select_related("piece").get()
    assert (row.state, row.motive) == ("rejected", "Travaux de câblage.")
    assert (row.piece.state, row.piece.motive) == ("rejected", "Travaux de câblage.")
    mail = OutboxMail.objects.get(kind="invoice_rejected")
    assert mail.to == [subsidy.thread.collectivite.email]
    assert "Travaux de câblage." in mail.text


def test_an_accepted_invoice_can_be_rejected_or_checked_again_until_the_service_fait(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy)
    agent = actor_of(subsidy, Role.AGENT_DANE, on=OCTOBER)

    invoices.reopen_invoice(invoice_id=invoice.pk, actor=agent, comment="À revoir.")
    assert Invoice.objects.select_related("piece").get().piece.state == "deposited"
    invoices.accept_invoice(invoice_id=invoice.pk, actor=agent)
    invoices.reject_invoice(invoice_id=invoice.pk, actor=agent, comment="Finalement non.")

    row = Invoice.objects.select_related("piece").get()
    assert (row.state, row.piece.state) == ("rejected", "rejected")


def test_after_the_service_fait_an_invoice_stays_as_it_was_certified():
    subsidy = EquipmentSubsidyFactory(service_fait=True)
    invoice = InvoiceFactory(subsidy=subsidy)
    agent = actor_of(subsidy, Role.AGENT_DANE, on=OCTOBER)

    for act in (invoices.reject_invoice, invoices.reopen_invoice):
        with pytest.raises(Refused, match="le DAN annule d’abord sa constatation"):
            act(invoice_id=invoice.pk, actor=agent, comment="À revoir.")

    assert Invoice.objects.get().state == "accepted"


def test_whoever_brought_the_copy_does_not_check_it(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True)
    agent = actor_of(subsidy, Role.AGENT_DANE, on=OCTOBER)
    own = InvoiceFactory(
        subsidy=subsidy, waiting=True, piece=_piece_of(subsidy, agent.user), expenses={classes_of(subsidy)[0]: "120"}
    )

    with pytest.raises(PermissionDenied, match="Qui a déposé une facture ne la vérifie pas"):
        invoices.accept_invoice(invoice_id=own.pk, actor=agent)
    invoices.accept_invoice(invoice_id=invoice.pk, actor=agent)

    assert Invoice.objects.get(pk=own.pk).state == "deposited"


def _piece_of(subsidy, user):
    return PieceFactory(subject=subsidy, kind="invoice", waiting=True, deposited_by=user, label="Facture")


def test_an_invoice_without_its_copy_is_not_accepted(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, without_copy=True)

    with pytest.raises(Refused, match="n’est pas déposée"):
        invoices.accept_invoice(invoice_id=invoice.pk, actor=actor_of(subsidy, Role.DAN, on=OCTOBER))


def test_an_invoice_older_than_the_eligibility_needs_an_order_that_was_let_through(subsidy):
    """AAP 2016 takes expenses from 17 June 2016: the day itself is good, the day before is not."""
    dan = actor_of(subsidy, Role.DAN, on=OCTOBER)
    on_the_day = InvoiceFactory(subsidy=subsidy, waiting=True, invoiced_on=dt.date(2016, 6, 17))
    invoices.accept_invoice(invoice_id=on_the_day.pk, actor=dan)
    early = InvoiceFactory(
        subsidy=subsidy, waiting=True, invoiced_on=dt.date(2016, 6, 16), expenses={classes_of(subsidy)[0]: "120"}
    )
    with pytest.raises(Refused, match="début d’éligibilité"):
        invoices.accept_invoice(invoice_id=early.pk, actor=dan)

    PurchaseOrderFactory(subsidy=subsidy, accepted=True, early=True, early_derogation="Dossier complet tardif.")
    invoices.accept_invoice(invoice_id=early.pk, actor=dan)

    assert Invoice.objects.get(pk=early.pk).state == "accepted"


def test_a_campaign_that_wants_mandats_says_which_one_is_missing():
    campaign = CampaignFactory(code="AAP-2016-MANDAT", mandat_required=True)
    subsidy = EquipmentSubsidyFactory(acompte_paid=True, convention__dossier__campaign=campaign)
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True, number="FA-7")
    sheet = StatementFactory(subsidy=subsidy)
    sentence = "Le numéro de mandat de la facture FA-7 manque"

    with pytest.raises(Refused, match=sentence):
        invoices.accept_invoice(invoice_id=invoice.pk, actor=actor_of(subsidy, Role.DAN, on=OCTOBER))
    with pytest.raises(Refused, match=sentence):
        statement.certify_statement(statement_id=sheet.pk, actor=signataire_of(subsidy))


def test_the_totals_kept_on_an_invoice_are_those_of_its_lines():
    """What spans rows is held by totals kept in the same passage: recomputed here."""
    subsidy = ready_for_service_fait()
    enter_again = EquipmentSubsidyFactory(acompte_paid=True)
    enter(enter_again)
    for invoice in Invoice.objects.with_sums():
        assert (invoice.lines_ht, invoice.lines_ttc) == (invoice.amount_ht, invoice.amount_ttc)
        assert invoice.line_count == invoice.lines.count()
    assert Invoice.objects.filter(subsidy=subsidy).get().line_count == 3
