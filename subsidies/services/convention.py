"""The notification of a convention opens its subsidies."""

import datetime as dt
from typing import NoReturn

from django.db import transaction

from conventions import services as conventions
from conventions.models import Convention, CoveredSchool
from deployments.services import plan_classes
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import opening
from plannumerique.organisations.actor import Actor
from projects.enums import DeadlineCode
from subsidies.models import EquipmentSubsidy, ResourcesSubsidy
from subsidies.permissions import can_open_subsidies


def notify_convention(
    *, convention_id: int, actor: Actor, on: dt.date, seen: int | None = None, comment: str = ""
) -> EquipmentSubsidy:
    """The convention binds both parties: its classes are planned, its subsidies opened, all or nothing."""
    with transaction.atomic():
        convention = conventions.notify(convention_id=convention_id, actor=actor, on=on, seen=seen, comment=comment)
        subsidy = _open_subsidies(convention, actor)
    return subsidy


def take_over_notification(*, convention_id: int, actor: Actor, on: dt.date) -> EquipmentSubsidy:
    """The same for a convention that was notified on paper, before the portal: nobody is written to."""
    with transaction.atomic():
        convention = conventions.take_over_notification(convention_id=convention_id, actor=actor, on=on)
        subsidy = _open_subsidies(convention, actor)
    return subsidy


def _open_subsidies(convention: Convention, actor: Actor) -> EquipmentSubsidy:
    plan_classes(convention=convention, actor=actor)
    subsidy = _open_equipment(convention, actor)
    _open_resources(convention, actor)
    return subsidy


def _open_equipment(convention: Convention, actor: Actor) -> EquipmentSubsidy:
    if convention.subsidy_max is None:
        raise Refused("La convention n’a pas de subvention maximale : la DANE arrête d’abord le projet.")
    subsidy = EquipmentSubsidy(
        thread=convention.thread,
        convention=convention,
        campaign=convention.campaign,
        convention_max=convention.subsidy_max,
        acompte_rate=convention.terms.acompte_rate,
    )
    with opening(subsidy, actor=actor, may=can_open_subsidies, label="Ouvrir la subvention d’équipement"):
        pass
    return subsidy


def _open_resources(convention: Convention, actor: Actor) -> None:
    """One grant per covered school; a campaign without grant has none."""
    limit = convention.campaign.deadline(DeadlineCode.RESOURCES)
    for covered in convention.covered_schools.select_related("school", "referent_college").order_by("pk"):
        if not covered.resources_grant:
            continue
        grant = ResourcesSubsidy(
            thread=convention.thread,
            convention=convention,
            campaign=convention.campaign,
            school=covered.school,
            payee=covered.referent_college or _refuse_orphan(covered),
            amount=covered.resources_grant,
            justify_by=limit.last_day if limit else None,
        )
        grant.siret = grant.payee.siret
        with opening(grant, actor=actor, may=can_open_subsidies, label="Ouvrir la dotation de ressources"):
            pass


def _refuse_orphan(covered: CoveredSchool) -> NoReturn:
    raise Refused(f"L’{covered.school.in_words} n’a pas de collège référent : la DANE l’indique dans la convention.")
