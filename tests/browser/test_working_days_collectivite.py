"""Two days of a secretary of a town hall: the draft in June, the orders and invoices in October."""

import datetime as dt
from decimal import Decimal

import pytest

from plannumerique.files.models import Piece
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import Collectivite
from projects.models import Application, CompletionPoint, Dossier
from subsidies.models import EquipmentSubsidy, Invoice, PurchaseOrder
from tests.browser.conftest import LogIn, Paper
from tests.browser.days import WIDTHS, dossier_of, on, somebody_at
from tests.browser.people import Person
from tests.conversations import says
from tests.factories import CollectiviteFactory, SchoolFactory, actor_for
from tests.factories_projects import ApplicationFactory, CampaignFactory, CompletionPointFactory
from tests.factories_statement import SUPPLIER, classes_of
from tests.factories_subsidies import EquipmentSubsidyFactory
from tests.papers import at

IN_JUNE, IN_OCTOBER = dt.date(2016, 6, 6), dt.date(2016, 10, 10)


# --- In June, the secretary of Ornans writes the draft of two schools; that of a third is to complete ---


@pytest.fixture
def ornans() -> Collectivite:
    on(IN_JUNE)
    commune: Collectivite = CollectiviteFactory(name="Ornans")
    for name in ("École Courbet", "École Nodier"):
        SchoolFactory(collectivite=commune, name=name)
    CampaignFactory()
    return commune


@WIDTHS
def test_a_day_of_the_secretary_in_june(ornans: Collectivite, log_in: LogIn, paper: Paper, width: int) -> None:
    secretary = log_in(somebody_at(Role.EDITEUR, ornans, first_name="Lou"), width=width)

    opens_the_dossier_of_two_schools(secretary)
    describes(secretary, "École Courbet", "7 900,51")
    describes(secretary, "École Nodier", "9 100", wrongly="9 100,555")
    brings_the_pieces(secretary, paper)
    reads_again(secretary)

    asked = given_back(ornans)
    answers_on_the_spot(secretary, asked)


def opens_the_dossier_of_two_schools(secretary: Person) -> None:
    secretary.sees("Rien n’est attendu de vous aujourd’hui.")
    secretary.opens("Dossiers", "Ouvrir un dossier")
    secretary.button("Ouvrir le dossier").click()
    secretary.sees_heading("Ornans")
    secretary.opens("Commencer la candidature", "Ajouter des écoles")
    secretary.press_in_vain("Ajouter au dossier", because="Choisissez au moins une école, ou écrivez son UAI.")
    for school in ("École Courbet (Ornans)", "École Nodier (Ornans)"):
        secretary.tick(school)
    secretary.press("Ajouter au dossier", then="2 écoles sont dans le dossier.")
    assert Dossier.objects.get().applications.count() == 2


def describes(secretary: Person, school: str, price: str, *, wrongly: str = "") -> None:
    """From her home: the dossier waits there."""
    secretary.goes_home()
    secretary.takes("Compléter et déposer les candidatures", school)
    secretary.opens("Compléter la partie technique et financière")
    secretary.fill({"Débit internet de l’école": "30", "Livraison prévue à partir du": "2016-09-12"})
    secretary.choose("Wi-Fi dans l’école", "installé")
    secretary.choose("Filtrage des accès", "derrière l’Amon académique")
    line = secretary.line("Classe mobile 1")
    if wrongly:
        secretary.fill({"Dépense prévue": wrongly}, within=line)
        secretary.press_in_vain("Enregistrer", because="compte plus de deux décimales : un montant s’arrête au centime.")
        secretary.finds_typed({"Débit internet de l’école": "30"})
        secretary.finds_typed({"Dépense prévue": wrongly}, within=line)
        secretary.finds_chosen("Wi-Fi dans l’école", "installé")
    secretary.fill({"Dépense prévue": price}, within=line)
    secretary.press("Enregistrer", then="La partie technique et financière est enregistrée.")


def brings_the_pieces(secretary: Person, paper: Paper) -> None:
    secretary.goes_to("Dossiers", "Ornans", "Compléter et déposer la candidature")
    # Half of 7 900,51, cents neglected, and the cap of the second school: 3 950,25 + 4 000.
    secretary.sees("7 950,25 €")
    for kind in ("lettre d’intention de la collectivité", "devis"):
        secretary.opens("Déposer une pièce")
        secretary.choose("Pièce", kind)
        secretary.bring("Fichier", paper(f"{kind}.pdf"))
        secretary.press("Déposer la pièce", then="La pièce est déposée ; la DANE la vérifie.")
        secretary.goes_to("Dossiers", "Ornans", "Compléter et déposer la candidature")
    secretary.sees("La lettre d’intention et les devis sont dans le dossier.")


