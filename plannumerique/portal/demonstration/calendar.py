"""What happens by itself between the stops: the nights when reminders leave, and the territory of 1 January 2017."""

import datetime as dt

from plannumerique.organisations.actor import Actor
from plannumerique.portal import nightly
from plannumerique.portal.demonstration import reference
from plannumerique.portal.demonstration.scene import Scene
from plannumerique.portal.demonstration.story import Story

FIRST_NIGHT, LAST_NIGHT = dt.date(2016, 6, 1), dt.date(2017, 3, 30)


def calendar() -> Story:
    """Every weekday has its night: which of them send something is the campaign's business."""
    story = Story("portail", "", 0, [], 0)
    day = FIRST_NIGHT
    while day <= LAST_NIGHT:
        if day == dt.date(2017, 1, 2):
            story.step("2017-01-02", "04:00", "", enter_2017).tell("EPCI et communes du 1er janvier 2017")
        if day.weekday() < 5:
            story.step(day.isoformat(), "06:00", "", send_reminders)
        day += dt.timedelta(days=1)
    return story


def send_reminders(scene: Scene, actor: Actor) -> None:
    nightly.run(at=actor.at)


def enter_2017(scene: Scene, actor: Actor) -> None:
    reference.import_territory_of_2017()
