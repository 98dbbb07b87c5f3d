"""The home of a person: what is expected of her, what comes due, where her scope stands."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Count, DecimalField, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.utils.text import capfirst

from conventions.models import Convention
from plannumerique.journal.models import Thread, of_the_parties
from plannumerique.journal.pages import timeline_of
from plannumerique.lib.dates import long_date
from plannumerique.lib.money import ZERO
from plannumerique.lib.text import plural
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level, Role
from plannumerique.ui.pieces import AmountLine, Amounts, Event, Fact
from portal.events import journal_for
from projects.enums import GRANTED_STATES, ApplicationState, DeadlineCode
from projects.models import Application, CampaignDeadline, Dossier, Phase
from projects.rules import Deadline
from subsidies.enums import SETTLED_STATES, SubsidyState
from subsidies.models import EquipmentSubsidy, ResourcesSubsidy

LATEST_EVENTS = 6


@dataclass(frozen=True, slots=True)
class DueDate:
    label: str
    campaign: str
    deadline: Deadline

    @property
    def is_a_limit(self) -> bool:
        """Most are; the payments of a later year only start again."""
        return self.deadline.code != DeadlineCode.SOLDE_NEXT_YEAR

    @property
    def when(self) -> str:
        return self.deadline.label if self.is_a_limit else f"à partir du {long_date(self.deadline.on)}"


def deadlines_of(actor: Actor) -> list[Any]:
    """The deadlines of the campaigns that this person takes part in, and what her collège has to justify; one query.

    `is_ahead` marks those that are hers to meet or to expect: the académie's own are all its own.
    """
    granted = ResourcesSubsidy.objects.notified().filter(payee_id__in=actor.ids(Level.SCHOOL))
    followed = Dossier.objects.filter(campaign=OuterRef("campaign"), thread__in=Thread.objects.visible_to(actor))
    mine = Q(Exists(followed)) | Q(code=DeadlineCode.RESOURCES, campaign__in=granted.values("campaign"))
    rows = CampaignDeadline.objects.filter(mine).select_related("campaign").order_by("on")
    if actor.ids(Level.ACADEMIE):
        return list(rows.annotate(is_ahead=Value(True)))
    ahead = list(rows.annotate(is_ahead=_ahead_of(actor), certified_on=Subquery(_first_certified(actor))))
    for row in ahead:
        row.is_ahead = row.is_ahead and not _has_slipped(row, ahead, today=actor.today)
    return ahead


def _first_certified(actor: Actor) -> QuerySet[EquipmentSubsidy, Any]:
    """The first service fait of her dossiers that wait for their solde: in time, one of them is still for the year."""
    hers = EquipmentSubsidy.objects.filter(of_the_parties(actor), campaign=OuterRef("campaign"), service_fait_on__isnull=False)
    return hers.exclude(state__in=SETTLED_STATES).order_by("service_fait_on").values("service_fait_on")[:1]


def _has_slipped(row: Any, deadlines: Iterable[Any], *, today: dt.date) -> bool:
    """The solde is no longer for the year: the last day of its proofs is past, and none of hers was certified by then."""
    if row.code != DeadlineCode.SOLDE:
        return False
    of_the_proofs = [one for one in deadlines if one.campaign_id == row.campaign_id and one.code == DeadlineCode.JUSTIFICATION]
    rules = [one.as_rule() for one in of_the_proofs]
    return any(rule.last_day < today and not (row.certified_on and rule.is_met(row.certified_on)) for rule in rules)


def _ahead_of(actor: Actor) -> Case:
    """Whether one of her dossiers, retained, has not passed the date yet; those of the solde, for whom the money is hers."""
    granted = Exists(Application.objects.filter(dossier=OuterRef("pk"), state__in=GRANTED_STATES))
    retained = Dossier.objects.filter(granted, campaign=OuterRef("campaign"))
    followed = retained.filter(thread__in=Thread.objects.visible_to(actor))
    hers = retained.filter(thread__in=Thread.objects.filter(of_the_parties(actor, prefix="")))

    signed = Convention.objects.filter(dossier=OuterRef("pk"), recteur_signed_on__isnull=False)
    subsidies = EquipmentSubsidy.objects.filter(convention__dossier=OuterRef("pk"))
    certified = subsidies.filter(Q(service_fait_on__isnull=False) | Q(state=SubsidyState.CANCELLED))
    settled = subsidies.filter(state__in=SETTLED_STATES)
    grants = ResourcesSubsidy.objects.visible_to(actor).notified().filter(campaign=OuterRef("campaign"))
    return Case(
        When(code=DeadlineCode.CONVENTION, then=Exists(followed.exclude(Exists(signed)))),
        When(code=DeadlineCode.JUSTIFICATION, then=Exists(followed.exclude(Exists(certified)))),
        When(code__in=[DeadlineCode.SOLDE, DeadlineCode.SOLDE_NEXT_YEAR], then=Exists(hers.exclude(Exists(settled)))),
        When(code=DeadlineCode.RESOURCES, then=Exists(grants)),
        output_field=BooleanField(),
        default=Value(True),
    )


def due_dates(deadlines: Iterable[Any], *, today: dt.date) -> list[DueDate]:
    """Those to come that are still ahead of her, the nearest first."""
    coming = [row for row in deadlines if row.is_ahead and _until(row) >= today]
    return [DueDate(capfirst(row.get_code_display()), row.campaign.label, row.as_rule()) for row in coming[:8]]


def _until(row: Any) -> dt.date:
    """« Avant le 15 » is over on the 15th; « à partir du 1er mars » is not on the 1st."""
    return row.on if row.code == DeadlineCode.SOLDE_NEXT_YEAR else row.as_rule().last_day


def closing_phases(actor: Actor) -> list[Phase]:
    """The phases open that day in the académies of this person, with their closing; one query."""
    academies = Q(campaign__academie_id__in=actor.ids(Level.ACADEMIE))
    of_collectivites = Q(campaign__academie__departements__collectivites__in=actor.ids(Level.COLLECTIVITE))
    of_schools = Q(campaign__academie__departements__schools__in=actor.ids(Level.SCHOOL))
    return list(
        Phase.objects.open_at(actor.at)
        .filter(academies | of_collectivites | of_schools)
        .select_related("campaign")
        .distinct()[:5]
    )


def totals_of(actor: Actor) -> tuple[list[Fact], Amounts | None]:
    """Schools and classes of the scope, by where they are, and where its euros stand; to a collège, its grants. One query."""
    if holds_only_a_college(actor):
        return _grants_of(actor), None
    totals = {what: values for what, *values in _totals(actor)}
    # Whoever holds nothing that day has no scope, and the query no row.
    asked, granted, classes, *_ = totals.get("applications", (0, 0, 0))
    figures = [
        Fact("Écoles candidates", str(asked)),
        Fact("Écoles retenues", str(granted)),
        Fact("Classes mobiles retenues", str(classes or 0)),
    ]
    return figures, _amounts(*totals["money"]) if "money" in totals else None


def _totals(actor: Actor) -> QuerySet[Any]:
    """Two rows of the same shape, in one query: the home has many others to make."""
    applications = Application.objects.visible_to(actor).order_by().values_list(Value("applications"))
    of_applications = applications.annotate(
        first=Count("pk", filter=~Q(state__in=[ApplicationState.ABANDONED])),
        second=Count("pk", filter=Q(state__in=GRANTED_STATES)),
        third=Sum("retained_classes", filter=Q(state__in=GRANTED_STATES)),
        fourth=Value(None, output_field=DecimalField()),
        fifth=Value(None, output_field=DecimalField()),
    )
    if not follows_money(actor):
        return of_applications
    of_money = (
        EquipmentSubsidy.objects.visible_to(actor)
        .order_by()
        .values_list(Value("money"))
        .annotate(
            first=Count("pk"),
            second=Sum("convention_max"),
            third=Sum("decided_amount"),
            fourth=Sum("definitive_amount"),
            fifth=Sum("paid_total"),
        )
    )
    return of_applications.union(of_money, all=True)


def holds_only_a_college(actor: Actor) -> bool:
    return bool(actor.grants) and all(grant.role is Role.COLLEGE_REFERENT for grant in actor.grants)


def _grants_of(actor: Actor) -> list[Fact]:
    totals = (
        ResourcesSubsidy.objects.visible_to(actor)
        .notified()
        .aggregate(count=Count("pk"), notified=Sum("amount"), paid=Sum("paid_total"))
    )
    return [
        Fact("Dotations de ressources", str(totals["count"])),
        Fact("Montant notifié", amount=_euros(totals["notified"])),
        Fact("Versé", amount=_euros(totals["paid"])),
    ]


def follows_money(actor: Actor) -> bool:
    services = [role for role in Role if role is not Role.ADMINISTRATOR]
    return bool(actor.ids(Level.ACADEMIE, services) or actor.ids(Level.COLLECTIVITE))


def _amounts(count: int, *sums: Decimal | None) -> Amounts | None:
    if not count:
        return None
    maximum, decided, certified, paid = (_euros(total) for total in sums)
    return Amounts(
        "Versé par l’État",
        paid,
        lines=(
            AmountLine("Maximum des conventions", maximum, note=plural(count, one="convention"), share=_share(maximum, maximum)),
            AmountLine("Décidé", decided, share=_share(decided, maximum)),
            AmountLine("Définitif, service fait constaté", certified, share=_share(certified, maximum)),
            AmountLine("Versé", paid, strong=True, share=_share(paid, maximum)),
        ),
        unfolded=True,
    )


def _share(part: Decimal, whole: Decimal) -> int:
    """In hundredths, for the bar beside the amount."""
    return int(100 * part / whole) if whole else 0


def latest_events(actor: Actor) -> list[Event]:
    """What happened last of what this person follows; one query."""
    return list(timeline_of(journal_for(actor), latest=LATEST_EVENTS))


def _euros(value: Decimal | None) -> Decimal:
    return value or ZERO
