"""A day of the mayor, who also presides over the syndicat: she deposits, signs, certifies exact, sends."""

import datetime as dt

import pytest

from conventions.models import Convention
from plannumerique.organisations.enums import Role
from projects.enums import PieceKind
from projects.models import Application
from subsidies.models import EquipmentSubsidy, ExpenseStatement
from tests.browser.conftest import LogIn, Paper
from tests.browser.days import WIDTHS, dossier_of, lay_the_letters_out, on, somebody_at
from tests.browser.people import Person
from tests.factories import CollectiviteFactory, SchoolFactory
from tests.factories_conventions import ConventionFactory
from tests.factories_projects import ApplicationFactory, DossierFactory, PieceFactory
from tests.factories_statement import InvoiceFactory, StatementFactory, classes_of, receive
from tests.factories_subsidies import EquipmentSubsidyFactory

IN_OCTOBER = dt.date(2016, 10, 10)


@pytest.fixture
def to_certify() -> EquipmentSubsidy:
    """Invoiced and received: the statement waits for the mayor. Another school of the commune applies late, by derogation."""
    on(IN_OCTOBER)
    subsidy: EquipmentSubsidy = EquipmentSubsidyFactory(acompte_paid=True, convention__dossier=dossier_of("Ornans"))
    for kind in PieceKind:
        PieceFactory(subject=subsidy.convention.dossier, kind=kind)
    StatementFactory(subsidy=subsidy)
    InvoiceFactory(subsidy=subsidy, waiting=True)
    receive(*classes_of(subsidy))
    ApplicationFactory(
        dossier=subsidy.convention.dossier,
        school=SchoolFactory(collectivite=subsidy.thread.collectivite, name="École Nodier"),
        written=True,
        late_derogation="Panne du réseau de l’école.",
    )
    return subsidy


@pytest.fixture
def to_sign() -> Convention:
    on(IN_OCTOBER)
    syndicat = CollectiviteFactory(syndicat=True, name="SIVOS de la Loue")
    convention: Convention = ConventionFactory(deliberated=True, dossier=DossierFactory(collectivite=syndicat))
    return convention


@WIDTHS
def test_a_day_of_the_mayor(to_certify: EquipmentSubsidy, to_sign: Convention, log_in: LogIn, paper: Paper, width: int) -> None:
    places = [one.thread.collectivite for one in (to_certify, to_sign)]
    mayor = log_in(somebody_at(Role.SIGNATAIRE, *places, first_name="Camille", capacity="Maire"), width=width)

    deposits_the_late_school(mayor)
    signs_on_paper(mayor, to_sign, paper)
    certifies_and_sends(mayor, to_certify)


def deposits_the_late_school(mayor: Person) -> None:
    mayor.takes("Compléter et déposer les candidatures", "École Nodier")
    mayor.does("Déposer la candidature", then="La candidature est déposée.")
    lay_the_letters_out()
    mayor.reads_letter("Accusé de réception de candidature", "pour l’école Nodier", "24 000,00 €", "12 000,00 €")
    mayor.has_done("Compléter et déposer les candidatures", "École Nodier")
    assert Application.objects.get(school__name="École Nodier").state == "submitted"


def signs_on_paper(mayor: Person, convention: Convention, paper: Paper) -> None:
    mayor.takes("Faire avancer la convention", "SIVOS de la Loue")
    mayor.opens("Enregistrer la signature de la collectivité")
    mayor.bring("Convention signée, numérisée ou photographiée", paper("convention signée.png"))
    mayor.fill({"Signée le": "2016-07-15", "Nom du signataire": "Camille EXEMPLE", "Qualité": "Présidente du syndicat"})
    mayor.press_in_vain(
        "Enregistrer la signature de la collectivité", because="La délibération n’est exécutoire que le vendredi 22 juillet 2016"
    )
    mayor.finds_typed({"Signée le": "2016-07-15", "Qualité": "Présidente du syndicat"})
    mayor.sees("Fichier conservé : convention signée.png")
    mayor.fill({"Signée le": "2016-10-07"})
    mayor.press("Enregistrer la signature de la collectivité", then="La signature de la collectivité est enregistrée.")
    mayor.has_done("Faire avancer la convention", "SIVOS de la Loue")

    signed = Convention.objects.get(pk=convention.pk)
    assert (signed.state, signed.collectivite_signed_on, signed.collectivite_capacity) == (
        "signed_collectivite",
        dt.date(2016, 10, 7),
        "Présidente du syndicat",
    )


def certifies_and_sends(mayor: Person, subsidy: EquipmentSubsidy) -> None:
    mayor.takes("Déposer l’état récapitulatif et les factures", "Ornans")
    mayor.opens("Certifier exact")
    mayor.sees("12 000,00 €")
    mayor.press("Certifier exact l’état récapitulatif", then="L’état récapitulatif est certifié exact.")
    mayor.does(
        "Déposer l’état récapitulatif et les factures", button="Déposer les justificatifs", then="Les justificatifs sont déposés"
    )
    mayor.has_done("Déposer l’état récapitulatif et les factures", "Ornans")

    certified = ExpenseStatement.objects.select_related("subsidy").get(subsidy=subsidy)
    assert (certified.certified_on, certified.certified_capacity) == (IN_OCTOBER, "Maire")
    assert (certified.subsidy.state, certified.subsidy.complete_on) == ("justified", IN_OCTOBER)