def reads_again(secretary: Person) -> None:
    """Nothing is ready: the directors have not written yet, and the page says whose turn it is."""
    secretary.opens("Relire le dossier et déposer")
    secretary.sees_room_under("Ce brouillon n’est pas déposé")
    secretary.sees("La partie pédagogique n’est pas remise : elle revient à la direction de l’école Courbet")
    secretary.sees("Aucune candidature n’est prête à être déposée.")
    costs = Application.objects.order_by("school__name").values_list("school__name", "state", "forecasts__expense")
    assert list(costs) == [("École Courbet", "draft", Decimal("7900.51")), ("École Nodier", "draft", Decimal("9100.00"))]


def given_back(commune: Collectivite) -> CompletionPoint:
    """The third school, which the DANE gave back the day before."""
    school = SchoolFactory(collectivite=commune, name="École Proudhon")
    application = ApplicationFactory(
        dossier=Dossier.objects.get(), school=school, to_complete=True, completion_due_on=dt.date(2016, 6, 15)
    )
    point: CompletionPoint = CompletionPointFactory(application=application, request="Combien de bornes ?")
    return point


def answers_on_the_spot(secretary: Person, asked: CompletionPoint) -> None:
    secretary.goes_home()
    secretary.takes("Compléter et déposer les candidatures", "École Proudhon")
    secretary.sees("Combien de bornes ?")
    secretary.opens("Répondre sur « Wi-Fi dans l’école »")
    secretary.sees("Combien de bornes ?")
    secretary.fill({"Votre réponse à la DANE": "Deux bornes, posées cet été."})
    secretary.press("Enregistrer", then="La partie technique et financière est enregistrée.")
    secretary.does("Transmettre les compléments", then="Les compléments sont transmis à la DANE.")
    secretary.has_done("Compléter et déposer les candidatures", "École Proudhon")

    point = CompletionPoint.objects.get(pk=asked.pk)
    assert (point.state, point.answer, point.application.state) == ("answered", "Deux bornes, posées cet été.", "submitted")


# --- In October, a secretary that two communes share: an order for the first, invoices for the second ---


@pytest.fixture
def ordering() -> EquipmentSubsidy:
    on(IN_OCTOBER)
    subsidy: EquipmentSubsidy = EquipmentSubsidyFactory(notified=True, orders=0, convention__dossier=dossier_of("Ornans"))
    return subsidy


@pytest.fixture
def spending() -> EquipmentSubsidy:
    on(IN_OCTOBER)
    subsidy: EquipmentSubsidy = EquipmentSubsidyFactory(
        acompte_paid=True, convention__dossier=dossier_of("Valdahon"), convention__costs=[["8000", "8000"]]
    )
    agent = actor_for(Role.AGENT_DANE, subsidy.thread.academie, at=at(IN_OCTOBER))
    says(subsidy.thread, agent, text="Le bon de livraison manque : pouvez-vous l’envoyer ?")
    return subsidy


@WIDTHS
def test_a_day_of_a_secretary_of_two_communes_in_october(
    ordering: EquipmentSubsidy, spending: EquipmentSubsidy, log_in: LogIn, paper: Paper, width: int
) -> None:
    communes = [one.thread.collectivite for one in (ordering, spending)]
    secretary = log_in(somebody_at(Role.EDITEUR, *communes, first_name="Lou"), width=width)

    deposits_the_order(secretary, ordering, paper)
    answers_with_a_file(secretary, paper)
    drops_the_invoices(secretary, spending, paper)
    types_an_invoice(secretary, spending, "F-301", number=1, ttc="7 900,50", ht="6 583,75", vat="1 316,75")
    types_an_invoice(secretary, spending, "F-302", number=2, ttc="9 100,00", ht="7 583,33", vat="1 516,67", wrongly="7 583,30")
    reads_what_the_state_bears(secretary)
    takes_her_subsidies_away(secretary)


