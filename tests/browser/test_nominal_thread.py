"""The nominal thread, from the opening of the dossier to the paid solde, each step by the person whose job it is.

Golden case A: three classes of 8 000 € foreseen; 7 900,50, 8 000 and 9 100 € justified; 6 000 € of acompte, 5 950,25 € of solde.
"""

import datetime as dt

import pytest

from plannumerique import clock
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail
from subsidies.models import EquipmentSubsidy
from tests.browser.conftest import LogIn, Paper
from tests.browser.people import Person
from tests.browser.stage import Stage, set_stage
from tests.browser.worker import Worker
from tests.factories import siren, siret
from tests.factories_conventions import EPLE_IBAN, PUBLIC_IBAN
from tests.notices.receiver import Receiver

SUPPLIER = siret(siren(12, prefix="8300"))


@pytest.fixture
def stage() -> Stage:
    return set_stage()


def on(day: int, month: int) -> None:
    """That day of 2016, for the whole portal."""
    clock.shift_to(dt.date(2016, month, day))


def test_a_dossier_goes_from_its_opening_to_the_paid_solde(
    stage: Stage, log_in: LogIn, worker: Worker, smtp: Receiver, paper: Paper
) -> None:
    on(20, 5)
    editeur = log_in(stage.editeur)
    open_the_dossier(editeur, stage)
    describe_the_classes(editeur)
    bring_the_pieces(editeur, paper)

    on(25, 5)
    director = log_in(stage.director)
    write_the_pedagogical_part(director, stage)

    on(10, 6)
    deposit(editeur, stage)

    on(20, 6)
    agent = log_in(stage.agent)
    check_the_pieces(agent)
    admit(agent, stage)

    on(5, 7)
    retain(agent, stage)
    open_the_convention(agent)
    worker.wait_until_idle()
    editeur.goes_to("Dossiers", "Ornans")
    editeur.reads_letter("Accusé de réception de candidature", "24 000,00 €", "12 000,00 €")
    editeur.reads_letter("Lettre de sélection", "24 000,00 €", "12 000,00 €", "500,00 €")

    on(8, 7)
    give_the_account_and_the_calendar(editeur, stage, paper)

    on(11, 7)
    accept_the_rib(agent)
    dan = log_in(stage.dan)
    settle_the_convention(dan)

    on(15, 7)
    record_the_deliberation(editeur, paper)
    take_note_of_the_deliberation(agent)

    on(20, 7)
    worker.wait_until_idle()
    signataire = log_in(stage.signataire)
    sign_on_paper(signataire, paper)

    on(25, 7)
    recteur = log_in(stage.recteur)
    sign_for_the_state(recteur)

    on(27, 7)
    record_the_signed_copy_and_notify(agent, paper)

    on(22, 8)
    deposit_the_order(editeur, stage, paper)

    on(24, 8)
    accept_the_order(agent)

    on(26, 8)
    gestionnaire = log_in(stage.gestionnaire)
    prepare_the_decision(gestionnaire)

    on(29, 8)
    sign_the_decision(recteur)

    on(31, 8)
    worker.wait_until_idle()
    notify_the_decision(gestionnaire, paper)
    notify_the_grant(gestionnaire, stage)

    on(1, 9)
    request_the_acompte(editeur)

    on(2, 9)
    prepare_the_acompte(gestionnaire)
    prepare_the_grant(gestionnaire, stage)

    on(5, 9)
    valideur = log_in(stage.valideur)
    validate(valideur, "Acompte", "6 000,00 €")
    validate(valideur, "Dotation de ressources", "500,00 €")

    on(12, 9)
    record_paid(gestionnaire, "Acompte", "6 000,00 €", dp="4000000001")
    record_paid(gestionnaire, "Dotation de ressources", "500,00 €", dp="4000000002")

    on(19, 9)
    receive_the_classes(director, stage)

    on(3, 10)
    enter_the_invoices(editeur, stage, paper)
    certify_exact(signataire)

    on(5, 10)
    deposit_the_statement(editeur)

    on(7, 10)
    accept_the_invoices(agent)

    on(10, 10)
    certify_the_service_fait(dan)

    on(14, 11)
    liquidate_the_solde(gestionnaire)

    on(16, 11)
    validate(valideur, "Solde", "5 950,25 €")

    on(24, 11)
    record_paid(gestionnaire, "Solde", "5 950,25 €", dp="4000000003")

    on(25, 11)
    close(gestionnaire)
    worker.wait_until_idle()
    read_every_letter(editeur, gestionnaire)

    subsidy = EquipmentSubsidy.objects.get()
    assert (subsidy.state, str(subsidy.paid_total)) == ("closed", "11950.25")
    assert not OutboxMail.objects.exclude(state=MailState.SENT).exists()
    assert len(smtp.received) == OutboxMail.objects.count() > 10


