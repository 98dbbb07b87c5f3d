"""A piece that somebody brought: deposited, then accepted or rejected."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from plannumerique.accounts.models import User
from plannumerique.files import conditions as only_if
from plannumerique.files.enums import PieceState
from plannumerique.files.models.rooms import RoomQuerySet, RoomRow
from plannumerique.files.models.stored import StoredFile
from plannumerique.journal.machine import move, state_field
from plannumerique.journal.triggers import never_emptied
from plannumerique.organisations.actor import Actor


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
