"""What the gestionnaire and the valideur of the DAF do on the pages, along the nominal thread."""

from plannumerique import clock
from tests.browser.conftest import Paper
from tests.browser.people import Person
from tests.browser.stage import Stage
from tests.factories_conventions import EPLE_IBAN


def prepare_the_decision(gestionnaire: Person) -> None:
    gestionnaire.goes_to("Subventions", "Ornans")
    gestionnaire.does("Préparer la décision attributive", then="La décision est préparée")


def notify_the_decision(gestionnaire: Person, paper: Paper) -> None:
    gestionnaire.goes_to("Subventions", "Ornans")
    gestionnaire.opens("Enregistrer l’exemplaire signé de la décision")
    gestionnaire.bring("Exemplaire signé, numérisé ou photographié", paper("décision signée.png"))
    gestionnaire.press("Enregistrer l’exemplaire signé de la décision", then="L’exemplaire signé est enregistré.")
    gestionnaire.does(
        "Notifier la décision",
        {"Reçue par la collectivité le": "2016-08-31", "Preuve de réception": "Lettre recommandée 1A 000 000 0000 0"},
        then="La notification est enregistrée",
    )


def notify_the_grant(gestionnaire: Person, stage: Stage) -> None:
    gestionnaire.goes_to("Ressources", str(stage.school))
    gestionnaire.does("Notifier la dotation", then="La dotation est notifiée au collège")


def prepare_the_acompte(gestionnaire: Person) -> None:
    gestionnaire.goes_to("Subventions", "Ornans")
    gestionnaire.does(
        "Saisir le numéro d’EJ", {"Numéro d’engagement juridique (EJ)": "2100000001"}, then="Le numéro d’EJ est enregistré."
    )
    gestionnaire.does("Préparer le paiement de l’acompte", then="La demande de paiement est préparée")


def prepare_the_grant(gestionnaire: Person, stage: Stage) -> None:
    gestionnaire.goes_to("Ressources", str(stage.school))
    gestionnaire.does("Saisir le compte du collège", {"IBAN du collège": EPLE_IBAN}, then="Le compte du collège est enregistré.")
    gestionnaire.does(
        "Saisir le numéro d’EJ", {"Numéro d’engagement juridique (EJ)": "2100000002"}, then="Le numéro d’EJ est enregistré."
    )
    gestionnaire.does("Préparer le paiement de la dotation", then="La demande de paiement est préparée")


def record_paid(gestionnaire: Person, kind: str, amount: str, *, dp: str) -> None:
    open_payment(gestionnaire, kind)
    gestionnaire.sees(amount)
    gestionnaire.does(
        "Enregistrer le paiement",
        {"Numéro de demande de paiement (DP)": dp, "Payée le": f"{clock.today():%Y-%m-%d}"},
        then="Le paiement est enregistré",
    )


def liquidate_the_solde(gestionnaire: Person) -> None:
    gestionnaire.goes_to("Subventions", "Ornans")
    gestionnaire.does("Liquider le solde", then="La demande de paiement du solde est préparée")


def close(gestionnaire: Person) -> None:
    gestionnaire.goes_to("Subventions", "Ornans")
    gestionnaire.does("Clore la subvention", then="La subvention est close")


# --- By the valideur ---


def validate(valideur: Person, kind: str, amount: str) -> None:
    open_payment(valideur, kind)
    valideur.sees(amount)
    valideur.does("Valider la demande de paiement", then="La demande de paiement est validée")


# --- By all ---


def open_payment(person: Person, kind: str) -> None:
    person.goes_to("Paiements")
    person.row(kind).get_by_role("link").click()
    person.sees_heading("Demande de paiement")
