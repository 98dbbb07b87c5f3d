"""Adding a school, outside the transaction that tests usually run in: its mail is written with its line, or not at all."""

import pytest

from plannumerique.journal.machine import Refused
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from projects import services
from projects.models import Application
from tests.factories import MembershipFactory, SchoolFactory, actor_for
from tests.factories_projects import IN_PHASE, DossierFactory, PhaseFactory


@pytest.mark.django_db(transaction=True)
def test_the_school_is_told_with_its_line_or_not_at_all() -> None:
    dossier = DossierFactory()
    phase = PhaseFactory(campaign=dossier.campaign)
    school = SchoolFactory(collectivite=dossier.collectivite)
    MembershipFactory(director=True, school=school)
    editeur = actor_for(Role.EDITEUR, dossier.collectivite, at=IN_PHASE)

    services.add_application(dossier=dossier, phase=phase, school=school, actor=editeur)
    with pytest.raises(Refused):
        services.add_application(dossier=dossier, phase=phase, school=school, actor=editeur)

    assert Application.objects.count() == 1
    assert OutboxMail.objects.filter(kind="school_invited").count() == 1
