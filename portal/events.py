"""What a person reads of the journal.

The whole of it in the dossiers of her académie or of her collectivité; elsewhere the lines about what she may see: a school, its
IEN and its DSDEN follow its application, its classes and its resources, not the account, the orders or the money of the
collectivité, nor the other schools of the dossier.
"""

from typing import Any

from django.db.models import Q, QuerySet

from deployments.models import MobileClass
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.journal.models import JournalLine, Thread, of_the_parties
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from projects.models import Application, CompletionPoint, Dossier, Opinion
from subsidies.models import ResourcesSubsidy


def journal_for(actor: Actor) -> QuerySet[JournalLine]:
    lines = Q(thread__in=Thread.objects.filter(of_the_parties(actor, prefix="")))
    if any(actor.ids(level) for level in (Level.SCHOOL, Level.CIRCONSCRIPTION, Level.DEPARTEMENT)):
        for rows in _seen_by_a_school(actor):
            lines |= Q(subject_kind=rows.model._meta.label_lower, subject_id__in=rows.order_by().values("pk"))
    return JournalLine.objects.filter(lines)


def _seen_by_a_school(actor: Actor) -> tuple[QuerySet[Any], ...]:
    applications = Application.objects.visible_to(actor)
    return (
        Dossier.objects.visible_to(actor),
        applications,
        CompletionPoint.objects.visible_to(actor),
        Opinion.objects.filter(application__in=applications),
        MobileClass.objects.visible_to(actor),
        ResourcesSubsidy.objects.visible_to(actor),
        Piece.objects.visible_to(actor),
        IssuedDocument.objects.visible_to(actor),
    )
