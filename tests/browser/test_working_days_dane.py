"""Two days at the DANE: an agent who instructs applications, the DAN who leads a selection and certifies a service fait."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import pytest

from plannumerique.files.models import Piece
from plannumerique.messages.models import Message
from plannumerique.organisations.enums import Role
from portal.models import SavedView
from projects.enums import PieceKind
from projects.models import Application, Campaign, CompletionPoint, Dossier, Mark
from subsidies.models import EquipmentSubsidy
from tests.browser.conftest import LogIn
from tests.browser.days import WIDTHS, around, dossier_of, kept_file, on
from tests.browser.people import Person
from tests.conversations import says
from tests.factories import SchoolFactory, actor_for
from tests.factories_projects import ApplicationFactory, CriterionFactory, PieceFactory
from tests.factories_statement import ready_for_service_fait
from tests.papers import at

AFTER_CLOSING = dt.date(2016, 6, 20)


def applies(commune: str, school: str, **traits: object) -> Application:
    """An application of a school of that commune, in its own dossier."""
    dossier = dossier_of(commune)
    return ApplicationFactory(
        dossier=dossier,
        school=SchoolFactory(collectivite=dossier.collectivite, name=school),
        **{"submitted": True, **traits},
    )


def piece_to_check(dossier: Dossier, kind: PieceKind) -> Piece:
    file = kept_file(f"{kind.value}.pdf", on=AFTER_CLOSING)
    return PieceFactory(subject=dossier, kind=kind, label=kind.label, waiting=True, file=file)


def state_of(application: Application) -> str:
    return Application.objects.get(pk=application.pk).state


# --- The agent ---


@dataclass(frozen=True)
class Tray:
    """What waits for the agent that morning."""

    ornans: Application
    baume: Application
    maiche: Application
    ecot: Application
    frasne: Application


@pytest.fixture
def tray() -> Tray:
    on(AFTER_CLOSING)
    tray = Tray(
        ornans=applies("Ornans", "École Courbet", pieces=False),
        baume=applies("Baume-les-Dames", "École Bourgeau"),
        maiche=applies("Maîche", "École Pasteur", costs=[Decimal("7900.50")]),
        ecot=applies("Écot", "École du Lomont"),
        frasne=applies("Frasne", "École Xavier-Marmier", pieces=False),
    )
    for kind in PieceKind:
        piece_to_check(tray.ornans.dossier, kind)
    PieceFactory(subject=tray.frasne.dossier, kind=PieceKind.QUOTE, label=PieceKind.QUOTE.label, waiting=True)
    editeur = actor_for(Role.EDITEUR, tray.ornans.dossier.collectivite, at=at(AFTER_CLOSING))
    says(tray.ornans.thread, editeur, text="Le devis est celui de juin ; faut-il le refaire ?")
    return tray


@WIDTHS
def test_a_day_of_an_agent_of_the_dane(tray: Tray, log_in: LogIn, width: int) -> None:
    agent = log_in(around(tray.ornans.thread, Role.AGENT_DANE, first_name="Sacha"), width=width)

    accepts_the_letter_and_refuses_the_quote(agent, tray)
    asks_how_many_terminals_the_wifi_bears(agent, tray)
    admits(agent, tray)
    finds_the_others_and_keeps_the_list(agent)
    admits_what_can_be_at_once(agent, tray)
    takes_the_list_away(agent)
    notes_for_colleagues(agent, tray)

    editeur = log_in(around(tray.ornans.thread, Role.EDITEUR, first_name="Lou"), width=width)
    editeur.open(tray.ornans.dossier.get_absolute_url())
    editeur.sees("faut-il le refaire ?")
    editeur.sees_nothing_of("Devis périmé")
    editeur.sees("Le devis n’est pas daté.")


def accepts_the_letter_and_refuses_the_quote(agent: Person, tray: Tray) -> None:
    agent.takes("Vérifier les pièces des dossiers", "lettre d’intention de la collectivité – Ornans")
    agent.choose("Vérification", "Accepter la pièce")
    agent.press("Enregistrer la vérification", then="La vérification est enregistrée.")
    agent.has_done("Vérifier les pièces des dossiers", "lettre d’intention de la collectivité – Ornans")

    agent.takes("Vérifier les pièces des dossiers", "devis – Ornans")
    agent.choose("Vérification", "Refuser la pièce")
    agent.press_in_vain("Enregistrer la vérification", because="Indiquez le motif du refus.")
    agent.finds_chosen("Vérification", "Refuser la pièce")
    agent.fill({"Motif du refus": "Le devis n’est pas daté."})
    agent.press("Enregistrer la vérification", then="La vérification est enregistrée.")
    agent.has_done("Vérifier les pièces des dossiers", "devis – Ornans")

    checked = Piece.objects.filter(thread=tray.ornans.thread).order_by("pk").values_list("kind", "state", "motive")
    assert list(checked) == [("letter_of_intent", "accepted", ""), ("quote", "rejected", "Le devis n’est pas daté.")]


def asks_how_many_terminals_the_wifi_bears(agent: Person, tray: Tray) -> None:
    agent.takes("Instruire les candidatures", "École Courbet")
    agent.opens("Demander des compléments")
    point = agent.line("Point 1")
    agent.select("Sur", "Wi-Fi dans l’école", within=point)
    agent.fill({"Ce qu’il faut compléter": "Combien de bornes ?"}, within=point)
    agent.fill({"À compléter au plus tard le": "2016-06-17"})
    agent.press_in_vain("Demander des compléments", because="La date de réponse demandée est déjà passée.")
    agent.finds_typed({"Ce qu’il faut compléter": "Combien de bornes ?"}, within=agent.line("Point 1"))
    agent.fill({"À compléter au plus tard le": "2016-06-30"})
    agent.press("Demander des compléments", then="La demande de compléments est enregistrée.")
    agent.has_done("Instruire les candidatures", "École Courbet")

    asked = CompletionPoint.objects.get(application=tray.ornans)
    assert (state_of(tray.ornans), asked.anchor, asked.request) == ("to_complete", "wifi", "Combien de bornes ?")


def admits(agent: Person, tray: Tray) -> None:
    agent.takes("Instruire les candidatures", "École Bourgeau")
    agent.does("Déclarer recevable", then="La candidature est déclarée recevable.")
    agent.has_done("Instruire les candidatures", "École Bourgeau")
    assert state_of(tray.baume) == "admissible"


def finds_the_others_and_keeps_the_list(agent: Person) -> None:
    agent.opens("Candidatures")
    agent.filters({"État": "déposée"})
    agent.reads_cards()
    agent.keeps_view("À instruire")
    agent.filters({"École, commune ou UAI": "maiche", "État": "déposée"})
    assert agent.address() == {"q": "maiche", "etat": "submitted"}
    assert agent.reads_rows() == ["École Pasteur (Maîche)"]

    agent.goes_home()
    agent.opens("Candidatures", "À instruire")
    assert agent.address() == {"etat": "submitted"}
    agent.sorts_by("Dépense prévue")
    assert agent.reads_rows()[0] == "École Pasteur (Maîche)"
    agent.sorts_by("École")
    assert agent.reads_rows() == ["École du Lomont (Écot)", "École Xavier-Marmier (Frasne)", "École Pasteur (Maîche)"]
    assert SavedView.objects.get().name == "À instruire"


def admits_what_can_be_at_once(agent: Person, tray: Tray) -> None:
    agent.acts_on_all("Déclarer recevables", rows=3)
    agent.sees("2 lignes traitées, 1 ligne refusée")
    agent.sees("La pièce « devis » attend sa vérification par la DANE.")
    assert [state_of(one) for one in (tray.ecot, tray.maiche, tray.frasne)] == ["admissible", "admissible", "submitted"]

    agent.opens("Revenir à la liste")
    assert agent.reads_rows() == ["École Xavier-Marmier (Frasne)"]


def takes_the_list_away(agent: Person) -> None:
    agent.filters({"État": "recevable"})
    assert agent.exports("École", "Collectivité", "État", "Dépense prévue (€)") == [
        ["École", "Collectivité", "État", "Dépense prévue (€)"],
        ["École Bourgeau", "Baume-les-Dames", "recevable", 24000],
        ["École du Lomont", "Écot", "recevable", 24000],
        ["École Pasteur", "Maîche", "recevable", 7900.5],
    ]


def notes_for_colleagues(agent: Person, tray: Tray) -> None:
    agent.goes_home()
    agent.takes("Lire les messages", "1 message non lu – Ornans")
    agent.sees("Le devis est celui de juin ; faut-il le refaire ?")
    agent.writes("Devis périmé : à rappeler lundi.", to="L’académie seule (note interne)")
    agent.sees("Note interne à l’académie")
    agent.has_done("Lire les messages", "1 message non lu – Ornans")
    assert Message.objects.get(text="Devis périmé : à rappeler lundi.").audience == "internal"


# --- The DAN ---


@dataclass(frozen=True)
class Table:
    """What the DAN finds: two applications to be decided by the académie, one subsidy whose file is complete."""

    ornans: Application
    baume: Application
    subsidy: EquipmentSubsidy


@pytest.fixture
def table() -> Table:
    on(dt.date(2016, 10, 13))
    table = Table(
        ornans=applies("Ornans", "École Courbet", admissible=True),
        baume=applies("Baume-les-Dames", "École Bourgeau", admissible=True),
        subsidy=ready_for_service_fait(
            convention__dossier=dossier_of("Valdahon"),
            complete_on=dt.date(2016, 10, 12),
        ),
    )
    Campaign.objects.update(local_selection=True)
    for label in ("Projet pédagogique", "Équipe engagée"):
        CriterionFactory(campaign=table.ornans.campaign, label=label)
    return table


@WIDTHS
def test_a_day_of_the_dan(table: Table, log_in: LogIn, width: int) -> None:
    dan = log_in(around(table.ornans.thread, Role.DAN, first_name="Dominique"), width=width)

    certifies_the_service_fait(dan, table)
    opens_a_session(dan)
    marks(dan, "École Bourgeau", project="4", team="5")
    marks(dan, "École Courbet", project="3", team="2")
    tries(dan, table)
    decides(dan, table)


def certifies_the_service_fait(dan: Person, table: Table) -> None:
    dan.takes("Constater le service fait", "Valdahon")
    dan.sees("au plus tard le vendredi 14 octobre 2016")
    dan.opens("Constater le service fait")
    dan.sees("12 000,00 €")
    dan.press("Constater le service fait", then="Le service fait est constaté ; le certificat est dans les documents.")
    dan.has_done("Constater le service fait", "Valdahon")

    subsidy = EquipmentSubsidy.objects.get(pk=table.subsidy.pk)
    assert (subsidy.state, subsidy.service_fait_on, str(subsidy.definitive_amount)) == (
        "service_fait",
        dt.date(2016, 10, 13),
        "12000.00",
    )


def opens_a_session(dan: Person) -> None:
    dan.opens("Sélection", "Ouvrir une séance")
    dan.fill(
        {
            "Intitulé": "Commission du 13 octobre 2016",
            "Date de la séance": "2016-10-13",
            "Enveloppe de subvention": "trente mille",
        }
    )
    dan.press_in_vain("Enregistrer", because="montant")
    dan.finds_typed({"Intitulé": "Commission du 13 octobre 2016", "Enveloppe de subvention": "trente mille"})
    dan.fill({"Enveloppe de subvention": "32 000"})
    dan.button("Enregistrer").click()
    dan.sees_heading("Commission du 13 octobre 2016")
    dan.sees("24 000,00 €")


def marks(dan: Person, school: str, *, project: str, team: str) -> None:
    dan.opens(f"noter {school}")
    dan.select("Projet pédagogique", project)
    dan.select("Équipe engagée", team)
    dan.press("Enregistrer mes notes", then="Vos notes sur l’école")


def tries(dan: Person, table: Table) -> None:
    """The best fits in the envelope; the second school asks for more than what is left."""
    dan.button("Essayer la sélection dans l’ordre des notes").click()
    dan.sees("La sélection est essayée dans l’ordre des notes")
    assert dan.reads_rows() == ["École Bourgeau (Baume-les-Dames)", "École Courbet (Ornans)"]
    dan.sees("12 000,00 €", within=dan.row("École Bourgeau"))

    dan.select("Proposition pour École Courbet (Ornans)", "retenir")
    dan.fill({"Classes retenues pour École Courbet (Ornans)": "4"})
    dan.press_in_vain("Essayer cette sélection", because="L’école Courbet (Ornans) : de 1 à 3 classes")
    dan.finds_typed({"Classes retenues pour École Courbet (Ornans)": "4"})
    dan.fill({"Classes retenues pour École Courbet (Ornans)": "2"})
    dan.press("Essayer cette sélection", then="La sélection essayée est enregistrée ; rien n’est décidé.")
    dan.sees("8 000,00 €", within=dan.row("École Courbet"))
    assert sorted(Mark.objects.values_list("value", flat=True)) == [2, 3, 4, 5]
    assert state_of(table.ornans) == state_of(table.baume) == "admissible"


def decides(dan: Person, table: Table) -> None:
    dan.opens("Enregistrer les décisions")
    dan.button("Enregistrer les décisions").click()
    dan.sees("2 lignes traitées, 0 ligne refusée")
    decided = Application.objects.filter(selection_list="Commission du 13 octobre 2016")
    assert sorted(decided.values_list("school__name", "state", "retained_classes")) == [
        ("École Bourgeau", "retained", 3),
        ("École Courbet", "retained", 2),
    ]
    dan.goes_home()
    dan.is_expected("Préparer une convention", "Ornans")
