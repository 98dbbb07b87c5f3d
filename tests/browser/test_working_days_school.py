"""Shorter days around the school: its director, those who look after several, who give their opinion, the collège that is paid for it."""

import datetime as dt
from dataclasses import dataclass

import pytest

from deployments.models import MobileClass
from plannumerique.messages.enums import Audience
from plannumerique.messages.models import Message
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import School
from projects.models import Application, Opinion
from subsidies.models import EquipmentSubsidy, ResourcesSubsidy
from tests.browser.conftest import LogIn, Paper
from tests.browser.days import WIDTHS, around, dossier_of, on, somebody_at
from tests.browser.people import Person
from tests.conversations import says
from tests.factories import CirconscriptionFactory, CollectiviteFactory, SchoolFactory, actor_for
from tests.factories_conventions import EPLE_IBAN
from tests.factories_projects import ApplicationFactory, DossierFactory
from tests.factories_subsidies import EquipmentSubsidyFactory, ResourcesSubsidyFactory
from tests.papers import at
from training.models import Session

IN_JUNE, IN_OCTOBER = dt.date(2016, 6, 14), dt.date(2016, 10, 4)

# --- The director of two schools: one receives its classes, the other still applies, by derogation ---


@dataclass(frozen=True)
class Schools:
    equipped: School
    applying: Application
    college: School
    subsidy: EquipmentSubsidy


@pytest.fixture
def schools() -> Schools:
    on(IN_OCTOBER)
    dossier = dossier_of("Maîche")
    subsidy = EquipmentSubsidyFactory(acompte_paid=True, convention__dossier=dossier, convention__costs=[["8000", "8000"]])
    equipped = subsidy.thread.schools.get()
    applying = ApplicationFactory(
        dossier=dossier,
        school=SchoolFactory(collectivite=dossier.collectivite, name="École Pasteur"),
        late_derogation="Panne du réseau de l’école.",
    )
    agent = actor_for(Role.AGENT_DANE, subsidy.thread.academie, at=at(IN_OCTOBER))
    says(subsidy.thread, agent, Audience.SCHOOL, school=equipped, text="Les prises sont-elles posées ?")
    college = SchoolFactory(college=True, name="Collège Mont-Miroir", commune_name="Maîche")
    Session.objects.create(
        academie=subsidy.thread.academie,
        campaign=subsidy.campaign,
        kind=next(iter(Session._meta.get_field("kind").choices))[0],
        place=college,
        starts_at=at(dt.date(2016, 11, 9), 14),
        seats=12,
    )
    return Schools(equipped, applying, college, subsidy)


@WIDTHS
def test_a_day_of_a_director(schools: Schools, log_in: LogIn, paper: Paper, width: int) -> None:
    alix = somebody_at(Role.DIRECTOR, schools.equipped, schools.applying.school, first_name="Alix")
    director = log_in(alix, width=width)

    receives_a_class(director, schools)
    reads_where_her_school_is(director)
    answers_with_a_photograph(director, schools, paper)
    writes_her_part(director, schools)
    looks_for_a_training(director)


def receives_a_class(director: Person, schools: Schools) -> None:
    director.takes("Enregistrer la réception des classes mobiles", "classe 1")
    director.opens("Enregistrer la réception")
    typed = {"Reçue le": "2016-10-05", "Numéro du bon de livraison": "BL-77", "Réserves": "Un câble manque."}
    director.fill(typed)
    director.press_in_vain("Enregistrer la réception", because="La réception porte une date à venir (5 octobre 2016)")
    director.finds_typed(typed)
    director.fill({"Reçue le": "2016-10-03"})
    director.press("Enregistrer la réception", then="réception")
    director.has_done("Enregistrer la réception des classes mobiles", "classe 1")
    director.is_expected("Enregistrer la réception des classes mobiles", "classe 2")

    received = MobileClass.objects.get(school=schools.equipped, number=1)
    assert (received.state, received.received_on, received.delivery_note) == ("received", dt.date(2016, 10, 3), "BL-77")


