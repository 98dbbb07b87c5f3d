"""Who works where: accounts by invitation, memberships that begin and end, and the opening of an académie."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models, transaction

from plannumerique.accounts.models import User
from plannumerique.accounts.services import create_account, invitation_link
from plannumerique.lib.text import typeset
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Role
from plannumerique.organisations.imports.territory import departement_code, departements_of_france
from plannumerique.organisations.models import Academie, Departement, Membership


@dataclass(frozen=True, slots=True)
class Invitation:
    """A membership, and the link by which its holder chooses a password; no link for a person who already has hers."""

    membership: Membership
    link: str

    @property
    def user(self) -> User:
        return self.membership.user


@dataclass(frozen=True, slots=True)
class OpenedAcademie:
    academie: Academie
    administrator: Invitation


@transaction.atomic
def invite(
    email: str,
    *,
    role: Role,
    organisation: models.Model,
    starts_on: dt.date,
    first_name: str = "",
    last_name: str = "",
    ends_on: dt.date | None = None,
    capacity: str = "",
    delegation: str = "",
) -> Invitation:
    """Give a role in an organisation to the person of that address, whose account is opened if she has none.

    Asked twice, it gives the same membership. Raises ValidationError with French sentences: unreadable address, name
    missing, a role that is not held in this kind of organisation, an end before the start.
    """
    user = _account(email, first_name=first_name, last_name=last_name)
    asked = Membership(
        user=user,
        role=role,
        capacity=capacity,
        delegation=delegation,
        starts_on=starts_on,
        ends_on=ends_on,
        **{_field_of(organisation): organisation},
    )
    held = _already_held(asked)
    if held is None:
        asked.full_clean()
        asked.save()
    open_administration(user)
    return Invitation(held or asked, "" if user.has_usable_password() else invitation_link(user))


@transaction.atomic
def end_membership(membership: Membership, *, on: dt.date) -> Membership:
    """Close a membership at the end of that day. What its holder has done keeps her name; what remains to do is no longer hers."""
    locked = Membership.objects.select_for_update().get(pk=membership.pk)
    if locked.ends_on and locked.ends_on < on:
        raise ValidationError(f"Cette habilitation est déjà terminée depuis le {locked.ends_on:%d/%m/%Y}.")
    locked.ends_on = on
    locked.validate_constraints()
    locked.save(update_fields=["ends_on"])
    return locked


@transaction.atomic
def hand_over(
    membership: Membership, *, to: str, first_name: str = "", last_name: str = "", capacity: str = "", on: dt.date
) -> Invitation:
    """From that day another person holds the role: a new director, a new mayor. The eve is the last day of the one who leaves."""
    ended = end_membership(membership, on=on - dt.timedelta(days=1))
    return invite(
        to,
        role=Role(ended.role),
        organisation=ended.organisation,
        starts_on=on,
        first_name=first_name,
        last_name=last_name,
        capacity=capacity or ended.capacity,
    )


@transaction.atomic
def open_academie(
    code: str,
    *,
    address: str,
    city: str,
    dane_email: str,
    daf_email: str,
    head: str,
    tribunal: str,
    tribunal_address: str,
    comptable: str,
    administrator_email: str,
    administrator_first_name: str,
    administrator_last_name: str,
    on: dt.date,
    dsi_email: str = "",
    rectorat_uai: str = "",
    name: str = "",
    departements: Iterable[tuple[str, str]] = (),
) -> OpenedAcademie:
    """Create an académie, its départements and its first administrator.

    `name` and `departements` (code and name of each) come from the national table when they are not given: an académie
    of before a merger must be told. Raises ValidationError with French sentences.
    """
    number = code.strip().zfill(2)
    if known := Academie.objects.filter(code=number).first():
        raise ValidationError(f"L’{known} est déjà ouverte.")
    in_table = [one for one in departements_of_france().values() if one.academie_code == number]
    where = {"rectorat_uai": rectorat_uai, "address": address, "city": city}
    mails = {"dane_email": dane_email, "daf_email": daf_email, "dsi_email": dsi_email}
    mentions = {"head": head, "tribunal": tribunal, "tribunal_address": tribunal_address, "comptable": comptable}
    named = name or (in_table[0].academie_name if in_table else "")
    academie = Academie(code=number, name=named, **where, **mails, **mentions)
    academie.full_clean()
    academie.save()
    _open_departements(academie, list(departements) or [(one.code, one.name) for one in in_table])
    person = {"first_name": administrator_first_name, "last_name": administrator_last_name}
    return OpenedAcademie(academie, _invite_administrator(administrator_email, academie, on=on, **person))


def _invite_administrator(email: str, academie: Academie, *, on: dt.date, first_name: str, last_name: str) -> Invitation:
    role = Role.ADMINISTRATOR
    return invite(email, role=role, organisation=academie, starts_on=on, first_name=first_name, last_name=last_name)


def open_administration(user: User) -> None:
    """The door of the administration follows the membership; what she may do inside follows the memberships in force."""
    if not user.is_staff and user.memberships.filter(role=Role.ADMINISTRATOR).exists():
        user.is_staff = True
        user.save(update_fields=["is_staff"])


def _open_departements(academie: Academie, departements: list[tuple[str, str]]) -> None:
    if not departements:
        raise ValidationError(typeset(f"Aucun département n'est connu pour l'académie de code {academie.code} : indiquez-les."))
    for code, name in departements:
        departement = Departement(code=departement_code(code), name=name, academie=academie)
        if taken := Departement.objects.select_related("academie").filter(code=departement.code).first():
            raise ValidationError(f"Le département {taken} est déjà dans l’{taken.academie}.")
        departement.full_clean()
        departement.save()


def _account(email: str, *, first_name: str, last_name: str) -> User:
    known = User.objects.filter(email=email.strip().lower()).first()
    if known:
        return known
    User(email=email.strip().lower(), first_name=first_name, last_name=last_name).full_clean(exclude=["password"])
    return create_account(email=email, first_name=first_name, last_name=last_name)


def _field_of(organisation: models.Model) -> str:
    """The column of Membership that holds this kind of organisation: they are named alike."""
    return str(organisation._meta.model_name)


def _already_held(asked: Membership) -> Membership | None:
    field = LEVEL_OF_ROLE[Role(asked.role)].value
    same = Membership.objects.in_force(asked.starts_on).filter(user=asked.user, role=asked.role)
    return same.filter(**{f"{field}_id": getattr(asked, f"{field}_id")}).first()
