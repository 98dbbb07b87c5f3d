"""The factories describe what the database accepts, and what the people they invent may do."""

import datetime as dt

import pytest

from plannumerique.lib.identifiers import check_siren, check_siret, check_uai
from plannumerique.organisations.enums import LEVEL_OF_ROLE, CollectiviteKind, Role
from plannumerique.organisations.models import School
from tests.factories import (
    AT,
    AcademieFactory,
    CirconscriptionFactory,
    CollectiviteFactory,
    DepartementFactory,
    MembershipFactory,
    SchoolFactory,
    actor_for,
    siren,
    siret,
    uai,
)

pytestmark = pytest.mark.django_db


def test_identifiers_of_the_factories_carry_their_right_key() -> None:
    assert uai(18) == "0250018J"
    for number in (0, 1, 9_999, 12_345):
        assert check_uai(uai(number, departement="02A")).startswith("620")
        assert check_siren(siren(number))
        assert check_siret(siret(siren(number)))


@pytest.mark.parametrize("role", LEVEL_OF_ROLE)
def test_each_role_has_a_trait_of_its_level(role: Role) -> None:
    membership = MembershipFactory(**{role.value: True})
    membership.full_clean()
    actor = actor_for(role, membership.organisation)
    assert actor.ids(LEVEL_OF_ROLE[role], [role]) == {membership.organisation.pk}


@pytest.mark.parametrize("kind", ["epci", "syndicat", "department", "dissolved"])
def test_collectivites_of_every_kind_are_valid(kind: str) -> None:
    CollectiviteFactory(**{kind: True}).full_clean()


@pytest.mark.parametrize("situation", ["college", "private", "closing", "closed"])
def test_schools_in_every_situation_are_valid(situation: str) -> None:
    SchoolFactory(**{situation: True}).full_clean()


def test_a_school_lies_in_the_departement_of_its_collectivite() -> None:
    jura = DepartementFactory(jura=True)
    school: School = SchoolFactory(departement=jura)
    assert school.collectivite.departement == jura
    assert school.uai.startswith("039")
    assert SchoolFactory(collectivite=school.collectivite).departement == jura
    assert SchoolFactory(college=True, departement=jura).collectivite.kind == CollectiviteKind.DEPARTEMENT


def test_places_are_created_once() -> None:
    assert AcademieFactory() == AcademieFactory()
    assert CirconscriptionFactory().departement == CirconscriptionFactory().departement
    assert DepartementFactory(ille_et_vilaine=True).academie == AcademieFactory(rennes=True)


def test_a_person_may_hold_two_roles_and_loses_one_that_has_ended() -> None:
    first = actor_for(Role.EDITEUR)
    both = actor_for(Role.DIRECTOR, user=first.user)
    assert both.holds(Role.EDITEUR)
    assert both.holds(Role.DIRECTOR)
    assert not actor_for(Role.DAN, ends_on=dt.date(2016, 8, 31), at=AT).holds(Role.DAN)


def test_a_school_is_named_in_a_sentence_without_saying_school_twice() -> None:
    assert School(name="École primaire Ferry", commune_name="Ornans").in_words == "école primaire Ferry (Ornans)"
    assert School(name="Groupe scolaire Ferry", commune_name="Ornans").in_words == "école Groupe scolaire Ferry (Ornans)"
