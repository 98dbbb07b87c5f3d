"""What the roof's own pages ask of a person, beside the permissions of each app."""

from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import DANE, Level, Role

# The DANE enters what was selected, signed and constaté, a gestionnaire of the DAF what was decided and paid.
TAKES_OVER = (*DANE, Role.GESTIONNAIRE_DAF)


def sees_beyond_one_school(actor: Actor) -> bool:
    """Whose pages hold the convention, its account and its money."""
    return bool(actor.ids(Level.ACADEMIE) or actor.ids(Level.COLLECTIVITE))
