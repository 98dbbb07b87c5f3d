"""What a decision may grant, in euros, and the acompte that it gives."""

from decimal import Decimal

from plannumerique.lib.money import euros, percentage, round_down_to_cent
from plannumerique.lib.text import typeset
from projects.rules import FundingTerms


def decision_refusal(decided: Decimal, *, convention_maximum: Decimal) -> str | None:
    """Why a decision of that amount, in euros, can't be issued: the convention is the higher ceiling (AAP 2016)."""
    if decided <= 0:
        return "Le montant de la décision doit être positif."
    if decided > convention_maximum:
        return typeset(
            f"La décision ({euros(decided)}) dépasse le montant maximal de la convention ({euros(convention_maximum)})."
        )
    return None


def acompte_due(decided: Decimal, *, terms: FundingTerms) -> Decimal:
    """The acompte, in euros, on the decision's provisional amount, thousandths neglected.

    AAP 2016, « acompte de 50 % du montant de la subvention prévisionnelle »: neither the orders nor the convention change it, and
    the DAF lowers it through a lower decision only.
    """
    return round_down_to_cent(decided * terms.acompte_rate)


def acompte_warning(acompte: Decimal, *, ordered: Decimal, terms: FundingTerms) -> str | None:
    """What to say when the orders, in euros on the campaign's basis, would not justify the acompte: a trop-perçu would follow."""
    rate = max(tier.rate for tier in terms.tiers)
    if acompte <= ordered * rate:
        return None
    return typeset(
        f"L’acompte ({euros(acompte)}) dépasse {percentage(rate)} des commandes ({euros(ordered)} {terms.tax_basis.label}) : "
        "sans autre commande, il donnera lieu à un trop-perçu."
    )
