"""What the DANE asks to complete, point by point, each on a field or a piece, with the answer given on the same spot."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from plannumerique.accounts.models import User
from plannumerique.journal.machine import move, state_field
from plannumerique.journal.models import ThreadRow, ThreadRowQuerySet
from plannumerique.organisations.actor import Actor, Scope
from projects.enums import PEDAGOGICAL_ANCHORS, PIECE_ANCHORS, Anchor, PointState
from projects.models.applications import Application
from projects.models.dossiers import Dossier

S = PointState


class CompletionPointQuerySet(ThreadRowQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Whoever sees the school's line sees what is asked of it."""
        return self.filter(application__in=Application.objects.visible_to(actor))

    def unanswered(self) -> Self:
        return self.filter(state=S.ASKED)

    def for_pages(self) -> Self:
        return self.select_related("asked_by", "answered_by").order_by("pk")

    def on_pieces_of(self, dossier: Dossier) -> Self:
        return self.unanswered().filter(application__dossier=dossier, anchor__in=PIECE_ANCHORS)


class CompletionPoint(ThreadRow):
    """One thing to complete. It is answered where it is asked: beside the field, or with the piece that replaces another."""

    passage_related = ("application__thread", "application__school", "application__dossier")
    journaled = ("answer",)

    application = models.ForeignKey(Application, models.PROTECT, related_name="points", verbose_name="candidature")
    anchor = models.CharField("sur", max_length=20, choices=Anchor.choices)
    state = state_field(PointState, S.ASKED)
    request = models.TextField("demande")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_on = models.DateField("demandé le")
    answer = models.TextField("réponse", blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_on = models.DateField("répondu le", null=True, blank=True)

    objects = CompletionPointQuerySet.as_manager()

    class Meta:
        verbose_name = "point à compléter"
        verbose_name_plural = "points à compléter"
        ordering = ["application", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=S.ANSWERED) | (~Q(answer="") & Q(answered_by__isnull=False, answered_on__isnull=False)),
                name="point_answered_has_answer",
                violation_error_message="Une réponse porte son texte, son auteur et sa date.",
            ),
            models.CheckConstraint(
                condition=~Q(request=""),
                name="point_has_request",
                violation_error_message="Dites ce qu’il faut compléter.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_anchor_display()} – {self.application}"

    @move(field=state, source=[S.ASKED, S.ANSWERED], target=S.ANSWERED, label="Répondre à la DANE")
    def respond(self, *, text: str) -> None:
        self.answer = text

    @move(field=state, source=[S.ASKED, S.ANSWERED], target=S.DROPPED, label="Retirer la demande", needs_comment=True)
    def drop(self) -> None:
        pass

    @property
    def scope(self) -> Scope:
        return self.application.scope

    @property
    def is_pedagogical(self) -> bool:
        return self.anchor in PEDAGOGICAL_ANCHORS

    @property
    def field_name(self) -> str:
        """Of the answer in the form where the point is asked."""
        return f"answer_{self.pk}"

    def get_absolute_url(self) -> str:
        """The spot itself: the field that the point is about, in its form."""
        if self.anchor in PIECE_ANCHORS:
            return f"{reverse('projects:deposit_piece', args=[self.application.dossier_id])}?kind={self.anchor}"
        page = "write_pedagogical_part" if self.is_pedagogical else "describe_technical_part"
        return f"{reverse(f'projects:{page}', args=[self.application_id])}#id_{self.field_name}"
