"""What a person reads of the journal.

The whole of it in the dossiers of her académie; in those of her collectivité, without what is for a collège alone; elsewhere the
lines about what she may see: a school, its IEN and its DSDEN follow its application, its classes and its resources, not the
account, the orders, the refused pieces or the money of the collectivité, nor the other schools of the dossier.
"""

from typing import Any

from django.db.models import Q, QuerySet

from deployments.models import MobileClass
from plannumerique.files.enums import OF_A_COLLEGE
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.journal.models import JournalLine, Thread
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from projects.models import Application, CompletionPoint, Dossier, Opinion
from subsidies.enums import ACCOUNT_ACT
from subsidies.models import Payment, ResourcesSubsidy


def journal_for(actor: Actor) -> QuerySet[JournalLine]:
    lines = Q(thread__in=Thread.objects.filter(academie_id__in=actor.ids(Level.ACADEMIE)))
    if actor.ids(Level.COLLECTIVITE):
        threads = Thread.objects.filter(collectivite_id__in=actor.ids(Level.COLLECTIVITE))
        lines |= Q(thread__in=threads) & ~_of_a_college_alone(actor) & ~_account_of_a_college(actor)
    if any(actor.ids(level) for level in (Level.SCHOOL, Level.CIRCONSCRIPTION, Level.DEPARTEMENT)):
        for rows in _seen_by_a_school(actor):
            lines |= _about(rows) & ~_account_of_a_college(actor)
        # A word about a piece of the collectivité, as the motive of its refusal, is for the collectivité.
        lines |= _about(Piece.objects.visible_to(actor)) & Q(comment="")
    return JournalLine.objects.filter(lines)


def _about(rows: QuerySet[Any]) -> Q:
    return Q(subject_kind=rows.model._meta.label_lower, subject_id__in=rows.order_by().values("pk"))


def _of_a_college_alone(actor: Actor) -> Q:
    """What the collectivité of the thread does not read of it: payments, letters and pieces of a collège."""
    payments = Payment.objects.filter(resources__isnull=False).exclude(resources__payee_id__in=actor.ids(Level.SCHOOL))
    hidden = _about(payments)
    for model in (Piece, IssuedDocument):
        hidden |= _about(model.objects.filter(readers__in=OF_A_COLLEGE).exclude(college_id__in=actor.ids(Level.SCHOOL)))
    return hidden


def _account_of_a_college(actor: Actor) -> Q:
    others = ResourcesSubsidy.objects.exclude(payee_id__in=actor.ids(Level.SCHOOL))
    return Q(act=ACCOUNT_ACT) & _about(others)


def _seen_by_a_school(actor: Actor) -> tuple[QuerySet[Any], ...]:
    applications = Application.objects.visible_to(actor)
    return (
        Dossier.objects.visible_to(actor),
        applications,
        CompletionPoint.objects.visible_to(actor),
        Opinion.objects.filter(application__in=applications),
        MobileClass.objects.visible_to(actor),
        ResourcesSubsidy.objects.visible_to(actor),
        Payment.objects.visible_to(actor),
        IssuedDocument.objects.visible_to(actor),
    )
