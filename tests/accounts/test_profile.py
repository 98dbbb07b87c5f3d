import datetime as dt
from typing import Any

import pytest
from django.test import Client

from plannumerique.organisations.enums import Role
from tests.factories import AcademieFactory, MembershipFactory, UserFactory


@pytest.fixture
def on_10_october(settings: Any) -> None:
    settings.PORTAL_DEMO = True
    settings.PORTAL_CLOCK_FILE = ""
    settings.PORTAL_TODAY = dt.date(2016, 10, 10)


@pytest.mark.django_db
@pytest.mark.usefixtures("on_10_october")
def test_a_person_reads_what_she_may_do_since_when_and_until_when(client: Client) -> None:
    user = UserFactory()
    academie = AcademieFactory(name="Besançon")
    MembershipFactory(user=user, role=Role.DAN, academie=academie, starts_on=dt.date(2016, 9, 1), ends_on=dt.date(2017, 8, 31))
    MembershipFactory(
        user=user, role=Role.RECTEUR, academie=academie, starts_on=dt.date(2015, 1, 1), ends_on=dt.date(2016, 10, 9)
    )
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    html = client.get("/compte/mon-compte/").content.decode()
    for words in ("Délégué académique au numérique (DAN)", "académie de Besançon", "01/09/2016", "31/08/2017 inclus"):
        assert words in html
    assert "Recteur" not in html


@pytest.mark.django_db
@pytest.mark.usefixtures("on_10_october")
def test_a_person_without_any_role_reads_whom_to_ask(client: Client) -> None:
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    html = client.get("/compte/mon-compte/").content.decode()
    assert "Aucune habilitation n’est en vigueur le lundi 10\u00a0octobre 2016" in html
