"""What the portal issues: numbered without a gap, frozen, laid out once."""

from __future__ import annotations

import datetime as dt
import re
from typing import Self

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse

from plannumerique.accounts.models import User
from plannumerique.files import conditions as only_if
from plannumerique.files.enums import DocumentState
from plannumerique.files.models.rooms import RoomQuerySet, RoomRow
from plannumerique.files.models.stored import StoredFile
from plannumerique.journal.machine import move, state_field
from plannumerique.journal.triggers import frozen, kept, never_emptied


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