def reads_where_her_school_is(director: Person) -> None:
    director.follows_menu("Dossiers")
    director.opens("Maîche")
    director.sees("1 de vos 2 classes mobiles est reçue ; 1 est commandée ; livraison attendue au plus tard le 16 décembre 2016.")
    director.sees_nothing_of("Montants")


def answers_with_a_photograph(director: Person, schools: Schools, paper: Paper) -> None:
    director.goes_home()
    director.takes("Lire les messages", "1 message non lu – Maîche")
    director.sees("Les prises sont-elles posées ?")
    director.writes("Oui, les voici.", to=f"L’académie seule, pour l’{schools.equipped.in_words}", file=paper("prises.png"))
    director.sees("Pièce jointe : prises.png")
    director.has_done("Lire les messages", "1 message non lu – Maîche")
    answer = Message.objects.get(text="Oui, les voici.")
    assert (answer.audience, answer.school) == ("school", schools.equipped)


def writes_her_part(director: Person, schools: Schools) -> None:
    director.takes("Écrire la partie pédagogique", "École Pasteur")
    director.opens("Écrire la partie pédagogique")
    written = {
        "Titre du projet": "Le journal de l’école",
        "Projet pédagogique": "Les élèves écrivent, enregistrent et publient le journal de l’école.",
        "Refondation de l’école et réforme du collège": "Le socle commun, de la lecture à la publication.",
        "Déclinaison académique du plan numérique": "L’éducation aux médias.",
        "Lien avec ce collège": "Un comité de rédaction commun avec la classe de sixième.",
    }
    director.fill(written)
    director.select("Collège référent", str(schools.college))
    director.press_in_vain("Remettre la partie pédagogique", because="Équipe engagée")
    director.finds_typed(written)
    director.fill({"Équipe engagée": "Deux enseignants, et une classe de CM2."})
    director.press("Remettre la partie pédagogique", then="La partie pédagogique est remise.")
    director.has_done("Écrire la partie pédagogique", "École Pasteur")

    part = Application.objects.get(pk=schools.applying.pk)
    assert (part.project_title, part.team, part.referent_college, part.pedagogy_on) == (
        "Le journal de l’école",
        "Deux enseignants, et une classe de CM2.",
        schools.college,
        IN_OCTOBER,
    )


def looks_for_a_training(director: Person) -> None:
    director.follows_menu("Formations")
    director.filters({"Lieu ou commune": "maiche"})
    director.sees("mercredi 9 novembre 2016 à 14 h", within=director.row("Collège Mont-Miroir"))
    director.filters({"Lieu ou commune": "morteau"})
    director.sees("Rien ne répond à ces filtres.")


# --- Those who look after several schools ---


@WIDTHS
def test_a_day_of_the_erun(schools: Schools, log_in: LogIn, width: int) -> None:
    circonscription = CirconscriptionFactory(departement=schools.equipped.departement)
    School.objects.filter(pk=schools.equipped.pk).update(circonscription=circonscription)
    erun = log_in(somebody_at(Role.ERUN, circonscription, first_name="Sasha"), width=width)
    receives_a_class(erun, schools)

    erun.follows_menu("Classes")
    erun.filters({"École, commune, UAI ou collectivité": "maiche", "État": "reçue"})
    assert erun.exports("Classe n°", "Reçue le", "Bon de livraison") == [
        ["Classe n°", "Reçue le", "Bon de livraison"],
        [1, dt.datetime(2016, 10, 3), "BL-77"],
    ]


@WIDTHS
def test_a_day_of_the_dsden(schools: Schools, log_in: LogIn, width: int) -> None:
    dsden = log_in(around(schools.subsidy.thread, Role.DSDEN, first_name="Ariel"), width=width)
    dsden.sees("Rien n’est attendu de vous aujourd’hui.")
    dsden.follows_menu("Dossiers")
    dsden.filters({"Collectivité ou SIREN": "maiche"})
    assert dsden.exports("Collectivité", "Étape") == [["Collectivité", "Étape"], ["Maîche", "déploiement"]]

    dsden.opens("Maîche")
    dsden.sees("Pièces et service fait au plus tard le vendredi 14 octobre 2016")
    dsden.sees_nothing_of("Montants")


