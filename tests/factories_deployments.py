"""Situations of mobile classes: one school, one class, its convention notified on 30 August 2016."""

import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from conventions.models import CoveredClass
from deployments.enums import MobileClassState
from deployments.models import MobileClass
from tests.factories import UserFactory
from tests.factories_subsidies import ConventionFactory

RECEIVED_ON = dt.date(2016, 10, 3)


class MobileClassFactory(DjangoModelFactory):
    """A class that its school waits for; `MobileClassFactory(convention=convention)` takes the first one not yet planned."""

    class Meta:
        model = MobileClass

    class Params:
        received = factory.Trait(
            state=MobileClassState.RECEIVED,
            received_on=RECEIVED_ON,
            received_by=factory.SubFactory(UserFactory),
            delivery_note="BL-2016-1003",
        )
        certified = factory.Trait(received=True, certified_on=dt.date(2016, 10, 14))
        renounced = factory.Trait(state=MobileClassState.RENOUNCED)

    convention = factory.SubFactory(ConventionFactory, costs=[["8000"]], classes_planned=False, in_execution=True)
    thread = factory.LazyAttribute(lambda one: one.convention.thread)
    school = factory.LazyAttribute(lambda one: one.covered_class.covered_school.school)
    number = factory.LazyAttribute(lambda one: one.covered_class.number)
    delivery_expected_on = factory.LazyAttribute(lambda one: one.convention.deployment_until)
    version = 1

    @factory.lazy_attribute
    def covered_class(self: Any) -> CoveredClass:
        free = CoveredClass.objects.filter(covered_school__convention=self.convention, mobile_class__isnull=True)
        return free.select_related("covered_school__school").order_by("pk")[0]