# by the éditeur of the collectivité


def open_the_dossier(editeur: Person, stage: Stage) -> None:
    editeur.opens("Dossiers", "Ouvrir un dossier")
    editeur.select("Campagne", str(stage.campaign))
    editeur.button("Ouvrir le dossier").click()
    editeur.sees_heading("Ornans")

    editeur.opens("Commencer la candidature", "Ajouter des écoles")
    editeur.select("Phase", str(stage.campaign.phases.get(number=3)))
    editeur.fill({"Autre école (UAI)": stage.school.uai.lower()})
    editeur.press("Ajouter au dossier", then="est dans le dossier")


def describe_the_classes(editeur: Person) -> None:
    editeur.opens("À compléter")
    editeur.fill({"Débit internet de l’école": "30", "Livraison prévue à partir du": "2016-09-12"})
    editeur.choose("Wi-Fi dans l’école", "installé")
    editeur.choose("Filtrage des accès", "derrière l’Amon académique")
    for number in (1, 2, 3):
        if number > 1:
            editeur.button("Ajouter une classe").click()
        line = editeur.line(f"Classe mobile {number}")
        editeur.fill({"Désignation": f"Classe mobile {number}", "Dépense prévue": "8 000"}, within=line)
    editeur.press("Enregistrer", then="La partie technique et financière est enregistrée.")
    editeur.sees("12 000,00 €")


def bring_the_pieces(editeur: Person, paper: Paper) -> None:
    for kind in ("lettre d’intention de la collectivité", "devis"):
        editeur.goes_to("Dossiers", "Ornans")
        editeur.opens("Déposer une pièce")
        editeur.choose("Pièce", kind)
        editeur.bring("Fichier", paper(f"{kind}.pdf"))
        editeur.press("Déposer la pièce", then="La pièce est déposée")


def deposit(editeur: Person, stage: Stage) -> None:
    editeur.goes_to("Candidatures", str(stage.school))
    editeur.does("Déposer la candidature", then="La candidature est déposée.")


def give_the_account_and_the_calendar(editeur: Person, stage: Stage, paper: Paper) -> None:
    editeur.goes_to("Conventions", "Ornans")
    editeur.opens("Indiquer le compte à créditer")
    editeur.bring("Relevé d’identité bancaire", paper("rib.pdf"))
    editeur.fill(
        {
            "SIRET de la collectivité": siret(stage.collectivite.siren),
            "IBAN du compte à créditer": PUBLIC_IBAN,
            "BIC": "BDFEFRPPCCT",
            "Titulaire du compte": "Trésorerie d’Ornans",
        }
    )
    editeur.press("Indiquer le compte à créditer", then="Le compte est enregistré.")
    editeur.does(
        "Indiquer le calendrier et le pilotage",
        {
            "Livraison des classes mobiles à partir du": "2016-09-12",
            "Déploiement achevé au plus tard le": "2016-11-30",
            "Pilotage et interlocuteurs": "Un comité de suivi par trimestre.",
        },
        then="Le calendrier prévisionnel est enregistré.",
    )


def record_the_deliberation(editeur: Person, paper: Paper) -> None:
    editeur.goes_to("Conventions", "Ornans")
    editeur.opens("Enregistrer la délibération")
    editeur.select("Organe qui a délibéré", "conseil municipal")
    editeur.bring("Copie de la délibération", paper("délibération.pdf"))
    editeur.fill(
        {
            "Numéro de la délibération": "2016-42",
            "Adoptée le": "2016-07-11",
            "Publiée le": "2016-07-12",
            "Reçue en préfecture le": "2016-07-13",
        }
    )
    editeur.press("Enregistrer la délibération", then="La délibération est enregistrée.")


