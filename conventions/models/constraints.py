"""What each state of a convention promises and keeps, held by PostgreSQL too."""

import pgtrigger
from django.db import models
from django.db.models import Q

from conventions.enums import BINDING_STATES, DEAD_STATES, ConventionState
from plannumerique.journal.triggers import frozen, kept

S = ConventionState

CONSTRAINTS = [
    models.UniqueConstraint(
        fields=["dossier"],
        condition=~Q(state__in=DEAD_STATES),
        name="convention_live_once",
        violation_error_message="Ce dossier a déjà une convention en cours.",
    ),
    models.CheckConstraint(
        condition=Q(state__in=[S.DRAFT, S.NEGOTIATION, S.ABANDONED])
        | Q(project_amount__gt=0, subsidy_max__gt=0)
        & (Q(settled_on__isnull=False, document__isnull=False) | Q(taken_over_on__isnull=False, original_reference__gt="")),
        name="convention_settled_has_amounts",
        violation_error_message="Un projet arrêté porte ses montants et son texte, ou le numéro de l’original repris.",
    ),
    models.CheckConstraint(
        condition=Q(subsidy_max__isnull=True) | Q(subsidy_max__lte=models.F("project_amount")),
        name="convention_subsidy_within_project",
        violation_error_message="La subvention ne peut dépasser le montant du projet.",
    ),
    models.CheckConstraint(
        condition=Q(collectivite_signed_on__isnull=True)
        | (Q(executory_on__isnull=False) & Q(collectivite_signed_on__gte=models.F("executory_on"))),
        name="convention_signed_after_deliberation",
        violation_error_message="La collectivité ne peut signer avant que sa délibération soit exécutoire.",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=[S.SIGNED_COLLECTIVITE, *BINDING_STATES])
        | Q(collectivite_signed_on__isnull=False, collectivite_signatory__gt="")
        & (Q(collectivite_copy__isnull=False) | Q(taken_over_on__isnull=False)),
        name="convention_signed_by_whom",
        violation_error_message="Une convention signée par la collectivité porte la date, le signataire et l’exemplaire, sauf reprise.",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=BINDING_STATES)
        | Q(collectivite_signed_on__isnull=False, recteur_signed_on__isnull=False, recteur_signatory__gt=""),
        name="convention_binding_is_signed",
        violation_error_message="Une convention signée porte ses deux signatures.",
    ),
    models.CheckConstraint(
        condition=Q(recteur_signed_on__isnull=True) | Q(recteur_signed_on__gte=models.F("collectivite_signed_on")),
        name="convention_recteur_signs_last",
        violation_error_message="Le recteur signe après la collectivité.",
    ),
    models.CheckConstraint(
        condition=Q(cbr_sense="", cbr_given_on__isnull=True)
        | (~Q(cbr_sense="") & Q(cbr_given_on__isnull=False, cbr_amount__isnull=False)),
        name="convention_cbr_dated",
        violation_error_message="L’avis du CBR porte sa date et le montant soumis.",
    ),
    models.CheckConstraint(
        condition=~Q(state=S.CBR_GIVEN) | ~Q(cbr_sense="") | Q(cbr_silence_on__isnull=False),
        name="convention_cbr_given",
        violation_error_message="L’avis du CBR est rendu ou réputé rendu.",
    ),
    models.CheckConstraint(
        condition=Q(cbr_overruled_on__isnull=True) | ~Q(cbr_overruled_motive=""),
        name="convention_overruled_with_motive",
        violation_error_message="Le passer outre se motive.",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=[S.NOTIFIED, S.IN_EXECUTION, S.SETTLED_UP, S.ARCHIVED, S.TERMINATED])
        | Q(notified_on__isnull=False),
        name="convention_notified_dated",
        violation_error_message="Une convention notifiée porte la date de sa notification.",
    ),
    models.CheckConstraint(
        condition=~Q(state=S.TERMINATED) | Q(terminated_on__isnull=False),
        name="convention_terminated_dated",
        violation_error_message="Une convention résiliée porte la date de sa résiliation.",
    ),
    models.CheckConstraint(
        condition=Q(deployment_until__isnull=True) | Q(deployment_until__gte=models.F("deployment_from")),
        name="convention_deployment_ends_after_start",
        violation_error_message="Le déploiement s’achève après avoir commencé.",
    ),
]

# What the collectivité signed, then what the recteur signed; each goes with the move that cancels its signature.
TRIGGERS = [
    *kept(),
    frozen(
        "signed_stays",
        *("thread", "dossier", "campaign", "terms", "siret", "project_amount", "subsidy_max", "resources_total"),
        *("deployment_from", "deployment_until", "settled_on", "taken_over_on", "original_reference"),
        *("collectivite_signed_on", "collectivite_signed_time", "collectivite_signatory", "collectivite_capacity"),
        once=pgtrigger.Q(old__state__in=[S.SIGNED_COLLECTIVITE, *BINDING_STATES, S.TERMINATED])
        & ~pgtrigger.Q(old__state=S.SIGNED_COLLECTIVITE, new__state__in=[S.DELIBERATED, S.ABANDONED]),
    ),
    frozen(
        "signed_by_the_recteur_stays",
        *("recteur_signed_on", "recteur_signatory", "recteur_capacity", "recteur_delegation", "late_motive"),
        once=pgtrigger.Q(old__state__in=[*BINDING_STATES, S.TERMINATED])
        & ~pgtrigger.Q(old__state=S.SIGNED_RECTEUR, new__state=S.SIGNED_COLLECTIVITE),
    ),
    frozen("notified_stays", "notified_on", once=pgtrigger.Q(old__notified_on__isnull=False)),
]
