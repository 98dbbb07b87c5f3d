"""The pages of dossiers and applications, through the client: each role does its step, what was typed stays."""

import pytest
from django.urls import reverse

from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from projects.enums import ApplicationState
from projects.models import Application, Dossier
from tests.factories import CollectiviteFactory, SchoolFactory, actor_for
from tests.factories_projects import IN_PHASE, ApplicationFactory, CampaignFactory, DossierFactory

pytestmark = pytest.mark.django_db

TECHNICAL = {
    "bandwidth": "20",
    "wifi": "installed",
    "filtering": "amon",
    "infrastructure": "",
    "delivery_from": "",
    "classes-TOTAL_FORMS": "3",
    "classes-INITIAL_FORMS": "0",
    "classes-0-expense": "7 900,50",
    "classes-1-expense": "8000",
    "classes-2-expense": "9100",
}


@pytest.fixture(autouse=True)
def _in_the_phase(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: IN_PHASE)


def log_in(client, role, organisation=None):
    user = actor_for(role, organisation, at=IN_PHASE).user
    client.force_login(user)
    return user


def test_a_collectivite_opens_its_dossier_once(client):
    campaign, collectivite = CampaignFactory(), CollectiviteFactory()
    log_in(client, Role.EDITEUR, collectivite)
    typed = {"campaign": campaign.pk, "collectivite": collectivite.pk}

    first = client.post(reverse("projects:open_dossier"), typed)
    second = client.post(reverse("projects:open_dossier"), typed)

    dossier = Dossier.objects.get()
    assert first["Location"] == second["Location"] == reverse("portal:dossier", args=[dossier.pk])


def test_a_school_is_added_by_its_uai_and_its_director_is_told(client):
    dossier = DossierFactory()
    school = SchoolFactory(collectivite=dossier.collectivite)
    log_in(client, Role.EDITEUR, dossier.collectivite)
    phase = dossier.campaign.phases.get()

    answer = client.post(reverse("projects:add_application", args=[dossier.pk]), {"phase": phase.pk, "uai": school.uai.lower()})

    application = Application.objects.get()
    assert answer.status_code == 302
    assert (application.school, application.state) == (school, ApplicationState.DRAFT)
    mail = OutboxMail.objects.get(kind="school_invited")
    assert mail.to == [school.email]
    assert "plan numérique national premier degré" in mail.subject


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("0259999A", "clé"),
        ("abc", "UAI"),
        ("0250018J", "Aucune école de l’annuaire"),
    ],
)
def test_a_wrong_uai_is_explained_and_stays_in_the_form(client, typed, sentence):
    dossier = DossierFactory()
    log_in(client, Role.EDITEUR, dossier.collectivite)
    phase = dossier.campaign.phases.get()

    answer = client.post(reverse("projects:add_application", args=[dossier.pk]), {"phase": phase.pk, "uai": typed})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode()
    assert not Application.objects.exists()


def test_the_school_of_another_collectivite_is_refused(client):
    dossier, stranger = DossierFactory(), SchoolFactory()
    log_in(client, Role.EDITEUR, dossier.collectivite)
    phase = dossier.campaign.phases.get()

    answer = client.post(reverse("projects:add_application", args=[dossier.pk]), {"phase": phase.pk, "uai": stranger.uai})

    assert answer.status_code == 409
    assert "ne peut entrer dans ce dossier" in answer.content.decode()
    assert not Application.objects.exists()


def test_the_same_school_twice_is_refused(client):
    application = ApplicationFactory()
    log_in(client, Role.EDITEUR, application.dossier.collectivite)
    typed = {"phase": application.phase.pk, "uai": application.school.uai}

    answer = client.post(reverse("projects:add_application", args=[application.dossier.pk]), typed)

    assert answer.status_code == 409
    assert "déjà une candidature en cours" in answer.content.decode()
    assert Application.objects.count() == 1