def deposit_the_order(editeur: Person, stage: Stage, paper: Paper) -> None:
    editeur.goes_to("Subventions", "Ornans")
    editeur.opens("Déposer un bon de commande")
    editeur.fill(
        {
            "Numéro du bon de commande": "BC-2016-118",
            "Date de la commande": "2016-08-18",
            "Fournisseur": "Fournitures d’exemple",
            "SIRET du fournisseur": SUPPLIER,
            "Montant HT": "20 000",
            "Montant TTC": "24 000",
        }
    )
    editeur.choose("Mode d’achat", "achat direct")
    for part in ("Terminaux des élèves", "Terminal de l’enseignant", "Conteneur sécurisé", "Service d’administration du parc"):
        editeur.choose(part, "commandé")
    editeur.fill({f"{stage.school} – classe {number}": "8 000" for number in (1, 2, 3)})
    editeur.bring("Copie du bon de commande", paper("bon de commande.pdf"))
    editeur.press("Déposer un bon de commande", then="Le bon de commande est déposé")


def request_the_acompte(editeur: Person) -> None:
    editeur.goes_to("Subventions", "Ornans")
    editeur.does("Demander l’acompte", then="La demande d’acompte est transmise à la DAF.")


def enter_the_invoices(editeur: Person, stage: Stage, paper: Paper) -> None:
    editeur.goes_to("Subventions", "Ornans", "État récapitulatif et factures")
    editeur.button("Ouvrir l’état récapitulatif").click()
    enter_invoice(
        editeur, stage, paper, number="F-301", totals=("13 250,42", "2 650,08", "15 900,50"), lines={1: "6 583,75", 2: "6 666,67"}
    )
    enter_invoice(editeur, stage, paper, number="F-302", totals=("7 583,33", "1 516,67", "9 100,00"), lines={3: "7 583,33"})
    editeur.sees("11 950,25 €")


def enter_invoice(
    editeur: Person, stage: Stage, paper: Paper, *, number: str, totals: tuple[str, str, str], lines: dict[int, str]
) -> None:
    """`lines`: the amount without tax of each mobile class."""
    editeur.opens("Ajouter une facture")
    ht, vat, ttc = totals
    editeur.fill(
        {
            "Fournisseur": "Fournitures d’exemple",
            "SIRET du fournisseur": SUPPLIER,
            "Numéro de la facture": number,
            "Date de la facture": "2016-09-26",
            "Total HT": ht,
            "Total de la TVA": vat,
            "Total TTC": ttc,
        }
    )
    editeur.bring("Copie de la facture", paper(f"{number}.pdf"))
    for rank, (school_class, amount) in enumerate(lines.items(), start=1):
        if rank > 1:
            editeur.button("Ajouter une ligne").click()
        line = editeur.line(f"Ligne {rank}")
        editeur.select("Classe mobile", f"{stage.school} – classe {school_class}", within=line)
        editeur.select("Nature", "terminaux", within=line)
        editeur.fill({"HT": amount}, within=line)
    editeur.press("Enregistrer la facture", then="est enregistrée.")


def deposit_the_statement(editeur: Person) -> None:
    editeur.goes_to("Subventions", "Ornans", "État récapitulatif et factures")
    editeur.does(
        "Déposer l’état récapitulatif et les factures",
        button="Déposer les justificatifs",
        then="Les justificatifs sont déposés",
    )


# by the signataire of the collectivité


def sign_on_paper(signataire: Person, paper: Paper) -> None:
    signataire.goes_to("Conventions", "Ornans")
    signataire.reads_letter("Convention de partenariat", "24 000,00 €", "12 000,00 €", "500,00 €")
    signataire.opens("Enregistrer la signature de la collectivité")
    signataire.bring("Convention signée, numérisée ou photographiée", paper("convention signée.png"))
    signataire.fill({"Signée le": "2016-07-20", "Nom du signataire": "Camille EXEMPLE", "Qualité": "Maire"})
    signataire.press("Enregistrer la signature de la collectivité", then="La signature de la collectivité est enregistrée.")


