"""Invitations, memberships that end, and the opening of an académie."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.urls import resolve
from django.utils.http import urlsafe_base64_decode

from plannumerique.accounts.models import User
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level, Role
from plannumerique.organisations.models import Academie, Departement, Membership
from plannumerique.organisations.services import end_membership, hand_over, invite, open_academie
from tests.factories import (
    AT,
    AcademieFactory,
    CollectiviteFactory,
    DepartementFactory,
    MembershipFactory,
    SchoolFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2016, 10, 10)
WHO = {"first_name": "Camille", "last_name": "EXEMPLE"}


def owner_of(link: str) -> User:
    """The person that the link lets in: its path is that of the invitation, its token is good."""
    match = resolve(link.removeprefix(settings.PORTAL_URL))
    user = User.objects.get(pk=urlsafe_base64_decode(match.kwargs["uidb64"]).decode())
    assert match.view_name == "accounts:invitation"
    assert default_token_generator.check_token(user, match.kwargs["token"])
    return user


# --- Inviting ---


def test_inviting_somebody_new_opens_an_account_without_a_password() -> None:
    school = SchoolFactory()
    invitation = invite(" Camille@Exemple.invalid", role=Role.DIRECTOR, organisation=school, starts_on=MONDAY, **WHO)
    user = owner_of(invitation.link)
    assert user == invitation.user
    assert (user.email, user.has_usable_password(), user.is_staff) == ("camille@exemple.invalid", False, False)
    assert Actor.of(user, at=AT).ids(Level.SCHOOL, [Role.DIRECTOR]) == {school.pk}


def test_a_person_who_has_a_password_receives_a_role_and_no_link() -> None:
    user = UserFactory(password="un mot de passe d’exemple")
    invitation = invite(user.email, role=Role.EDITEUR, organisation=CollectiviteFactory(), starts_on=MONDAY)
    assert (invitation.user, invitation.link) == (user, "")


def test_inviting_twice_gives_one_membership_and_a_link_again() -> None:
    academie = AcademieFactory()
    first = invite("dan@exemple.invalid", role=Role.DAN, organisation=academie, starts_on=MONDAY, **WHO)
    second = invite("dan@exemple.invalid", role=Role.DAN, organisation=academie, starts_on=MONDAY)
    assert second.membership == first.membership
    assert owner_of(second.link) == first.user
    other = invite("dan@exemple.invalid", role=Role.AGENT_DANE, organisation=academie, starts_on=MONDAY)
    assert other.membership != first.membership


def test_an_administrator_enters_the_administration() -> None:
    assert invite(
        "a@exemple.invalid", role=Role.ADMINISTRATOR, organisation=AcademieFactory(), starts_on=MONDAY, **WHO
    ).user.is_staff


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"role": Role.SIGNATAIRE}, "dans une seule organisation"),
        ({"ends_on": dt.date(2016, 10, 9)}, "La fin d’une habilitation ne peut précéder son début."),
        ({"email": "camille"}, "adresse"),
        ({"first_name": "", "last_name": ""}, "vide"),
    ],
)
def test_an_invitation_that_means_nothing_writes_nothing(wrong: dict[str, Any], sentence: str) -> None:
    asked = {
        "email": "camille@exemple.invalid",
        "role": Role.DIRECTOR,
        "organisation": SchoolFactory(),
        "starts_on": MONDAY,
        **WHO,
    }
    asked |= wrong
    with pytest.raises(ValidationError) as refusal:
        invite(asked.pop("email"), **asked)
    assert any(sentence in message for message in refusal.value.messages)
    assert not User.objects.exists()
    assert not Membership.objects.exists()


# --- Ending, handing over ---


def test_a_membership_lasts_through_its_last_day() -> None:
    held = MembershipFactory(director=True)
    end_membership(held, on=MONDAY)
    assert Membership.objects.in_force(MONDAY).filter(pk=held.pk).exists()
    assert not Membership.objects.in_force(MONDAY + dt.timedelta(days=1)).filter(pk=held.pk).exists()


def test_an_ended_membership_may_end_sooner_but_not_begin_again() -> None:
    held = MembershipFactory(director=True, ends_on=MONDAY)
    with pytest.raises(ValidationError, match="déjà terminée depuis le 10/10/2016"):
        end_membership(held, on=MONDAY + dt.timedelta(days=1))
    assert end_membership(held, on=dt.date(2016, 9, 1)).ends_on == dt.date(2016, 9, 1)


def test_a_membership_cannot_end_before_it_began() -> None:
    with pytest.raises(ValidationError, match="ne peut précéder son début"):
        end_membership(MembershipFactory(director=True, starts_on=MONDAY), on=dt.date(2016, 10, 9))


def test_a_new_director_takes_over_and_the_mailbox_stays() -> None:
    former = MembershipFactory(director=True, capacity="Directeur")
    mailbox = MembershipFactory(director=True, school=former.school)
    invitation = hand_over(former, to="nouvelle@exemple.invalid", on=MONDAY, capacity="Directrice", **WHO)
    former.refresh_from_db()
    mailbox.refresh_from_db()
    assert (former.ends_on, mailbox.ends_on) == (dt.date(2016, 10, 9), None)
    assert (invitation.membership.school, invitation.membership.capacity) == (former.school, "Directrice")
    assert owner_of(invitation.link).email == "nouvelle@exemple.invalid"
    in_force = Membership.objects.in_force(MONDAY).filter(school=former.school)
    assert set(in_force) == {mailbox, invitation.membership}


def test_a_hand_over_that_fails_ends_nothing() -> None:
    former = MembershipFactory(director=True)
    with pytest.raises(ValidationError):
        hand_over(former, to="sans adresse", on=MONDAY, **WHO)
    former.refresh_from_db()
    assert former.ends_on is None


# --- Opening an académie ---


OPENING = {
    "address": "10 rue de la Convention\n25030 Besançon Cedex",
    "city": "Besançon",
    "dane_email": "dane@exemple.invalid",
    "daf_email": "daf@exemple.invalid",
    "head": "le recteur",
    "tribunal": "tribunal administratif de Besançon",
    "tribunal_address": "30 rue Charles-Nodier, 25000 Besançon",
    "comptable": "Directeur régional des finances publiques d’exemple",
    "administrator_email": "camille@exemple.invalid",
    "administrator_first_name": "Camille",
    "administrator_last_name": "EXEMPLE",
    "on": MONDAY,
}


def test_an_academie_opens_with_its_departements_and_its_first_administrator() -> None:
    opened = open_academie("3", **OPENING)
    assert (opened.academie.code, str(opened.academie)) == ("03", "académie de Besançon")
    assert list(opened.academie.departements.values_list("code", "name")) == [
        ("025", "Doubs"),
        ("039", "Jura"),
        ("070", "Haute-Saône"),
        ("090", "Territoire de Belfort"),
    ]
    user = owner_of(opened.administrator.link)
    assert user.is_staff
    assert Actor.of(user, at=AT).ids(Level.ACADEMIE, [Role.ADMINISTRATOR]) == {opened.academie.pk}


def test_an_academie_of_before_a_merger_is_told() -> None:
    opened = open_academie("05", **OPENING, name="Caen", departements=[("14", "Calvados"), ("50", "Manche"), ("61", "Orne")])
    assert list(opened.academie.departements.values_list("code", flat=True)) == ["014", "050", "061"]


@pytest.mark.parametrize(
    ("code", "different", "sentence"),
    [
        ("99", {"name": "Ailleurs"}, "Aucun département n’est connu pour l’académie de code 99"),
        ("03", {"dane_email": "dane"}, "adresse"),
        (
            "03",
            {"departements": [("35", "Ille-et-Vilaine")]},
            "Le département Ille-et-Vilaine (35) est déjà dans l’académie de Rennes.",
        ),
        ("14", {}, "L’académie de Rennes est déjà ouverte."),
        ("03", {"administrator_email": "camille"}, "adresse"),
    ],
)
def test_an_opening_that_is_refused_leaves_nothing(code: str, different: dict[str, Any], sentence: str) -> None:
    rennes = DepartementFactory(ille_et_vilaine=True).academie
    with pytest.raises(ValidationError) as refusal:
        open_academie(code, **{**OPENING, **different})
    assert any(sentence in message for message in refusal.value.messages)
    assert list(Academie.objects.all()) == [rennes]
    assert Departement.objects.count() == 1
    assert not User.objects.exists()


def test_every_departement_of_the_national_table_can_be_opened() -> None:
    for code in ("27", "28", "32", "70"):
        open_academie(code, **{**OPENING, "administrator_email": f"camille{code}@exemple.invalid"})
    for departement in Departement.objects.all():
        departement.full_clean()
