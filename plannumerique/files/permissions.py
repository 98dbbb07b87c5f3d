from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, Role
from plannumerique.organisations.permissions import granted_to


@granted_to(*COLLECTIVITE, Role.DIRECTOR, Role.COLLEGE_REFERENT, Role.IEN, *DANE, *DAF, Role.DSI, Role.RECTEUR, Role.SYSTEM)
def can_deposit_piece(actor: Actor, piece: Piece) -> bool:
    """Wide on purpose: which piece may be brought, and when, is asked by the use case that the deposit belongs to."""
    return True


@granted_to(*DANE, but="Qui a déposé une pièce ne la vérifie pas : cela revient à un autre agent de la DANE.")
def can_check_piece(actor: Actor, piece: Piece) -> bool:
    return actor.user != piece.deposited_by


@granted_to(*(role for role in Role if role is not Role.ADMINISTRATOR))
def can_issue(actor: Actor, document: IssuedDocument) -> bool:
    """A document follows from an act, whose own permission has been asked already: a deposit issues its acknowledgement."""
    return True


@granted_to(Role.SYSTEM)
def can_render(actor: Actor, document: IssuedDocument) -> bool:
    return True


@granted_to(*COLLECTIVITE, *DANE, *DAF, Role.RECTEUR)
def can_record_signed_copy(actor: Actor, document: IssuedDocument) -> bool:
    return True


@granted_to(*DANE, *DAF)
def can_withdraw_signed_copy(actor: Actor, document: IssuedDocument) -> bool:
    return True
