"""What is typed in a long form comes back until it is sent: hers alone, as typed, never taken for what is recorded."""

import datetime as dt

import pytest
from django.urls import reverse

from plannumerique.journal.models import JournalLine, UnsentForm
from plannumerique.journal.unsent import LASTS, LONGEST, forget_old
from plannumerique.organisations.enums import Role
from projects.models import Application
from tests.factories import CollectiviteFactory, actor_for
from tests.factories_projects import IN_PHASE, ApplicationFactory

pytestmark = pytest.mark.django_db

TYPED = {
    "bandwidth": "vingt",
    "wifi": "installed",
    "infrastructure": "Baie au premier étage",
    "classes-TOTAL_FORMS": "3",
    "classes-INITIAL_FORMS": "0",
    "classes-0-label": "CM1",
    "classes-0-expense": "7 900,50",
    "classes-1-label": "",
    "classes-1-expense": "",
    "classes-2-label": "CM2",
    "classes-2-expense": "9100",
}


@pytest.fixture(autouse=True)
def _in_the_phase(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: IN_PHASE)


@pytest.fixture
def application():
    return ApplicationFactory()


@pytest.fixture
def editeur(client, application):
    user = actor_for(Role.EDITEUR, application.dossier.collectivite, at=IN_PHASE).user
    client.force_login(user)
    return user


def keep(client, application, part="technical_part", **changed):
    typed = {**TYPED, "seen": application.version, **changed}
    return client.post(reverse(f"projects:keep_{part}", args=[application.pk]), typed)


def form_page(client, application, part="describe_technical_part"):
    return client.get(reverse(f"projects:{part}", args=[application.pk])).content.decode()


def test_what_was_typed_comes_back_as_typed_and_nothing_is_recorded(client, application, editeur):
    answer = keep(client, application)

    assert answer.status_code == 200
    assert "Saisie gardée" in answer.content.decode()
    page = form_page(client, application)
    for words in ('value="vingt"', "Baie au premier étage", 'value="7 900,50"', 'value="9100"', "est reprise"):
        assert words in page
    fresh = Application.objects.get()
    assert (fresh.bandwidth, fresh.infrastructure, fresh.version) == (None, "", application.version)
    assert not JournalLine.objects.exists()


def test_the_forecast_follows_the_amounts_that_can_be_read(client, application, editeur):
    page = keep(client, application, **{"classes-1-expense": "huit mille"}).content.decode()

    # Half of 7 900,50, and the cap for 9 100; the line that cannot be read yet counts for nothing.
    assert "7\u202f950,25\u00a0€" in page
    assert "huit mille" not in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {f"classes-{rank}-expense": "8000" for rank in range(3)} | {"classes-3-expense": "8000", "classes-TOTAL_FORMS": "4"},
            "3",
        ),
        ({"classes-TOTAL_FORMS": "0"}, "Écrivez la dépense d’une classe"),
        ({"classes-TOTAL_FORMS": "-1"}, "Écrivez la dépense d’une classe"),
        ({"classes-TOTAL_FORMS": "abc"}, "Écrivez la dépense d’une classe"),
        ({"classes-TOTAL_FORMS": "99999999"}, "gardée"),
        ({"infrastructure": "\0<script>alert(1)</script>"}, "gardée"),
    ],
)
def test_what_cannot_be_a_forecast_is_kept_all_the_same(client, application, editeur, changed, sentence):
    answer = keep(client, application, **changed)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert "<script>alert" not in form_page(client, application)


def test_it_is_hers_alone(client, application, editeur):
    keep(client, application)
    client.force_login(actor_for(Role.EDITEUR, application.dossier.collectivite, at=IN_PHASE).user)

    assert "Baie au premier étage" not in form_page(client, application)


def test_once_sent_it_is_gone_and_a_late_request_does_not_bring_it_back(client, application, editeur):
    keep(client, application)
    sent = {**TYPED, "bandwidth": "20", "filtering": "amon", "delivery_from": "", "seen": application.version}
    assert client.post(reverse("projects:describe_technical_part", args=[application.pk]), sent).status_code == 302

    late = keep(client, application)

    assert "Saisie non gardée" in late.content.decode()
    assert not UnsentForm.objects.exists()
    assert "est reprise" not in form_page(client, application)


def test_a_refused_form_keeps_its_draft(client, application, editeur):
    keep(client, application)
    answer = client.post(
        reverse("projects:describe_technical_part", args=[application.pk]), {**TYPED, "seen": application.version}
    )

    assert answer.status_code == 422
    assert UnsentForm.objects.count() == 1


def test_she_starts_again_from_what_is_recorded(client, application, editeur):
    keep(client, application)

    answer = client.post(reverse("projects:keep_technical_part", args=[application.pk]), {"forget": "1"}, follow=True)

    assert answer.request["PATH_INFO"] == reverse("projects:describe_technical_part", args=[application.pk])
    assert not UnsentForm.objects.exists()
    assert "Baie au premier étage" not in answer.content.decode()


def test_the_page_warns_when_somebody_recorded_something_since(client, application, editeur):
    keep(client, application)
    Application.objects.update(version=application.version + 1)

    assert "quelqu’un a enregistré autre chose" in form_page(client, application)


def test_more_than_a_form_can_hold_is_not_kept(client, application, editeur):
    keep(client, application, infrastructure="x" * (LONGEST + 1))

    assert not UnsentForm.objects.exists()


def test_the_part_of_the_director_is_kept_too(client, application):
    client.force_login(actor_for(Role.DIRECTOR, application.school, at=IN_PHASE).user)
    typed = {"project_title": "Lire ensemble", "project": "Un début", "seen": application.version}

    client.post(reverse("projects:keep_pedagogical_part", args=[application.pk]), typed)

    page = form_page(client, application, "write_pedagogical_part")
    assert 'value="Lire ensemble"' in page
    assert "Un début" in page
    assert Application.objects.get().project_title == ""


@pytest.mark.parametrize(("role", "status"), [(Role.EDITEUR, 404), (Role.VALIDEUR_DAF, 403), (Role.DIRECTOR, 403)])
def test_who_may_not_write_the_part_may_not_keep_it(client, application, role, status):
    organisation = {
        Role.EDITEUR: CollectiviteFactory(),
        Role.VALIDEUR_DAF: application.campaign.academie,
        Role.DIRECTOR: application.school,
    }[role]
    client.force_login(actor_for(role, organisation, at=IN_PHASE).user)

    assert keep(client, application).status_code == status
    assert not UnsentForm.objects.exists()


def test_what_nobody_came_back_to_is_deleted(client, application, editeur):
    keep(client, application)

    assert forget_old(IN_PHASE + LASTS - dt.timedelta(days=1)) == 0
    assert forget_old(IN_PHASE + LASTS + dt.timedelta(days=1)) == 1
