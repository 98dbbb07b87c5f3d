"""Invoices entered class by class, unique in the portal."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from deployments.models import MobileClass
from plannumerique.files.enums import Readers
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from subsidies.enums import ExpenseCategory
from subsidies.models import EquipmentSubsidy, ExpenseStatement, Invoice, InvoiceLine
from subsidies.services import invoices
from tests.factories import CollectiviteFactory, actor_for
from tests.factories_statement import InvoiceFactory, a_line, classes_of, draft_of
from tests.factories_subsidies import EquipmentSubsidyFactory, actor_of
from tests.subsidies.entering import OCTOBER, editor_of, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def subsidy():
    return EquipmentSubsidyFactory(acompte_paid=True)


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
