"""Dossiers that contradict themselves, the rules or the portal: refused, and nothing is written."""

import pytest

from conventions.models import Convention
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from projects.models import Application
from subsidies.models import EquipmentSubsidy, Payment
from tests.factories import SchoolFactory
from tests.factories_projects import ApplicationFactory, DossierFactory
from tests.portal.taking_over.nothing_written import nothing_is_there
from tests.taken_over import ACOMPTE, SIGNED, a_line, entered, line_of, read

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"subsidy_max": "12000,01"}, "le barème donne 12"),
        ({"collectivite_signed_on": "13/03/2016"}, "exécutoire que le"),
        ({"published_on": "09/03/2016"}, "ne peut pas avoir été publiée"),
        ({"recteur_signed_on": "20/03/2016"}, "le recteur ne peut pas signer avant"),
        ({"recteur_signed_on": "01/09/2016"}, "le motif de la dérogation est obligatoire"),
        ({"recteur_signed_on": "27/09/2016", "late_motive": "x"}, "date à venir"),
        ({"selection_on": "31/03/2016"}, "ne peut pas précéder la sélection"),
        ({"selection_on": "23/11/2015"}, "la sélection ne peut la précéder"),
        ({"cbr_received_on": "10/03/2016"}, "ne dépasse pas le seuil"),
        ({"college": "uai of the school"}, "n’est pas un collège"),
    ],
)
def test_an_act_that_breaks_a_rule_is_refused_whole(campaign, dane, cells, sentence):
    line = line_of(SIGNED)
    line |= {"college": line["uai"]} if "college" in cells else cells

    with pytest.raises(Refused) as refused:
        entered(campaign, line, by=dane)

    assert sentence in str(refused.value).replace("\u202f", " ").replace("\u00a0", " ")
    assert nothing_is_there()


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"decision_amount": "12 000,01"}, "dépasse le montant maximal"),
        ({"decision_on": "03/04/2016"}, "la décision ne peut être signée avant"),
        ({"decision_notified_on": "01/05/2016"}, "elle ne peut être notifiée avant"),
        ({"acompte_amount": "6000,01"}, "dépasse 50 % du montant décidé"),
        ({"decision_amount": "11000", "acompte_amount": "6000"}, "dépasse 50 % du montant décidé"),
        ({"acompte_on": "05/05/2016"}, "l’acompte ne peut être payé avant"),
        ({"acompte_on": "27/09/2016"}, "est à venir"),
        ({"convention_number": "AUTRE"}, "le classeur le n° AUTRE"),
    ],
)
def test_money_that_breaks_a_rule_leaves_the_decision_out_too(campaign, dane, gestionnaire, cells, sentence):
    line = line_of(ACOMPTE)
    entered(campaign, line, by=dane)

    with pytest.raises(Refused) as refused:
        entered(campaign, line | cells, by=gestionnaire)

    assert sentence in str(refused.value).replace("\u202f", " ").replace("\u00a0", " ")
    assert EquipmentSubsidy.objects.get().state == "created"
    assert not Payment.objects.exists()


def test_a_dp_number_is_that_of_one_payment(campaign, dane, gestionnaire):
    first, second = line_of(ACOMPTE), line_of(ACOMPTE, convention_number="CONV-8", decision_number="DEC-4")
    for line in (first, second):
        entered(campaign, line, by=dane)
    entered(campaign, first, by=gestionnaire)

    with pytest.raises(Refused, match="Ce numéro de DP désigne déjà un autre paiement"):
        entered(campaign, second, by=gestionnaire)
    assert Payment.objects.count() == 1


def test_the_classes_of_all_phases_count(campaign, dane):
    school, college = SchoolFactory(), SchoolFactory(college=True)
    ApplicationFactory(dossier=DossierFactory(campaign=campaign, collectivite=school.collectivite), school=school, retained=True)

    with pytest.raises(Refused, match="la limite est de 3 par école"):
        entered(campaign, a_line(school, college, "8000", "8000"), by=dane)
    assert Application.objects.count() == 1


def test_a_dossier_taken_over_is_refused_not_doubled(campaign, dane):
    line = line_of(SIGNED)
    entered(campaign, line, by=dane)
    before = JournalLine.objects.count()

    with pytest.raises(Refused, match="déjà repris"):
        entered(campaign, line, by=dane)
    assert (Convention.objects.count(), JournalLine.objects.count()) == (1, before)


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"siren": "212500014"}, "siren", "SIREN"),
        ({"siren": ""}, "siren", ""),
        ({"uai": "0259999A"}, "uai", "clé"),
        ({"college": "0250018J"}, "college", "ne connaît pas cet UAI"),
        ({"phase": "7"}, "phase", "pas de phase 7"),
        ({"expense_1": "-3"}, "expense_1", ""),
        ({"expense_2": ""}, "expense_3", "dans l’ordre"),
        ({"siret": "73282932000074"}, "siret", "n’est pas celui de la collectivité"),
        ({"stage": "presque finie"}, "stage", "Écrivez l’un de ces mots"),
        ({"stage": "retenue"}, "convention_number", "l’étape atteinte est « retenue »"),
        ({"stage": "acompte payé"}, "acompte_amount", "l’étape « acompte payé » la demande"),
        ({"deliberation_on": "31/02/2016"}, "deliberation_on", "n’existe pas"),
        ({"recteur_signatory": ""}, "recteur_signatory", "la demande"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(campaign, cells, column, sentence):
    reading = read(campaign, line_of(SIGNED) | cells)

    faults = {fault.head: fault.sentence.replace("\u00a0", " ") for fault in reading.faults}
    head = next(one.head for one in reading.layout.columns if one.key == column)
    assert sentence in faults[head]
    assert not reading.dossiers


def test_two_lines_of_a_dossier_that_contradict_each_other_are_named(campaign):
    school, college = SchoolFactory(), SchoolFactory(college=True)
    sister = SchoolFactory(collectivite=school.collectivite)
    other = {"recteur_signed_on": "31/03/2016"}

    reading = read(campaign, a_line(school, college, **SIGNED), a_line(sister, college, **{**SIGNED, **other}))

    (fault,) = reading.faults
    assert (fault.row, fault.head) == (3, "État : signée le")
    assert "contredit celle de la ligne 2" in fault.sentence


def test_a_school_is_once_a_phase(campaign):
    line = line_of({})

    assert [fault.row for fault in read(campaign, line, line).faults] == [3]
