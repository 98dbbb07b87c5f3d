"""What is done with files: bytes received, pieces brought and checked, documents issued, signed copies recorded."""

import datetime as dt
import secrets
from collections.abc import Iterator, Sequence

from django.db import connection, models
from django.utils import timezone

from plannumerique.celery import after_commit
from plannumerique.files import content, tasks
from plannumerique.files.enums import Readers
from plannumerique.files.letters import LetterContext, of_the_administration
from plannumerique.files.models import IssuedDocument, LetterSeries, Piece, StoredFile
from plannumerique.files.pdf import version_of
from plannumerique.files.permissions import (
    can_check_piece,
    can_deposit_piece,
    can_issue,
    can_record_signed_copy,
    can_withdraw_signed_copy,
)
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import Thread
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.dates import plain_date
from plannumerique.lib.text import french_list, typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level, Role
from plannumerique.organisations.models import Membership, School

# Neither 0 and O, nor 1, I, L and U: the code is read on paper and typed again. Twelve of them make 59 bits.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12


def store(data: bytes, *, name: str, actor: Actor) -> StoredFile:
    """Keep bytes that a person sent, as a draft that only she can use. Raises content.BadFile with a French sentence."""
    return _keep(data, content.check(data, name=name), actor=actor)


def store_workbook(data: bytes, *, name: str, actor: Actor) -> StoredFile:
    """The same for a workbook, kept from its upload to the confirmation of what it holds."""
    return _keep(data, content.check_workbook(data, name=name), actor=actor)


def _keep(data: bytes, checked: content.Checked, *, actor: Actor) -> StoredFile:
    return StoredFile.objects.keep(
        data, name=checked.name, content_type=checked.content_type, at=actor.at, verdict=checked.verdict, by=actor.user
    )


# --- Pieces ---


def deposit_piece(
    *,
    thread: Thread,
    subject: models.Model,
    kind: str,
    label: str,
    file: StoredFile,
    actor: Actor,
    readers: Readers,
    school: School | None = None,
    college: School | None = None,
    replaces: Piece | None = None,
) -> Piece:
    """Bring a received file to a dossier. With `school` or `college`, its people may bring it too.

    `replaces`: the piece that this one comes instead of; one that was accepted is first put back to check.
    """
    piece = Piece(
        thread=thread,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        school=school,
        college=college,
        readers=readers,
        kind=kind,
        label=label,
        deposited_by=actor.user,
        deposited_at=actor.at,
        replaces=replaces,
    )
    with opening(piece, actor=actor, may=can_deposit_piece, label=typeset(f"Déposer la pièce « {label} »")):
        _refuse_replacing(replaces, thread)
        piece.file = attach(file, actor=actor)
    return piece


def _refuse_replacing(replaced: Piece | None, thread: Thread) -> None:
    if replaced is None:
        return
    current = Piece.objects.select_for_update(of=("self",)).get(pk=replaced.pk, thread=thread)
    if Piece.objects.accepted().contains(current):
        raise Refused(
            typeset(f"La pièce « {current} » est acceptée : la DANE doit la remettre à vérifier avant qu’elle soit remplacée.")
        )
    if current.is_replaced():
        raise Refused(typeset(f"La pièce « {current} » a déjà été remplacée : rechargez la page."))


def attach(file: StoredFile, *, actor: Actor) -> StoredFile:
    """Make a draft part of a dossier; inside the passage of the act that it belongs to."""
    draft = StoredFile.objects.drafts_of(actor).select_for_update().filter(pk=file.pk).first()
    if draft is None:
        raise Refused("Ce fichier n’est plus disponible ou a déjà servi : choisissez-le de nouveau.")
    draft.attached_at = actor.at
    draft.save(update_fields=["attached_at"])
    return draft


