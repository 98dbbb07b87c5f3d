"""The machine of an application, walked: every state, every move, every role."""

import datetime as dt

import pytest

from plannumerique.journal.machine import moves_of
from plannumerique.journal.passages import passage
from plannumerique.organisations.enums import Level, Role
from projects import services
from projects.enums import Anchor, ApplicationState
from projects.models import Application
from projects.permissions import APPLICATION_MOVES
from tests.factories import CirconscriptionFactory, actor_for
from tests.factories_projects import IN_PHASE, ApplicationFactory
from tests.walk import Machine, walk

DECISION = {"on": dt.date(2016, 6, 1), "selection_list": "liste d’exemple"}
TRAITS = {
    ApplicationState.DRAFT: {"written": True},
    ApplicationState.SUBMITTED: {"submitted": True},
    ApplicationState.TO_COMPLETE: {"to_complete": True},
    ApplicationState.ADMISSIBLE: {"admissible": True},
    ApplicationState.INADMISSIBLE: {"submitted": True, "state": ApplicationState.INADMISSIBLE},
    ApplicationState.WAITING_LIST: {"waiting": True},
    ApplicationState.RETAINED: {"retained": True},
    ApplicationState.NOT_RETAINED: {"submitted": True, "state": ApplicationState.NOT_RETAINED},
    ApplicationState.CONTRACTED: {"contracted": True},
    ApplicationState.ABANDONED: {"written": True, "state": ApplicationState.ABANDONED},
}


def build(state: str) -> Application:
    return ApplicationFactory(**TRAITS[ApplicationState(state)])


def where(application: Application, level: Level):
    school = application.school
    if level is Level.CIRCONSCRIPTION and school.circonscription is None:
        school.circonscription = CirconscriptionFactory(departement=school.departement)
        school.save()
    return {
        Level.ACADEMIE: application.campaign.academie,
        Level.DEPARTEMENT: school.departement,
        Level.CIRCONSCRIPTION: school.circonscription,
        Level.COLLECTIVITE: application.dossier.collectivite,
        Level.SCHOOL: school,
    }[level]


def acting(service, **fields):
    return lambda row, who: service(application_id=row.pk, actor=who, **fields)


def take_over(row, who):
    """The move alone: the service that makes it opens the row that it moves (tests/portal/taking_over)."""
    with passage(Application, row.pk, actor=who, may=APPLICATION_MOVES["take_over"], taken_over=True) as application:
        application.take_over(**DECISION, entered_on=who.today)


TAKEN_OVER = Machine(
    model=Application,
    permissions=APPLICATION_MOVES,
    build=lambda state: ApplicationFactory(**TRAITS[ApplicationState(state)], taken_over_on=DECISION["on"]),
    where=where,
    at=IN_PHASE,
    call={"cancel_take_over": acting(services.cancel_take_over, comment="motif")},
)
MACHINE = Machine(
    model=Application,
    permissions=APPLICATION_MOVES,
    build=build,
    where=where,
    at=IN_PHASE,
    call={
        "take_over": take_over,
        "submit": acting(services.submit),
        "withdraw": acting(services.withdraw),
        "request_completion": acting(
            services.request_completion,
            seen=1,
            points=[services.Point(Anchor.WIFI, "motif")],
            due_on=dt.date(2016, 6, 10),
        ),
        "complete": acting(services.complete),
        "admit": acting(services.admit),
        "declare_inadmissible": acting(services.declare_inadmissible, comment="motif"),
        "reopen": acting(services.reopen, comment="motif"),
        "retain": acting(services.retain, classes=2, **DECISION),
        "put_on_waiting_list": acting(services.put_on_waiting_list, **DECISION),
        "set_aside": acting(services.set_aside, comment="motif", **DECISION),
        "revise_selection": acting(services.revise_selection, comment="motif"),
        "abandon": acting(services.abandon, comment="motif"),
    },
)


def test_every_move_has_its_permission():
    assert {one.name for one in moves_of(Application)} == set(APPLICATION_MOVES)


@pytest.mark.django_db
@pytest.mark.parametrize("state", MACHINE.states)
def test_a_move_passes_exactly_when_the_table_says(state):
    walk(MACHINE, state)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [ApplicationState.RETAINED, ApplicationState.CONTRACTED, ApplicationState.ABANDONED])
def test_a_take_over_is_cancelled_before_its_convention_alone(state):
    walk(TAKEN_OVER, state)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in ApplicationState if state != ApplicationState.RETAINED])
def test_only_a_retained_application_enters_a_convention(state):
    application = build(state)
    dane = actor_for(Role.AGENT_DANE, application.campaign.academie, at=IN_PHASE)

    with pytest.raises(Exception, match=r"n’est (pas|pas encore|plus) possible"):
        services.contract(application_id=application.pk, actor=dane)

    assert Application.objects.get(pk=application.pk).state == state
