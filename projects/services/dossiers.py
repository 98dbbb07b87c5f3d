"""The dossier of a collectivité in a campaign: who is joined there, the pieces that all its schools share."""

from django.db import IntegrityError, transaction
from django.utils.text import capfirst

from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.models import Piece, StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import Thread
from plannumerique.journal.passages import opening, passage
from plannumerique.notices.services import name_contact
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from plannumerique.organisations.models import Collectivite
from projects import notices
from projects.enums import PieceKind
from projects.models import (
    Campaign,
    CompletionPoint,
    Dossier,
)
from projects.permissions import (
    can_deposit_dossier_piece,
    can_describe_dossier,
    can_open_dossier,
    can_respond,
)
from projects.services.instructing import respond


def open_dossier(*, campaign: Campaign, collectivite: Collectivite, actor: Actor) -> Dossier:
    """The dossier of a collectivité in a campaign: opened once, found again afterwards by whoever works there."""
    found = Dossier.objects.filter(campaign=campaign, collectivite=collectivite).first()
    if found is not None:
        return found
    if collectivite.dissolved_on and collectivite.dissolved_on < actor.today:
        raise Refused(f"La collectivité {collectivite} n’existe plus depuis le {collectivite.dissolved_on:%d/%m/%Y}.")
    try:
        with transaction.atomic():
            thread = Thread.objects.create(
                academie_id=campaign.academie_id,
                collectivite=collectivite,
                title=f"{collectivite} – {campaign.label}",
                opened_at=actor.at,
            )
            dossier = Dossier(thread=thread, campaign=campaign, collectivite=collectivite)
            with opening(dossier, actor=actor, may=can_open_dossier, label="Ouvrir le dossier"):
                pass
    except (IntegrityError, Refused):
        # Two colleagues opened it at the same instant: both get the one that exists.
        existing = Dossier.objects.filter(campaign=campaign, collectivite=collectivite).first()
        if existing is None:
            raise
        return existing
    return dossier


def describe_contact(*, dossier_id: int, actor: Actor, seen: int, name: str, email: str, phone: str) -> Dossier:
    with passage(
        Dossier, dossier_id, actor=actor, may=can_describe_dossier, seen=seen, act="describe", label="Modifier le contact"
    ) as dossier:
        dossier.contact_name, dossier.contact_email, dossier.contact_phone = name, email, phone
        name_contact(thread=dossier.thread, level=Level.COLLECTIVITE, address=email)
    return dossier


def deposit_piece(*, dossier: Dossier, kind: PieceKind, file: StoredFile, actor: Actor, answer: str = "") -> Piece:
    """Bring the letter of intent or the quotes to a dossier; what was refused, or not yet checked, is replaced.

    The points that the DANE had asked about that piece are answered with it, in the words of `answer` or by the piece itself.
    """
    with transaction.atomic():
        can_deposit_dossier_piece.demand(actor, dossier)
        earlier = Piece.objects.in_force().about(dossier).filter(kind=kind).order_by("-pk").first()
        piece = files.deposit_piece(
            thread=dossier.thread,
            subject=dossier,
            kind=kind,
            label=capfirst(kind.label),
            file=file,
            actor=actor,
            readers=Readers.DOSSIER,
            replaces=earlier,
        )
        _answer_points_on(piece, dossier, actor, answer)
    return piece


def _answer_points_on(piece: Piece, dossier: Dossier, actor: Actor, answer: str) -> None:
    points = CompletionPoint.objects.on_pieces_of(dossier).filter(anchor=piece.kind)
    text = answer.strip() or f"Nouvelle pièce déposée : {piece.file.original_name}."
    for point in points.select_related("thread", *CompletionPoint.passage_related).order_by("pk"):
        if can_respond(actor, point):
            respond(point_id=point.pk, actor=actor, text=text)


def check_piece(*, piece: Piece, dossier: Dossier, decision: str, actor: Actor, seen: int, comment: str = "") -> Piece:
    """Accept or refuse a piece of a dossier; whoever works for the collectivité learns why it was refused."""
    if decision == "accept":
        return files.accept_piece(piece_id=piece.pk, actor=actor, seen=seen, comment=comment)
    with transaction.atomic():
        rejected = files.reject_piece(piece_id=piece.pk, actor=actor, seen=seen, comment=comment)
        notices.tell_piece_rejected(dossier, rejected, actor=actor)
    return rejected


def reopen_piece(*, piece: Piece, actor: Actor, seen: int, comment: str) -> Piece:
    return files.reopen_piece(piece_id=piece.pk, actor=actor, seen=seen, comment=comment)
