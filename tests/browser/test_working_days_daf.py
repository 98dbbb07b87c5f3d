"""Two days at the DAF: who prepares decisions and payments, who validates them; never the same person for one payment."""

import datetime as dt
from typing import Any

import pytest

from plannumerique.organisations.enums import Role
from subsidies.models import EquipmentSubsidy, Payment
from tests.browser.conftest import LogIn
from tests.browser.days import WIDTHS, around, dossier_of, on
from tests.browser.people import Person
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory

TODAY = dt.date(2016, 9, 28)


def subsidy_of(commune: str, **traits: Any) -> EquipmentSubsidy:
    subsidy: EquipmentSubsidy = EquipmentSubsidyFactory(convention__dossier=dossier_of(commune), **traits)
    return subsidy


def fresh(subsidy: EquipmentSubsidy) -> EquipmentSubsidy:
    return EquipmentSubsidy.objects.get(pk=subsidy.pk)


# --- The gestionnaire ---


@pytest.fixture
def desk() -> dict[str, EquipmentSubsidy]:
    on(TODAY)
    found = {
        "Ornans": subsidy_of("Ornans"),
        "Valdahon": subsidy_of("Valdahon", acompte_requested=True),
        "Écot": subsidy_of("Écot", acompte_requested=True),
        "Maîche": subsidy_of("Maîche", acompte_requested=True),
    }
    PaymentFactory(equipment=found["Maîche"], validated=True)
    return found


@WIDTHS
def test_a_day_of_the_gestionnaire(desk: dict[str, EquipmentSubsidy], log_in: LogIn, width: int) -> None:
    gestionnaire = log_in(around(desk["Ornans"].thread, Role.GESTIONNAIRE_DAF, first_name="Claude"), width=width)

    prepares_a_decision(gestionnaire, desk["Ornans"])
    prepares_an_acompte(gestionnaire, desk["Valdahon"])
    holds(gestionnaire, desk["Écot"])
    records_a_payment(gestionnaire, desk["Maîche"])
    takes_the_payments_away(gestionnaire)


def prepares_a_decision(gestionnaire: Person, subsidy: EquipmentSubsidy) -> None:
    gestionnaire.takes("Décider : préparer, signer, notifier", "Ornans")
    gestionnaire.opens("Préparer la décision attributive")
    gestionnaire.fill({"Montant maximal prévisionnel de la subvention": "12 000,01"})
    gestionnaire.press_in_vain("Préparer la décision attributive", because="12 000,00 €")
    gestionnaire.finds_typed({"Montant maximal prévisionnel de la subvention": "12 000,01"})
    gestionnaire.fill({"Montant maximal prévisionnel de la subvention": "11 000"})
    gestionnaire.press_in_vain(
        "Préparer la décision attributive", because="inférieure au maximum de la convention : indiquez pourquoi"
    )
    gestionnaire.fill({"Commentaire": "Crédits de paiement limités."})
    gestionnaire.press("Préparer la décision attributive", then="La décision est préparée")
    assert (fresh(subsidy).state, str(fresh(subsidy).decided_amount)) == ("decision_prepared", "11000.00")

    gestionnaire.goes_home()
    gestionnaire.takes("Décider : préparer, signer, notifier", "Ornans")
    gestionnaire.sees("Enregistrer la signature de la décision")


def prepares_an_acompte(gestionnaire: Person, subsidy: EquipmentSubsidy) -> None:
    gestionnaire.goes_home()
    gestionnaire.takes("Préparer les demandes d’acompte", "Valdahon")
    gestionnaire.opens("Préparer le paiement de l’acompte")
    gestionnaire.sees("6 000,00 €")
    gestionnaire.press("Préparer le paiement de l’acompte", then="une autre personne de la DAF la valide")
    gestionnaire.has_done("Préparer les demandes d’acompte", "Valdahon")

    payment = Payment.objects.get(equipment=subsidy)
    assert (payment.state, str(payment.amount), payment.preparer.first_name) == ("prepared", "6000.00", "Claude")


def holds(gestionnaire: Person, subsidy: EquipmentSubsidy) -> None:
    gestionnaire.is_expected("Préparer les demandes d’acompte", "Écot")
    gestionnaire.follows_menu("Subventions")
    gestionnaire.filters({"Collectivité ou SIREN": "ecot"})
    assert gestionnaire.reads_rows() == ["Écot"]
    gestionnaire.opens("Écot", "Suspendre la subvention")
    gestionnaire.press_in_vain("Suspendre la subvention", because="Motif : Remplissez ce champ.")
    gestionnaire.fill({"Motif": "Contrôle du bon de commande."})
    gestionnaire.press("Suspendre la subvention", then="La subvention est suspendue")
    gestionnaire.sees("Subvention suspendue depuis le 28 septembre 2016 : Contrôle du bon de commande.")
    gestionnaire.has_done("Préparer les demandes d’acompte", "Écot")
    assert fresh(subsidy).held_since == TODAY


