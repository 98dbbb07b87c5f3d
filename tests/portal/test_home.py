"""The home of each role: bounded in queries, and showing what waits for that person alone."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from conventions.enums import ConventionState
from plannumerique.files.models import Piece
from plannumerique.journal.machine import obstacles
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level, Role
from projects.enums import DeadlineCode
from projects.models import Application, CampaignDeadline
from projects.services import describe_contact
from subsidies.services.resources import GRANT_PREPARATION
from tests.factories import AcademieFactory, actor_for
from tests.factories_conventions import ConventionFactory
from tests.factories_projects import IN_PHASE, ApplicationFactory, CampaignFactory, DossierFactory, PieceFactory
from tests.factories_subsidies import EquipmentSubsidyFactory, PaymentFactory, PurchaseOrderFactory, ResourcesSubsidyFactory
from tests.papers import at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_phase(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: IN_PHASE)


def log_in(client, role, organisation=None):
    client.force_login(actor_for(role, organisation, at=IN_PHASE).user)


def said_beside(day, page):
    """The tone and the words of the badge after the last day of a line."""
    found = re.search(rf'au plus tard le {day} <span class="fr-badge fr-badge--sm fr-badge--no-icon ([^"]*)">([^<]*)<', page)
    assert found, page
    return found.groups()


def test_a_visitor_reads_the_programme_and_its_calendar(client):
    CampaignFactory()

    page = client.get("/").content.decode()

    assert "au plus tard le vendredi 14\u00a0octobre 2016" in page
    assert "8\u202f000,00\u00a0€" in page


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_the_home_of_every_role_takes_at_most_15_queries(client, role, django_assert_max_num_queries):
    campaign = CampaignFactory()
    applications = [ApplicationFactory(dossier__campaign=campaign, submitted=True) for _ in range(8)]
    academie = campaign.academie if LEVEL_OF_ROLE[role] is Level.ACADEMIE else None
    school = applications[0].school if LEVEL_OF_ROLE[role] is Level.SCHOOL else None
    log_in(client, role, academie or school)

    with django_assert_max_num_queries(15):
        answer = client.get(reverse("portal:home"))

    assert answer.status_code == 200


def test_the_dane_finds_the_submitted_applications_and_the_way_to_the_others(client):
    campaign = CampaignFactory()
    applications = [ApplicationFactory(dossier__campaign=campaign, submitted=True) for _ in range(7)]
    log_in(client, Role.AGENT_DANE, campaign.academie)

    page = client.get("/").content.decode()

    assert "Instruire les candidatures" in page
    assert sum(application.get_absolute_url() in page for application in applications) == 5
    assert reverse("projects:applications") + "?etat=submitted" in page


def test_a_director_finds_the_part_that_she_has_to_write_and_nobody_elses(client):
    application, other = ApplicationFactory(), ApplicationFactory()
    log_in(client, Role.DIRECTOR, application.school)

    page = client.get("/").content.decode()

    assert application.get_absolute_url() in page
    assert other.get_absolute_url() not in page


@pytest.mark.parametrize(("seconds", "derogation", "expected"), [(0, "", True), (1, "", False), (1, "motif", True)])
def test_a_draft_is_expected_until_its_phase_closes(client, monkeypatch, seconds, derogation, expected):
    application = ApplicationFactory(written=True, late_derogation=derogation)
    at = application.phase.closes_at + dt.timedelta(seconds=seconds)
    monkeypatch.setattr("plannumerique.clock.now", lambda: at)
    client.force_login(actor_for(Role.EDITEUR, application.dossier.collectivite, at=at).user)

    home = client.get("/").content.decode()
    page = client.get(application.get_absolute_url()).content.decode()

    assert ("Compléter et déposer" in home) is expected
    assert ("La phase est close depuis le" in page) is not expected
    assert (reverse("projects:submit", args=[application.pk]) in page) is expected
    assert (f"{application.phase.closes_on:%-d}\u00a0juin 2016 <span" in home) is (expected and not derogation)


def test_a_draft_that_waits_for_the_school_alone_is_not_asked_of_the_collectivite(client):
    application = ApplicationFactory(written=True)
    log_in(client, Role.EDITEUR, application.dossier.collectivite)
    asked = "Compléter et déposer les candidatures"
    assert asked in client.get("/").content.decode()

    Application.objects.filter(pk=application.pk).update(pedagogy_on=None)
    assert asked not in client.get("/").content.decode()

    for missing in ({"wifi": ""}, {"bandwidth": None}, {"referent_college": None}):
        kept = {name: getattr(application, name) for name in missing}
        Application.objects.filter(pk=application.pk).update(**missing)
        assert asked in client.get("/").content.decode(), missing
        Application.objects.filter(pk=application.pk).update(**kept)
    Piece.objects.filter(kind="quote").update(state="rejected", motive="Illisible.")
    assert asked in client.get("/").content.decode()


def test_a_college_finds_its_grants_their_account_to_give_and_what_it_has_to_justify(client):
    grant = ResourcesSubsidyFactory(notified=True, iban="")
    CampaignDeadline.objects.create(campaign=grant.campaign, code=DeadlineCode.RESOURCES, on=dt.date(2017, 7, 1))
    log_in(client, Role.COLLEGE_REFERENT, grant.payee)

    home = client.get("/").content.decode()

    assert "Saisir le compte du collège" in home
    assert grant.get_absolute_url() in home
    assert "Justification des ressources numériques" in home
    assert "Versement du solde" not in home
    assert "500,00\u00a0€" in home
    assert "Écoles candidates" not in home


def test_a_college_is_led_to_its_grants_when_nothing_is_expected(client):
    grant = ResourcesSubsidyFactory(notified=True)
    log_in(client, Role.COLLEGE_REFERENT, grant.payee)

    home = client.get("/").content.decode()

    assert f'Vous pouvez suivre <a href="{reverse("subsidies:grants")}">les dotations de ressources</a>' in home
    assert "Saisir le compte" not in home


def test_nothing_expected_is_said(client):
    log_in(client, Role.VALIDEUR_DAF)

    assert "Rien n’est attendu de vous aujourd’hui" in client.get("/").content.decode()


def test_whoever_holds_nothing_that_day_still_has_a_home(client):
    actor = actor_for(Role.EDITEUR, at=IN_PHASE)
    actor.user.memberships.update(ends_on=IN_PHASE.date() - dt.timedelta(days=1))
    client.force_login(actor.user)

    answer = client.get("/")

    assert answer.status_code == 200
    assert [fact.value for fact in answer.context["figures"]] == ["0", "0", "0"]


def test_another_academie_sees_nothing(client):
    application = ApplicationFactory(submitted=True)
    log_in(client, Role.AGENT_DANE, AcademieFactory(rennes=True))

    assert application.get_absolute_url() not in client.get("/").content.decode()


def test_a_piece_to_check_leads_to_its_check_and_never_to_who_deposited_it(client):
    application = ApplicationFactory(submitted=True)
    piece = PieceFactory(subject=application.dossier, waiting=True)
    log_in(client, Role.AGENT_DANE, application.campaign.academie)

    page = client.get("/").content.decode()

    assert reverse("projects:check_piece", args=[application.dossier.pk, piece.pk]) in page


def test_a_refused_opinion_is_expected_of_the_recteur_and_no_longer_of_the_collectivite(client):
    refused = ConventionFactory(cbr_given=True, cbr_sense="unfavourable")
    overruled = ConventionFactory(
        cbr_given=True, cbr_sense="unfavourable", cbr_overruled_on=dt.date(2016, 8, 25), cbr_overruled_motive="Motif."
    )

    log_in(client, Role.RECTEUR, AcademieFactory())
    page = client.get("/").content.decode()
    assert "Passer outre un avis défavorable" in page
    assert refused.get_absolute_url() in page
    assert overruled.get_absolute_url() not in page

    for convention, expected in ((refused, False), (overruled, True)):
        log_in(client, Role.EDITEUR, convention.dossier.collectivite)
        assert ("Faire avancer la convention" in client.get("/").content.decode()) == expected


def test_a_grant_whose_payment_is_under_way_is_no_longer_to_be_paid(client):
    grant = ResourcesSubsidyFactory(notified=True)
    log_in(client, Role.GESTIONNAIRE_DAF, grant.campaign.academie)
    assert grant.get_absolute_url() in client.get("/").content.decode()

    PaymentFactory(resources=grant)

    assert grant.get_absolute_url() not in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("situation", "waits_for_order", "expected"),
    [({}, True, False), ({"accepted": False}, True, False), ({"accepted": True}, True, True), ({}, False, True)],
)
def test_a_decision_is_expected_once_the_order_it_waits_for_is_accepted(client, situation, waits_for_order, expected):
    subsidy = EquipmentSubsidyFactory(orders=0)
    type(subsidy.campaign).objects.update(decision_waits_for_order=waits_for_order)
    if situation:
        PurchaseOrderFactory(subsidy=subsidy, **situation)
    log_in(client, Role.GESTIONNAIRE_DAF, subsidy.campaign.academie)

    assert (subsidy.get_absolute_url() in client.get("/").content.decode()) is expected


# --- Deadlines and events ---


@pytest.fixture
def on(monkeypatch):
    def on(day):
        monkeypatch.setattr("plannumerique.clock.now", lambda: at(day))
        return at(day)

    return on


def home_of(client, role, organisation, moment):
    client.force_login(actor_for(role, organisation, at=moment).user)
    return client.get("/")


def test_what_is_expected_comes_with_its_last_day_the_nearest_first(client, on):
    subsidy = EquipmentSubsidyFactory(justified=True)
    ApplicationFactory(dossier__campaign=subsidy.campaign, submitted=True)

    answer = home_of(client, Role.DAN, subsidy.campaign.academie, on(dt.date(2016, 10, 10)))

    assert [todo.label for todo in answer.context["todo"]][:2] == ["Constater le service fait", "Instruire les candidatures"]
    page = answer.content.decode()
    assert said_beside("vendredi 14\u00a0octobre 2016", page) == ("fr-badge--warning", "dans 4\u00a0jours")
    assert "dans 57\u00a0jours" in page


def dates_of(client, role, where, on):
    page = home_of(client, role, where, on(dt.date(2016, 8, 1)))
    return [str(one.deadline.code) for one in page.context["due_dates"]]


def test_what_comes_due_is_what_a_dossier_has_ahead_of_it(client, on):
    waiting = ApplicationFactory(submitted=True)
    unsigned = ConventionFactory(state=ConventionState.SETTLED).dossier
    signed = EquipmentSubsidyFactory().convention.dossier
    certified = EquipmentSubsidyFactory(service_fait=True).convention.dossier
    settled = EquipmentSubsidyFactory(solde_paid=True).convention.dossier

    of_the_solde = ["solde", "solde_next_year"]
    for dossier, expected in (
        (waiting.dossier, []),
        (unsigned, ["convention", "justification", *of_the_solde]),
        (signed, ["justification", *of_the_solde]),
        (certified, of_the_solde),
        (settled, []),
    ):
        assert dates_of(client, Role.EDITEUR, dossier.collectivite, on) == expected


@pytest.mark.parametrize(
    ("day", "certified_on", "expected"),
    [
        (dt.date(2016, 10, 14), None, ["justification", "solde", "solde_next_year"]),
        (dt.date(2016, 10, 15), None, ["solde_next_year"]),
        (dt.date(2016, 10, 20), dt.date(2016, 10, 14), ["solde", "solde_next_year"]),
        (dt.date(2016, 10, 20), dt.date(2016, 10, 15), ["solde_next_year"]),
    ],
)
def test_a_dossier_that_slipped_is_not_told_of_a_solde_within_the_year(client, on, day, certified_on, expected):
    certified = {"service_fait": True, "service_fait_on": certified_on}
    subsidy = EquipmentSubsidyFactory(**(certified if certified_on else {"acompte_paid": True}))
    slipped_elsewhere = EquipmentSubsidyFactory(service_fait=True)

    page = home_of(client, Role.EDITEUR, subsidy.convention.dossier.collectivite, on(day))

    codes = [str(one.deadline.code) for one in page.context["due_dates"]]
    assert [code for code in codes if code != "convention"] == expected
    assert slipped_elsewhere.campaign == subsidy.campaign


def test_a_school_counts_no_day_of_the_solde_and_the_academie_counts_them_all(client, on):
    subsidy = EquipmentSubsidyFactory()
    school = subsidy.convention.covered_schools.first().school
    CampaignDeadline.objects.create(campaign=subsidy.campaign, code=DeadlineCode.RESOURCES, on=dt.date(2017, 7, 1))

    assert dates_of(client, Role.DIRECTOR, school, on) == ["justification"]
    ResourcesSubsidyFactory(convention=subsidy.convention, school=school, notified=True)
    assert dates_of(client, Role.DIRECTOR, school, on) == ["justification", "resources"]
    assert dates_of(client, Role.AGENT_DANE, subsidy.campaign.academie, on) == list(DeadlineCode)


def test_once_the_solde_has_slipped_no_day_is_late(client, on):
    subsidy = EquipmentSubsidyFactory(justified=True)

    answer = home_of(client, Role.DAN, subsidy.campaign.academie, on(dt.date(2016, 10, 17)))

    (todo,) = answer.context["todo"]
    assert (todo.label, todo.lines[0].due) == ("Constater le service fait", None)


def test_a_convention_that_is_late_says_by_how_much(client, on):
    convention = ConventionFactory(state=ConventionState.SETTLED)

    page = home_of(client, Role.EDITEUR, convention.dossier.collectivite, on(dt.date(2016, 9, 5))).content.decode()

    assert said_beside("mercredi 31\u00a0août 2016", page) == ("fr-badge--error", "dépassé de 5\u00a0jours")


def test_a_payment_says_the_last_day_on_which_it_is_in_time(client, on):
    payment = PaymentFactory(equipment=EquipmentSubsidyFactory(acompte_requested=True), pay_before=dt.date(2016, 12, 7))

    page = home_of(client, Role.VALIDEUR_DAF, payment.thread.academie, on(dt.date(2016, 12, 5))).content.decode()

    assert said_beside("mardi 6\u00a0décembre 2016", page) == ("fr-badge--warning", "demain")


def test_a_solde_payable_from_march_waits_for_march(client, on):
    payment = PaymentFactory(equipment=EquipmentSubsidyFactory(acompte_requested=True), pay_from=dt.date(2017, 3, 1))

    def todo(day):
        return home_of(client, Role.VALIDEUR_DAF, payment.thread.academie, on(day)).context["todo"]

    assert todo(dt.date(2017, 2, 28)) == []
    assert [one.label for one in todo(dt.date(2017, 3, 1))] == ["Valider les demandes de paiement"]


def test_a_valideur_is_not_asked_for_what_the_gestionnaire_prepares(client):
    grant = ResourcesSubsidyFactory(notified=True)

    log_in(client, Role.VALIDEUR_DAF, grant.campaign.academie)
    assert grant.get_absolute_url() not in client.get("/").content.decode()

    log_in(client, Role.GESTIONNAIRE_DAF, grant.campaign.academie)
    assert "Préparer le versement des dotations de ressources" in client.get("/").content.decode()


@pytest.mark.parametrize("missing", ["iban", "siret", "ej_number"])
def test_a_grant_that_lacks_a_reference_stands_under_what_is_missing(client, missing):
    lacking, ready = ResourcesSubsidyFactory(notified=True, **{missing: ""}), ResourcesSubsidyFactory(notified=True)

    log_in(client, Role.GESTIONNAIRE_DAF, lacking.campaign.academie)
    todo = {one.label.partition(" :")[0]: [line.url for line in one.lines] for one in client.get("/").context["todo"]}

    assert todo["Compléter les dotations de ressources"] == [lacking.get_absolute_url()]
    assert todo["Préparer le versement des dotations de ressources"] == [ready.get_absolute_url()]
    assert not obstacles(ready, GRANT_PREPARATION)
    assert obstacles(lacking, GRANT_PREPARATION)


def test_the_last_acts_of_the_scope_and_none_of_elsewhere(client):
    mine, other = DossierFactory(), DossierFactory()
    for dossier in (mine, other):
        actor = actor_for(Role.EDITEUR, dossier.collectivite, at=IN_PHASE)
        describe_contact(dossier_id=dossier.pk, actor=actor, seen=1, name="Dominique EXEMPLE", email="", phone="")
    log_in(client, Role.SIGNATAIRE, mine.collectivite)

    events = client.get("/").context["events"]

    assert [(event.label, event.subject) for event in events] == [("a modifié le contact", str(mine))]


def test_the_euros_are_drawn_beside_their_figures(client):
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    log_in(client, Role.VALIDEUR_DAF, subsidy.campaign.academie)

    answer = client.get("/")

    assert [line.share for line in answer.context["amounts"].lines] == [100, 100, 0, 50]
    assert '<rect width="50" height="4"/>' in answer.content.decode()
