from dataclasses import replace
from decimal import Decimal

import pytest

from plannumerique.lib.money import ZERO
from projects.rules import TermsError, Tier
from tests.projects.figures import AAP_2016, plain


@pytest.mark.parametrize(
    ("wrong", "reasons"),
    [
        ({"expense_cap": Decimal("0")}, ["Le plafond de dépense ne peut pas être nul."]),
        ({"expense_cap": Decimal("-1")}, ["Le plafond de dépense doit être un montant positif, au centime."]),
        ({"expense_cap": Decimal("NaN")}, ["Le plafond de dépense doit être un montant positif, au centime."]),
        ({"resources_grant": Decimal("500.005")}, ["La dotation de ressources doit être un montant positif, au centime."]),
        ({"waiver_threshold": Decimal("-30")}, ["Le seuil de mise en recouvrement doit être un montant positif, au centime."]),
        ({"cbr_threshold": Decimal("-1")}, ["Le seuil du contrôle budgétaire doit être un montant positif, au centime."]),
        (
            {"subsidy_cap": Decimal("0")},
            ["Le plafond de subvention ne peut pas être nul : laissez-le vide s’il n’y en a pas."],
        ),
        ({"subsidy_floor": Decimal("4000.01")}, ["Le plancher de subvention dépasse le plafond de subvention."]),
        ({"max_units_per_school": 0}, ["Une école doit pouvoir recevoir au moins une classe."]),
        ({"acompte_rate": Decimal("1.01")}, ["Le taux de l’acompte doit être compris entre 0 et 100 %."]),
        ({"acompte_rate": Decimal("-0.1")}, ["Le taux de l’acompte doit être compris entre 0 et 100 %."]),
        ({"public_aid_limit": Decimal("0")}, ["Le plafond des aides publiques doit être compris entre 0 et 100 %."]),
        ({"tiers": ()}, ["Indiquez au moins un taux de prise en charge."]),
        (
            {"tiers": (Tier(None, Decimal("0")),)},
            ["Un taux de prise en charge doit être supérieur à 0 et ne pas dépasser 100 %."],
        ),
        (
            {"tiers": (Tier(None, Decimal("NaN")),)},
            ["Un taux de prise en charge doit être supérieur à 0 et ne pas dépasser 100 %."],
        ),
        ({"tiers": (Tier(Decimal("100"), Decimal("0.5")),)}, ["La dernière tranche ne doit pas avoir de limite."]),
        (
            {"tiers": (Tier(None, Decimal("0.7")), Tier(None, Decimal("0.5")))},
            ["Seule la dernière tranche peut être sans limite."],
        ),
        (
            {"tiers": (Tier(Decimal("0"), Decimal("0.7")), Tier(None, Decimal("0.5")))},
            ["Les limites des tranches doivent être croissantes."],
        ),
        (
            {
                "tiers": (
                    Tier(Decimal("200"), Decimal("0.7")),
                    Tier(Decimal("200"), Decimal("0.6")),
                    Tier(None, Decimal("0.5")),
                )
            },
            ["Les limites des tranches doivent être croissantes."],
        ),
        (
            {"tiers": (Tier(Decimal("-5"), Decimal("0.7")), Tier(None, Decimal("0.5")))},
            ["La limite d’une tranche doit être un montant positif, au centime."],
        ),
        (
            {"expense_cap": Decimal("0"), "max_units_per_school": 0},
            ["Le plafond de dépense ne peut pas être nul.", "Une école doit pouvoir recevoir au moins une classe."],
        ),
    ],
)
def test_contradictory_terms_are_refused_with_every_reason(wrong: dict[str, object], reasons: list[str]) -> None:
    with pytest.raises(TermsError) as refusal:
        replace(AAP_2016, **wrong)
    assert [plain(reason) for reason in refusal.value.reasons] == reasons
    assert plain(str(refusal.value)) == " ".join(reasons)


@pytest.mark.parametrize(
    "right",
    [
        {"acompte_rate": ZERO},
        {"acompte_rate": Decimal("1")},
        {"resources_grant": ZERO},
        {"waiver_threshold": ZERO},
        {"public_aid_limit": Decimal("1")},
        {"subsidy_floor": Decimal("4000")},
        {"subsidy_cap": None, "subsidy_floor": Decimal("9000")},
    ],
)
def test_terms_at_their_limits_are_accepted(right: dict[str, object]) -> None:
    terms = replace(AAP_2016, **right)

    assert all(getattr(terms, name) == value for name, value in right.items())