def certify_exact(signataire: Person) -> None:
    signataire.goes_to("Subventions", "Ornans", "État récapitulatif et factures")
    signataire.does(
        "Certifier exact en ligne",
        button="Certifier exact l’état récapitulatif",
        then="L’état récapitulatif est certifié exact.",
    )


# by the director


def write_the_pedagogical_part(director: Person, stage: Stage) -> None:
    director.goes_to("Candidatures", str(stage.school))
    director.opens("Écrire la partie pédagogique")
    director.select("Collège référent", str(stage.college))
    director.fill(
        {
            "Titre du projet": "Écrire à plusieurs mains",
            "Projet pédagogique": "Les élèves écrivent, enregistrent et publient le journal de l’école.",
            "Refondation de l’école et réforme du collège": "Le socle commun, de la lecture à la publication.",
            "Déclinaison académique du plan numérique": "L’éducation aux médias.",
            "Équipe engagée": "Cinq enseignants d’exemple.",
            "Lien avec ce collège": "Un comité de rédaction commun avec la classe de sixième.",
        }
    )
    director.press("Remettre la partie pédagogique", then="La partie pédagogique est remise.")


def receive_the_classes(director: Person, stage: Stage) -> None:
    for number in (1, 2, 3):
        director.opens("Classes", f"{stage.school} – classe {number}")
        director.does("Enregistrer la réception", {"Numéro du bon de livraison": f"BL-{number}"}, then="réception")


# by the agent of the DANE


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


# by the DAN


def settle_the_convention(dan: Person) -> None:
    dan.goes_to("Conventions", "Ornans")
    dan.does("Arrêter le projet de convention", then="Le projet est arrêté")


def certify_the_service_fait(dan: Person) -> None:
    dan.goes_to("Subventions", "Ornans")
    dan.does("Constater le service fait", then="Le service fait est constaté")


# by the recteur


def sign_for_the_state(recteur: Person) -> None:
    recteur.goes_to("Conventions", "Ornans")
    recteur.does(
        "Enregistrer la signature du recteur", {"Signée par le recteur le": "2016-07-25"}, then="La convention est signée"
    )


def sign_the_decision(recteur: Person) -> None:
    recteur.goes_to("Subventions", "Ornans")
    recteur.does("Enregistrer la signature de la décision", {"Signée le": "2016-08-29"}, then="La décision est signée")


# by the gestionnaire of the DAF


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


# by the valideur of the DAF


def validate(valideur: Person, kind: str, amount: str) -> None:
    open_payment(valideur, kind)
    valideur.sees(amount)
    valideur.does("Valider la demande de paiement", then="La demande de paiement est validée")


# by all


def open_payment(person: Person, kind: str) -> None:
    person.goes_to("Paiements")
    person.row(kind).get_by_role("link").click()
    person.sees_heading("Demande de paiement")


def read_every_letter(editeur: Person, gestionnaire: Person) -> None:
    """Those that were not read on the way."""
    editeur.goes_to("Dossiers", "Ornans")
    editeur.reads_letter("Décision attributive de subvention", "12 000,00 €", "24 000,00 €")
    editeur.reads_letter("Certificat de service fait", "11 950,25 €", "7 900,50 €", "9 100,00 €")

    open_payment(gestionnaire, "Acompte")
    gestionnaire.reads_letter("Certificat pour le versement de l’acompte", "6 000,00 €", "12 000,00 €")
    gestionnaire.reads_letter("Avis de versement", "6 000,00 €")
    open_payment(gestionnaire, "Solde")
    gestionnaire.reads_letter("Certificat pour le versement du solde", "11 950,25 €", "6 000,00 €", "5 950,25 €")
    gestionnaire.reads_letter("Avis de versement", "5 950,25 €")
    open_payment(gestionnaire, "Dotation de ressources")
    gestionnaire.reads_letter("Avis de versement", "500,00 €")
    gestionnaire.goes_to("Dossiers", "Ornans")
    gestionnaire.reads_letter("Notification de la dotation de ressources", "500,00 €")
