from dataclasses import replace
from decimal import Decimal

import pytest

from plannumerique.lib.money import ZERO
from projects.rules import Tier
from subsidies.rules import acompte_due, acompte_warning, decision_refusal
from tests.subsidies.figures import AAP_2016, plain


@pytest.mark.parametrize(("decided", "refused"), [("12000", False), ("12000.01", True), ("11000", False), ("0.01", False)])
def test_a_decision_stays_within_the_convention(decided: str, refused: bool) -> None:
    refusal = decision_refusal(Decimal(decided), convention_maximum=Decimal("12000"))

    assert (refusal is not None) is refused
    if refused:
        assert plain(refusal) == "La décision (12 000,01 €) dépasse le montant maximal de la convention (12 000,00 €)."


@pytest.mark.parametrize("decided", ["0", "-1"])
def test_a_decision_is_for_something(decided: str) -> None:
    refusal = decision_refusal(Decimal(decided), convention_maximum=Decimal("12000"))

    assert refusal == "Le montant de la décision doit être positif."


def test_the_acompte_is_the_campaign_s_rate_rounded_down() -> None:
    assert acompte_due(Decimal("3166.67"), terms=AAP_2016) == Decimal("1583.33")
    assert acompte_due(Decimal("12000"), terms=replace(AAP_2016, acompte_rate=Decimal("0.30"))) == Decimal("3600")
    assert acompte_due(Decimal("12000"), terms=replace(AAP_2016, acompte_rate=ZERO)) == ZERO


def test_orders_that_justify_the_acompte_to_the_cent_raise_no_warning() -> None:
    assert acompte_warning(Decimal("6000"), ordered=Decimal("12000.00"), terms=AAP_2016) is None


def test_stepped_rates_warn_at_the_best_of_them() -> None:
    stepped = replace(AAP_2016, tiers=(Tier(Decimal("5000"), Decimal("0.70")), Tier(None, Decimal("0.50"))))

    assert acompte_warning(Decimal("7000"), ordered=Decimal("10000"), terms=stepped) is None
    assert acompte_warning(Decimal("7000.01"), ordered=Decimal("10000"), terms=stepped) is not None


def test_orders_that_do_not_justify_the_acompte_raise_a_warning() -> None:
    assert plain(acompte_warning(Decimal("6000"), ordered=Decimal("11999.99"), terms=AAP_2016)) == (
        "L’acompte (6 000,00 €) dépasse 50 % des commandes (11 999,99 € TTC) : sans autre commande, il donnera lieu à un trop-perçu."
    )
