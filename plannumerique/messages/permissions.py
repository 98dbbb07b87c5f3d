from plannumerique.messages.models import Message
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, Role
from plannumerique.organisations.permissions import granted_to


@granted_to(
    *(*DANE, *DAF, *COLLECTIVITE, Role.DIRECTOR),
    but="La DAF écrit à la collectivité ou en note interne : le reste passe par la DANE.",
)
def can_write_message(actor: Actor, message: Message) -> bool:
    """Roles and audience together (`enums.WRITERS`); the others read what their visibility gives them."""
    return message.written_as(actor) is not None
