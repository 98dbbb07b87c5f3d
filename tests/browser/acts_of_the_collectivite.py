"""What the éditeur and the signataire of the collectivité do on the pages, along the nominal thread."""

from tests.browser.conftest import Paper
from tests.browser.people import Person
from tests.browser.stage import Stage
from tests.factories import siren, siret
from tests.factories_conventions import PUBLIC_IBAN

SUPPLIER = siret(siren(12, prefix="8300"))


# --- By the éditeur ---


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


# --- By the signataire ---


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
