"""What each state of an award promises: held by PostgreSQL, and what nothing but a move undoes, refused by it."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from plannumerique.journal.triggers import frozen, kept, one_of, told_in_the_journal
from subsidies.enums import CERTIFIED_STATES, DECIDED_STATES, SubsidyState

S = SubsidyState

# For the triggers of what the service fait rests on.
SERVICE_FAIT_IS_CERTIFIED = (
    f"EXISTS (SELECT FROM subsidies_equipmentsubsidy WHERE id = OLD.subsidy_id AND state IN ({one_of(CERTIFIED_STATES)}))"
)

CONSTRAINTS: list[models.BaseConstraint] = [
    models.CheckConstraint(
        condition=Q(decided_amount__isnull=True) | Q(decided_amount__gt=0, decided_amount__lte=F("convention_max")),
        name="subsidy_decision_within_convention",
        violation_error_message="Le montant décidé ne peut dépasser le maximum de la convention.",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=DECIDED_STATES)
        | Q(decided_amount__isnull=False, decision_signed_on__isnull=False, decision_reference__gt=""),
        name="subsidy_decided_is_signed",
        violation_error_message="Une décision signée porte son montant, sa date et sa référence.",
    ),
    models.CheckConstraint(
        condition=Q(paid_total__gte=0) & (Q(paid_total=0) | Q(paid_total__lte=F("decided_amount"))),
        name="subsidy_paid_within_decision",
        violation_error_message="Le total versé ne peut dépasser le montant décidé.",
    ),
    models.CheckConstraint(
        condition=Q(definitive_amount__isnull=True) | Q(definitive_amount__gte=0, definitive_amount__lte=F("decided_amount")),
        name="subsidy_definitive_within_decision",
        violation_error_message="La subvention définitive ne peut dépasser le montant décidé.",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=CERTIFIED_STATES)
        | Q(service_fait_on__isnull=False, complete_on__isnull=False, definitive_amount__isnull=False),
        name="subsidy_certified_is_dated",
        violation_error_message="Un service fait constaté porte ses dates et la subvention définitive.",
    ),
    models.CheckConstraint(
        condition=~Q(state=S.JUSTIFIED) | Q(complete_on__isnull=False),
        name="subsidy_justified_is_complete",
        violation_error_message="Des justificatifs déposés portent la date à laquelle ils sont complets.",
    ),
    models.CheckConstraint(
        condition=Q(service_fait_by__isnull=True) | Q(justified_by__isnull=True) | ~Q(service_fait_by=F("justified_by")),
        name="subsidy_service_fait_four_eyes",
        violation_error_message="La personne qui dépose les justificatifs ne constate pas le service fait.",
    ),
    models.CheckConstraint(
        condition=Q(service_fait_taken_over_on__isnull=True)
        | Q(
            service_fait_on__lte=F("service_fait_taken_over_on"),
            service_fait_reference__gt="",
            service_fait_signatory__gt="",
            decision_taken_over_on__isnull=False,
        ),
        name="subsidy_past_service_fait_is_signed",
        violation_error_message="Un service fait repris porte sa date, son certificat et qui l’a constaté, et sa décision est reprise.",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=[S.SOLDE_PAID, S.CLOSED]) | Q(paid_total=F("definitive_amount")),
        name="subsidy_closed_is_balanced",
        violation_error_message="Le total versé doit égaler la subvention définitive.",
    ),
    models.CheckConstraint(
        condition=~Q(state=S.CANCELLED) | Q(paid_total=0),
        name="subsidy_cancelled_unpaid",
        violation_error_message="Une subvention dont une part est versée ne s’annule pas.",
    ),
    models.CheckConstraint(
        condition=Q(held_since__isnull=True, held_motive="") | (Q(held_since__isnull=False) & ~Q(held_motive="")),
        name="subsidy_hold_has_its_motive",
        violation_error_message="Une suspension porte sa date et son motif.",
    ),
]
TRIGGERS = [
    *kept(),
    frozen(
        "decided_stays",
        *("thread", "convention", "campaign", "convention_max", "acompte_rate", "decided_amount", "decided_by"),
        *("decision_signed_on", "decision_signatory", "decision_capacity", "decision_delegation"),
        *("decision_reference", "decision_taken_over_on"),
        once=pgtrigger.Q(old__state__in=DECIDED_STATES)
        & ~pgtrigger.Q(old__state__in=[S.DECISION_SIGNED, S.NOTIFIED], new__state=S.CREATED),
    ),
    frozen(
        "notified_stays",
        *("notified_on", "notification_proof"),
        once=pgtrigger.Q(old__notified_on__isnull=False) & ~pgtrigger.Q(old__state=S.NOTIFIED, new__state=S.CREATED),
    ),
    frozen(
        "certified_stays",
        *("complete_on", "justified_by", "service_fait_on", "service_fait_by", "service_fait_reservations"),
        *("service_fait_taken_over_on", "service_fait_reference", "service_fait_signatory"),
        *("justified_amount", "definitive_amount"),
        once=pgtrigger.Q(old__state__in=CERTIFIED_STATES) & ~pgtrigger.Q(old__state=S.SERVICE_FAIT, new__state=S.JUSTIFIED),
    ),
    told_in_the_journal("paid_in_the_journal", "paid_total", kind="subsidies.equipmentsubsidy"),
]
