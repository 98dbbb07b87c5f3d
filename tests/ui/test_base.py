import datetime as dt
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client

from plannumerique.ui.pieces import NavEntry, Navigation
from tests.factories import UserFactory

LOGIN = "/compte/connexion/"


def page(client: Client, path: str = LOGIN) -> str:
    return client.get(path).content.decode().replace("&nbsp;", "\u00a0")


def menu(request: HttpRequest) -> Navigation:
    """A menu as a room above would build it."""
    return Navigation(
        entries=(NavEntry("Dossiers", "/dossiers/", count=3), NavEntry("Connexion", LOGIN)),
        footer=(NavEntry("Accessibilité", "/accessibilite/"),),
        banner=(NavEntry("Changer de date", "/date/"),),
    )


@pytest.fixture
def with_menu(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PORTAL_NAVIGATION = "plannumerique.ui.pieces.menu"
    monkeypatch.setattr("plannumerique.ui.pieces.menu", menu, raising=False)


@pytest.mark.django_db
def test_a_page_is_french_titled_and_can_be_skipped_to_its_content(client: Client) -> None:
    html = page(client)
    assert '<html lang="fr"' in html
    assert "<title>Connexion – Plan numérique pour l’école</title>" in html
    assert '<a class="fr-link" href="#contenu">Contenu</a>' in html
    assert '<main id="contenu"' in html


@pytest.mark.django_db
def test_a_page_with_errors_says_it_in_its_title(client: Client) -> None:
    html = client.post(LOGIN, {"username": "", "password": ""}).content.decode()
    assert "<title>Erreur – Connexion – Plan numérique pour l’école</title>" in html


@pytest.mark.django_db
def test_an_ordinary_installation_shows_no_banner(client: Client, settings: Any) -> None:
    settings.PORTAL_DEMO = False
    settings.PORTAL_TODAY = None
    assert "Démonstration" not in page(client)


@pytest.mark.django_db
def test_a_demonstration_says_so_and_says_its_date(client: Client, settings: Any) -> None:
    settings.PORTAL_DEMO = True
    settings.PORTAL_CLOCK_FILE = ""
    settings.PORTAL_TODAY = dt.date(2016, 10, 10)
    assert "Démonstration\u00a0: nous sommes le lundi 10\u00a0octobre 2016" in page(client)
    settings.PORTAL_TODAY = None
    html = page(client)
    assert "Démonstration" in html
    assert "nous sommes" not in html


@pytest.mark.django_db
@pytest.mark.usefixtures("with_menu")
def test_the_menu_the_footer_and_the_banner_come_from_the_rooms_above(client: Client, settings: Any) -> None:
    settings.PORTAL_DEMO = True
    html = page(client)
    assert '<a class="fr-nav__link" href="/dossiers/">Dossiers (3)</a>' in html
    assert f'<a class="fr-nav__link" href="{LOGIN}" aria-current="page">Connexion</a>' in html
    assert 'href="/accessibilite/">Accessibilité</a>' in html
    assert 'href="/date/">Changer de date</a>' in html


@pytest.mark.django_db
def test_who_is_connected_is_shown_with_a_button_to_leave(client: Client) -> None:
    client.force_login(UserFactory(first_name="Claude", last_name="EXEMPLE"))
    html = page(client, "/compte/mon-compte/")
    assert "Claude EXEMPLE" in html
    assert '<form method="post" action="/compte/deconnexion/">' in html


@pytest.mark.django_db
def test_what_surrounds_a_page_costs_no_query_to_a_visitor(client: Client, settings: Any, django_assert_num_queries: Any) -> None:
    settings.PORTAL_DEMO = False
    with django_assert_num_queries(0):
        page(client)


@pytest.mark.django_db
def test_nothing_claims_more_or_less_than_what_is_known_of_accessibility(client: Client) -> None:
    assert "conforme" not in page(client)
