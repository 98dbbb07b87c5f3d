"""What each state of an application promises, held by PostgreSQL too."""

import pgtrigger
from django.db import models
from django.db.models import Q

from plannumerique.journal.triggers import frozen, kept
from projects.enums import DEAD_STATES, GRANTED_STATES, ApplicationState

S = ApplicationState

CONSTRAINTS = [
    models.UniqueConstraint(
        fields=["phase", "school"],
        condition=~Q(state__in=DEAD_STATES),
        name="application_live_once",
        violation_error_message="Cette école a déjà une candidature en cours dans cette phase.",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=GRANTED_STATES) | Q(retained_classes__gte=1, selection_on__isnull=False),
        name="application_retained_has_classes",
        violation_error_message="Une candidature retenue porte au moins une classe et la date de la décision.",
    ),
    models.CheckConstraint(
        condition=~Q(state=S.CONTRACTED) | Q(under_convention=True),
        name="application_contracted_is_covered",
        violation_error_message="Une candidature conventionnée est portée dans une convention.",
    ),
    models.CheckConstraint(
        condition=Q(state__in=[S.DRAFT, S.ABANDONED]) | Q(submitted_at__isnull=False) | Q(taken_over_on__isnull=False),
        name="application_submitted_has_date",
        violation_error_message="Une candidature déposée porte l’instant de son dépôt, ou la date de sa reprise.",
    ),
]

TRIGGERS = [
    *kept(),
    frozen(
        "retained_stays",
        *("retained_classes", "selection_on", "selection_list", "taken_over_on"),
        once=pgtrigger.Q(old__state__in=GRANTED_STATES, new__state__in=GRANTED_STATES),
    ),
]