# --- The opinions ---


@pytest.fixture
def application() -> Application:
    on(IN_JUNE)
    commune = CollectiviteFactory(name="Ornans")
    circonscription = CirconscriptionFactory(departement=commune.departement)
    school = SchoolFactory(collectivite=commune, name="École Courbet", circonscription=circonscription)
    row: Application = ApplicationFactory(
        dossier=DossierFactory(collectivite=commune), school=school, submitted=True, opinions_due_on=dt.date(2016, 6, 22)
    )
    return row


@WIDTHS
def test_a_day_of_the_ien(application: Application, log_in: LogIn, width: int) -> None:
    ien = log_in(around(application.thread, Role.IEN, first_name="Noa"), width=width)
    ien.sees("au plus tard le mercredi 22 juin 2016 dans 8 jours")
    ien.takes("Rendre l’avis de l’IEN", "École Courbet")
    ien.sees("Un projet d’exemple.")
    ien.opens("Rendre l’avis de l’IEN")
    ien.choose("Avis", "défavorable")
    ien.press_in_vain("Rendre l’avis de l’IEN", because="défavorable")
    ien.finds_chosen("Avis", "défavorable")
    ien.choose("Avis", "favorable avec réserves")
    ien.fill({"Observations": "L’équipe est à former avant la livraison."})
    ien.press("Rendre l’avis de l’IEN", then="Votre avis est enregistré.")
    ien.has_done("Rendre l’avis de l’IEN", "École Courbet")

    ien.follows_menu("Écoles")
    ien.filters({"École, commune, UAI ou collectivité": "courbet"})
    assert ien.exports("École", "Dernière candidature") == [["École", "Dernière candidature"], ["École Courbet", "déposée"]]
    given = Opinion.objects.get()
    assert (given.kind, given.sense, given.given_on) == ("ien", "reserved", IN_JUNE)


@WIDTHS
def test_a_day_of_the_dsi(application: Application, log_in: LogIn, width: int) -> None:
    dsi = log_in(around(application.thread, Role.DSI, first_name="Charlie"), width=width)
    dsi.takes("Rendre l’avis de la DSI", "École Courbet")
    dsi.sees("derrière l’Amon académique")
    dsi.opens("Rendre l’avis de la DSI")
    dsi.press_in_vain("Rendre l’avis de la DSI", because="Choisissez une réponse.")
    dsi.choose("Avis", "favorable")
    dsi.press("Rendre l’avis de la DSI", then="Votre avis est enregistré.")
    dsi.has_done("Rendre l’avis de la DSI", "École Courbet")
    assert Opinion.objects.get().sense == "favourable"


# --- The collège référent ---


@WIDTHS
def test_a_day_of_the_gestionnaire_of_the_college(log_in: LogIn, width: int) -> None:
    on(IN_OCTOBER)
    grant = ResourcesSubsidyFactory(notified=True, iban="", bic="")
    college = log_in(somebody_at(Role.COLLEGE_REFERENT, grant.payee, first_name="Dominique"), width=width)

    college.takes("Saisir le compte du collège", grant.school.name)
    college.sees("500,00 €")
    college.opens("Saisir le compte du collège")
    college.fill({"IBAN du collège": EPLE_IBAN[:-1] + "0"})
    college.press_in_vain("Saisir le compte du collège", because="IBAN")
    college.finds_typed({"IBAN du collège": EPLE_IBAN[:-1] + "0"})
    college.fill({"IBAN du collège": EPLE_IBAN})
    college.press("Saisir le compte du collège", then="Le compte du collège est enregistré.")
    college.has_done("Saisir le compte du collège", grant.school.name)
    assert ResourcesSubsidy.objects.get(pk=grant.pk).iban == EPLE_IBAN

    college.follows_menu("Ressources")
    assert college.exports("École", "Montant (€)", "Versé (€)") == [
        ["École", "Montant (€)", "Versé (€)"],
        [grant.school.name, 500, 0],
    ]
