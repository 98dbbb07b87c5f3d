"""A list kept under a name: its filters, its order, its columns; a person's own, so many at most."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from plannumerique.organisations.enums import Role
from portal.lists.saved_views import LISTS, MOST
from portal.models import SavedView
from tests.factories import AcademieFactory, UserFactory, actor_for
from tests.papers import at

pytestmark = pytest.mark.django_db

OCTOBER = at(dt.date(2016, 10, 10))
LISTING = "projects:applications"


@pytest.fixture(autouse=True)
def _october_2016(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: OCTOBER)


@pytest.fixture
def user(client):
    user = actor_for(Role.AGENT_DANE, AcademieFactory(), at=OCTOBER).user
    client.force_login(user)
    return user


def save(client, name="À instruire", query="etat=submitted&tri=-classes&colonne=uai&page=3&export=csv", listing=LISTING):
    return client.post(reverse("portal:save_view"), {"name": name, "query": query, "listing": listing})


def test_a_view_keeps_filters_order_and_columns_and_neither_page_nor_file(client, user):
    answer = save(client)

    kept = SavedView.objects.get()
    assert (kept.user, kept.name, kept.listing) == (user, "À instruire", LISTING)
    assert kept.query == "etat=submitted&tri=-classes&colonne=uai"
    assert answer["Location"] == kept.get_absolute_url() == f"/candidatures/?{kept.query}"


def test_a_filter_left_empty_is_not_part_of_the_view(client, user):
    save(client, query="q=&etat=submitted&phase=")

    assert SavedView.objects.get().query == "etat=submitted"
    current = client.get("/candidatures/?q=&etat=submitted").context["tools"].views
    assert [view.current for view in current] == [True]


def test_the_views_of_a_list_stand_above_it_and_the_present_one_is_told(client, user):
    save(client)
    save(client, name="Toutes", query="")
    save(client, name="Ailleurs", listing="portal:dossiers")

    tools = client.get(SavedView.objects.get(name="Toutes").get_absolute_url()).context["tools"]

    assert [(one.label, one.current) for one in tools.views] == [("Toutes", True), ("À instruire", False)]


def test_the_columns_of_a_view_are_those_that_the_export_proposes(client, user):
    save(client)

    page = client.get(SavedView.objects.get().get_absolute_url())

    assert [column.key for column, chosen in page.context["exports"].choices if chosen] == ["uai"]


@pytest.mark.parametrize("listing", LISTS)
def test_every_list_opens_with_its_tools(client, user, listing):
    answer = client.get(reverse(listing))

    assert answer.status_code == 200
    assert "Enregistrer cette vue" in answer.content.decode()


def test_the_same_name_twice_on_a_list_is_refused_with_what_was_typed(client, user):
    save(client)
    answer = save(client, query="etat=draft")

    assert answer.status_code == 409
    assert "Vous avez déjà une vue" in answer.content.decode()
    assert 'value="À instruire"' in answer.content.decode()
    assert SavedView.objects.get().query.startswith("etat=submitted")


@pytest.mark.parametrize("typed", [{"name": ""}, {"name": "x" * 61}, {"listing": "admin:index"}, {"query": "q=" + "x" * 1600}])
def test_what_cannot_be_kept_is_said(client, user, typed):
    assert save(client, **typed).status_code == 422
    assert not SavedView.objects.exists()


def test_a_person_keeps_so_many_views_and_no_more(client, user):
    SavedView.objects.bulk_create(SavedView(user=user, listing=LISTING, name=f"Vue {number}") for number in range(MOST))

    answer = save(client)

    assert answer.status_code == 409
    assert "supprimez-en une" in answer.content.decode()
    assert SavedView.objects.count() == MOST


def test_a_view_is_renamed_then_deleted(client, user):
    save(client)
    view = SavedView.objects.get()

    client.post(reverse("portal:rename_view", args=[view.pk]), {"name": "Déposées"})
    assert "Déposées" in client.get(reverse("portal:saved_views")).content.decode()
    client.post(reverse("portal:delete_view", args=[view.pk]))

    assert not SavedView.objects.exists()


def test_renaming_to_a_name_that_is_taken_is_refused(client, user):
    save(client)
    save(client, name="Autre")
    view = SavedView.objects.get(name="Autre")

    answer = client.post(reverse("portal:rename_view", args=[view.pk]), {"name": "À instruire"})

    assert answer.status_code == 409
    view.refresh_from_db()
    assert view.name == "Autre"


@pytest.mark.parametrize("name", ["portal:rename_view", "portal:delete_view"])
def test_the_view_of_another_person_is_a_404(client, user, name):
    save(client)
    view = SavedView.objects.get()
    client.force_login(actor_for(Role.DAN, AcademieFactory(), at=OCTOBER).user)

    assert client.post(reverse(name, args=[view.pk]), {"name": "Prise"}).status_code == 404
    assert SavedView.objects.get().name == "À instruire"
    assert "À instruire" not in client.get(reverse("portal:saved_views")).content.decode()


# --- Words that changed ---

renaming = import_module("portal.migrations.0003_words_of_lists")


@pytest.mark.parametrize(
    ("listing", "query", "now"),
    [
        ("projects:applications", "q=dole&state=submitted&tri=-classes", "q=dole&etat=submitted&tri=-classes"),
        ("subsidies:subsidies", "state=&held=on", "etat=&suspendues=on"),
        (
            "subsidies:payments",
            "state=paid&kind=solde&colonne=siret&colonne=montant",
            "etat=paid&nature=solde&colonne=siret&colonne=montant",
        ),
        ("subsidies:orders", "tri=-montant&colonne=ttc", "tri=-ttc&colonne=ttc"),
        ("conventions:conventions", "etat=draft&tri=montant", "etat=draft&tri=maximum"),
        ("portal:dossiers", "etape=solde&tri=verse", "etape=solde&tri=verse"),
    ],
)
def test_a_kept_view_follows_the_words_of_its_list_and_comes_back(listing, query, now):
    view = SavedView.objects.create(user=UserFactory(), listing=listing, name="La mienne", query=query)

    renaming.forward(apps, None)
    view.refresh_from_db()
    assert view.query == now

    renaming.backward(apps, None)
    view.refresh_from_db()
    assert view.query == query
