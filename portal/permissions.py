"""What the roof's own pages ask of a person, beside the permissions of each app."""

from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import DANE, Level, Role

# The DANE enters what was selected, signed and constaté, a gestionnaire of the DAF what was decided and paid.
TAKES_OVER = (*DANE, Role.GESTIONNAIRE_DAF)


def follows_money(actor: Actor) -> bool:
    """Whose lists hold the amounts of dossiers: of which ones, `of_the_parties` says."""
    return bool(actor.ids(Level.ACADEMIE) or actor.ids(Level.COLLECTIVITE))
