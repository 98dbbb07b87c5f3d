"""What people do with mobile classes: each use case is one passage (or several, in reading order)."""

import datetime as dt
from collections.abc import Iterable, Mapping

from conventions.models import Convention, CoveredClass
from deployments import notices
from deployments.enums import MobileClassState
from deployments.models import MobileClass
from deployments.permissions import (
    can_cancel_reception,
    can_certify,
    can_plan_class,
    can_receive,
    can_renounce,
    can_take_over_class,
)
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.dates import plain_date
from plannumerique.organisations.actor import Actor


def plan_classes(*, convention: Convention, actor: Actor) -> list[MobileClass]:
    """One mobile class for each class that the convention covers and that has none yet; in the passage of its notification."""
    covered = CoveredClass.objects.filter(covered_school__convention=convention, mobile_class__isnull=True)
    return [
        _plan(one, convention=convention, actor=actor)
        for one in covered.select_related("covered_school__school").order_by("covered_school__school__search", "number")
    ]


def _plan(covered: CoveredClass, *, convention: Convention, actor: Actor) -> MobileClass:
    mobile_class = MobileClass(
        thread=convention.thread,
        convention=convention,
        covered_class=covered,
        school=covered.covered_school.school,
        number=covered.number,
        delivery_expected_on=convention.deployment_until,
    )
    with opening(mobile_class, actor=actor, may=can_plan_class, label="Prévoir la classe mobile"):
        pass
    return mobile_class


def receive(
    *,
    mobile_class_id: int,
    actor: Actor,
    on: dt.date,
    delivery_note: str = "",
    reservations: str = "",
    seen: int | None = None,
) -> MobileClass:
    """The equipment is in the school: which day, by which delivery note, with what missing or broken."""
    if on > actor.today:
        raise Refused(f"La réception porte une date à venir ({plain_date(on)}) : enregistrez-la une fois le matériel arrivé.")
    with passage(MobileClass, mobile_class_id, actor=actor, may=can_receive, seen=seen) as mobile_class:
        mobile_class.receive(on=on, by=actor.user, delivery_note=delivery_note.strip(), reservations=reservations.strip())
        notices.tell_the_ien(mobile_class, at=actor.at)
    return mobile_class


def cancel_reception(*, mobile_class_id: int, actor: Actor, comment: str, seen: int | None = None) -> MobileClass:
    with passage(MobileClass, mobile_class_id, actor=actor, may=can_cancel_reception, seen=seen, comment=comment) as mobile_class:
        mobile_class.cancel_reception()
    return mobile_class


def renounce(*, mobile_class_id: int, actor: Actor, comment: str, seen: int | None = None) -> MobileClass:
    """The collectivité will not equip that class: it no longer waits for it, and no euro is due for it."""
    with passage(MobileClass, mobile_class_id, actor=actor, may=can_renounce, seen=seen, comment=comment) as mobile_class:
        mobile_class.renounce()
    return mobile_class


def reinstate(*, mobile_class_id: int, actor: Actor, comment: str, seen: int | None = None) -> MobileClass:
    with passage(MobileClass, mobile_class_id, actor=actor, may=can_renounce, seen=seen, comment=comment) as mobile_class:
        mobile_class.reinstate()
    return mobile_class


def certify_classes(*, mobile_class_ids: Iterable[int], actor: Actor) -> None:
    """The service fait of a subsidy covers these classes, from the actor's day. Called in the passage of that act."""
    for pk in sorted(mobile_class_ids):
        with passage(
            MobileClass, pk, actor=actor, may=can_certify, act="certify", label="Constater le service fait de la classe"
        ) as mobile_class:
            mobile_class.certified_on = actor.today


def take_over_classes(*, received: Mapping[int, dt.date | None], certified_on: dt.date, actor: Actor) -> None:
    """What became of each class before the portal: received that day and certified, or given up (None). Nobody is written to.

    Called in the passage that enters the past service fait; a reception already recorded in the portal stands.
    """
    for pk in sorted(received):
        on = received[pk]
        with passage(
            MobileClass,
            pk,
            actor=actor,
            may=can_take_over_class,
            act="take_over_class",
            label="Constater le service fait de la classe",
            comment="" if on else "Rien n’est justifié pour cette classe.",
            taken_over=True,
        ) as mobile_class:
            if on is None:
                _give_up(mobile_class)
            else:
                _take_over_reception(mobile_class, on=on)
                mobile_class.certified_on = certified_on


def _give_up(mobile_class: MobileClass) -> None:
    if mobile_class.state != MobileClassState.RENOUNCED:  # renounced in the portal already
        mobile_class.renounce()


def _take_over_reception(mobile_class: MobileClass, *, on: dt.date) -> None:
    if mobile_class.state != MobileClassState.RECEIVED:
        mobile_class.receive(on=on, by=None, delivery_note="", reservations="")


def revoke_certification(*, convention: Convention, actor: Actor, comment: str) -> None:
    """The service fait of the subsidy is revoked: none of its classes is certified any more."""
    certified = convention.mobile_classes.filter(certified_on__isnull=False).order_by("pk").values_list("pk", flat=True)
    for pk in list(certified):
        with passage(
            MobileClass,
            pk,
            actor=actor,
            may=can_certify,
            comment=comment,
            act="revoke_certification",
            label="Annuler la constatation du service fait de la classe",
        ) as mobile_class:
            mobile_class.certified_on = None
