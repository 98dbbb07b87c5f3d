"""Moving from one stop of the demonstration to the next, in the browser."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from demonstration import journey, player, stories
from demonstration.stops import STOPS
from plannumerique import clock
from portal.models import DemoProgress, DemoStop
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SECOND = STOPS[1].isoformat()


@pytest.fixture(autouse=True)
def demo(settings: Any, tmp_path: Path) -> Any:
    settings.PORTAL_DEMO = True
    settings.PORTAL_TODAY = None
    settings.PORTAL_CLOCK_FILE = str(tmp_path / "clock")
    clock.shift_to(STOPS[0])
    return settings


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was handed to the workers; nobody takes it."""
    handed: list[Any] = []

    def publish(task: Any, *args: Any) -> bool:
        handed.append(task.name)
        return True

    monkeypatch.setattr("demonstration.views.publish", publish)
    return handed


@pytest.fixture
def one_story(monkeypatch: pytest.MonkeyPatch) -> None:
    (vesoul,) = (story for story in stories.stories() if story.key == "vesoul")
    monkeypatch.setattr(player, "everything", lambda: [vesoul])
    monkeypatch.setattr(player, "_lay_out_the_rest", lambda: None)


@pytest.fixture
def visitor(client: Client) -> Client:
    client.force_login(UserFactory())
    return client


def move_on(visitor: Client, stop: str = SECOND) -> Any:
    return visitor.post(reverse("demonstration:move_on", args=[stop]))


def test_the_page_shows_the_three_dates_and_where_we_are(visitor: Client) -> None:
    page = visitor.get(reverse("demonstration:stops")).content.decode()
    for stop in STOPS:
        assert f'id="{stop.isoformat()}"' in page
    assert page.count("Nous y sommes.") == 1
    assert reverse("demonstration:move_on", args=[SECOND]) in page
    assert reverse("demonstration:move_on", args=[STOPS[0].isoformat()]) not in page


def test_the_banner_leads_to_the_dates_to_come(visitor: Client) -> None:
    assert f'href="{reverse("demonstration:stops")}#{SECOND}"' in visitor.get("/").content.decode()
    clock.shift_to(STOPS[2])
    page = visitor.get("/").content.decode()
    assert f"#{SECOND}" not in page
    assert reverse("demonstration:stops") in page


def test_moving_on_is_handed_to_a_worker_and_shows_that_it_plays(visitor: Client, sent: list[Any]) -> None:
    assert move_on(visitor).headers["Location"] == reverse("demonstration:playing")
    assert sent == ["demonstration.tasks.play_asked_stops"]
    page = visitor.get(reverse("demonstration:playing"))
    assert "lecture en cours" in page.content.decode()
    assert "8\u00a0décembre 2016" in page.content.decode()
    assert page.headers["Refresh"] == "2"
    assert clock.today() == STOPS[0]


@pytest.mark.usefixtures("one_story")
def test_two_clicks_play_once(visitor: Client, sent: list[Any]) -> None:
    move_on(visitor)
    move_on(visitor)
    assert DemoStop.objects.count() == 1
    for _ in sent:
        journey.play_asked_stops()
    before = [step for step in player.everything()[0].steps if step.at.date() < STOPS[1]]
    assert DemoProgress.objects.get().played == len(before)
    assert clock.today() == STOPS[1]
    assert DemoStop.objects.get().reached_at is not None
    assert visitor.get(reverse("demonstration:playing")).headers["Location"] == reverse("demonstration:stops")


@pytest.mark.usefixtures("one_story")
def test_a_stop_asked_for_during_a_play_is_played_after_it(visitor: Client, sent: list[Any]) -> None:
    move_on(visitor)
    move_on(visitor, STOPS[2].isoformat())
    journey.play_asked_stops()
    assert clock.today() == STOPS[2]
    assert not DemoStop.objects.filter(reached_at=None).exists()


def test_what_halts_the_play_is_shown_with_a_way_to_go_on(
    visitor: Client, sent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls(*args: Any, **options: Any) -> None:
        raise OSError("disque plein")

    monkeypatch.setattr(player, "play", falls)
    move_on(visitor)
    with pytest.raises(OSError, match="disque plein"):
        journey.play_asked_stops()
    page = visitor.get(reverse("demonstration:playing"))
    assert "disque plein" in page.content.decode()
    assert "Reprendre" in page.content.decode()
    assert "Refresh" not in page.headers
    move_on(visitor)
    assert DemoStop.objects.get().trouble == ""
    assert len(sent) == 2


def test_a_play_that_nobody_took_says_so(visitor: Client, sent: list[Any]) -> None:
    move_on(visitor)
    DemoStop.objects.update(asked_at=timezone.now() - dt.timedelta(minutes=1))
    page = visitor.get(reverse("demonstration:playing"))
    assert "Aucun processus" in page.content.decode()
    assert "Refresh" not in page.headers


def test_without_a_broker_the_visitor_is_told_to_try_again(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demonstration.views.publish", lambda task: False)
    page = visitor.post(reverse("demonstration:move_on", args=[SECOND]), follow=True).content.decode()
    assert "Aucun processus ne répond" in page


def test_the_demonstration_never_goes_back(visitor: Client, sent: list[Any]) -> None:
    page = visitor.post(reverse("demonstration:move_on", args=[STOPS[0].isoformat()]), follow=True).content.decode()
    assert "ne revient pas en arrière" in page
    assert sent == []


@pytest.mark.parametrize("stop", ["2016-12-09", "demain", "2016-13-45"])
def test_another_date_is_not_a_stop(visitor: Client, sent: list[Any], stop: str) -> None:
    assert move_on(visitor, stop).status_code == 404
    assert sent == []


def test_moving_on_is_a_posted_act(visitor: Client, sent: list[Any]) -> None:
    assert visitor.get(reverse("demonstration:move_on", args=[SECOND])).status_code == 405
    assert sent == []


def test_a_person_who_has_not_entered_moves_nothing(client: Client, sent: list[Any]) -> None:
    assert reverse("accounts:login") in move_on(client).headers["Location"]
    assert sent == []


def test_nothing_of_this_exists_elsewhere(visitor: Client, sent: list[Any], settings: Any) -> None:
    settings.PORTAL_DEMO = False
    assert visitor.get(reverse("demonstration:stops")).status_code == 404
    assert visitor.get(reverse("demonstration:playing")).status_code == 404
    assert move_on(visitor).status_code == 404
    assert sent == []


def test_dossiers_that_visitors_took_elsewhere_are_named(visitor: Client) -> None:
    DemoProgress.objects.create(story="ornans", played=3, left="Récit laissé : ornans, déjà traité.")
    assert "ornans, déjà traité" in visitor.get(reverse("demonstration:stops")).content.decode()
