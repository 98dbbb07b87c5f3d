import datetime as dt
from typing import Any

import pytest
from django.test import Client

from demonstration.accounts import SHOWN_OF_A_ROLE
from plannumerique.accounts.models import User
from plannumerique.organisations.enums import Role
from tests.factories import AcademieFactory, MembershipFactory, UserFactory

LOGIN = "/compte/connexion/"


@pytest.fixture
def dan(db: None) -> User:
    user: User = UserFactory(email="dan@demo.invalid", first_name="Claude", last_name="EXEMPLE")
    MembershipFactory(
        user=user, role=Role.DAN, academie=AcademieFactory(), starts_on=dt.date(2016, 1, 1), ends_on=dt.date(2016, 12, 31)
    )
    return user


@pytest.fixture
def demo(settings: Any) -> Any:
    settings.PORTAL_DEMO = True
    settings.PORTAL_CLOCK_FILE = ""
    settings.PORTAL_TODAY = dt.date(2016, 10, 10)
    return settings


def enter(client: Client, user: User, **data: str) -> Any:
    return client.post(f"/demonstration/entrer/{user.pk}/", data)


@pytest.mark.usefixtures("demo")
def test_a_visitor_enters_as_one_of_the_invented_people(client: Client, dan: User) -> None:
    html = client.get(LOGIN).content.decode()
    assert "Entrer comme Claude EXEMPLE" in html
    assert "Délégué académique au numérique (DAN)" in html

    assert enter(client, dan).headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(dan.pk)


@pytest.mark.usefixtures("demo")
def test_entering_leads_to_the_page_that_was_asked_for_and_never_elsewhere(client: Client, dan: User) -> None:
    assert enter(client, dan, next="/compte/mon-compte/").headers["Location"] == "/compte/mon-compte/"
    assert enter(client, dan, next="https://exemple.org/").headers["Location"] == "/"


def test_a_role_that_has_ended_is_not_announced(client: Client, dan: User, demo: Any) -> None:
    demo.PORTAL_TODAY = dt.date(2017, 3, 1)
    html = client.get(LOGIN).content.decode()
    assert "Sans habilitation à cette date" in html
    assert "Délégué académique" not in html


def test_outside_a_demonstration_nobody_enters_without_a_password(client: Client, dan: User, settings: Any) -> None:
    settings.PORTAL_DEMO = False
    settings.PORTAL_TODAY = None
    assert enter(client, dan).status_code == 404
    assert "_auth_user_id" not in client.session
    assert "Entrer comme" not in client.get(LOGIN).content.decode()


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    "account", [{"email": "vraie.personne@exemple.invalid"}, {"email": "ferme@demo.invalid", "is_active": False}]
)
def test_a_demonstration_opens_only_its_own_open_accounts(client: Client, db: None, account: dict[str, Any]) -> None:
    assert enter(client, UserFactory(**account)).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("demo")
def test_entering_is_a_posted_act(client: Client, dan: User) -> None:
    assert client.get(f"/demonstration/entrer/{dan.pk}/").status_code == 405
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
def test_enough_accounts_of_each_role_are_shown_at_the_cost_of_one(client: Client, django_assert_max_num_queries: Any) -> None:
    academie = AcademieFactory()
    for number in range(SHOWN_OF_A_ROLE + 2):
        user = UserFactory(email=f"p{number}@demo.invalid")
        MembershipFactory(user=user, role=Role.AGENT_DANE, academie=academie)
    MembershipFactory(user=UserFactory(email="dernier@demo.invalid", first_name="Ange"), role=Role.DAN, academie=academie)
    with django_assert_max_num_queries(3):
        html = client.get(LOGIN).content.decode()
    assert html.count("Entrer comme") == SHOWN_OF_A_ROLE + 1
    assert "Entrer comme Ange" in html
