from deployments.models import MobileClass
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DANE, Role
from plannumerique.organisations.permissions import Permission, granted_to


@granted_to(*DANE, Role.RECTEUR, Role.SYSTEM)
def can_plan_class(actor: Actor, mobile_class: MobileClass) -> bool:
    """Classes come with the notification of the convention, whose own permission has been asked already."""
    return True


@granted_to(Role.DIRECTOR, Role.ERUN, *DANE)
def can_receive(actor: Actor, mobile_class: MobileClass) -> bool:
    return True


@granted_to(Role.DIRECTOR, Role.ERUN, *DANE, but="Une réception est annulée par la personne qui l’a enregistrée, ou par la DANE.")
def can_cancel_reception(actor: Actor, mobile_class: MobileClass) -> bool:
    return actor.user == mobile_class.received_by or actor.grant_over(mobile_class.scope, DANE) is not None


@granted_to(*COLLECTIVITE, *DANE)
def can_renounce(actor: Actor, mobile_class: MobileClass) -> bool:
    return True


@granted_to(Role.DAN)
def can_certify(actor: Actor, mobile_class: MobileClass) -> bool:
    """Part of the service fait of the subsidy, whose own permission holds the four eyes."""
    return True


@granted_to(*DANE)
def can_take_over_class(actor: Actor, mobile_class: MobileClass) -> bool:
    """Received, certified or given up on paper, before the portal: part of the service fait that the DANE enters."""
    return True


# Which permission opens which move: read by the pages, by the table of docs/machines.md and by the walk of the tests.
MOBILE_CLASS_MOVES: dict[str, Permission] = {
    "receive": can_receive,
    "cancel_reception": can_cancel_reception,
    "renounce": can_renounce,
    "reinstate": can_renounce,
}
