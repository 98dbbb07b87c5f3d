"""The machine of a mobile class, walked: every state, every move, every role."""

import pytest

from deployments import services
from deployments.models import MobileClass
from deployments.permissions import MOBILE_CLASS_MOVES
from plannumerique.journal.machine import moves_of
from plannumerique.organisations.enums import Level, Role
from tests.factories import AT, CirconscriptionFactory, actor_for
from tests.factories_deployments import MobileClassFactory
from tests.walk import Machine, walk

OWN_RECORD = (Role.DIRECTOR, Role.ERUN)


def build(state):
    return MobileClassFactory(**({} if state == "planned" else {state: True}))


def where(mobile_class, level: Level):
    school = mobile_class.school
    if level is Level.CIRCONSCRIPTION and school.circonscription is None:
        school.circonscription = CirconscriptionFactory(departement=school.departement)
        school.save()
    return {
        Level.ACADEMIE: mobile_class.thread.academie,
        Level.DEPARTEMENT: school.departement,
        Level.CIRCONSCRIPTION: school.circonscription,
        Level.COLLECTIVITE: mobile_class.thread.collectivite,
        Level.SCHOOL: school,
    }[level]


def acting(service, **fields):
    return lambda row, who: service(mobile_class_id=row.pk, actor=who, **fields)


MACHINE = Machine(
    model=MobileClass,
    permissions=MOBILE_CLASS_MOVES,
    build=build,
    where=where,
    at=AT,
    call={
        "receive": acting(services.receive, on=AT.date()),
        "cancel_reception": acting(services.cancel_reception, comment="Motif d’exemple."),
        "renounce": acting(services.renounce, comment="Motif d’exemple."),
        "reinstate": acting(services.reinstate, comment="Motif d’exemple."),
    },
)


@pytest.mark.django_db
@pytest.mark.parametrize("state", MACHINE.states)
def test_a_move_passes_exactly_when_the_table_says_so(state):
    # A school and its ERUN cancel what they recorded themselves: that part of the permission has its own tests.
    walk(MACHINE, state, but={("cancel_reception", role) for role in OWN_RECORD})


def test_the_walk_forgets_no_move():
    assert set(MACHINE.call) == {one.name for one in moves_of(MobileClass)} == set(MOBILE_CLASS_MOVES)


@pytest.mark.django_db
def test_the_erun_of_another_circonscription_is_a_stranger():
    mobile_class = MobileClassFactory()
    erun = actor_for(Role.ERUN, CirconscriptionFactory())
    assert not MOBILE_CLASS_MOVES["receive"](erun, mobile_class)
