"""The DANE asks for the opinions by a day: the IEN and the DSI are told, and find the day on their homes."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from plannumerique.journal.machine import Refused
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from portal.home.todo import todo_of
from projects import services
from projects.enums import OpinionKind, OpinionSense
from projects.models import Application
from tests.factories import CirconscriptionFactory, actor_for
from tests.factories_projects import IN_PHASE, ApplicationFactory

pytestmark = pytest.mark.django_db
DUE = dt.date(2016, 6, 15)


@pytest.fixture
def application():
    application = ApplicationFactory(submitted=True)
    school = application.school
    school.circonscription = CirconscriptionFactory(departement=school.departement, email="ce.ien@exemple.invalid")
    school.save()
    return application


def dane_of(application):
    return actor_for(Role.AGENT_DANE, application.campaign.academie, at=IN_PHASE)


def ask(application, actor=None, due_on=DUE):
    return services.request_opinions(application_id=application.pk, actor=actor or dane_of(application), due_on=due_on)


def test_each_service_is_told_once_and_finds_the_day_on_its_home(application):
    ien = actor_for(Role.IEN, application.school.circonscription, at=IN_PHASE)
    dsi = actor_for(Role.DSI, application.campaign.academie, at=IN_PHASE)

    ask(application)

    mails = {mail.kind: mail for mail in OutboxMail.objects.all()}
    assert mails["opinion_requested_ien"].to == [ien.user.email, "ce.ien@exemple.invalid"]
    assert mails["opinion_requested_dsi"].to == [dsi.user.email]
    assert "15 juin 2016" in mails["opinion_requested_ien"].text.replace("\u00a0", " ")
    for actor in (ien, dsi):
        (task,) = [one for one in todo_of(actor, deadlines=[]) if one.label.startswith("Rendre l’avis")]
        assert [line.due for line in task.lines] == [DUE]


def test_an_opinion_already_given_is_not_asked_again(application):
    dsi = actor_for(Role.DSI, application.campaign.academie, at=IN_PHASE)
    services.give_opinion(application=application, actor=dsi, kind=OpinionKind.DSI, sense=OpinionSense.FAVOURABLE, text="")

    ask(application)
    assert {mail.kind for mail in OutboxMail.objects.all()} == {"opinion_requested_ien"}

    ien = actor_for(Role.IEN, application.school.circonscription, at=IN_PHASE)
    services.give_opinion(application=application, actor=ien, kind=OpinionKind.IEN, sense=OpinionSense.FAVOURABLE, text="")
    with pytest.raises(Refused, match="déjà rendus"):
        ask(application)


def test_a_day_that_is_past_and_a_line_that_is_not_open_to_opinions_are_refused(application):
    with pytest.raises(Refused):
        ask(application, due_on=IN_PHASE.date() - dt.timedelta(days=1))
    with pytest.raises(PermissionDenied):
        ask(ApplicationFactory(written=True))
    with pytest.raises(PermissionDenied):
        ask(application, actor=actor_for(Role.EDITEUR, application.dossier.collectivite, at=IN_PHASE))

    assert Application.objects.get(pk=application.pk).opinions_due_on is None
    assert not OutboxMail.objects.exists()


def test_the_page_asks_for_the_day_and_keeps_what_was_typed(client, application, monkeypatch):
    monkeypatch.setattr("plannumerique.clock.now", lambda: IN_PHASE)
    client.force_login(dane_of(application).user)
    url = reverse("projects:request_opinions", args=[application.pk])

    wrong = client.post(url, {"due_on": "15/06/1816", "comment": "Merci d’avance.", "seen": application.version})
    right = client.post(url, {"due_on": "15/06/2016", "comment": "Merci d’avance.", "seen": application.version})

    assert wrong.status_code == 422
    assert "Merci d’avance." in wrong.content.decode()
    assert right.status_code == 302
    assert "15\u00a0juin 2016" in client.get(application.get_absolute_url()).content.decode()
