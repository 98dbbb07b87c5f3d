"""Where a dossier stands in the whole thread, asked of the database, so that a list filters by what its rows show.

The states of the three rows that carry a dossier (applications, live convention, its subsidy) are joined or asked beside each
dossier; nothing is stored. What is expected next, and of whom, is read in `portal.expected` from the same annotations.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    FilteredRelation,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Least, TruncDate

from conventions.enums import DEAD_STATES as DEAD_CONVENTIONS
from conventions.enums import ConventionState
from conventions.models import Convention
from deployments.models import MobileClass
from plannumerique.organisations.actor import Actor
from projects.enums import ApplicationState, DeadlineCode
from projects.models import Application, CampaignDeadline, Dossier
from subsidies.enums import SubsidyState
from subsidies.models import Payment, PurchaseOrder

A, S = ApplicationState, SubsidyState


class Stage(TextChoices):
    """In the order of the thread; the key is what the address bears."""

    APPLICATION = "candidature", "candidature"
    SELECTION = "selection", "sélection"
    CONVENTION = "convention", "convention"
    ORDERS = "commandes", "commandes"
    DECISION = "decision", "décision"
    ACOMPTE = "acompte", "acompte"
    DEPLOYMENT = "deploiement", "déploiement"
    STATEMENT = "etat-recapitulatif", "état récapitulatif"
    SERVICE_FAIT = "service-fait", "service fait"
    SOLDE = "solde", "solde"
    CLOSING = "cloture", "clôture"
    CLOSED = "clos", "clos"
    ENDED = "sans-suite", "sans suite"


_LIVE_CONVENTIONS = [state for state in ConventionState if state not in DEAD_CONVENTIONS]
_STAGE_OF_SUBSIDY: dict[Stage, tuple[SubsidyState, ...]] = {
    Stage.DECISION: (S.DECISION_PREPARED, S.DECISION_SIGNED),
    Stage.ACOMPTE: (S.ACOMPTE_REQUESTED,),
    Stage.STATEMENT: (S.TO_COMPLETE,),
    Stage.SERVICE_FAIT: (S.JUSTIFIED,),
    Stage.SOLDE: (S.SERVICE_FAIT, S.SOLDE_LIQUIDATED),
    Stage.CLOSING: (S.SOLDE_PAID, S.OVERPAID),
    Stage.CLOSED: (S.CLOSED,),
    Stage.ENDED: (S.CANCELLED,),
}
# Which date of the campaign each stage works towards.
_WATCHED: dict[DeadlineCode, tuple[Stage, ...]] = {
    DeadlineCode.CONVENTION: (Stage.CONVENTION,),
    DeadlineCode.JUSTIFICATION: (
        *(Stage.ORDERS, Stage.DECISION, Stage.ACOMPTE, Stage.DEPLOYMENT, Stage.STATEMENT, Stage.SERVICE_FAIT),
    ),
    DeadlineCode.SOLDE: (Stage.SOLDE,),
}
# Once it is passed the money comes later, and nothing is late any more; a signature stays awaited.
_LAPSING = (DeadlineCode.JUSTIFICATION, DeadlineCode.SOLDE)
_DELIVERING = (Stage.ACOMPTE, Stage.DEPLOYMENT, Stage.STATEMENT)
_SUBSIDY = "live__equipment_subsidy"


def with_stage(rows: "QuerySet[Dossier]") -> "QuerySet[Dossier]":
    """`stage` and its rank, with the states, amounts and questions from which it comes; a dossier has one live convention at most."""
    applications = Application.objects.filter(dossier=OuterRef("pk")).order_by()
    return rows.alias(live=FilteredRelation("conventions", condition=Q(conventions__state__in=_LIVE_CONVENTIONS))).annotate(
        convention_id=F("live__pk"),
        convention_state=F("live__state"),
        subsidy_state=F(f"{_SUBSIDY}__state"),
        maximum=F("live__subsidy_max"),
        decided=F(f"{_SUBSIDY}__decided_amount"),
        paid=F(f"{_SUBSIDY}__paid_total"),
        held_since=F(f"{_SUBSIDY}__held_since"),
        stage=_by_stage(applications, Value),
        rank=_by_stage(applications, lambda stage: Value(list(Stage).index(stage))),
    )


def _by_stage(applications: "QuerySet[Application]", of: Callable[[Stage], Any]) -> Case:
    """What `of` says of the stage at which the dossier is, in one reading: a Case on `stage` would repeat it whole at each branch."""
    accepted = PurchaseOrder.objects.accepted().filter(subsidy=OuterRef(f"{_SUBSIDY}__pk"))
    planned = MobileClass.objects.awaiting_reception().filter(convention=OuterRef("live__pk"))
    state = f"{_SUBSIDY}__state"
    executing = Q(**{state: S.ACOMPTE_PAID}) | Q(**{state: S.NOTIFIED, f"{_SUBSIDY}__acompte_rate": 0})
    return Case(
        *(When(**{f"{state}__in": states}, then=of(stage)) for stage, states in _STAGE_OF_SUBSIDY.items()),
        When(Exists(accepted), **{state: S.CREATED}, then=of(Stage.DECISION)),
        When(**{state: S.CREATED}, then=of(Stage.ORDERS)),
        When(Q(executing) & Exists(planned), then=of(Stage.DEPLOYMENT)),
        When(executing, then=of(Stage.STATEMENT)),
        When(**{state: S.NOTIFIED}, then=of(Stage.ACOMPTE)),
        When(Q(live__pk__isnull=False) | Exists(applications.filter(state=A.RETAINED)), then=of(Stage.CONVENTION)),
        When(Exists(applications.filter(state__in=[A.SUBMITTED, A.ADMISSIBLE, A.WAITING_LIST])), then=of(Stage.SELECTION)),
        When(Exists(applications.filter(state__in=[A.DRAFT, A.TO_COMPLETE])), then=of(Stage.APPLICATION)),
        When(Exists(applications), then=of(Stage.ENDED)),
        default=of(Stage.APPLICATION),
    )


def with_what_is_expected(rows: "QuerySet[Dossier]", actor: Actor) -> "QuerySet[Dossier]":
    """What says who is expected: states of the applications, orders to check, payment under way; for the rows shown alone."""
    applications = Application.objects.filter(dossier=OuterRef("pk")).order_by()
    waiting = Payment.objects.under_way().filter(equipment__convention=OuterRef("convention_id"))
    orders = PurchaseOrder.objects.filter(subsidy__convention=OuterRef("convention_id"))
    return rows.annotate(
        application_states=ArraySubquery(applications.values("state").distinct()),
        taken_over=Exists(applications.filter(taken_over_on__isnull=False)),
        may_deposit=Exists(applications.filter(_open_to_deposit(actor))),
        order_to_check=Exists(orders.awaiting_check()),
        order_accepted=Exists(orders.accepted()),
        cbr_nature=F("campaign__cbr_nature"),
        stopped_by_the_cbr=Exists(Convention.objects.stopped_by_the_cbr().filter(pk=OuterRef("convention_id"))),
        payment_state=Subquery(waiting.order_by("pk").values("state")[:1]),
        past_payment=Exists(waiting.filter(taken_over_on__isnull=False)),
    )


def _open_to_deposit(actor: Actor) -> Q:
    """A draft that may still be deposited, or a line that the DANE gave back."""
    return Q(state=A.DRAFT, phase__closes_at__gte=actor.at) | Q(state=A.DRAFT) & ~Q(late_derogation="") | Q(state=A.TO_COMPLETE)


def with_due(rows: "QuerySet[Dossier]", deadlines: Iterable[CampaignDeadline], actor: Actor) -> "QuerySet[Dossier]":
    """`due`: the earliest last day that the stage works towards, by the campaign's dates, the phase or the deliveries."""
    applications = Application.objects.filter(dossier=OuterRef("pk")).order_by().values("dossier")
    drafts = applications.filter(state=A.DRAFT, phase__closes_at__gte=actor.at, late_derogation="")
    given_back = applications.filter(state=A.TO_COMPLETE)
    planned = (
        MobileClass.objects.awaiting_reception().filter(convention=OuterRef("convention_id")).order_by().values("convention")
    )
    closing = Subquery(drafts.values(day=Min(TruncDate("phase__closes_at"))), output_field=DateField())
    completion = Subquery(given_back.values(day=Min("completion_due_on")), output_field=DateField())
    delivery = Subquery(planned.values(day=Min("delivery_expected_on")), output_field=DateField())
    watched = _watched(list(deadlines), today=actor.today)

    def due_at(stage: Stage) -> Any:
        if stage in (Stage.APPLICATION, Stage.SELECTION):
            return Least(closing, completion)
        return Least(watched[stage], delivery) if stage in _DELIVERING else watched[stage]

    return rows.annotate(due=_by_stage(Application.objects.filter(dossier=OuterRef("pk")).order_by(), due_at))


def _watched(deadlines: list[CampaignDeadline], *, today: dt.date) -> dict[Stage, Case]:
    """The last day of each campaign by stage: « avant le 15 octobre » is the 14th, which only the rule knows."""
    code_of = {stage: code for code, stages in _WATCHED.items() for stage in stages}
    return {
        stage: Case(
            *(
                When(campaign=row.campaign_id, then=_day(row.as_rule().last_day))
                for row in deadlines
                if row.code == code_of.get(stage) and (row.code not in _LAPSING or row.as_rule().last_day >= today)
            ),
            default=_day(None),
        )
        for stage in Stage
    }


def _day(day: dt.date | None) -> Value:
    return Value(day, output_field=DateField())
