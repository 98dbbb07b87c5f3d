import pytest

from plannumerique.journal.machine import Refused
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from portal.acts.reminding import remind
from tests.factories import actor_for
from tests.factories_subsidies import COMPLETE_ON, EquipmentSubsidyFactory, at


@pytest.mark.django_db
def test_a_reminder_that_nobody_would_read_is_refused_and_says_so():
    dossier = EquipmentSubsidyFactory(to_complete=True).convention.dossier
    type(dossier.collectivite).objects.update(email="")
    dane = actor_for(Role.AGENT_DANE, dossier.campaign.academie, at=at(COMPLETE_ON))

    with pytest.raises(Refused, match="n’a ni compte ni adresse de contact"):
        remind(dossier_id=dossier.pk, actor=dane)

    assert not OutboxMail.objects.exists()
