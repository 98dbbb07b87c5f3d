"""Mobile classes come with the notification of their convention: one for each class that it covers, once."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from deployments import services
from deployments.models import MobileClass
from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from tests.factories import actor_for
from tests.factories_subsidies import ConventionFactory

pytestmark = pytest.mark.django_db


def test_each_covered_class_has_its_mobile_class_with_the_date_of_the_convention():
    convention = ConventionFactory(costs=[["8000", "7500"], ["6333.33"]], classes_planned=False)
    actor = actor_for(Role.AGENT_DANE, convention.campaign.academie)

    planned = services.plan_classes(convention=convention, actor=actor)

    assert len(planned) == 3
    rows = MobileClass.objects.filter(convention=convention)
    covered = convention.covered_schools.values_list("school", "classes__number")
    assert set(rows.values_list("school", "number")) == set(covered)
    assert set(rows.values_list("state", "delivery_expected_on")) == {("planned", dt.date(2016, 12, 16))}
    assert JournalLine.objects.filter(subject_kind="deployments.mobileclass", act="open").count() == 3


def test_planning_twice_adds_nothing():
    convention = ConventionFactory(costs=[["8000", "8000"]], classes_planned=False)
    actor = actor_for(Role.DAN, convention.campaign.academie)
    services.plan_classes(convention=convention, actor=actor)

    assert services.plan_classes(convention=convention, actor=actor) == []
    assert MobileClass.objects.count() == 2


def test_a_collectivite_plans_nothing():
    convention = ConventionFactory(costs=[["8000"]], classes_planned=False)

    with pytest.raises(PermissionDenied):
        services.plan_classes(convention=convention, actor=actor_for(Role.EDITEUR, convention.dossier.collectivite))

    assert not MobileClass.objects.exists()
