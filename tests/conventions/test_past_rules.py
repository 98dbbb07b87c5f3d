"""What the paper of a convention signed before the portal may not say."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from conventions.rules import CbrSense, Deliberation, PastConvention, past_amount_refusals, past_signature_refusals

PAPER = PastConvention(
    reference="CONV-2016-12",
    siret="21250056500016",
    subsidy_max=Decimal("12000"),
    deliberation=Deliberation(adopted_on=date(2016, 6, 27), published_on=date(2016, 6, 29), received_on=date(2016, 7, 1)),
    deliberation_number="2016-45",
    collectivite_signed_on=date(2016, 7, 4),
    collectivite_signatory="Camille EXEMPLE",
    collectivite_capacity="maire",
    recteur_signed_on=date(2016, 7, 11),
    recteur_signatory="Dominique EXEMPLE",
    recteur_capacity="recteur",
)


def said(paper: PastConvention) -> list[str]:
    return [one.replace("\u00a0", " ").replace("\u202f", " ") for one in past_signature_refusals(paper)]


def test_a_paper_whose_dates_follow_one_another_is_taken() -> None:
    assert said(PAPER) == []
    assert (
        said(replace(PAPER, cbr_received_on=date(2016, 6, 1), cbr_sense=CbrSense.FAVOURABLE, cbr_given_on=date(2016, 6, 1))) == []
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"deliberation": replace(PAPER.deliberation, published_on=date(2016, 6, 26))}, "ne peut pas avoir été publiée"),
        ({"collectivite_signed_on": date(2016, 6, 30)}, "exécutoire"),
        ({"recteur_signed_on": date(2016, 7, 3)}, "le recteur ne peut pas signer avant"),
        ({"cbr_sense": CbrSense.FAVOURABLE}, "porte son sens et sa date"),
        ({"cbr_given_on": date(2016, 6, 10)}, "porte son sens et sa date"),
        (
            {"cbr_received_on": date(2016, 6, 9), "cbr_sense": CbrSense.RESERVED, "cbr_given_on": date(2016, 6, 8)},
            "il n’a pu se prononcer avant",
        ),
    ],
)
def test_a_paper_that_contradicts_itself_is_named(changed: dict[str, object], sentence: str) -> None:
    assert any(sentence in one for one in said(replace(PAPER, **changed)))


@pytest.mark.parametrize(
    ("changed", "given"),
    [
        ({}, False),
        ({"cbr_received_on": date(2016, 6, 1)}, True),
        ({"cbr_sense": CbrSense.FAVOURABLE}, True),
        ({"cbr_given_on": date(2016, 6, 1)}, True),
    ],
)
def test_an_opinion_is_known_by_any_of_its_parts(changed: dict[str, object], given: bool) -> None:
    assert replace(PAPER, **changed).has_opinion is given


def test_the_day_on_which_both_happened_is_the_one_to_confirm() -> None:
    assert not PAPER.is_signed_the_same_day
    assert replace(PAPER, collectivite_signed_on=date(2016, 7, 1)).is_signed_the_same_day


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, ""),
        ({"cbr_overruled_on": date(2016, 6, 10)}, ""),
        ({"cbr_overruled_on": date(2016, 6, 9)}, "ne peut le précéder"),
        ({"cbr_overruled_motive": ""}, "porte ses motifs"),
        ({"cbr_sense": CbrSense.RESERVED}, "il n’y avait pas à passer outre"),
    ],
)
def test_an_unfavourable_opinion_is_passed_over_after_it_with_reasons(changed: dict[str, object], sentence: str) -> None:
    overruled = replace(
        PAPER,
        cbr_received_on=date(2016, 6, 1),
        cbr_sense=CbrSense.UNFAVOURABLE,
        cbr_given_on=date(2016, 6, 10),
        cbr_overruled_on=date(2016, 6, 20),
        cbr_overruled_motive="Le programme national retient ces écoles.",
    )

    found = said(replace(overruled, **changed))

    assert bool(found) is bool(sentence)
    assert sentence in " ".join(found)


def test_every_day_of_the_paper_is_listed_in_its_order() -> None:
    days = [on for _, on in PAPER.days if on is not None]

    assert days == sorted(days)
    assert len(PAPER.days) == 8


@pytest.mark.parametrize(("written", "refused"), [("12000.00", False), ("11999.99", True), ("12000.01", True)])
def test_the_paper_promises_what_the_terms_give_to_the_cent(written: str, refused: bool) -> None:
    assert bool(list(past_amount_refusals(Decimal(written), computed=Decimal("12000")))) is refused
