"""A school with several classes has one application: what a convention does to it, it does once."""

import pytest

from conventions import services
from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from projects.models import Application
from tests.factories import actor_for
from tests.factories_conventions import SIGNED_BY_RECTEUR, ConventionFactory

pytestmark = pytest.mark.django_db


def acts_on(application: Application, name: str) -> int:
    return JournalLine.objects.filter(subject_kind="projects.application", subject_id=application.pk, act=name).count()


def test_a_signature_contracts_once_the_application_of_three_classes() -> None:
    convention = ConventionFactory(signed_collectivite=True, classes=3)
    (application,) = Application.objects.all()
    services.sign_for_recteur(
        convention_id=convention.pk,
        actor=actor_for(Role.RECTEUR, convention.thread.academie),
        on=SIGNED_BY_RECTEUR,
        signatory="Alix EXEMPLE",
        capacity="secrétaire générale d’académie",
    )
    assert acts_on(application, "contract") == 1


def test_removing_a_school_releases_its_application_once() -> None:
    convention = ConventionFactory(negotiation=True, schools=2, classes=3)
    removed = convention.covered_schools.order_by("pk").first()
    services.remove_school(
        convention_id=convention.pk,
        covered_school_id=removed.pk,
        actor=actor_for(Role.AGENT_DANE, convention.thread.academie),
        comment="École fermée à la rentrée.",
    )
    assert acts_on(Application.objects.get(school=removed.school), "cover") == 1
