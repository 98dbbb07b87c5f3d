from dataclasses import replace
from decimal import Decimal

import pytest

from projects.rules import (
    ClassExpense,
    FundingTerms,
    classes_left,
    public_aid_warning,
    refusals_of_class_count,
    refusals_of_forecasts,
)
from tests.projects.figures import AAP_2016, ENIR_2017, classes, plain


@pytest.mark.parametrize(("already", "left"), [(0, 3), (2, 1), (3, 0), (4, 0)])
def test_classes_left_count_every_phase(already: int, left: int) -> None:
    assert classes_left(already, terms=AAP_2016) == left


@pytest.mark.parametrize(("asked", "already"), [(3, 0), (1, 2), (1, 0)])
def test_asking_within_the_limit_is_accepted(asked: int, already: int) -> None:
    assert list(refusals_of_class_count(asked, already_retained=already, terms=AAP_2016)) == []


def test_a_fourth_class_over_two_phases_is_refused() -> None:
    refused = refusals_of_class_count(3, already_retained=2, terms=AAP_2016)

    assert [plain(sentence) for sentence in refused] == [
        "L’école demande 3 classes mobiles : la limite est de 3 par école, toutes phases comprises. "
        "Elle en a déjà obtenu 2 et peut en demander encore 1."
    ]


def test_asking_for_nothing_is_refused() -> None:
    assert list(refusals_of_class_count(0, already_retained=0, terms=AAP_2016)) == ["Demandez au moins une classe."]


@pytest.mark.parametrize(
    ("forecasts", "terms", "sentences"),
    [
        (classes("8000", "7000"), AAP_2016, []),
        ([], AAP_2016, ["Aucune classe n’a de dépense prévue."]),
        (classes("8000", "0"), AAP_2016, ["La classe 2 de l’école 0250018J n’a pas de dépense prévue."]),
        (classes("1", "1", "1", "1"), AAP_2016, ["L’école 0250018J a 4 classes mobiles : la limite est de 3."]),
        (classes("-1"), AAP_2016, ["La dépense de la classe 1 de l’école 0250018J doit être un montant positif, au centime."]),
        (classes("3999.99"), ENIR_2017, ["La subvention de l’école 0250018J serait inférieure au plancher de 2 000,00 €."]),
        (classes("4000"), ENIR_2017, []),
    ],
)
def test_forecasts_that_cannot_be_deposited_say_why(
    forecasts: list[ClassExpense], terms: FundingTerms, sentences: list[str]
) -> None:
    assert [plain(sentence) for sentence in refusals_of_forecasts(forecasts, terms=terms)] == sentences


@pytest.mark.parametrize(
    ("public_aid", "terms"),
    [("6400.00", AAP_2016), ("8000", replace(AAP_2016, public_aid_limit=None))],
)
def test_public_aid_within_the_limit_is_not_mentioned(public_aid: str, terms: FundingTerms) -> None:
    assert public_aid_warning(Decimal(public_aid), expense=Decimal("8000"), terms=terms) is None


def test_public_aid_above_four_fifths_is_mentioned() -> None:
    warning = public_aid_warning(Decimal("6400.01"), expense=Decimal("8000"), terms=AAP_2016)

    assert warning is not None
    assert plain(warning) == (
        "Les aides publiques (6 400,01 €) dépassent 80 % de la dépense (8 000,00 €) : "
        "la collectivité doit en garder une part à sa charge."
    )
