import datetime as dt
from typing import Any

import pytest
from django.test import Client

from plannumerique.accounts.models import User
from tests.factories import UserFactory

LOGIN = "/compte/connexion/"
PASSWORD = "une phrase assez longue"


@pytest.fixture
def claude(db: None) -> User:
    user: User = UserFactory(email="claude@exemple.invalid", first_name="Claude")
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client: Client, *, username: str = "claude@exemple.invalid", password: str = PASSWORD, **more: str) -> Any:
    return client.post(LOGIN, {"username": username, "password": password, **more})


def connected(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.usefixtures("claude")
@pytest.mark.parametrize("typed", ["claude@exemple.invalid", "Claude@Exemple.INVALID", "  claude@exemple.invalid "])
def test_the_address_and_the_password_open_the_portal_whatever_the_capitals(client: Client, typed: str) -> None:
    response = log_in(client, username=typed)
    assert response.status_code == 302
    assert response.headers["Location"] == "/"
    assert connected(client)


@pytest.mark.usefixtures("claude")
def test_a_wrong_password_is_said_and_the_address_stays_typed(client: Client) -> None:
    response = log_in(client, password="faux")
    html = response.content.decode()
    assert response.status_code == 422
    assert "n’est pas le bon, ou ce compte est fermé" in html
    assert 'value="claude@exemple.invalid"' in html
    assert "faux" not in html
    assert not connected(client)


@pytest.mark.django_db
def test_an_unknown_address_gets_the_same_answer_as_a_wrong_password(client: Client) -> None:
    response = log_in(client, username="personne@exemple.invalid")
    assert response.status_code == 422
    assert "n’est pas le bon, ou ce compte est fermé" in response.content.decode()


def test_a_closed_account_does_not_open_and_a_session_under_way_ends(client: Client, claude: User) -> None:
    client.force_login(claude, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/compte/mon-compte/").status_code == 200
    claude.is_active = False
    claude.save()
    assert client.get("/compte/mon-compte/").status_code == 302
    assert log_in(client).status_code == 422
    assert client.get("/compte/mon-compte/").status_code == 302


@pytest.mark.parametrize("data", [{}, {"username": "claude@exemple.invalid"}, {"username": "a\x00b@c.fr", "password": "x"}])
def test_what_is_missing_or_unreadable_is_asked_again(client: Client, db: None, data: dict[str, str]) -> None:
    assert client.post(LOGIN, data).status_code == 422


@pytest.mark.usefixtures("claude")
def test_ten_wrong_passwords_suspend_the_account_and_say_for_how_long(client: Client) -> None:
    for spelling in ("claude@exemple.invalid", "CLAUDE@exemple.invalid") * 5:
        response = log_in(client, username=spelling, password="faux")
    assert response.status_code == 429
    html = response.content.decode().replace("&nbsp;", "\u00a0")
    assert "suspendue pendant 15\u00a0minutes" in html
    assert "Après 10 mots de passe faux" in html

    assert log_in(client).status_code == 429
    assert not connected(client)


@pytest.mark.usefixtures("claude")
def test_the_lock_of_one_account_leaves_the_others_open(client: Client) -> None:
    UserFactory(email="noa@exemple.invalid")
    for _ in range(10):
        log_in(client, username="noa@exemple.invalid", password="faux")
    assert log_in(client).status_code == 302


@pytest.mark.usefixtures("claude")
def test_the_page_that_was_asked_for_comes_after_the_log_in(client: Client) -> None:
    assert client.get("/compte/mon-compte/").headers["Location"] == f"{LOGIN}?next=/compte/mon-compte/"
    assert 'name="next" value="/compte/mon-compte/"' in client.get(f"{LOGIN}?next=/compte/mon-compte/").content.decode()
    assert log_in(client, next="/compte/mon-compte/").headers["Location"] == "/compte/mon-compte/"


@pytest.mark.usefixtures("claude")
@pytest.mark.parametrize("elsewhere", ["https://exemple.org/", "//exemple.org/", "javascript:alert(1)", "http:///exemple.org"])
def test_a_log_in_never_leads_out_of_the_portal(client: Client, elsewhere: str) -> None:
    assert log_in(client, next=elsewhere).headers["Location"] == "/"


def test_leaving_is_a_posted_act(client: Client, claude: User) -> None:
    client.force_login(claude, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/compte/deconnexion/").status_code == 405
    assert connected(client)
    assert client.post("/compte/deconnexion/").headers["Location"] == "/"
    assert not connected(client)


@pytest.mark.django_db
def test_leaving_twice_is_no_trap(client: Client) -> None:
    assert client.post("/compte/deconnexion/").headers["Location"] == "/"


def test_a_connected_person_is_not_asked_to_log_in_again(client: Client, claude: User) -> None:
    client.force_login(claude, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(LOGIN).headers["Location"] == "/"


@pytest.mark.django_db
def test_a_session_lasts_by_the_real_clock_when_the_demonstration_is_in_2016(client: Client, claude: User, settings: Any) -> None:
    settings.PORTAL_DEMO = True
    settings.PORTAL_CLOCK_FILE = ""
    settings.PORTAL_TODAY = dt.date(2016, 10, 10)
    assert log_in(client).status_code == 302
    assert client.get("/compte/mon-compte/").status_code == 200
