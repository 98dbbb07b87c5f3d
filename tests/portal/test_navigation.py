"""The menu: every list a role may open is in it, on one line."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from plannumerique.organisations.enums import Role
from portal.navigation import navigation
from tests.factories import AcademieFactory, CollectiviteFactory, SchoolFactory, actor_for

pytestmark = pytest.mark.django_db


def entries_of(role, where):
    request = RequestFactory().get("/")
    request.actor = actor_for(role, where)
    request.user = request.actor.user
    return navigation(request).entries


def test_a_short_menu_is_flat():
    for role, where in ((Role.DIRECTOR, SchoolFactory()), (Role.EDITEUR, CollectiviteFactory())):
        entries = entries_of(role, where)
        assert not any(entry.children for entry in entries)
        assert reverse("deployments:classes") in [entry.url for entry in entries]


def test_a_long_menu_folds_its_groups_and_loses_nothing():
    entries = entries_of(Role.DAN, AcademieFactory())

    assert len(entries) <= 9
    found = [child.url for entry in entries for child in (entry.children or (entry,))]
    for name in (
        "portal:dossiers",
        "projects:sessions",
        "portal:pieces",
        "subsidies:payments",
        "portal:schools",
        "training:sessions",
    ):
        assert reverse(name) in found
    assert len(found) == len(set(found))
    assert not any(len(entry.children) == 1 for entry in entries)
