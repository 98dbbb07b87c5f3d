"""What the DANE, the DAN and the recteur do on the pages, along the nominal thread."""

from tests.browser.conftest import Paper
from tests.browser.people import Person
from tests.browser.stage import Stage


def check_the_pieces(agent: Person) -> None:
    for _ in ("lettre d’intention", "devis"):
        agent.goes_to("Dossiers", "Ornans")
        agent.opens("Vérifier")
        agent.choose("Vérification", "Accepter la pièce")
        agent.press("Enregistrer la vérification", then="La vérification est enregistrée.")


def admit(agent: Person, stage: Stage) -> None:
    agent.goes_to("Candidatures", str(stage.school))
    agent.does("Déclarer recevable", then="La candidature est déclarée recevable.")


def retain(agent: Person, stage: Stage) -> None:
    agent.goes_to("Candidatures", str(stage.school))
    agent.does(
        "Enregistrer la sélection",
        {
            "Date de la décision": "2016-07-04",
            "Liste ou séance": "Liste publiée par le ministère le 4 juillet 2016",
            "Classes retenues": "3",
        },
        then="La sélection est enregistrée",
    )


def open_the_convention(agent: Person) -> None:
    agent.goes_to("Dossiers", "Ornans")
    agent.opens("Préparer la convention")
    agent.press("Ouvrir le projet", then="Le projet de convention est ouvert.")
    agent.does("Transmettre le projet à la collectivité", then="Le projet est transmis à la collectivité.")


def accept_the_rib(agent: Person) -> None:
    agent.goes_to("Conventions", "Ornans")
    agent.opens("Vérifier la pièce « Relevé d’identité bancaire »")
    agent.choose("Vérification", "Accepter la pièce")
    agent.press("Enregistrer la vérification", then="vérification")


def take_note_of_the_deliberation(agent: Person) -> None:
    agent.goes_to("Conventions", "Ornans")
    agent.opens("Vérifier la pièce « Délibération exécutoire »")
    agent.choose("Vérification", "Accepter la pièce")
    agent.press("Enregistrer la vérification", then="vérification")
    agent.does("Prendre acte de la délibération exécutoire", then="La convention peut être signée.")


def record_the_signed_copy_and_notify(agent: Person, paper: Paper) -> None:
    agent.goes_to("Conventions", "Ornans")
    agent.opens("Enregistrer l’exemplaire signé des deux parties")
    agent.bring("Exemplaire signé des deux parties", paper("convention signée des deux parties.pdf"))
    agent.press("Enregistrer l’exemplaire signé des deux parties", then="L’exemplaire signé est enregistré.")
    agent.does("Notifier la convention", {"Notifiée le": "2016-07-27"}, then="La convention est notifiée")


def accept_the_order(agent: Person) -> None:
    agent.goes_to("Subventions", "Ornans")
    agent.opens("BC-2016-118")
    agent.does("Accepter le bon de commande", then="Le bon de commande et sa copie sont acceptés.")


def accept_the_invoices(agent: Person) -> None:
    for number in ("F-301", "F-302"):
        agent.goes_to("Subventions", "Ornans", "État récapitulatif et factures")
        agent.opens(number)
        agent.does("Accepter la facture", then="La facture est acceptée")


# --- By the DAN ---


def settle_the_convention(dan: Person) -> None:
    dan.goes_to("Conventions", "Ornans")
    dan.does("Arrêter le projet de convention", then="Le projet est arrêté")


def certify_the_service_fait(dan: Person) -> None:
    dan.goes_to("Subventions", "Ornans")
    dan.does("Constater le service fait", then="Le service fait est constaté")


# --- By the recteur ---


def sign_for_the_state(recteur: Person) -> None:
    recteur.goes_to("Conventions", "Ornans")
    recteur.does(
        "Enregistrer la signature du recteur", {"Signée par le recteur le": "2016-07-25"}, then="La convention est signée"
    )


def sign_the_decision(recteur: Person) -> None:
    recteur.goes_to("Subventions", "Ornans")
    recteur.does("Enregistrer la signature de la décision", {"Signée le": "2016-08-29"}, then="La décision est signée")
