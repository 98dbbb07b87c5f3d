from typing import Any

import pytest
from django.core import mail
from django.test import Client

from plannumerique.accounts.models import User
from plannumerique.organisations.enums import Role
from tests.factories import AcademieFactory, MembershipFactory, UserFactory

USERS = "/administration/accounts/user/"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def superuser(client: Client, db: None) -> User:
    user: User = UserFactory(superuser=True)
    client.force_login(user, backend=BACKEND)
    return user


@pytest.fixture
def administrator(client: Client, db: None) -> User:
    """Opens accounts for the others, without being a superuser."""
    user: User = UserFactory(staff=True)
    MembershipFactory(user=user, role=Role.ADMINISTRATOR, academie=AcademieFactory())
    client.force_login(user, backend=BACKEND)
    return user


def send(client: Client, address: str, **typed: str) -> Any:
    """Fill the page as a browser does: the lines below the account (her roles) come back as they stand."""
    below = [inline.formset for inline in client.get(address).context["inline_admin_formsets"]]
    hidden = {
        f"{one.prefix}-{name}_FORMS": str(one.management_form[f"{name}_FORMS"].value())
        for one in below
        for name in ("TOTAL", "INITIAL")
    }
    return client.post(address, {**hidden, **typed})


@pytest.mark.usefixtures("superuser")
def test_an_account_is_opened_without_a_password_and_its_owner_invited(client: Client) -> None:
    response = send(client, f"{USERS}add/", email="Noa@exemple.invalid", first_name="Noa", last_name="EXEMPLE", is_active="on")
    assert response.status_code == 302, response.context["errors"]
    noa = User.objects.get(email="noa@exemple.invalid")
    assert not noa.has_usable_password()
    assert [message.to for message in mail.outbox] == [["noa@exemple.invalid"]]


@pytest.mark.usefixtures("superuser")
def test_an_address_has_one_account_whatever_its_capitals(client: Client) -> None:
    UserFactory(email="noa@exemple.invalid")
    response = send(client, f"{USERS}add/", email="NOA@exemple.invalid", first_name="Noa", last_name="EXEMPLE")
    assert response.status_code == 200
    assert "Cette adresse a déjà un compte." in response.content.decode()


@pytest.mark.usefixtures("superuser")
def test_a_password_never_passes_through_the_administration(client: Client) -> None:
    noa = UserFactory(email="noa@exemple.invalid")
    html = client.get(f"{USERS}{noa.pk}/change/").content.decode()
    assert 'name="password"' not in html
    assert noa.password not in html


@pytest.mark.usefixtures("superuser")
def test_a_link_is_sent_again_from_the_list_to_open_accounts_only(client: Client) -> None:
    noa, closed = UserFactory(email="noa@exemple.invalid"), UserFactory(is_active=False)
    client.post(USERS, {"action": "send_links", "_selected_action": [noa.pk, closed.pk]})
    assert [message.to for message in mail.outbox] == [["noa@exemple.invalid"]]


@pytest.mark.usefixtures("superuser")
def test_an_account_is_never_deleted(client: Client) -> None:
    noa = UserFactory()
    assert client.post(f"{USERS}{noa.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=noa.pk).exists()


@pytest.mark.usefixtures("administrator")
def test_an_administrator_gives_nobody_the_administration(client: Client) -> None:
    noa = UserFactory(email="noa@exemple.invalid", first_name="Noa", last_name="EXEMPLE")
    data = {
        "email": noa.email,
        "first_name": "Noé",
        "last_name": "EXEMPLE",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
    }
    assert send(client, f"{USERS}{noa.pk}/change/", **data).status_code == 302
    noa.refresh_from_db()
    assert (noa.first_name, noa.is_staff, noa.is_superuser) == ("Noé", False, False)


@pytest.mark.usefixtures("administrator")
def test_an_administrator_cannot_take_over_a_superuser(client: Client) -> None:
    chief = UserFactory(superuser=True, email="chef@exemple.invalid")
    data = {"email": "autre@exemple.invalid", "first_name": "X", "last_name": "Y", "is_active": "on"}
    assert client.post(f"{USERS}{chief.pk}/change/", data).status_code == 403
    chief.refresh_from_db()
    assert chief.email == "chef@exemple.invalid"


@pytest.mark.django_db
def test_wrong_passwords_are_counted_in_the_administration_too_whatever_the_capitals(client: Client) -> None:
    UserFactory(superuser=True, email="chef@exemple.invalid")
    for spelling in ("chef@exemple.invalid", "Chef@exemple.invalid") * 5:
        response = client.post("/administration/login/", {"username": spelling, "password": "faux"})
    assert response.status_code == 429


@pytest.mark.django_db
def test_the_administration_is_shut_to_people_who_are_not_of_the_staff(client: Client) -> None:
    client.force_login(UserFactory(), backend=BACKEND)
    response = client.get(USERS)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/administration/login/")
