"""The machine of a convention, walked: every state, every move, every role."""

import datetime as dt
from decimal import Decimal

import pytest

from conventions import services
from conventions.enums import ConventionState as S
from conventions.models import Convention
from conventions.permissions import CONVENTION_MOVES
from conventions.rules import CbrSense, Deliberation, PastConvention
from plannumerique.journal.machine import moves_of
from plannumerique.journal.passages import passage
from plannumerique.organisations.enums import Level
from tests.factories import AT, CirconscriptionFactory
from tests.factories_conventions import (
    GIVEN,
    NOTIFIED,
    SETTLED,
    SIGNED_BY_COLLECTIVITE,
    SIGNED_BY_RECTEUR,
    ConventionFactory,
    draft_file,
)
from tests.factories_projects import CampaignFactory
from tests.walk import Machine, walk

CBR_STATES = (S.CBR_REQUESTED, S.CBR_GIVEN)


def build(state):
    """Nothing in the way: the délibération is already there where it may be, the copy signed by both where it must be."""
    deliberation = state in (S.NEGOTIATION, S.SETTLED, *CBR_STATES)
    return ConventionFactory(
        state=S(state),
        classes=1,
        deliberation=deliberation,
        signed_copy=state == S.SIGNED_RECTEUR,
        **({"dossier__campaign": low_threshold()} if state in CBR_STATES else {}),
    )


def build_above_the_threshold(state):
    return ConventionFactory(state=S(state), classes=1, dossier__campaign=low_threshold())


def low_threshold():
    return CampaignFactory(code="AAP-2016-SEUIL", rows__cbr_threshold=Decimal("1000"))


def where(convention, level: Level):
    school = convention.covered_schools.get().school
    if level is Level.CIRCONSCRIPTION and school.circonscription is None:
        school.circonscription = CirconscriptionFactory(departement=school.departement)
        school.save()
    return {
        Level.ACADEMIE: convention.campaign.academie,
        Level.DEPARTEMENT: school.departement,
        Level.CIRCONSCRIPTION: school.circonscription,
        Level.COLLECTIVITE: convention.dossier.collectivite,
        Level.SCHOOL: school,
    }[level]


def acting(service, **fields):
    return lambda row, who: service(convention_id=row.pk, actor=who, **fields)


def filing(service, **fields):
    return lambda row, who: service(convention_id=row.pk, actor=who, file=draft_file(who), **fields)


def take_over(row, who):
    """The move alone: the service that makes it opens the row that it moves (tests/portal/taking_over)."""
    with passage(Convention, row.pk, actor=who, may=CONVENTION_MOVES["take_over"], taken_over=True) as convention:
        funding = convention.funding()
        convention.take_over(
            past=PastConvention(
                reference="CONV-PAPIER-7",
                siret="21250001400017",
                subsidy_max=funding.total,
                deliberation=Deliberation(adopted_on=SETTLED, published_on=SETTLED, received_on=SETTLED),
                deliberation_number="2016-12",
                collectivite_signed_on=SIGNED_BY_COLLECTIVITE,
                collectivite_signatory="Dominique EXEMPLE",
                collectivite_capacity="maire",
                recteur_signed_on=SIGNED_BY_RECTEUR,
                recteur_signatory="Alix EXEMPLE",
                recteur_capacity="secrétaire générale",
            ),
            project_amount=funding.expense,
            subsidy_max=funding.total,
            resources_total=Decimal(500),
            entered_on=who.today,
        )


MACHINE = Machine(
    model=Convention,
    permissions=CONVENTION_MOVES,
    build=build,
    where=where,
    at=AT,
    call={
        "take_over": take_over,
        "negotiate": acting(services.negotiate),
        "settle": acting(services.settle),
        "receive_deliberation": acting(services.receive_deliberation),
        "sign_for_collectivite": filing(
            services.sign_for_collectivite, on=SIGNED_BY_COLLECTIVITE, signatory="Dominique EXEMPLE", capacity="maire"
        ),
        "sign_for_recteur": acting(
            services.sign_for_recteur, on=SIGNED_BY_RECTEUR, signatory="Alix EXEMPLE", capacity="secrétaire générale"
        ),
        "notify": acting(services.notify, on=NOTIFIED),
        "start_execution": acting(services.start_execution),
        "settle_up": acting(services.settle_up),
        "archive": acting(services.archive),
        "reopen_negotiation": acting(services.reopen_negotiation, comment="motif"),
        "set_deliberation_aside": acting(services.set_deliberation_aside, comment="motif"),
        "cancel_collectivite_signature": acting(services.cancel_collectivite_signature, comment="motif"),
        "cancel_recteur_signature": acting(services.cancel_recteur_signature, comment="motif"),
        "abandon": acting(services.abandon, comment="motif"),
        "terminate": acting(services.terminate, on=dt.date(2016, 10, 1), comment="motif"),
    },
)
ABOVE_THE_THRESHOLD = Machine(
    model=Convention,
    permissions=CONVENTION_MOVES,
    build=build_above_the_threshold,
    where=where,
    at=AT,
    call={
        "request_cbr": acting(services.request_cbr, on=GIVEN),
        "record_cbr_opinion": filing(services.record_cbr_opinion, sense=CbrSense.FAVOURABLE, on=GIVEN),
        "note_cbr_silence": acting(services.note_cbr_silence),
    },
)


def test_every_move_has_its_permission_and_is_walked():
    names = {one.name for one in moves_of(Convention)}

    assert names == set(CONVENTION_MOVES) == {*MACHINE.call, *ABOVE_THE_THRESHOLD.call}


@pytest.mark.django_db
@pytest.mark.parametrize("state", MACHINE.states)
def test_a_move_passes_exactly_when_the_table_says(state):
    walk(MACHINE, state)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ABOVE_THE_THRESHOLD.states)
def test_above_the_threshold_too(state):
    walk(ABOVE_THE_THRESHOLD, state)
