"""The documents and the pieces of a convention, and what checks them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils import timezone

from conventions.models import Convention
from conventions.pages.facts import account_facts, deliberation_facts, signature_facts
from conventions.services.pieces import CHECKED_WHILE, weighs
from plannumerique.files.enums import PieceState
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.files.pages import document_links, piece_links
from plannumerique.files.permissions import can_check_piece
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor
from plannumerique.ui.pieces import Action, Badge, DocumentLink, Fact, Tone


def documents_of(convention: Convention, documents: Iterable[IssuedDocument]) -> list[DocumentLink]:
    """The texts issued, the signed copy beside its text; a text that no longer binds says so."""
    links: list[DocumentLink] = []
    for document, link in zip(documents, document_links(documents), strict=True):
        if document.pk != convention.document_id:
            links.append(
                replace(link, badge=Badge("Caduc", Tone.WARNING), note=typeset("Ce texte a été annulé : il ne se signe plus."))
            )
            continue
        links.append(link)
        if document.is_signed:
            url = reverse("files:signed_copy", args=[document.pk])
            links.append(
                DocumentLink("Exemplaire signé des deux parties", url=url, number=document.reference, on=document.signed_on)
            )
    return links


def pieces_of(convention: Convention, pieces: Sequence[Piece]) -> list[DocumentLink]:
    """The pieces brought; one that the convention no longer rests on is told apart."""
    in_use = {
        convention.rib_id,
        convention.deliberation_piece_id,
        convention.collectivite_copy_id,
        convention.cbr_piece_id,
        convention.cbr_overruled_piece_id,
    }
    links = []
    for piece, link in zip(pieces, piece_links(pieces, checked=CHECKED_WHILE), strict=True):
        links.append(replace(link, detail="" if piece.pk in in_use else "remplacée ou écartée"))
    return links


def piece_facts(convention: Convention, piece: Piece, actor: Actor) -> list[Fact]:
    """What the person who checks a piece compares it with."""
    about = account_facts(convention, actor) if piece.pk == convention.rib_id else []
    if piece.pk == convention.deliberation_piece_id:
        about = deliberation_facts(convention)
    if piece.pk == convention.collectivite_copy_id:
        about = signature_facts(convention)
    by = str(piece.deposited_by) if piece.deposited_by else ""
    dossier = convention.dossier
    whose = Fact("Collectivité", dossier.collectivite.name, url=dossier.get_absolute_url())
    opened = Fact("Pièce", piece.file.original_name, url=reverse("files:download", args=[piece.pk]))
    return [whose, opened, Fact("Déposée le", on=timezone.localdate(piece.deposited_at), note=by), *about]


def checks_of(convention: Convention, pieces: Iterable[Piece], actor: Actor) -> list[Action]:
    """The pieces that this person may check, or put back to check."""
    actions = []
    for piece in pieces:
        piece.thread = convention.thread
        if not weighs(convention, piece) or not can_check_piece(actor, piece):
            continue
        if str(piece.state) == PieceState.DEPOSITED:
            url = reverse("conventions:check_piece", args=[convention.pk, piece.pk])
            actions.append(Action(typeset(f"Vérifier la pièce « {piece} »"), url=url, primary=True))
        else:
            url = reverse("conventions:put_piece_back_to_check", args=[convention.pk, piece.pk])
            actions.append(Action(typeset(f"Remettre à vérifier la pièce « {piece} »"), url=url))
    return actions
