from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client

from plannumerique.accounts.locks import client_address
from plannumerique.accounts.models import User
from tests.factories import UserFactory

LOGIN = "/compte/connexion/"
PASSWORD = "une phrase assez longue"
PROXY, OFFICE, STRANGER = "10.0.0.1", "198.51.100.7", "203.0.113.9"


@pytest.fixture
def officer(db: None) -> User:
    user: User = UserFactory(email="claude@exemple.invalid")
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(address: str, *, username: str = "claude@exemple.invalid", password: str = PASSWORD) -> int:
    headers = {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": address}
    return Client(**headers).post(LOGIN, {"username": username, "password": password}).status_code


@pytest.mark.usefixtures("officer")
def test_a_stranger_behind_the_same_proxy_does_not_lock_an_officer_out(settings: Any) -> None:
    settings.PROXIES = 1
    assert [log_in(STRANGER, password="faux") for _ in range(10)][-1] == 429
    assert log_in(STRANGER) == 429
    assert log_in(OFFICE) == 302


@pytest.mark.usefixtures("officer")
def test_an_address_that_tries_every_account_is_stopped_and_no_other(settings: Any) -> None:
    settings.PROXIES = 1
    settings.ADDRESS_FAILURE_LIMIT = 20
    tries = [log_in(STRANGER, username=f"personne{number}@exemple.invalid", password="faux") for number in range(20)]
    assert (tries[18], tries[19]) == (422, 429)
    assert log_in(STRANGER) == 429
    assert log_in(OFFICE) == 302


@pytest.mark.usefixtures("officer")
def test_without_a_declared_proxy_a_forged_address_changes_nothing(settings: Any) -> None:
    settings.PROXIES = 0
    tries = [log_in(f"203.0.113.{number}", password="faux") for number in range(10)]
    assert tries[-1] == 429


@pytest.mark.usefixtures("officer")
def test_what_a_person_forges_before_our_proxy_changes_nothing(settings: Any) -> None:
    settings.PROXIES = 1
    tries = [log_in(f"192.0.2.{number}, {STRANGER}", password="faux") for number in range(10)]
    assert tries[-1] == 429


@pytest.mark.parametrize(
    ("proxies", "header", "found"),
    [
        (0, OFFICE, PROXY),
        (1, OFFICE, OFFICE),
        (1, f"{STRANGER}, {OFFICE}", OFFICE),
        (2, f"{STRANGER}, {OFFICE}, 10.0.0.2", OFFICE),
        (2, OFFICE, PROXY),
        (1, "", PROXY),
        (1, "pas une adresse", PROXY),
        (1, "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_address_is_the_one_that_our_outermost_proxy_saw(settings: Any, proxies: int, header: str, found: str) -> None:
    settings.PROXIES = proxies
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": header}
    assert client_address(request) == found


@pytest.mark.usefixtures("officer")
def test_the_page_of_the_lock_says_what_to_do(client: Client) -> None:
    for _ in range(10):
        response = client.post(LOGIN, {"username": "claude@exemple.invalid", "password": "faux"})
    html = response.content.decode()
    assert "vous connecte sans attendre" in html
    assert "prévenez l’administrateur" in html
