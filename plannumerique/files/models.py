"""Bytes kept as they came, pieces that a dossier rests on, documents that the portal issued."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
import uuid
from typing import Self

import pgtrigger
from django.core.files.base import ContentFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse

from plannumerique.accounts.models import User
from plannumerique.files import conditions as only_if
from plannumerique.files.enums import OF_A_COLLEGE, OF_THE_COLLECTIVITE, RESERVED_TO, DocumentState, PieceState, Readers, Verdict
from plannumerique.journal.machine import move, state_field
from plannumerique.journal.models import Thread, ThreadRow, ThreadRowQuerySet, schools_seen_by
from plannumerique.journal.triggers import frozen, kept, never_emptied
from plannumerique.organisations.actor import Actor, Scope
from plannumerique.organisations.enums import Level
from plannumerique.organisations.models import School


def storage_path(stored: StoredFile, _name: str) -> str:
    """The name that a person gave never reaches the storage."""
    return f"{stored.sha256[:2]}/{uuid.uuid4().hex}"


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def drafts(self) -> Self:
        """Received, and not yet part of anything: only the person who sent them can use them."""
        return self.filter(attached_at__isnull=True)

    def drafts_of(self, actor: Actor) -> Self:
        return self.drafts().filter(uploaded_by=actor.user) if actor.user else self.none()

    def keep(
        self,
        data: bytes,
        *,
        name: str,
        content_type: str,
        at: dt.datetime,
        verdict: Verdict,
        by: User | None = None,
        attached: bool = False,
    ) -> StoredFile:
        """Write the bytes, then their row; when the row cannot be written, the bytes go away with it."""
        stored = StoredFile(
            original_name=name,
            content_type=content_type,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            uploaded_by=by,
            uploaded_at=at,
            verdict=verdict,
            attached_at=at if attached else None,
        )
        stored.file.save(name, ContentFile(data), save=False)
        try:
            stored.save(force_insert=True)
        except Exception:
            stored.file.delete(save=False)
            raise
        return stored


class StoredFile(models.Model):
    """Bytes that never change. A draft until a piece or a document takes it (`attached_at`)."""

    file = models.FileField("fichier", upload_to=storage_path, max_length=120)
    original_name = models.CharField("nom d’origine", max_length=200)
    content_type = models.CharField("nature", max_length=40)
    size = models.PositiveIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte SHA-256", max_length=64, db_index=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="reçu de")
    uploaded_at = models.DateTimeField("reçu le")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    verdict = models.CharField("antivirus", max_length=12, choices=Verdict.choices, default=Verdict.NOT_SCANNED)
    attached_at = models.DateTimeField("versé le", null=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier"
        ordering = ["pk"]
        indexes = [models.Index(fields=["recorded_at"], condition=Q(attached_at__isnull=True), name="file_drafts")]
        triggers = [
            pgtrigger.ReadOnly(
                name="bytes_never_change",
                fields=["file", "original_name", "content_type", "size", "sha256", "uploaded_by", "uploaded_at"],
            ),
            pgtrigger.Protect(
                name="attached_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__attached_at__isnull=False),
            ),
            frozen("attached_for_good", "attached_at", once=pgtrigger.Q(old__attached_at__isnull=False)),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def is_image(self) -> bool:
        """A photograph is shown in the page: in a frame of its own, the browser styles it, which no page of the portal lets it do."""
        return self.content_type.startswith("image/")


class AboutRow(models.Model):
    """What a row of a room is about, as data: the rooms know nothing of the apps above them."""

    subject_kind = models.CharField("objet", max_length=40)
    subject_id = models.BigIntegerField()

    class Meta:
        abstract = True

    def is_about(self, row: models.Model) -> bool:
        return self.subject_kind == row._meta.label_lower and self.subject_id == row.pk


class RoomQuerySet(ThreadRowQuerySet):
    """Rows of a thread, each for those whom it names: `readers`, its `school`, its `college`."""

    def visible_to(self, actor: Actor) -> Self:
        threads = Thread.objects.visible_to(actor)
        of_the_collectivite = Q(readers__in=OF_THE_COLLECTIVITE, thread__collectivite_id__in=actor.ids(Level.COLLECTIVITE))
        of_the_dossier = Q(readers=Readers.DOSSIER, thread__in=threads) & self._shown_to_schools()
        of_a_school = Q(readers=Readers.SCHOOL) & schools_seen_by(actor)
        return self.filter(
            _read_in_the_academie(actor)
            | of_the_collectivite
            | of_the_dossier
            | of_a_school
            | _read_by_the_college(actor)
            | (Q(thread__in=threads) & self._authored_by(actor))
        )

    def about(self, row: models.Model) -> Self:
        return self.filter(subject_kind=row._meta.label_lower, subject_id=row.pk)

    def _shown_to_schools(self) -> Q:
        return Q()

    def _authored_by(self, actor: Actor) -> Q:
        return Q(pk__in=[])


def _read_in_the_academie(actor: Actor) -> Q:
    """All that bears no account, by everybody; what bears one, by the roles that need it."""
    read = ~Q(readers__in=list(RESERVED_TO)) & Q(thread__academie_id__in=actor.ids(Level.ACADEMIE))
    for readers, roles in RESERVED_TO.items():
        read |= Q(readers=readers, thread__academie_id__in=actor.ids(Level.ACADEMIE, roles))
    return read


def _read_by_the_college(actor: Actor) -> Q:
    """Its own people, and the DSDEN where no account is borne: a collège has no IEN."""
    return Q(college_id__in=actor.ids(Level.SCHOOL)) | (
        ~Q(readers__in=list(RESERVED_TO)) & Q(college__departement_id__in=actor.ids(Level.DEPARTEMENT))
    )


class RoomRow(ThreadRow, AboutRow):
    """`school` widens the row to the people of one school: its director may act on it, its IEN and its DSDEN too.

    `college` is the collège référent to which the row is addressed, or whose account it bears.
    """

    passage_related = ("school", "college")

    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="école")
    college = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="collège")
    readers = models.CharField("lu par", max_length=16, choices=Readers.choices)

    class Meta(ThreadRow.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(readers__in=[one for one in Readers if one is not Readers.SCHOOL and one not in OF_A_COLLEGE])
                | Q(readers=Readers.SCHOOL, school__isnull=False)
                | Q(readers__in=OF_A_COLLEGE, college__isnull=False),
                name="%(class)s_names_its_readers",
                violation_error_message="Une pièce ou un document dit qui le lit, et nomme l’école ou le collège qui le lit.",
            )
        ]

    @property
    def scope(self) -> Scope:
        return scope_of(self.thread, self.school, self.college)


def scope_of(thread: Thread, school: School | None, college: School | None = None) -> Scope:
    scope = Scope(
        academie_id=thread.academie_id,
        collectivite_id=thread.collectivite_id,
        school_ids=frozenset(one.pk for one in (school, college) if one is not None),
    )
    if school is None:
        return scope
    return dataclasses.replace(scope, circonscription_id=school.circonscription_id, departement_id=school.departement_id)


class PieceQuerySet(RoomQuerySet):
    def in_force(self) -> Self:
        """Without those that another piece has replaced."""
        return self.filter(~Exists(Piece.objects.filter(replaces=OuterRef("pk"))))

    def usable(self) -> Self:
        """Deposited or accepted, and in force: what a required piece is looked for among."""
        return self.in_force().exclude(state=PieceState.REJECTED)

    def accepted(self) -> Self:
        return self.in_force().filter(state=PieceState.ACCEPTED)

    def awaiting_check(self) -> Self:
        return self.in_force().filter(state=PieceState.DEPOSITED)

    def for_pages(self) -> Self:
        return self.select_related("file", "deposited_by", "checked_by")

    def _shown_to_schools(self) -> Q:
        """A piece refused to the collectivité, with its motive, is not for the schools: theirs name them."""
        return ~Q(state=PieceState.REJECTED)

    def _authored_by(self, actor: Actor) -> Q:
        return Q(deposited_by=actor.user) if actor.user else super()._authored_by(actor)


class Piece(RoomRow):
    """A document that somebody brought to a dossier; what it proves is checked by the DANE."""

    journaled = ("kind", "label", "file", "motive")

    kind = models.SlugField("nature", max_length=40)
    label = models.CharField("pièce", max_length=150)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="pieces", verbose_name="fichier")
    state = state_field(PieceState, PieceState.DEPOSITED)
    motive = models.TextField("motif du refus", blank=True)
    deposited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="déposée par")
    deposited_at = models.DateTimeField("déposée le")
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="vérifiée par")
    checked_at = models.DateTimeField("vérifiée le", null=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="remplace")

    objects = PieceQuerySet.as_manager()

    class Meta(RoomRow.Meta):
        verbose_name = "pièce"
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="piece_subject")]
        constraints = [
            *RoomRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state=PieceState.DEPOSITED, checked_at__isnull=True)
                | (~Q(state=PieceState.DEPOSITED) & Q(checked_at__isnull=False)),
                name="piece_checked_when_it_says_so",
                violation_error_message="Une pièce acceptée ou refusée porte la date de sa vérification, et elle seule.",
            ),
            models.CheckConstraint(
                condition=~Q(state=PieceState.REJECTED) | ~Q(motive=""),
                name="piece_rejected_with_motive",
                violation_error_message="Une pièce refusée porte le motif du refus.",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="deposit_never_changes",
                fields=[
                    *("thread", "subject_kind", "subject_id", "school", "college", "readers", "kind", "file"),
                    *("deposited_by", "deposited_at", "replaces"),
                ],
            ),
            pgtrigger.Protect(name="deposited_stays", operation=pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("files:download", args=[self.pk])

    def is_replaced(self) -> bool:
        return Piece.objects.filter(replaces=self).exists()

    @property
    def is_rejected(self) -> bool:
        return str(self.state) == PieceState.REJECTED

    @move(
        field=state,
        source=PieceState.DEPOSITED,
        target=PieceState.ACCEPTED,
        label="Accepter la pièce",
        conditions=[only_if.nothing_replaces_it],
    )
    def accept(self, *, by: User | None, at: dt.datetime) -> None:
        self.checked_by, self.checked_at = by, at

    @move(
        field=state,
        source=PieceState.DEPOSITED,
        target=PieceState.REJECTED,
        label="Refuser la pièce",
        conditions=[only_if.nothing_replaces_it],
        needs_comment=True,
    )
    def reject(self, *, by: User | None, at: dt.datetime, motive: str) -> None:
        self.checked_by, self.checked_at, self.motive = by, at, motive

    @move(
        field=state,
        source=[PieceState.ACCEPTED, PieceState.REJECTED],
        target=PieceState.DEPOSITED,
        label="Remettre la pièce à vérifier",
        conditions=[only_if.nothing_replaces_it],
        needs_comment=True,
    )
    def reopen(self) -> None:
        self.checked_by, self.checked_at, self.motive = None, None, ""


class LetterSeries(models.Model):
    """The last number given in a series. Its row is locked until the act is committed: no gap, no twin."""

    series = models.CharField("série", max_length=60, unique=True)
    last = models.PositiveIntegerField("dernier numéro", default=0)

    class Meta:
        verbose_name = "série de documents"
        ordering = ["series"]
        triggers = [
            *kept(),
            pgtrigger.Protect(
                name="no_number_twice",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.last < OLD.last OR NEW.series <> OLD.series"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series} ({self.last})"


class IssuedDocumentQuerySet(RoomQuerySet):
    def pending(self) -> Self:
        return self.filter(state=DocumentState.PENDING)

    def rendered(self) -> Self:
        return self.exclude(state=DocumentState.PENDING)

    def in_force(self) -> Self:
        """Without those that a later document cancels and replaces."""
        return self.filter(~Exists(IssuedDocument.objects.filter(replaces=OuterRef("pk"))))

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def verified_by(self, code: str) -> Self:
        """The document that bears this code, however a person types it; for the public page of verification."""
        return self.filter(verification_code=plain_code(code))

    def for_pages(self) -> Self:
        return self.select_related("file", "signed_file", "issued_by")


class IssuedDocument(RoomRow):
    """An act of the portal, frozen: number, data and template from its issue, bytes from their rendering."""

    series = models.CharField("série", max_length=60)
    number = models.PositiveIntegerField("numéro")
    reference = models.CharField("référence", max_length=60)
    kind = models.SlugField("nature", max_length=40)
    title = models.CharField("intitulé", max_length=200)
    template = models.CharField("modèle", max_length=120)
    template_version = models.CharField("version du modèle", max_length=16)
    snapshot = models.JSONField("données", encoder=DjangoJSONEncoder)
    issued_at = models.DateTimeField("établi le")
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="établi par")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="annule et remplace"
    )
    verification_code = models.CharField("code de vérification", max_length=12, unique=True)
    state = state_field(DocumentState, DocumentState.PENDING)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="fichier")
    sha256 = models.CharField("empreinte SHA-256", max_length=64, blank=True)
    render_attempts = models.PositiveSmallIntegerField("essais de mise en page", default=0)
    render_error = models.TextField("dernière erreur de mise en page", blank=True)
    signed_file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="exemplaire signé")
    signatory_name = models.CharField("signataire", max_length=150, blank=True)
    signatory_capacity = models.CharField("qualité du signataire", max_length=200, blank=True)
    signed_on = models.DateField("signé le", null=True)
    signed_recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="exemplaire signé enregistré par"
    )

    journaled = ("reference", "kind", "signed_file", "signatory_name", "signatory_capacity", "signed_on")

    objects = IssuedDocumentQuerySet.as_manager()

    class Meta(RoomRow.Meta):
        verbose_name = "document"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="document_subject"),
            models.Index(fields=["recorded_at"], condition=Q(state=DocumentState.PENDING), name="document_pending"),
        ]
        constraints = [
            *RoomRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["series", "number"],
                name="document_number_once",
                violation_error_message="Ce numéro est déjà pris dans la série.",
            ),
            models.CheckConstraint(
                condition=Q(state=DocumentState.PENDING, file__isnull=True, sha256="")
                | (~Q(state=DocumentState.PENDING) & Q(file__isnull=False) & ~Q(sha256="")),
                name="document_rendered_has_bytes",
                violation_error_message="Un document établi a ses octets et leur empreinte, et lui seul.",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=DocumentState.SIGNED,
                    signed_file__isnull=False,
                    signed_on__isnull=False,
                )
                & ~Q(signatory_name="")
                & ~Q(signatory_capacity="")
                | ~Q(state=DocumentState.SIGNED)
                & Q(signed_file__isnull=True, signed_on__isnull=True, signatory_name="", signatory_capacity=""),
                name="document_signed_says_by_whom",
                violation_error_message="Un exemplaire signé porte le nom et la qualité du signataire, et la date.",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("pk")),
                name="document_replaces_another",
                violation_error_message="Un document ne se remplace pas lui-même.",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="issue_never_changes",
                fields=[
                    *(
                        "thread",
                        "subject_kind",
                        "subject_id",
                        "school",
                        "college",
                        "readers",
                        "series",
                        "number",
                        "reference",
                        "kind",
                        "title",
                    ),
                    *("template", "snapshot", "issued_at", "issued_by", "replaces", "verification_code"),
                ],
            ),
            pgtrigger.Protect(
                name="bytes_never_change",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.file_id IS NOT NULL AND (NEW.file_id, NEW.sha256, NEW.template_version)"
                    " IS DISTINCT FROM (OLD.file_id, OLD.sha256, OLD.template_version)"
                ),
            ),
            # A signed copy is withdrawn by the move that says why, then another is recorded.
            frozen(
                "signed_copy_stays",
                *("signed_file", "signatory_name", "signatory_capacity", "signed_on", "signed_recorded_by"),
                once=pgtrigger.Q(old__state=DocumentState.SIGNED, new__state=DocumentState.SIGNED),
            ),
            pgtrigger.Protect(name="issued_stays", operation=pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.title} n° {self.reference}"

    def get_absolute_url(self) -> str:
        return reverse("files:document", args=[self.pk])

    @property
    def is_rendered(self) -> bool:
        return str(self.state) != DocumentState.PENDING

    @property
    def is_signed(self) -> bool:
        return str(self.state) == DocumentState.SIGNED

    @property
    def printed_code(self) -> str:
        """« K7QF-2M9D-XH4T »: what the foot of each page bears."""
        return printed_code(self.verification_code)

    def replaced_by(self) -> IssuedDocument | None:
        return IssuedDocument.objects.filter(replaces=self).first()

    @move(field=state, source=DocumentState.PENDING, target=DocumentState.RENDERED, label="Mettre en page le document")
    def render(self, *, file: StoredFile, template_version: str) -> None:
        self.file, self.sha256, self.template_version = file, file.sha256, template_version
        self.render_error = ""

    @move(
        field=state,
        source=DocumentState.RENDERED,
        target=DocumentState.SIGNED,
        label="Enregistrer l’exemplaire signé",
        conditions=[only_if.no_later_document_replaces_it],
    )
    def record_signed_copy(self, *, file: StoredFile, name: str, capacity: str, on: dt.date, by: User | None) -> None:
        self.signed_file, self.signatory_name, self.signatory_capacity = file, name, capacity
        self.signed_on, self.signed_recorded_by = on, by

    @move(
        field=state,
        source=DocumentState.SIGNED,
        target=DocumentState.RENDERED,
        label="Retirer l’exemplaire signé",
        needs_comment=True,
    )
    def withdraw_signed_copy(self) -> None:
        self.signed_file, self.signatory_name, self.signatory_capacity = None, "", ""
        self.signed_on, self.signed_recorded_by = None, None


def printed_code(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def plain_code(typed: str) -> str:
    """A printed code as it is stored: spaces and hyphens, of whichever kind, are only there for the eye."""
    return re.sub(r"[\s\-‐‑–]", "", typed).upper()