def records_a_payment(gestionnaire: Person, subsidy: EquipmentSubsidy) -> None:
    gestionnaire.takes("Enregistrer les paiements de la DRFiP", "Maîche")
    gestionnaire.opens("Enregistrer le paiement")
    gestionnaire.fill({"Numéro de demande de paiement (DP)": "4000000007", "Payée le": "2016-09-29"})
    gestionnaire.press_in_vain(
        "Enregistrer le paiement", because="Payée le : Cette date ne peut pas suivre le 28 septembre 2016."
    )
    gestionnaire.finds_typed({"Numéro de demande de paiement (DP)": "4000000007", "Payée le": "2016-09-29"})
    gestionnaire.fill({"Payée le": "2016-09-27"})
    gestionnaire.press("Enregistrer le paiement", then="Le paiement est enregistré.")
    gestionnaire.has_done("Enregistrer les paiements de la DRFiP", "Maîche")
    assert (fresh(subsidy).state, str(fresh(subsidy).paid_total)) == ("acompte_paid", "6000.00")


def takes_the_payments_away(gestionnaire: Person) -> None:
    gestionnaire.follows_menu("Paiements")
    gestionnaire.filters({"Demandes": "payées"})
    gestionnaire.reads_cards()
    assert gestionnaire.exports("Bénéficiaire", "Montant (€)", "Numéro de DP", "Payée le") == [
        ["Bénéficiaire", "Montant (€)", "Numéro de DP", "Payée le"],
        ["Maîche", 6000, "4000000007", dt.datetime(2016, 9, 27)],
    ]


# --- The valideur ---


@pytest.fixture
def to_validate() -> dict[str, Payment]:
    on(TODAY)
    communes = ("Ornans", "Valdahon", "Écot", "Frasne", "Morteau")
    return {name: PaymentFactory(equipment=subsidy_of(name, acompte_requested=True)) for name in communes}


@WIDTHS
def test_a_day_of_the_valideur(to_validate: dict[str, Payment], log_in: LogIn, width: int) -> None:
    user = around(to_validate["Ornans"].thread, Role.VALIDEUR_DAF, first_name="Maxime")
    Payment.objects.filter(pk=to_validate["Morteau"].pk).update(preparer=user)
    valideur = log_in(user, width=width)

    validates(valideur, to_validate["Ornans"])
    refuses(valideur, to_validate["Valdahon"])
    validates_the_others_at_once(valideur, to_validate)


def state_of(payment: Payment) -> str:
    return Payment.objects.get(pk=payment.pk).state


def validates(valideur: Person, payment: Payment) -> None:
    valideur.takes("Valider les demandes de paiement", "Ornans")
    valideur.sees("6 000,00 €")
    valideur.does("Valider la demande de paiement", then="Le portail ne paie pas.")
    valideur.has_done("Valider les demandes de paiement", "Ornans")
    assert (state_of(payment), Payment.objects.get(pk=payment.pk).validator) == ("validated", valideur.user)


def refuses(valideur: Person, payment: Payment) -> None:
    valideur.takes("Valider les demandes de paiement", "Valdahon")
    valideur.opens("Rejeter la demande de paiement")
    valideur.press_in_vain("Rejeter la demande de paiement", because="Motif : Remplissez ce champ.")
    valideur.fill({"Motif": "Le RIB n’est pas celui du comptable."})
    valideur.press("Rejeter la demande de paiement", then="La demande de paiement est rejetée.")
    valideur.sees("Le RIB n’est pas celui du comptable.")
    valideur.has_done("Valider les demandes de paiement", "Valdahon")
    assert state_of(payment) == "rejected"


def validates_the_others_at_once(valideur: Person, payments: dict[str, Payment]) -> None:
    """Hers is not in her home, nor does it pass with the others."""
    valideur.expects_nothing_of("Valider les demandes de paiement", "Morteau")
    valideur.follows_menu("Paiements")
    valideur.filters({"Demandes": "à valider"})
    assert sorted(valideur.reads_rows()) == ["Frasne", "Morteau", "Écot"]
    valideur.acts_on_all("Valider les demandes de paiement", rows=3)
    valideur.sees("2 lignes traitées, 1 ligne refusée")
    valideur.sees("Vous avez préparé cette demande : une autre personne de la DAF la valide.")
    assert [state_of(payments[name]) for name in ("Écot", "Frasne", "Morteau")] == ["validated", "validated", "prepared"]

    valideur.opens("Revenir à la liste", "Morteau")
    valideur.sees("Vous avez préparé cette demande : une autre personne de la DAF la valide.")
    valideur.sees_no_link("Valider la demande de paiement")
