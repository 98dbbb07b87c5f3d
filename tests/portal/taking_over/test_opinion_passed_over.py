"""An unfavourable opinion that was passed over before the portal: its date and its motives, or nothing."""

import datetime as dt

import pytest

from conventions.models import Convention
from plannumerique.journal.machine import Refused
from tests.factories import SchoolFactory
from tests.portal.taking_over.settled import plain
from tests.taken_over import SIGNED, a_line, entered, line_of, read

pytestmark = pytest.mark.django_db

OVERRULED = {
    "cbr_received_on": "01/03/2016",
    "cbr_sense": "défavorable",
    "cbr_given_on": "10/03/2016",
    "cbr_overruled_on": "18/03/2016",
    "cbr_overruled_motive": "Le programme national retient ces écoles.",
}


def above_the_threshold(**cells):
    """Thirty-two classes at 8 000 €: 256 000 €, above the 250 000 € of the campaign; written on one line a school."""
    college, first = SchoolFactory(college=True), SchoolFactory()
    schools = [first, *(SchoolFactory(collectivite=first.collectivite) for _ in range(10))]
    convention = {**SIGNED, "subsidy_max": "128000", **cells}
    whole = [a_line(one, college, stage="") for one in schools[:-1]]
    whole.append(a_line(schools[-1], college, "8000", "8000", stage=""))
    siret = a_line(first, college, **convention)["siret"]
    whole[0] |= convention | {"siret": siret}
    return whole


def test_an_unfavourable_opinion_passed_over_keeps_its_date_and_motives(campaign, dane):
    entered(campaign, *above_the_threshold(**OVERRULED), by=dane)

    convention = Convention.objects.get()
    assert (convention.state, convention.cbr_sense) == ("signed_recteur", "unfavourable")
    assert (convention.cbr_given_on, convention.cbr_overruled_on) == (dt.date(2016, 3, 10), dt.date(2016, 3, 18))
    assert convention.cbr_overruled_motive == "Le programme national retient ces écoles."


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"cbr_overruled_on": "", "cbr_overruled_motive": ""}, "passer outre par une décision écrite"),
        ({"cbr_overruled_on": "09/03/2016"}, "ne peut le précéder"),
        ({"cbr_overruled_on": "31/03/2016"}, "passer outre par une décision écrite"),
        ({"cbr_sense": "favorable"}, "il n’y avait pas à passer outre"),
        ({"cbr_sense": "", "cbr_given_on": ""}, "il n’y avait pas à passer outre"),
    ],
)
def test_a_passing_over_that_breaks_a_rule_is_refused_whole(campaign, dane, cells, sentence):
    with pytest.raises(Refused) as refused:
        entered(campaign, *above_the_threshold(**OVERRULED | cells), by=dane)

    assert sentence in plain(refused.value)
    assert not Convention.objects.exists()


def test_a_visa_refused_is_not_passed_over(campaign, dane):
    campaign.cbr_nature = "visa"
    campaign.save()

    with pytest.raises(Refused, match="ne peut pas passer outre"):
        entered(campaign, *above_the_threshold(**OVERRULED), by=dane)
    assert not Convention.objects.exists()


def test_below_the_threshold_there_is_nothing_to_pass_over(campaign, dane):
    with pytest.raises(Refused, match="ne dépasse pas le seuil"):
        entered(campaign, line_of(SIGNED, **OVERRULED), by=dane)


def test_the_motives_without_the_date_are_named(campaign):
    reading = read(campaign, line_of(SIGNED, **OVERRULED | {"cbr_overruled_on": ""}))

    assert [fault.head for fault in reading.faults] == ["CBR : passé outre le"]
