"""The pages of the mobile classes, through the client: the board, the class, the reception on a telephone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deployments.models import MobileClass
from plannumerique.organisations.enums import Role
from tests.factories import AT, CollectiviteFactory, SchoolFactory, actor_for
from tests.factories_deployments import MobileClassFactory
from tests.factories_subsidies import ConventionFactory

pytestmark = pytest.mark.django_db
BOARD = "/classes-mobiles/"


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: AT)


def log_in(client, role, organisation):
    client.force_login(actor_for(role, organisation).user)


def text(answer):
    return answer.content.decode()


def test_a_director_finds_her_own_classes_and_no_other(client):
    hers, other = MobileClassFactory(), MobileClassFactory()
    log_in(client, Role.DIRECTOR, hers.school)

    answer = client.get(BOARD)

    assert answer.status_code == 200
    assert "Mes classes mobiles" in text(answer)
    assert hers.school.name in text(answer)
    assert other.school.name not in text(answer)


def test_the_page_of_a_class_says_where_it_stands_and_offers_the_reception(client):
    mobile_class = MobileClassFactory()
    log_in(client, Role.DIRECTOR, mobile_class.school)

    answer = client.get(mobile_class.get_absolute_url())

    assert "livraison au plus tard le 16\u00a0décembre 2016" in text(answer)
    assert f'href="{reverse("deployments:receive", args=[mobile_class.pk])}"' in text(answer)


def test_a_reception_is_recorded_from_the_form(client):
    mobile_class = MobileClassFactory()
    log_in(client, Role.DIRECTOR, mobile_class.school)
    url = reverse("deployments:receive", args=[mobile_class.pk])
    assert 'value="2016-10-10"' in text(client.get(url))

    answer = client.post(url, {"on": "2016-10-07", "delivery_note": "BL 77", "reservations": "", "seen": "1"}, follow=True)

    assert answer.status_code == 200
    assert "La réception est enregistrée" in text(answer)
    assert "dans l’école depuis le 7\u00a0octobre 2016" in text(answer)
    assert MobileClass.objects.get().delivery_note == "BL 77"


@pytest.mark.parametrize(("typed", "status"), [("2016-13-45", 422), ("", 422), ("2016-10-11", 409), ("2016-08-29", 409)])
def test_a_bad_date_is_explained_and_what_was_typed_stays(client, typed, status):
    mobile_class = MobileClassFactory()
    log_in(client, Role.DIRECTOR, mobile_class.school)

    answer = client.post(
        reverse("deployments:receive", args=[mobile_class.pk]),
        {"on": typed, "delivery_note": "BL 77", "reservations": "Deux chargeurs manquent.", "seen": "1"},
    )

    assert answer.status_code == status
    assert "BL 77" in text(answer)
    assert "Deux chargeurs manquent." in text(answer)
    assert MobileClass.objects.get().state == "planned"


def test_a_stale_page_says_who_was_first_and_keeps_what_was_typed(client):
    mobile_class = MobileClassFactory()
    log_in(client, Role.DIRECTOR, mobile_class.school)
    url = reverse("deployments:receive", args=[mobile_class.pk])
    client.post(url, {"on": "2016-10-07", "delivery_note": "", "reservations": "", "seen": "1"})

    answer = client.post(url, {"on": "2016-10-06", "delivery_note": "BL 99", "reservations": "", "seen": "1"})

    assert answer.status_code == 409
    assert "Déjà traité par" in text(answer)
    assert "BL 99" in text(answer)


def test_a_foreign_collectivite_and_a_foreign_school_find_nothing(client):
    mobile_class = MobileClassFactory()
    for role, where in ((Role.EDITEUR, CollectiviteFactory()), (Role.DIRECTOR, SchoolFactory())):
        log_in(client, role, where)
        for name in ("mobile_class", "receive", "renounce"):
            assert client.get(reverse(f"deployments:{name}", args=[mobile_class.pk])).status_code == 404


def test_the_daf_reads_the_class_and_may_not_record_its_reception(client):
    mobile_class = MobileClassFactory()
    log_in(client, Role.VALIDEUR_DAF, mobile_class.thread.academie)

    assert client.get(mobile_class.get_absolute_url()).status_code == 200
    refused = client.get(reverse("deployments:receive", args=[mobile_class.pk]))
    assert refused.status_code == 403
    assert "Cette action revient à" in text(refused)


def test_the_board_is_filtered_by_state_and_by_words(client):
    waiting, received = MobileClassFactory(), MobileClassFactory(received=True)
    log_in(client, Role.DAN, waiting.thread.academie)

    assert waiting.school.name not in text(client.get(BOARD, {"etat": "received"}))
    found = text(client.get(BOARD, {"q": received.school.uai}))
    assert received.school.name in found
    assert waiting.school.name not in found
    assert client.get(BOARD, {"etat": "disparue"}).status_code == 422
    assert client.get(BOARD, {"page": "abc"}).status_code == 404


@pytest.mark.parametrize("order", ["ecole", "-collectivite", "etat", "attendue", "-recue"])
def test_every_column_of_the_board_sorts(client, order):
    mobile_class = MobileClassFactory()
    log_in(client, Role.DAN, mobile_class.thread.academie)

    assert client.get(BOARD, {"tri": order}).status_code == 200


def test_the_board_costs_the_same_at_ten_and_at_a_hundred_classes(client):
    convention = ConventionFactory(costs=[["8000"] * 2] * 5)
    log_in(client, Role.DAN, convention.campaign.academie)
    with CaptureQueriesContext(connection) as few:
        client.get(BOARD)
    ConventionFactory(costs=[["8000"] * 3] * 30)

    with CaptureQueriesContext(connection) as many:
        answer = client.get(BOARD)

    assert MobileClass.objects.count() == 100
    assert len(few) == len(many) <= 12
    assert len(answer.content) < 100 * 1024