def deposits_the_order(secretary: Person, subsidy: EquipmentSubsidy, paper: Paper) -> None:
    secretary.takes("Déposer la copie des bons de commande", "Ornans")
    secretary.opens("Déposer un bon de commande")
    order = {
        "Numéro du bon de commande": "BC-2016-118",
        "Date de la commande": "2016-09-02",
        "Fournisseur": "Fournitures d’exemple",
        "SIRET du fournisseur": SUPPLIER[:-1],
        "Montant HT": "20 000",
        "Montant TTC": "24 000",
    }
    secretary.fill(order)
    secretary.choose("Mode d’achat", "achat direct")
    for part in ("Terminaux des élèves", "Terminal de l’enseignant", "Conteneur sécurisé", "Service d’administration du parc"):
        secretary.choose(part, "commandé")
    secretary.fill({str(one): "8 000" for one in classes_of(subsidy)})
    secretary.bring("Copie du bon de commande", paper("bon de commande.png"))
    secretary.press_in_vain("Déposer un bon de commande", because="SIRET")
    secretary.finds_typed(order)
    secretary.finds_chosen("Conteneur sécurisé", "commandé")
    secretary.sees("Fichier conservé : bon de commande.png")
    secretary.fill({"SIRET du fournisseur": SUPPLIER})
    secretary.press("Déposer un bon de commande", then="Le bon de commande est déposé")
    secretary.has_done("Déposer la copie des bons de commande", "Ornans")

    deposited = PurchaseOrder.objects.get(subsidy=subsidy)
    assert (deposited.state, str(deposited.amount_ttc), deposited.piece.file.original_name) == (
        "deposited",
        "24000.00",
        "bon de commande.png",
    )


def answers_with_a_file(secretary: Person, paper: Paper) -> None:
    secretary.takes("Lire les messages", "1 message non lu – Valdahon")
    secretary.sees("Le bon de livraison manque : pouvez-vous l’envoyer ?")
    secretary.writes("Le voici.", to="Tous : la collectivité, les écoles et l’académie", file=paper("bon de livraison.pdf"))
    secretary.sees("Pièce jointe : bon de livraison.pdf")
    secretary.has_done("Lire les messages", "1 message non lu – Valdahon")


def drops_the_invoices(secretary: Person, subsidy: EquipmentSubsidy, paper: Paper) -> None:
    secretary.takes("Déposer l’état récapitulatif et les factures", "Valdahon")
    secretary.opens("Déposer les factures")
    secretary.field("Copies des factures").set_input_files([paper("F-301.pdf"), paper("F-302.png")])
    secretary.press("Déposer", then="2 copies sont déposées")
    assert Piece.objects.filter(thread=subsidy.thread, kind="invoice", state="deposited").count() == 2


def types_an_invoice(
    secretary: Person, subsidy: EquipmentSubsidy, name: str, *, number: int, ttc: str, ht: str, vat: str, wrongly: str = ""
) -> None:
    if secretary.link(f"Saisir {name}").count():
        secretary.opens(f"Saisir {name}")
    secretary.sees_heading("Saisir la facture")
    secretary.fill(
        {
            "Fournisseur": "Fournitures d’exemple",
            "SIRET du fournisseur": SUPPLIER,
            "Numéro de la facture": name,
            "Date de la facture": "2016-10-05",
            "Total HT": ht,
            "Total de la TVA": vat,
            "Total TTC": ttc,
        }
    )
    line = secretary.line("Ligne 1")
    secretary.select("Classe mobile", str(classes_of(subsidy)[number - 1]), within=line)
    secretary.select("Nature", "terminaux", within=line)
    if wrongly:
        secretary.fill({"HT": wrongly}, within=line)
        secretary.press_in_vain("Enregistrer la facture", because="HT")
        secretary.finds_typed({"Numéro de la facture": name, "Total TTC": ttc})
        secretary.finds_typed({"HT": wrongly}, within=line)
    secretary.fill({"HT": ht}, within=line)
    secretary.press("Enregistrer la facture", then="est enregistrée.")
    assert str(Invoice.objects.get(number=name).amount_ttc) == ttc.replace(" ", "").replace(",", ".")


def reads_what_the_state_bears(secretary: Person) -> None:
    """Half of 7 900,50 and of the 8 000 that the cap keeps of 9 100."""
    secretary.sees_heading("État récapitulatif des dépenses")
    secretary.sees("7 950,25 €")
    secretary.sees("17 000,50 €")
    secretary.reads_cards()


def takes_her_subsidies_away(secretary: Person) -> None:
    secretary.opens("Subventions")
    secretary.filters({"Collectivité ou SIREN": "valdahon"})
    assert secretary.exports("Collectivité", "Décidé (€)", "Versé (€)") == [
        ["Collectivité", "Décidé (€)", "Versé (€)"],
        ["Valdahon", 8000, 4000],
    ]
