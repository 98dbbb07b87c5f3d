"""The pieces of a convention: brought by the act that they belong to, checked by the DANE."""

from django.db import transaction
from django.utils.text import capfirst

from conventions import notices
from conventions.enums import AWAITING_DELIBERATION_STATES, EDITABLE_STATES, ConventionState, PieceKind
from conventions.models import Convention
from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.models import Piece, StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor

# While the convention is in one of these states, the check of that piece still weighs on what follows.
CHECKED_WHILE: dict[PieceKind, tuple[ConventionState, ...]] = {
    PieceKind.RIB: EDITABLE_STATES,
    PieceKind.DELIBERATION: AWAITING_DELIBERATION_STATES,
    PieceKind.SIGNED_BY_COLLECTIVITE: (ConventionState.SIGNED_COLLECTIVITE,),
}

# What bears the account of the collectivité, and what the contrôleur wrote of its project; the délibération is public.
READERS: dict[PieceKind, Readers] = {
    PieceKind.RIB: Readers.ACCOUNT,
    PieceKind.CBR_OPINION: Readers.COLLECTIVITE,
    PieceKind.CBR_OVERRULED: Readers.COLLECTIVITE,
    PieceKind.SIGNED_BY_COLLECTIVITE: Readers.SIGNATORIES,
    PieceKind.ORIGINAL: Readers.SIGNATORIES,
}


def bring(
    convention: Convention,
    kind: PieceKind,
    file: StoredFile,
    *,
    actor: Actor,
    instead_of: Piece | None = None,
) -> Piece:
    """In the passage of its act. An accepted piece stays as it is in the dossier: the convention merely points elsewhere."""
    replaced = instead_of if instead_of is not None and instead_of not in Piece.objects.accepted() else None
    return files.deposit_piece(
        thread=convention.thread,
        subject=convention,
        kind=kind.value,
        label=capfirst(kind.label),
        file=file,
        actor=actor,
        readers=READERS.get(kind, Readers.DOSSIER),
        replaces=replaced,
    )


def check_piece(
    *, convention: Convention, piece: Piece, actor: Actor, accepted: bool, comment: str = "", seen: int | None = None
) -> Piece:
    """Accept or refuse a piece that the convention rests on; whoever brought it learns why it was refused."""
    _refuse_unless_it_weighs(convention, piece)
    if accepted:
        return files.accept_piece(piece_id=piece.pk, actor=actor, seen=seen, comment=comment)
    with transaction.atomic():
        rejected = files.reject_piece(piece_id=piece.pk, actor=actor, seen=seen, comment=comment)
        notices.tell_piece_rejected(convention, rejected, actor=actor)
    return rejected


def put_piece_back_to_check(
    *, convention: Convention, piece: Piece, actor: Actor, comment: str, seen: int | None = None
) -> Piece:
    _refuse_unless_it_weighs(convention, piece)
    return files.reopen_piece(piece_id=piece.pk, actor=actor, seen=seen, comment=comment)


def weighs(convention: Convention, piece: Piece) -> bool:
    """Whether the convention rests on that piece, and its check still matters."""
    pointed = (convention.rib_id, convention.deliberation_piece_id, convention.collectivite_copy_id)
    return piece.pk in pointed and convention.state in CHECKED_WHILE.get(PieceKind(piece.kind), ())


def _refuse_unless_it_weighs(convention: Convention, piece: Piece) -> None:
    if not weighs(convention, piece):
        raise Refused(typeset(f"À l’état « {convention.get_state_display()} », la pièce « {piece} » n’a plus à être vérifiée."))