def accept_piece(*, piece_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Piece:
    with passage(Piece, piece_id, actor=actor, may=can_check_piece, seen=seen, comment=comment) as piece:
        piece.accept(by=actor.user, at=actor.at)
    return piece


def reject_piece(*, piece_id: int, actor: Actor, comment: str, seen: int | None = None) -> Piece:
    """The comment is the motive that whoever deposited the piece reads beside it."""
    with passage(Piece, piece_id, actor=actor, may=can_check_piece, seen=seen, comment=comment) as piece:
        piece.reject(by=actor.user, at=actor.at, motive=comment.strip())
    return piece


def reopen_piece(*, piece_id: int, actor: Actor, comment: str, seen: int | None = None) -> Piece:
    with passage(Piece, piece_id, actor=actor, may=can_check_piece, seen=seen, comment=comment) as piece:
        piece.reopen()
    return piece


# --- Documents ---


def issue(
    letter: LetterContext,
    *,
    thread: Thread,
    subject: models.Model,
    actor: Actor,
    series: str,
    reference: str,
    readers: Readers,
    school: School | None = None,
    college: School | None = None,
    replaces: IssuedDocument | None = None,
) -> IssuedDocument:
    """Freeze a letter and number it, last thing in the passage of the act that it announces; its bytes follow the commit.

    `series` names what is numbered without a gap (« BES-AAP-2016-DEC »), `reference` how a number is printed
    (« 2016-DEC-{number:04} »). `readers`, `school` and `college` are its addressees, as they are that day.
    Refused names every blank of the letter.
    """
    _refuse_what_cannot_be_issued(letter, thread, actor)
    document = _frozen(letter, subject, actor=actor)
    document.thread, document.series, document.replaces = thread, series, replaces
    document.readers, document.school, document.college = readers, school, college
    with opening(document, actor=actor, may=can_issue, label=typeset(f"Établir : {letter.title}")):
        document.number = _next_number(series)
        document.reference = reference.format(number=document.number)
    after_commit(tasks.render_document, document.pk, actor.at.isoformat())
    return document


def _frozen(letter: LetterContext, subject: models.Model, *, actor: Actor) -> IssuedDocument:
    return IssuedDocument(
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        kind=letter.kind,
        title=letter.title,
        template=letter.template,
        template_version=version_of(letter.template),
        snapshot=letter.snapshot(),
        issued_at=actor.at,
        issued_by=actor.user,
        verification_code=_new_code(),
    )


def _refuse_what_cannot_be_issued(letter: LetterContext, thread: Thread, actor: Actor) -> None:
    if not connection.in_atomic_block:
        raise TypeError("A letter is issued inside the passage of its act.")
    blanks = letter.blanks()
    if blanks:
        raise Refused(
            typeset(f"Il manque pour établir {letter.act} : {french_list(blanks)}."), *_who_mends(blanks, thread, actor)
        )


def _who_mends(blanks: Sequence[str], thread: Thread, actor: Actor) -> Iterator[str]:
    """What a campaign lacks is typed in the administration: by whom, and where. Names are for the académie's own people."""
    if not any(of_the_administration(label) for label in blanks):
        return
    held = Membership.objects.in_force(actor.today).filter(role=Role.ADMINISTRATOR, academie=thread.academie_id)
    people = [str(one.user) for one in held.select_related("user")] if thread.academie_id in actor.ids(Level.ACADEMIE) else []
    names = f" ({french_list(people)})" if people else ""
    yield typeset(
        f"L’administration de l’{thread.academie}{names} le complète : menu « Administration », puis « Campagnes », "
        "« Textes des actes » ou « Académies »."
    )


def _new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def _next_number(series: str) -> int:
    """The row stays locked until the commit: a number whose act fails is given again, and two acts never share one."""
    LetterSeries.objects.bulk_create([LetterSeries(series=series)], ignore_conflicts=True)
    counter = LetterSeries.objects.select_for_update().get(series=series)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def record_signed_copy(
    *,
    document_id: int,
    actor: Actor,
    file: StoredFile,
    name: str,
    capacity: str,
    on: dt.date,
    seen: int | None = None,
    comment: str = "",
) -> IssuedDocument:
    """The paper came back signed: its scan or photograph, who signed, in which capacity, when."""
    if on > actor.today:
        raise Refused(f"La signature porte une date à venir ({plain_date(on)}).")
    if not name.strip() or not capacity.strip():
        raise Refused("Indiquez le nom et la qualité du signataire.")
    with passage(IssuedDocument, document_id, actor=actor, may=can_record_signed_copy, seen=seen, comment=comment) as document:
        issued_on = timezone.localtime(document.issued_at).date()
        if on < issued_on:
            raise Refused(
                typeset(f"Le document « {document} » n’a été établi que le {plain_date(issued_on)} : il n’a pu être signé avant.")
            )
        document.record_signed_copy(
            file=attach(file, actor=actor), name=name.strip(), capacity=capacity.strip(), on=on, by=actor.user
        )
    return document


def withdraw_signed_copy(*, document_id: int, actor: Actor, comment: str, seen: int | None = None) -> IssuedDocument:
    """The wrong scan was recorded: back to the unsigned document, with the motive; the scan is kept."""
    with passage(IssuedDocument, document_id, actor=actor, may=can_withdraw_signed_copy, seen=seen, comment=comment) as document:
        document.withdraw_signed_copy()
    return document
