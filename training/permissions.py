from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import DANE
from plannumerique.organisations.permissions import granted_to
from training.models import Session


@granted_to(*DANE)
def can_schedule(actor: Actor, session: Session) -> bool:
    return True