def test_an_address_longer_than_its_column_is_refused_in_words(client):
    dossier = DossierFactory()
    log_in(client, Role.EDITEUR, dossier.collectivite)
    typed = {"name": "Camille EXEMPLE", "email": f"{'a' * 250}@exemple.fr", "seen": dossier.version}

    answer = client.post(reverse("projects:describe_contact", args=[dossier.pk]), typed)

    assert answer.status_code == 422
    assert "Camille EXEMPLE" in answer.content.decode()


def test_the_technical_part_keeps_the_forecast_of_each_class_to_the_cent(client):
    application = ApplicationFactory()
    log_in(client, Role.EDITEUR, application.dossier.collectivite)
    url = reverse("projects:describe_technical_part", args=[application.pk])

    answer = client.post(url, {**TECHNICAL, "seen": application.version})

    assert answer.status_code == 302
    assert [str(one.expense) for one in application.forecasts.all()] == ["7900.50", "8000.00", "9100.00"]
    page = client.get(application.get_absolute_url()).content.decode()
    assert "11\u202f950,25\u00a0€" in page


@pytest.mark.parametrize("amount", ["-3", "1e9", "huit mille", "0", "99999999999"])
def test_an_impossible_amount_is_explained_and_stays_in_the_form(client, amount):
    application = ApplicationFactory()
    log_in(client, Role.EDITEUR, application.dossier.collectivite)
    url = reverse("projects:describe_technical_part", args=[application.pk])

    answer = client.post(url, {**TECHNICAL, "classes-0-expense": amount, "seen": application.version})

    assert answer.status_code == 422
    assert f'value="{amount}"' in answer.content.decode()
    assert not application.forecasts.exists()


def test_a_fourth_class_is_refused_and_nothing_is_written(client):
    application = ApplicationFactory()
    log_in(client, Role.EDITEUR, application.dossier.collectivite)
    url = reverse("projects:describe_technical_part", args=[application.pk])
    typed = {**TECHNICAL, "classes-TOTAL_FORMS": "4", "classes-3-expense": "8000", "seen": application.version}

    answer = client.post(url, typed)

    assert answer.status_code == 409
    assert "la limite est de 3 classes par école" in answer.content.decode()
    assert not application.forecasts.exists()


def test_a_director_writes_her_part_and_sees_only_her_school(client):
    application = ApplicationFactory(costs=("8000",))
    sister = ApplicationFactory(dossier=application.dossier)
    college = SchoolFactory(college=True, departement=application.school.departement)
    log_in(client, Role.DIRECTOR, application.school)
    url = reverse("projects:write_pedagogical_part", args=[application.pk])
    typed = {
        "project_title": "Titre",
        "project": "Projet",
        "team": "Équipe",
        "college_link": "Lien",
        "reform": "Socle commun",
        "academic_plan": "Priorités",
        "referent_college": college.pk,
    }

    answer = client.post(url, {**typed, "seen": application.version})

    assert answer.status_code == 302
    assert Application.objects.get(pk=application.pk).pedagogy_on == IN_PHASE.date()
    assert client.get(sister.get_absolute_url()).status_code == 404


def test_a_foreign_collectivite_gets_a_404_and_a_wrong_role_a_403(client):
    application = ApplicationFactory(written=True)
    log_in(client, Role.EDITEUR)
    assert client.get(application.get_absolute_url()).status_code == 404

    log_in(client, Role.VALIDEUR_DAF, application.campaign.academie)
    answer = client.post(reverse("projects:submit", args=[application.pk]), {"seen": 1})

    assert answer.status_code == 403
    assert "Cette action revient à" in answer.content.decode()


@pytest.mark.parametrize(("trait", "status"), [("written", 403), ("submitted", 200), ("waiting", 200), ("retained", 403)])
def test_an_opinion_is_given_on_what_is_deposited_and_not_yet_decided(client, trait, status):
    application = ApplicationFactory(**{trait: True})
    log_in(client, Role.DSI, application.campaign.academie)
    address = reverse("projects:give_opinion", args=[application.pk, "dsi"])

    assert client.get(address).status_code == status
    assert (address in client.get(application.get_absolute_url()).content.decode()) is (status == 200)


