"""The statement filled off line: read by the rules of the typed grid, taken whole or not at all."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from plannumerique.ui.spreadsheets import BadWorkbook, open_book
from subsidies.forms.workbook import read_workbook
from subsidies.models import ExpenseStatement, Invoice, InvoiceLine
from subsidies.services import invoices
from subsidies.services.workbook import Outcome, SomeRefused, rehearse_workbook, take_workbook
from subsidies.workbooks import FILLED, HELP, LAYOUT, REFERENCE, TOKEN_CELL, build, label_of, mark_of
from tests.factories import CollectiviteFactory, actor_for
from tests.factories_projects import CampaignFactory
from tests.factories_statement import InvoiceFactory, StatementFactory, a_line, an_invoice, classes_of
from tests.factories_subsidies import EquipmentSubsidyFactory, actor_of
from tests.workbooks import a_row, fill, filled, saved

pytestmark = pytest.mark.django_db
OCTOBER = dt.date(2016, 10, 10)
FIRST = LAYOUT.head_row + 1


@pytest.fixture
def subsidy():
    return EquipmentSubsidyFactory(acompte_paid=True)


def editor_of(subsidy):
    return actor_of(subsidy, Role.EDITEUR, on=OCTOBER)


def read(subsidy, data, actor=None):
    return read_workbook(open_book(data, name="etat.xlsx"), subsidy=subsidy, actor=actor or editor_of(subsidy))


def take(subsidy, data, actor=None):
    actor = actor or editor_of(subsidy)
    found = read(subsidy, data, actor)
    assert found.faults == []
    return take_workbook(subsidy=subsidy, actor=actor, entries=found.entries)


def faults_of(subsidy, *rows):
    return [(fault.cell, fault.sentence) for fault in read(subsidy, filled(subsidy, *rows)).faults]


# --- The workbook that the portal gives ---


def test_the_workbook_holds_the_classes_the_lists_and_what_can_still_be_corrected(subsidy):
    one, two, *_ = classes_of(subsidy)
    waiting = InvoiceFactory(subsidy=subsidy, waiting=True, expenses={one: "7900.50", two: "100"})
    InvoiceFactory(subsidy=subsidy, expenses={one: "12"})
    InvoiceFactory(subsidy=EquipmentSubsidyFactory(acompte_paid=True), waiting=True)

    book = build(subsidy)

    assert book.sheetnames == [FILLED, HELP, REFERENCE]
    assert book[REFERENCE].protection.sheet
    assert label_of(one) in [cell.value for cell in book[REFERENCE]["A"]]
    marks = [cell.value for cell in book[FILLED]["A"][LAYOUT.head_row :] if cell.value]
    assert marks == [mark_of(waiting)] * 2
    assert book[FILLED][f"K{FIRST}"].value == label_of(one)
    kinds = {rule.type for rule in book[FILLED].data_validations.dataValidation}
    assert kinds == {"list", "decimal", "date"}


def test_the_workbook_costs_the_same_at_two_and_at_forty_invoices(subsidy):
    one = classes_of(subsidy)[0]
    counts = []
    for wanted in (2, 38):
        for number in range(wanted):
            InvoiceFactory(subsidy=subsidy, waiting=True, expenses={one: str(100 + number)})
        with CaptureQueriesContext(connection) as queries:
            build(subsidy)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8


def test_a_supplier_that_looks_like_a_formula_is_given_back_as_a_text(subsidy):
    InvoiceFactory(subsidy=subsidy, waiting=True, supplier_name='=HYPERLINK("http://exemple.invalid")', number="+33")

    data = saved(build(subsidy))

    assert b"<f>HYPERLINK" not in data
    found = read(subsidy, data)
    assert found.faults == []
    assert found.entries[0].content.supplier_name == '=HYPERLINK("http://exemple.invalid")'


# --- What is right is taken ---


def test_the_invoices_of_a_workbook_are_entered_by_the_door(subsidy):
    one = a_row(subsidy, amount_ht="13 250,42", amount_vat="2650.08", amount_ttc="15900,50", line_ht=6583.75)
    same = {"number": "fa-2016-77", "mobile_class": label_of(classes_of(subsidy)[1]), "category": "Conteneur sécurisé"}
    same |= {"line_ht": 6666.67, "line_rate": 0.2, "line_ttc": 8000.00, "label": "Armoire"}
    other = a_row(subsidy, 2, number="B 2", invoiced_on=dt.datetime(2016, 10, 6), line_rate="20")

    taken = take(subsidy, filled(subsidy, one, same, other))

    assert [one.outcome for one in taken] == [Outcome.NEW, Outcome.NEW]
    first, second = Invoice.objects.order_by("pk")
    assert (first.amount_ttc, first.line_count, second.number) == (Decimal("15900.50"), 2, "B 2")
    assert second.invoiced_on == dt.date(2016, 10, 6)
    assert [line.amount_ttc for line in first.lines.order_by("pk")] == [Decimal("7900.50"), Decimal("8000.00")]
    assert JournalLine.objects.filter(label="Saisir une facture").count() == 2
    assert ExpenseStatement.objects.get().subsidy == subsidy


def test_a_uai_and_a_number_name_a_class_as_well_as_its_label(subsidy):
    one = classes_of(subsidy)[1]

    take(subsidy, filled(subsidy, a_row(subsidy, mobile_class=f"{one.school.uai.lower()} classe {one.number}")))

    assert InvoiceLine.objects.get().mobile_class == one


def test_what_is_given_back_untouched_changes_nothing(subsidy):
    StatementFactory(subsidy=subsidy, certified=True)
    InvoiceFactory(subsidy=subsidy, waiting=True)

    taken = take(subsidy, filled(subsidy))

    assert [one.outcome for one in taken] == [Outcome.UNCHANGED]
    assert ExpenseStatement.objects.get().is_certified
    assert Invoice.objects.get().version == 1


def test_a_known_invoice_is_corrected_even_in_its_number_and_undoes_the_certification(subsidy):
    StatementFactory(subsidy=subsidy, certified=True)
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True, number="F-1")
    data = filled(subsidy, {"number": "F-2"}, {"number": "F-2"}, {"number": "F-2"})

    taken = take(subsidy, data)

    assert [one.outcome for one in taken] == [Outcome.CORRECTED]
    invoice = Invoice.objects.get(pk=invoice.pk)
    assert (invoice.number, invoice.version) == ("F-2", 2)
    assert not ExpenseStatement.objects.get().is_certified


def test_a_rehearsal_says_the_same_and_leaves_nothing(subsidy):
    actor = editor_of(subsidy)
    entries = read(subsidy, filled(subsidy, a_row(subsidy)), actor).entries
    lines = JournalLine.objects.count()

    taken = rehearse_workbook(subsidy=subsidy, actor=actor, entries=entries)

    assert [(one.outcome, one.invoice.number) for one in taken] == [(Outcome.NEW, "FA-2016-77")]
    assert not Invoice.objects.exists()
    assert not ExpenseStatement.objects.exists()
    assert JournalLine.objects.count() == lines


def test_an_invoice_from_before_the_programme_is_warned_about(subsidy):
    actor = editor_of(subsidy)
    entries = read(subsidy, filled(subsidy, a_row(subsidy, invoiced_on="05/10/2015")), actor).entries

    (taken,) = rehearse_workbook(subsidy=subsidy, actor=actor, entries=entries)

    assert "début d’éligibilité" in taken.warnings[0]


# --- What is wrong is named by its cell, and nothing is taken ---


@pytest.mark.parametrize(
    ("wrong", "cell", "words"),
    [
        ({"line_ht": "douze"}, "N4", "n’est pas un montant"),
        ({"line_ht": "1.234,56"}, "N4", "n’est pas un montant"),
        ({"line_ht": 6583.755}, "N4", "plus de deux décimales"),
        ({"amount_ht": "1e9"}, "F4", "n’est pas un montant"),
        ({"amount_ttc": 1e12}, "H4", "ne peut pas dépasser"),
        ({"amount_vat": "=G5*2"}, "G4", "contient une formule"),
        ({"amount_ht": None}, "F4", "Indiquez un montant"),
        ({"amount_ht": True}, "F4", "n’est pas un montant"),
        ({"invoiced_on": "31/02/2016"}, "E4", "n’existe pas"),
        ({"invoiced_on": "octobre"}, "E4", "n’est pas lisible"),
        ({"invoiced_on": dt.date(1916, 10, 5)}, "E4", "ne peut pas précéder"),
        ({"invoiced_on": 12}, "E4", "ne peut pas précéder"),
        ({"supplier_siret": "12345678901234"}, "D4", "SIRET"),
        ({"supplier_siret": None}, "D4", "Remplissez ce champ"),
        ({"number": None}, "B4", "Remplissez ce champ"),
        ({"number": "F" * 61}, "B4", "60 caractères"),
        ({"mobile_class": "0259999X – École d’ailleurs – classe 1"}, "K4", "aucune école d’UAI 0259999X"),
        ({"mobile_class": "École d’ici"}, "K4", "pas dans la liste"),
        ({"mobile_class": None}, "K4", "Choisissez dans la liste"),
        ({"category": "Wi-Fi"}, "L4", "Sélectionnez un choix valide"),
        ({"line_rate": "50 %"}, "O4", "Sélectionnez un choix valide"),
        ({"mark": "12"}, "A4", "aucune facture de ce dossier"),
        ({"label": "a\u200e\ue000"}, "M4", "caractères invisibles"),
    ],
)
def test_each_fault_is_said_at_its_cell(subsidy, wrong, cell, words):
    (fault,) = faults_of(subsidy, a_row(subsidy, **wrong))

    assert fault[0] == cell
    assert words in fault[1]


def test_a_class_that_the_convention_does_not_cover_is_named(subsidy):
    uai = classes_of(subsidy)[0].school.uai

    ((cell, sentence),) = faults_of(subsidy, a_row(subsidy, mobile_class=f"{uai} – classe 99"))

    assert (cell, "ne couvre pas la classe 99" in sentence) == ("K4", True)


def test_every_line_is_judged_before_anything_is_said(subsidy):
    rows = [a_row(subsidy, number=f"F-{rank}", line_ht="x", invoiced_on="y") for rank in range(3)]

    cells = [cell for cell, _ in faults_of(subsidy, *rows)]

    assert cells == ["E4", "N4", "E5", "N5", "E6", "N6"]


def test_two_lines_of_an_invoice_that_contradict_each_other_are_named(subsidy):
    again = a_row(subsidy, 1, invoiced_on="06/10/2016", amount_ttc="7900.5")

    ((cell, sentence),) = faults_of(subsidy, a_row(subsidy), again)

    assert cell == "E5"
    assert "diffère de celle de la ligne 4" in sentence


def refusals(subsidy, *rows, actor=None):
    actor = actor or editor_of(subsidy)
    found = read(subsidy, filled(subsidy, *rows), actor)
    assert found.faults == []
    with pytest.raises(SomeRefused) as caught:
        take_workbook(subsidy=subsidy, actor=actor, entries=found.entries)
    return [(fault.cell, fault.sentence) for fault in found.faults_of(caught.value.by_entry)]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"invoiced_on": "11/10/2016"}, "date à venir"),
        ({"amount_vat": "1316,77"}, "et non 7"),
        ({"line_ttc": "7 900,49"}, "il reste 0,01"),
        ({"line_ttc": "8 000"}, "et non 8"),
        ({"amount_ttc": -7900.5}, "et non −7"),
        ({"amount_ht": 0, "amount_vat": 0, "amount_ttc": 0, "line_ht": 0}, "ne peut pas être nul"),
    ],
)
def test_the_rules_of_the_services_are_said_on_the_first_line_of_the_invoice(subsidy, wrong, words):
    found = refusals(subsidy, a_row(subsidy, number="F-1"), a_row(subsidy, 1, number="F-2", **wrong))

    assert found
    assert {cell for cell, _ in found} == {"B5"}
    assert words in found[0][1]
    assert not Invoice.objects.exists()


def test_an_invoice_already_in_the_portal_is_refused_with_the_others(subsidy):
    elsewhere = EquipmentSubsidyFactory(acompte_paid=True)
    invoices.enter_invoice(
        subsidy=elsewhere, actor=editor_of(elsewhere), content=an_invoice(number="f 2"), lines=[a_line(classes_of(elsewhere)[0])]
    )

    ((cell, sentence),) = refusals(subsidy, a_row(subsidy, number="F-1"), a_row(subsidy, number="F2"))

    assert cell == "B5"
    assert "une facture ne se déclare" in sentence
    assert not Invoice.objects.filter(subsidy=subsidy).exists()


def test_an_invoice_that_changed_since_the_download_is_named_and_the_others_wait(subsidy):
    invoice = InvoiceFactory(subsidy=subsidy, waiting=True, expenses={classes_of(subsidy)[0]: "7900.50"})
    data = filled(subsidy, {"number": "F-2"}, a_row(subsidy))
    Invoice.objects.filter(pk=invoice.pk).update(version=2, number="F-3")
    actor = editor_of(subsidy)
    found = read(subsidy, data, actor)

    with pytest.raises(SomeRefused) as caught:
        take_workbook(subsidy=subsidy, actor=actor, entries=found.entries)

    assert "a changé dans le portail depuis le téléchargement" in caught.value.reasons[0]
    assert Invoice.objects.count() == 1


def test_a_mandat_is_asked_where_the_campaign_asks_it():
    subsidy = EquipmentSubsidyFactory(acompte_paid=True, convention__dossier__campaign=CampaignFactory(mandat_required=True))

    ((cell, sentence),) = faults_of(subsidy, a_row(subsidy))

    assert (cell, sentence) == ("I4", "Remplissez ce champ.")


# --- Not this workbook, not this person ---


def test_the_workbook_of_another_dossier_and_an_unmarked_one_are_refused(subsidy):
    other = EquipmentSubsidyFactory(acompte_paid=True)
    with pytest.raises(BadWorkbook, match="autre dossier"):
        read(subsidy, filled(other, a_row(other)))

    for token in (None, "12", "a:b:c"):
        book = build(subsidy)
        fill(book, a_row(subsidy))
        book[REFERENCE][TOKEN_CELL] = token
        with pytest.raises(BadWorkbook, match="identification"):
            read(subsidy, saved(book))


def test_an_invoice_of_another_dossier_cannot_be_marked(subsidy):
    foreign = InvoiceFactory(waiting=True)

    ((cell, sentence),) = faults_of(subsidy, a_row(subsidy, mark=mark_of(foreign)))

    assert (cell, "aucune facture de ce dossier" in sentence) == ("A4", True)


def test_an_empty_workbook_is_refused(subsidy):
    with pytest.raises(BadWorkbook, match="aucune ligne remplie"):
        read(subsidy, filled(subsidy))


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.DAN, Role.GESTIONNAIRE_DAF, Role.VALIDEUR_DAF])
def test_another_role_is_refused_and_nothing_moves(subsidy, role):
    entries = read(subsidy, filled(subsidy, a_row(subsidy))).entries

    with pytest.raises(PermissionDenied):
        take_workbook(subsidy=subsidy, actor=actor_of(subsidy, role, on=OCTOBER), entries=entries)

    assert not Invoice.objects.exists()


def test_a_foreign_collectivite_and_a_deposited_statement_are_refused(subsidy):
    entries = read(subsidy, filled(subsidy, a_row(subsidy))).entries
    stranger = actor_for(Role.EDITEUR, CollectiviteFactory())
    deposited = EquipmentSubsidyFactory(justified=True)

    with pytest.raises(PermissionDenied):
        take_workbook(subsidy=subsidy, actor=stranger, entries=entries)
    with pytest.raises(PermissionDenied):
        take_workbook(subsidy=deposited, actor=editor_of(deposited), entries=[])

    assert not Invoice.objects.exists()
