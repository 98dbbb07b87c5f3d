"""The campaign whose dossiers were begun on paper, and who takes them over."""

import pytest

from plannumerique.organisations.enums import Role
from portal.taking_over.entered import NothingToEnter
from subsidies.models import EquipmentSubsidy
from tests.factories import actor_for
from tests.portal.taking_over.settled import confirm
from tests.taken_over import NOW, entered, past_campaign


@pytest.fixture(autouse=True)
def _in_the_middle_of_the_campaign(monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: NOW)


@pytest.fixture
def campaign():
    return past_campaign()


@pytest.fixture
def dane(campaign):
    return actor_for(Role.AGENT_DANE, campaign.academie, at=NOW)


@pytest.fixture
def gestionnaire(campaign):
    return actor_for(Role.GESTIONNAIRE_DAF, campaign.academie, at=NOW)


@pytest.fixture
def valideur(campaign):
    return actor_for(Role.VALIDEUR_DAF, campaign.academie, at=NOW)


@pytest.fixture
def bring(campaign, dane, gestionnaire, valideur):
    """The same workbook brought by each in turn, every payment confirmed, until nobody has anything left to enter."""

    def walk(*lines):
        for _ in range(4):
            for who in (dane, gestionnaire):
                try:
                    entered(campaign, *lines, by=who)
                except NothingToEnter:
                    continue
            confirm(valideur)
        return EquipmentSubsidy.objects.get()

    return walk
