"""What belongs to no dossier: the nights when reminders leave, the session of selection, the territory of 1 January 2017."""

import datetime as dt
from decimal import Decimal

from demonstration import reference
from demonstration.acts import selecting
from demonstration.scene import Scene
from demonstration.story import Story
from plannumerique.organisations.actor import Actor
from portal import nightly

FIRST_NIGHT, LAST_NIGHT = dt.date(2016, 6, 1), dt.date(2017, 3, 30)


def calendar() -> Story:
    """Every weekday has its night: which of them send something is the campaign's business."""
    story = Story("portail", "", 0, [], 0)
    session = dt.date(2016, 6, 30)
    day = FIRST_NIGHT
    while day <= LAST_NIGHT:
        if day == dt.date(2017, 1, 2):
            story.step("2017-01-02", "04:00", "", enter_2017).tell("EPCI et communes du 1er janvier 2017")
        if day.weekday() < 5:
            story.step(day.isoformat(), "06:00", "", send_reminders)
        if day == session:
            _hold_session(story, day.isoformat())
        day += dt.timedelta(days=1)
    return story


def _hold_session(story: Story, day: str) -> None:
    story.step(day, "09:00", "dane", selecting.open_session, envelope=Decimal("300000"))
    story.step(day, "10:00", "dane", selecting.mark_candidates)
    story.step(day, "11:00", "dan", selecting.mark_candidates)
    story.step(day, "15:00", "dane", selecting.try_selection).tell("séance de sélection")


def send_reminders(scene: Scene, actor: Actor) -> None:
    nightly.run(at=actor.at)


def enter_2017(scene: Scene, actor: Actor) -> None:
    reference.import_territory_of_2017()
