"""What keeps a school and its forecasts out of a campaign, and what is only worth a warning."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from plannumerique.lib.money import ZERO, euros, percentage
from plannumerique.lib.text import typeset
from projects.rules.funding import ClassExpense, FundingError
from projects.rules.subsidy import classes_in_words, provisional_subsidy
from projects.rules.terms import FundingTerms


def classes_left(already_retained: int, *, terms: FundingTerms) -> int:
    """How many classes a school can still be granted, counting those of every phase of the campaign."""
    return max(terms.max_units_per_school - already_retained, 0)


def refusals_of_class_count(asked: int, *, already_retained: int, terms: FundingTerms) -> Iterator[str]:
    """Why a school can't be granted so many classes (AAP 2016: « dans la limite de trois classes mobiles par école »)."""
    if asked < 1:
        yield "Demandez au moins une classe."
    left = classes_left(already_retained, terms=terms)
    if asked > left:
        yield typeset(
            f"L’école demande {classes_in_words(asked)} : la limite est de {terms.max_units_per_school} par école, "
            "toutes phases comprises. "
            f"Elle en a déjà obtenu {already_retained} et peut en demander encore {left}."
        )


def refusals_of_forecasts(forecasts: Sequence[ClassExpense], *, terms: FundingTerms) -> Iterator[str]:
    """Why these forecasts, in euros, can't be deposited: none, one without expense, impossible to compute, too small."""
    if not forecasts:
        yield "Aucune classe n’a de dépense prévue."
        return
    for one in forecasts:
        if one.expense == 0:
            yield f"La classe {one.number} de l’école {one.uai} n’a pas de dépense prévue."
    try:
        funding = provisional_subsidy(forecasts, terms=terms)
    except FundingError as error:
        yield str(error)
        return
    for uai in dict.fromkeys(line.key.uai for line in funding.lines if line.below_floor):
        yield typeset(f"La subvention de l’école {uai} serait inférieure au plancher de {euros(terms.subsidy_floor or ZERO)}.")


def public_aid_warning(public_aid: Decimal, *, expense: Decimal, terms: FundingTerms) -> str | None:
    """What to say when the public aid, the State's subsidy included, exceeds the campaign's share of the expense, in euros.

    The owner keeps a part of the expense to itself (CGCT, L. 1111-10: a fifth at least). A warning: other aids are declared.
    """
    if terms.public_aid_limit is None or public_aid <= expense * terms.public_aid_limit:
        return None
    return typeset(
        f"Les aides publiques ({euros(public_aid)}) dépassent {percentage(terms.public_aid_limit)} de la dépense "
        f"({euros(expense)}) : "
        "la collectivité doit en garder une part à sa charge."
    )