def test_a_stale_page_says_who_was_first_and_keeps_the_comment(client):
    application = ApplicationFactory(submitted=True)
    user = log_in(client, Role.AGENT_DANE, application.campaign.academie)
    url = reverse("projects:declare_inadmissible", args=[application.pk])
    client.post(reverse("projects:admit", args=[application.pk]), {"seen": 1})

    answer = client.post(url, {"seen": 1, "comment": "École déjà équipée."})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"Déjà traité par {user} à 10:00" in page
    assert "École déjà équipée." in page


def test_a_form_that_arrives_empty_is_not_taken_for_the_opening_of_its_page(client):
    application = ApplicationFactory(submitted=True)
    log_in(client, Role.AGENT_DANE, application.campaign.academie)

    answer = client.post(reverse("projects:admit", args=[application.pk]))

    assert answer.status_code == 400
    assert "Le formulaire est arrivé vide." in answer.content.decode()


def test_a_blocked_deposit_shows_every_reason_on_the_page(client):
    application = ApplicationFactory()
    log_in(client, Role.EDITEUR, application.dossier.collectivite)

    page = client.get(application.get_absolute_url()).content.decode()

    assert "elle revient à la direction de l’école" in page
    assert "lettre d’intention de la collectivité" in page


@pytest.mark.parametrize("name", ["projects:applications", "portal:dossiers"])
@pytest.mark.parametrize("page", ["abc", "0", "-1", "999999"])
def test_a_page_that_does_not_exist_is_a_404_in_french(client, name, page):
    log_in(client, Role.AGENT_DANE)

    answer = client.get(reverse(name), {"page": page})

    assert answer.status_code == 404
    assert "page" in answer.content.decode()


@pytest.mark.parametrize("name", ["projects:applications", "portal:dossiers"])
def test_a_list_asks_as_much_of_the_database_for_100_rows_as_for_10(client, name, django_assert_max_num_queries):
    campaign = CampaignFactory()
    log_in(client, Role.AGENT_DANE, campaign.academie)
    counts = []
    for more in (10, 90):
        for _ in range(more):
            ApplicationFactory(dossier__campaign=campaign, costs=("8000",))
        with django_assert_max_num_queries(12) as captured:
            client.get(reverse(name))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_page_of_a_dossier_takes_at_most_20_queries(client, django_assert_max_num_queries):
    dossier = DossierFactory()
    for _ in range(12):
        ApplicationFactory(dossier=dossier, written=True)
    log_in(client, Role.EDITEUR, dossier.collectivite)

    with django_assert_max_num_queries(20):
        assert client.get(dossier.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    "trait", ["written", "submitted", "to_complete", "admissible", "waiting", "retained", "covered", "contracted"]
)
@pytest.mark.parametrize("role", [Role.EDITEUR, Role.AGENT_DANE, Role.RECTEUR, Role.DIRECTOR])
def test_the_page_of_an_application_opens_in_every_state_for_every_party(client, trait, role):
    application = ApplicationFactory(**{trait: True})
    where = {Role.EDITEUR: application.dossier.collectivite, Role.DIRECTOR: application.school}
    log_in(client, role, where.get(role, application.campaign.academie))

    assert client.get(application.get_absolute_url()).status_code == 200


def test_giving_up_is_possible_and_never_what_the_page_expects(client):
    application = ApplicationFactory(submitted=True)
    log_in(client, Role.EDITEUR, application.dossier.collectivite)

    page = client.get(application.get_absolute_url()).content.decode()

    expected, _, others = page.partition('id="autres"')
    for name in ("withdraw", "abandon"):
        url = reverse(f"projects:{name}", args=[application.pk])
        assert url not in expected
        assert url in others
