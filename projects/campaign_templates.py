"""Calls for projects as an académie can begin with them. A template is data: once created, the campaign's rows are its own.

No place nor authority is in them: tribunal, comptable, recteur or rectrice are the académie's, copied when the campaign opens.

Sources: the programme of 2016 as the académie de Besançon presented it (figures, rate, 15 October, 7 December, March 2017);
for ENIR 2018, the académies' notices (20 M€, 50 %, 7 000 € of subsidy per school). What no source settles (TTC or HT, hour of
the closing, threshold of small remainders) is a default that the académie checks before it opens the campaign.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from plannumerique.lib.text import starts_lower
from plannumerique.organisations.models import Academie
from projects.campaign_texts.by_template import texts_of
from projects.enums import CbrNature, DeadlineCode
from projects.rules import CapUnit, CbrBasis, RoundingMode, TaxBasis

# What the texts take from the académie, by the name of its field.
MENTIONS = ("head", "tribunal", "tribunal_address", "comptable")

PARIS = ZoneInfo("Europe/Paris")


def worded_for(academie: Academie, text: str) -> str:
    return text.format_map({name: starts_lower(getattr(academie, name)) for name in MENTIONS})


@dataclass(frozen=True, slots=True)
class PhaseTemplate:
    number: int
    label: str
    opens_at: dt.datetime
    closes_at: dt.datetime


@dataclass(frozen=True, slots=True)
class DeadlineTemplate:
    code: DeadlineCode
    on: dt.date
    offsets: tuple[int, ...] = ()
    inclusive: bool = False
    roll: bool = False


@dataclass(frozen=True, slots=True)
class CriterionTemplate:
    label: str
    help_text: str
    weight: int


# No source gives the grid of 2016: a default, from what the file of an application contains, that the académie changes at will.
READING_GRID = (
    CriterionTemplate("Projet pédagogique", "Ce que les élèves apprennent à faire, et comment la classe mobile y sert.", 3),
    CriterionTemplate("Engagement de l’équipe", "Nombre d’enseignants, stabilité, besoins de formation exprimés.", 2),
    CriterionTemplate("Lien avec le collège référent", "Cycle 3, projets communs, continuité des usages.", 2),
    CriterionTemplate("Installations", "Débit, Wi-Fi et filtrage prêts pour la livraison.", 2),
    CriterionTemplate("Portage par la collectivité", "Part propre, calendrier de commande, maintenance.", 1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTemplate:
    """`campaign` and `terms` are the fields of those rows; `texts` the words of the acts, by act and slot."""

    code: str
    campaign: dict[str, Any]
    terms: dict[str, Any]
    phases: tuple[PhaseTemplate, ...]
    deadlines: tuple[DeadlineTemplate, ...]
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    criteria: tuple[CriterionTemplate, ...] = READING_GRID


AAP_2016 = CampaignTemplate(
    code="AAP-2016",
    campaign={
        "year": 2016,
        "label": "Appel à projets 2016",
        "programme": "Plan numérique pour l’école",
        "mail_subject": "plan numérique national premier degré",
        "expenses_from": dt.date(2016, 2, 16),
        "decision_waits_for_order": True,
        "local_selection": False,
        "cbr_nature": CbrNature.AVIS,
        "cbr_delay_days": 15,
        "cbr_silence_counts": True,
        "internal_limit_on": dt.date(2016, 9, 30),
        "imputation": {
            "programme": "à compléter par la DAF",
            "centre financier": "à compléter par la DAF",
            "activité": "à compléter par la DAF",
        },
    },
    terms={
        "cap_unit": CapUnit.PER_CLASS.value,
        "expense_cap": Decimal("8000.00"),
        "subsidy_floor": None,
        "subsidy_cap": None,
        "tiers": [{"up_to": None, "rate": "0.50"}],
        "tiers_over": CapUnit.PER_CLASS.value,
        "max_units_per_school": 3,
        "resources_grant": Decimal("500.00"),
        "acompte_rate": Decimal("0.5000"),
        "tax_basis": TaxBasis.TTC.value,
        "rounding": RoundingMode.DOWN.value,
        "cbr_threshold": Decimal("250000.00"),
        "cbr_on": CbrBasis.PROJECT_EXPENSE.value,
        "waiver_threshold": Decimal("30.00"),
        "public_aid_limit": Decimal("0.8000"),
    },
    phases=(
        PhaseTemplate(
            1, "Phase 1", dt.datetime(2015, 11, 24, 8, 0, tzinfo=PARIS), dt.datetime(2016, 1, 30, 23, 59, tzinfo=PARIS)
        ),
        PhaseTemplate(2, "Phase 2", dt.datetime(2016, 3, 2, 8, 0, tzinfo=PARIS), dt.datetime(2016, 3, 31, 23, 59, tzinfo=PARIS)),
        PhaseTemplate(3, "Phase 3", dt.datetime(2016, 4, 25, 8, 0, tzinfo=PARIS), dt.datetime(2016, 6, 17, 23, 59, tzinfo=PARIS)),
    ),
    deadlines=(
        DeadlineTemplate(DeadlineCode.CONVENTION, dt.date(2016, 9, 1), (-45, -21, -7, 0)),
        DeadlineTemplate(DeadlineCode.JUSTIFICATION, dt.date(2016, 10, 15), (-30, -15, -7, -1)),
        DeadlineTemplate(DeadlineCode.SOLDE, dt.date(2016, 12, 7), (-21, -10, -5)),
        DeadlineTemplate(DeadlineCode.SOLDE_NEXT_YEAR, dt.date(2017, 3, 1), (-15, 0), inclusive=True),
        DeadlineTemplate(DeadlineCode.RESOURCES, dt.date(2017, 7, 1), (-30, -15, 0)),
    ),
    texts=texts_of("aap_2016"),
)

ENIR_2018 = CampaignTemplate(
    code="ENIR-2018",
    campaign={
        "year": 2018,
        "label": "Écoles numériques innovantes et ruralité 2018",
        "programme": "Écoles numériques innovantes et ruralité",
        "mail_subject": "écoles numériques innovantes et ruralité",
        "expenses_from": dt.date(2018, 6, 1),
        "decision_waits_for_order": False,
        "local_selection": True,
        "cbr_nature": CbrNature.AVIS,
        "cbr_delay_days": 15,
        "cbr_silence_counts": True,
        "imputation": {"programme": "à compléter par la DAF"},
    },
    terms={
        "cap_unit": CapUnit.PER_SCHOOL.value,
        "expense_cap": Decimal("14000.00"),
        "subsidy_floor": None,
        "subsidy_cap": Decimal("7000.00"),
        "tiers": [{"up_to": None, "rate": "0.50"}],
        "tiers_over": CapUnit.PER_CLASS.value,
        "max_units_per_school": 1,
        "resources_grant": Decimal("0.00"),
        "acompte_rate": Decimal("0.3000"),
        "tax_basis": TaxBasis.TTC.value,
        "rounding": RoundingMode.DOWN.value,
        "cbr_threshold": None,
        "cbr_on": CbrBasis.PROJECT_EXPENSE.value,
        "waiver_threshold": Decimal("30.00"),
        "public_aid_limit": Decimal("0.8000"),
    },
    phases=(
        PhaseTemplate(
            1, "Appel 2018", dt.datetime(2018, 6, 1, 8, 0, tzinfo=PARIS), dt.datetime(2018, 11, 9, 23, 59, tzinfo=PARIS)
        ),
    ),
    deadlines=(
        DeadlineTemplate(DeadlineCode.JUSTIFICATION, dt.date(2019, 10, 15), (-30, -15, -7, -1)),
        DeadlineTemplate(DeadlineCode.SOLDE, dt.date(2019, 12, 6), (-21, -10, -5)),
        DeadlineTemplate(DeadlineCode.SOLDE_NEXT_YEAR, dt.date(2020, 3, 2), (-15, 0), inclusive=True),
    ),
    texts=texts_of("enir_2018"),
)

TEMPLATES: dict[str, CampaignTemplate] = {"aap_2016": AAP_2016, "enir_2018": ENIR_2018}
