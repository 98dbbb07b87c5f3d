"""A campaign is data: AAP 2016 and ENIR 2018 are two rows of the same code."""

from decimal import Decimal

import pytest

from plannumerique.journal.machine import Refused
from projects import services
from projects.campaign_templates import AAP_2016, ENIR_2018, TEMPLATES
from projects.enums import DeadlineCode
from projects.models import Campaign
from projects.rules import ClassExpense, provisional_subsidy
from tests.factories import AcademieFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_makes_a_whole_campaign(name):
    campaign = services.open_campaign(TEMPLATES[name], academie=AcademieFactory())

    campaign = Campaign.objects.get(pk=campaign.pk)
    assert campaign.current_terms().as_rule().max_units_per_school >= 1
    assert campaign.phases.exists()
    assert campaign.deadline(DeadlineCode.JUSTIFICATION) is not None
    assert campaign.texts.exists()


def test_the_same_code_twice_in_an_academie_is_refused():
    academie = AcademieFactory()
    services.open_campaign(AAP_2016, academie=academie)

    with pytest.raises(Refused, match="a déjà une campagne AAP-2016"):
        services.open_campaign(AAP_2016, academie=academie)


def test_the_figures_of_a_campaign_come_from_its_rows_alone():
    """9 000 € for one class: 4 000 € in AAP 2016 (capped at 8 000), 4 500 € in ENIR 2018 (capped at 14 000 a school)."""
    academie = AcademieFactory()
    subsidies = {}
    for template in (AAP_2016, ENIR_2018):
        terms = services.open_campaign(template, academie=academie).current_terms().as_rule()
        subsidies[template.code] = provisional_subsidy([ClassExpense("0250018J", 1, Decimal("9000.00"))], terms=terms).total

    assert subsidies == {"AAP-2016": Decimal("4000.00"), "ENIR-2018": Decimal("4500.00")}


def test_the_last_day_to_justify_in_2016_is_friday_14_october():
    campaign = services.open_campaign(AAP_2016, academie=AcademieFactory())

    deadline = campaign.deadline(DeadlineCode.JUSTIFICATION)

    assert deadline.label == "au plus tard le vendredi 14\u00a0octobre 2016"
