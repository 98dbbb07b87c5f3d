"""The draft of a collectivité: several schools at once, one page for all of them, what is ready is deposited."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from projects import services
from projects.enums import ActKind, ApplicationState
from projects.models import Application
from tests.factories import CollectiviteFactory, MembershipFactory, SchoolFactory, actor_for
from tests.factories_projects import CLOSING, IN_PHASE, ApplicationFactory, DossierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_phase(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: IN_PHASE)


def editeur_of(dossier, client=None):
    actor = actor_for(Role.EDITEUR, dossier.collectivite, at=IN_PHASE)
    if client:
        client.force_login(actor.user)
    return actor


def page_of(client, name, row):
    return client.get(reverse(f"projects:{name}", args=[row.pk])).content.decode()


# --- Adding schools ---


def test_the_schools_of_the_territory_are_added_together(client):
    dossier = DossierFactory()
    schools = [SchoolFactory(collectivite=dossier.collectivite) for _ in range(3)]
    editeur_of(dossier, client)
    typed = {"phase": dossier.campaign.phases.get().pk, "schools": [schools[0].pk, schools[2].pk], "uai": schools[1].uai}

    answer = client.post(reverse("projects:add_application", args=[dossier.pk]), typed)

    assert answer["Location"] == reverse("projects:draft", args=[dossier.pk])
    assert set(Application.objects.values_list("school", flat=True)) == {school.pk for school in schools}


def test_only_the_open_schools_of_the_collectivite_that_have_no_line_are_proposed(client):
    dossier = DossierFactory()
    free = SchoolFactory(collectivite=dossier.collectivite)
    there = ApplicationFactory(dossier=dossier).school
    stranger = SchoolFactory(collectivite=CollectiviteFactory())
    editeur_of(dossier, client)

    page = page_of(client, "add_application", dossier)

    assert str(free) in page
    assert f'value="{there.pk}"' not in page.split('name="uai"')[0]
    assert str(stranger) not in page


def test_one_school_in_the_way_and_none_is_added(client):
    dossier = DossierFactory()
    free, taken = SchoolFactory(collectivite=dossier.collectivite), ApplicationFactory(dossier=dossier)

    with pytest.raises(Refused) as refused:
        services.add_applications(dossier=dossier, phase=taken.phase, schools=[free, taken.school], actor=editeur_of(dossier))

    assert str(taken.school) in str(refused.value)
    assert "déjà une candidature en cours" in str(refused.value)
    assert Application.objects.count() == 1


@pytest.mark.parametrize("typed", [{}, {"uai": "  "}, {"schools": ["abc"]}, {"schools": ["999999"]}])
def test_no_school_or_one_that_is_not_proposed_is_explained(client, typed):
    dossier = DossierFactory()
    SchoolFactory(collectivite=dossier.collectivite)
    editeur_of(dossier, client)

    answer = client.post(
        reverse("projects:add_application", args=[dossier.pk]), {"phase": dossier.campaign.phases.get().pk, **typed}
    )

    assert answer.status_code == 422
    assert not Application.objects.exists()


# --- The page of the draft ---


def test_the_draft_says_what_is_written_what_is_missing_and_what_it_gives(client):
    dossier = DossierFactory()
    ready = ApplicationFactory(dossier=dossier, written=True)
    bare = ApplicationFactory(dossier=dossier)
    editeur_of(dossier, client)

    page = page_of(client, "draft", dossier)

    assert "Ce brouillon n’est pas déposé" in page
    assert str(ready.school) in page
    assert str(bare.school) in page
    assert "À écrire par la direction" in page
    assert "1 candidature prête" in page.replace("\u00a0", " ")


def test_the_total_of_the_draft_is_the_sum_of_its_schools_to_the_cent(client):
    dossier = DossierFactory()
    ApplicationFactory(dossier=dossier, costs=("7900.51", "9100"))
    ApplicationFactory(dossier=dossier, costs=("100.01",))
    editeur_of(dossier, client)

    page = page_of(client, "draft", dossier)

    # 3 950,25 (half of 7 900,51, thousandths neglected) + 4 000 (cap) + 50,00.
    assert "8\u202f000,25\u00a0€" in page
    assert "17\u202f100,52\u00a0€" in page


def test_the_page_of_the_draft_costs_the_same_for_two_schools_and_for_twenty(client):
    counts = []
    for schools in (2, 20):
        dossier = DossierFactory()
        for _ in range(schools):
            ApplicationFactory(dossier=dossier, written=True)
        editeur_of(dossier, client)
        for name in ("draft", "deposit"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                page_of(client, name, dossier)
            counts.append(len(queries))

    assert counts[:2] == counts[2:]
    assert max(counts) <= 15


def test_a_foreign_collectivite_gets_a_404_and_a_director_a_403(client):
    application = ApplicationFactory(written=True)
    for name in ("draft", "deposit", "add_application"):
        client.force_login(actor_for(Role.EDITEUR, CollectiviteFactory(), at=IN_PHASE).user)
        assert client.get(reverse(f"projects:{name}", args=[application.dossier.pk])).status_code == 404
        client.force_login(actor_for(Role.DIRECTOR, application.school, at=IN_PHASE).user)
        assert client.get(reverse(f"projects:{name}", args=[application.dossier.pk])).status_code == 403


# --- The deposit ---


def values(*applications):
    return {"lines": [f"{one.pk}:{one.version}" for one in applications]}


def test_what_is_ready_is_deposited_with_a_receipt_each(client):
    dossier = DossierFactory()
    ready = [ApplicationFactory(dossier=dossier, written=True) for _ in range(2)]
    editeur_of(dossier, client)

    answer = client.post(reverse("projects:deposit", args=[dossier.pk]), values(*ready))

    assert answer["Location"] == dossier.get_absolute_url()
    assert set(Application.objects.values_list("state", flat=True)) == {ApplicationState.SUBMITTED}
    assert IssuedDocument.objects.filter(kind=ActKind.RECEIPT).count() == 2


def test_what_is_not_ready_says_why_and_does_not_hold_the_others_back(client):
    dossier = DossierFactory()
    ready, bare = ApplicationFactory(dossier=dossier, written=True), ApplicationFactory(dossier=dossier)
    editeur_of(dossier, client)

    answer = client.post(reverse("projects:deposit", args=[dossier.pk]), values(ready, bare))

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "1\u00a0candidature est déposée" in page
    assert f"{bare.school}\u00a0: la partie pédagogique n’est pas remise" in page
    assert [Application.objects.get(pk=one.pk).state for one in (ready, bare)] == [
        ApplicationState.SUBMITTED,
        ApplicationState.DRAFT,
    ]


def test_a_line_that_a_colleague_changed_since_is_not_deposited_unread(client):
    application = ApplicationFactory(written=True)
    editeur_of(application.dossier, client)
    typed = values(application)
    Application.objects.filter(pk=application.pk).update(version=application.version + 1)

    answer = client.post(reverse("projects:deposit", args=[application.dossier.pk]), typed)

    assert answer.status_code == 409
    assert Application.objects.get().state == ApplicationState.DRAFT


@pytest.mark.parametrize("forged", ["1", "x:y", "999999:1", ":", "1:99999999999999999999", "-1:1", ""])
def test_a_forged_line_is_refused_with_a_sentence(client, forged):
    application = ApplicationFactory(written=True)
    editeur_of(application.dossier, client)

    answer = client.post(reverse("projects:deposit", args=[application.dossier.pk]), {"lines": [forged]})

    assert answer.status_code == 422
    assert not JournalLine.objects.filter(act="submit").exists()


def test_a_line_of_another_dossier_is_not_deposited_from_here(client):
    mine, other = ApplicationFactory(written=True), ApplicationFactory(written=True)
    MembershipFactory(role=Role.EDITEUR, collectivite=other.dossier.collectivite, user=editeur_of(mine.dossier, client).user)

    answer = client.post(reverse("projects:deposit", args=[mine.dossier.pk]), values(other))

    assert answer.status_code == 422
    assert Application.objects.get(pk=other.pk).state == ApplicationState.DRAFT


def test_the_dane_reads_the_draft_but_does_not_deposit_it(client):
    application = ApplicationFactory(written=True)
    client.force_login(actor_for(Role.AGENT_DANE, application.campaign.academie, at=IN_PHASE).user)

    assert "Le dépôt revient à la collectivité." in page_of(client, "deposit", application.dossier)
    answer = client.post(reverse("projects:deposit", args=[application.dossier.pk]), values(application))

    assert answer.status_code == 403
    assert Application.objects.get().state == ApplicationState.DRAFT


def test_after_the_closing_the_page_says_who_can_still_open_it(client, monkeypatch):
    application = ApplicationFactory(written=True)
    editeur_of(application.dossier, client)
    monkeypatch.setattr("plannumerique.clock.now", lambda: CLOSING + dt.timedelta(hours=1))

    page = page_of(client, "deposit", application.dossier)

    assert "seule la DANE peut accorder une dérogation" in page
    assert "Aucune candidature n’est prête" in page


@pytest.mark.parametrize(
    ("traits", "last"),
    [
        (["submitted"], ("Relecture et dépôt", "done")),
        (["to_complete"], ("Compléments à transmettre", "current")),
        (["submitted", "to_complete"], ("Compléments à transmettre", "current")),
        (["written", "to_complete"], ("Relecture et dépôt", "current")),
    ],
)
def test_a_draft_is_not_finished_while_complements_are_due(client, traits, last):
    dossier = DossierFactory()
    for trait in traits:
        ApplicationFactory(dossier=dossier, **{trait: True})
    editeur_of(dossier, client)

    steps = client.get(reverse("projects:draft", args=[dossier.pk])).context["steps"]

    assert (steps[-1].title, str(steps[-1].state)) == last
    assert len(steps) == 5
