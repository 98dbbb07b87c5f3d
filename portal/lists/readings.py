"""The rows of the lists that mix several apps, each with all that its list shows, filters and sorts by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from deployments.enums import MobileClassState
from deployments.models import MobileClass
from plannumerique.files.models import Piece
from plannumerique.journal.models import of_the_parties
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from plannumerique.organisations.models import School
from portal.lists.forms import SchoolFilters
from portal.standing.pieces import CHECKED_KINDS
from portal.standing.stages import with_due, with_stage, with_what_is_expected
from projects.models import Application, Campaign, CampaignDeadline, Dossier


@dataclass(frozen=True, slots=True)
class CampaignDates:
    """The campaigns of a person's académies and the dates that they watch."""

    campaigns: list[tuple[str, str]]
    deadlines: list[CampaignDeadline]


def campaign_dates(actor: Actor) -> CampaignDates:
    """One query, however many campaigns: their dates are read with them."""
    places = {
        Level.ACADEMIE: "academie",
        Level.DEPARTEMENT: "academie__departements",
        Level.CIRCONSCRIPTION: "academie__departements__circonscriptions",
        Level.COLLECTIVITE: "academie__departements__collectivites",
        Level.SCHOOL: "academie__departements__schools",
    }
    within = Q(*(Q(**{f"{path}__in": actor.ids(level)}) for level, path in places.items() if actor.ids(level)), _connector=Q.OR)
    if not within:
        return CampaignDates([], [])
    read = ("pk", "label", "deadlines__code", "deadlines__on", "deadlines__inclusive", "deadlines__roll")
    rows = list(Campaign.objects.filter(within).order_by("-year", "code").values_list(*read).distinct())
    return CampaignDates(
        campaigns=list(dict.fromkeys((str(pk), label) for pk, label, *_ in rows)),
        deadlines=[
            CampaignDeadline(campaign_id=pk, code=code, on=on, inclusive=inclusive, roll=roll)
            for pk, _, code, on, inclusive, roll in rows
            if code
        ],
    )


def followed(actor: Actor, deadlines: Sequence[Any]) -> "QuerySet[Dossier]":
    """The dossiers of this person, with all that the list shows, filters and sorts by."""
    rows = with_stage(Dossier.objects.visible_to(actor).for_list().select_related("collectivite__departement"))
    return with_what_is_expected(with_due(_money_of_the_parties(rows, actor), deadlines, actor), actor)


def _money_of_the_parties(rows: Any, actor: Actor) -> Any:
    """Who follows the money of one dossier may follow another for its school alone."""
    amounts = ("maximum", "decided", "paid")
    return rows.annotate(**{name: Case(When(of_the_parties(actor), then=F(name))) for name in amounts})


def to_check(actor: Actor) -> "QuerySet[Piece]":
    """The pieces of this person's dossiers that wait for their check, the oldest first."""
    rows = Piece.objects.visible_to(actor).awaiting_check().filter(kind__in=CHECKED_KINDS)
    return rows.select_related("file", "deposited_by", "school", "thread__collectivite").order_by("deposited_at")


def followed_schools(actor: Actor) -> "QuerySet[School]":
    """The open écoles of this person, each with its last application and its mobile classes, if she may see them."""
    last = Application.objects.visible_to(actor).filter(school=OuterRef("pk")).order_by("-phase__number", "-pk")
    classes = MobileClass.objects.visible_to(actor).filter(school=OuterRef("pk")).order_by().values("school")
    planned = classes.exclude(state=MobileClassState.RENOUNCED).values(count=Count("pk"))
    received = classes.filter(state=MobileClassState.RECEIVED).values(count=Count("pk"))
    rows = School.objects.ecoles().open().visible_to(actor).select_related("collectivite", "departement")
    return rows.annotate(
        situation=Coalesce(Subquery(last.values("state")[:1]), Value(SchoolFilters.NO_APPLICATION)),
        application_id=Subquery(last.values("pk")[:1]),
        planned=Coalesce(Subquery(planned), 0),
        received=Coalesce(Subquery(received), 0),
    )
