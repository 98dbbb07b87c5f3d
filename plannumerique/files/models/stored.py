"""The bytes that were received or laid out: kept once, never under the name that a person gave."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from typing import Self

import pgtrigger
from django.core.files.base import ContentFile
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from plannumerique.accounts.models import User
from plannumerique.files.enums import Verdict
from plannumerique.journal.triggers import frozen, never_emptied
from plannumerique.organisations.actor import Actor


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
