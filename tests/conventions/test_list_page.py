"""The list of conventions: what it shows of each, how it narrows, what it costs."""

import pytest
from django.urls import reverse

from conventions.models import Convention
from tests.conventions.pages_in_august import NOW, as_dane, plain
from tests.factories_conventions import ConventionFactory
from tests.factories_projects import DossierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_august(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: NOW)


def test_the_list_shows_state_amount_and_what_is_awaited(client):
    convention = ConventionFactory(settled=True)
    as_dane(client, convention)

    page = plain(client.get(reverse("conventions:conventions")))

    assert convention.dossier.collectivite.name in page
    assert "Projet arrêté" in page
    assert "12 000,00 €" in page
    assert "signature au plus tard le mercredi 31 août 2016" in page


def test_the_list_is_narrowed_by_state_and_by_words(client):
    settled, draft = ConventionFactory(settled=True), ConventionFactory(dossier__collectivite__name="Échay")
    as_dane(client, settled)

    def found(**query):
        answer = client.get(reverse("conventions:conventions"), query)
        return [row for row, *_ in answer.context["lines"]]

    assert found(etat="draft") == [draft]
    assert found(q="echay") == [draft]
    assert found(q=settled.reference) == [settled]
    assert found(q="introuvable") == []


@pytest.mark.parametrize(("query", "status"), [("?page=abc", 404), ("?page=2", 404), ("?tri=nimporte", 404), ("?etat=xyz", 422)])
def test_a_wrong_address_of_the_list_is_explained(client, query, status):
    convention = ConventionFactory()
    as_dane(client, convention)

    assert client.get(reverse("conventions:conventions") + query).status_code == status


def test_the_list_costs_the_same_at_10_and_at_100(client, django_assert_max_num_queries):
    convention = ConventionFactory(settled=True)
    as_dane(client, convention)
    counts = []
    for size in (10, 100):
        while Convention.objects.count() < size:
            dossier = DossierFactory(campaign=convention.campaign)
            Convention.objects.create(
                dossier=dossier, thread=dossier.thread, campaign=dossier.campaign, terms=convention.terms, version=1
            )
        with django_assert_max_num_queries(12) as captured:
            answer = client.get(reverse("conventions:conventions"))
        assert len(answer.content) < 100 * 1024
        counts.append(len(captured))

    assert counts[0] == counts[1]
