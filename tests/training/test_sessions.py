"""Training sessions: announced by the DANE in a school of its académie, read by everybody there."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plannumerique.journal.machine import Refused
from plannumerique.organisations.enums import Role
from tests.factories import AT, CirconscriptionFactory, DepartementFactory, SchoolFactory, actor_for
from tests.factories_projects import CampaignFactory
from training import services
from training.enums import SessionKind
from training.models import Session

pytestmark = pytest.mark.django_db
LIST = "/formations/"
STARTS = AT + dt.timedelta(days=30)


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: AT)


def announce(actor=None, **changes):
    campaign = changes.pop("campaign", None) or CampaignFactory()
    typed = {"kind": SessionKind.TEACHERS_START, "place": SchoolFactory(), "starts_at": STARTS, "seats": 20, **changes}
    return services.schedule(campaign=campaign, actor=actor or actor_for(Role.AGENT_DANE, campaign.academie), **typed)


def text(answer):
    return answer.content.decode()


def test_a_session_belongs_to_the_academie_of_its_campaign():
    session = announce()

    assert session.academie == session.campaign.academie
    assert str(session).startswith("prise en main par les enseignants – École")


@pytest.mark.parametrize("role", [Role.VALIDEUR_DAF, Role.DSI])
def test_another_service_announces_nothing(role):
    with pytest.raises(PermissionDenied, match="Cette action revient à"):
        announce(actor_for(role, CampaignFactory().academie))

    assert not Session.objects.exists()


def test_a_place_outside_the_academie_a_past_hour_and_a_twin_are_refused():
    elsewhere = SchoolFactory(departement=DepartementFactory(ille_et_vilaine=True))
    with pytest.raises(Refused, match="n’est pas dans l’académie de Besançon"):
        announce(place=elsewhere)
    with pytest.raises(Refused, match="aurait déjà commencé"):
        announce(starts_at=AT - dt.timedelta(minutes=1))
    place = SchoolFactory()
    announce(place=place)
    with pytest.raises(Refused, match="existe déjà"):
        announce(place=place)

    assert Session.objects.count() == 1


def test_the_form_announces_a_session_at_the_hour_of_paris(client):
    campaign, place = CampaignFactory(), SchoolFactory()
    client.force_login(actor_for(Role.DAN, campaign.academie).user)
    typed = {
        "campaign": campaign.pk,
        "kind": "pupils_start",
        "uai": place.uai.lower(),
        "on": "2016-11-09",
        "hour": "14:00",
        "seats": "24",
    }

    answer = client.post(reverse("training:schedule"), typed, follow=True)

    assert answer.status_code == 200
    assert "La session est annoncée" in text(answer)
    assert "mercredi 9\u00a0novembre 2016" in text(answer)
    assert Session.objects.get().starts_at == dt.datetime(2016, 11, 9, 13, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"uai": "0259999A"}, 422), ({"seats": "0"}, 422), ({"on": "hier"}, 422), ({"on": "2016-10-09"}, 409), ({"kind": "x"}, 422)],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, wrong, status):
    campaign, place = CampaignFactory(), SchoolFactory()
    client.force_login(actor_for(Role.DAN, campaign.academie).user)
    typed = {
        "campaign": campaign.pk,
        "kind": "ecosystem",
        "uai": place.uai,
        "on": "2016-11-09",
        "hour": "14:30",
        "seats": "24",
        **wrong,
    }

    answer = client.post(reverse("training:schedule"), typed)

    assert answer.status_code == status
    assert 'value="14:30"' in text(answer)
    assert not Session.objects.exists()


def test_each_place_of_work_sees_the_sessions_of_its_own_academie(client):
    session = announce()
    rennes = SchoolFactory(departement=DepartementFactory(ille_et_vilaine=True))
    for role, where, sees in (
        (Role.DIRECTOR, SchoolFactory(), True),
        (Role.ERUN, CirconscriptionFactory(), True),
        (Role.DSDEN, session.place.departement, True),
        (Role.DAN, session.academie, True),
        (Role.DIRECTOR, rennes, False),
    ):
        client.force_login(actor_for(role, where).user)
        assert (session.place.name in text(client.get(LIST))) is sees, role


def test_only_the_dane_is_offered_the_form(client):
    session = announce()
    client.force_login(actor_for(Role.DIRECTOR, session.place).user)

    assert reverse("training:schedule") not in text(client.get(LIST))
    assert client.get(reverse("training:schedule")).status_code == 403


def test_the_list_is_filtered_and_costs_the_same_at_ten_and_at_a_hundred(client):
    campaign, place = CampaignFactory(), SchoolFactory()
    client.force_login(actor_for(Role.DAN, campaign.academie).user)

    def fill(count):
        start = Session.objects.count()
        Session.objects.bulk_create(
            Session(
                academie=campaign.academie,
                campaign=campaign,
                kind=SessionKind.ECOSYSTEM,
                place=place,
                starts_at=STARTS + dt.timedelta(days=start + number),
                seats=10,
            )
            for number in range(count)
        )

    fill(10)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    fill(90)
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)

    assert len(few) == len(many) <= 12
    assert "Rien ne répond à ces filtres" in text(client.get(LIST, {"contenu": "pupils_start"}))
    assert "100" in text(client.get(LIST, {"q": place.uai}))
