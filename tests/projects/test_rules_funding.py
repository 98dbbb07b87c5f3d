from dataclasses import replace
from decimal import Decimal

import pytest

from projects.rules import CapUnit, CbrBasis, ClassKey, FundingTerms, RoundingMode, TaxBasis, provisional_subsidy
from tests.projects.figures import AAP_2016, ENIR_2017, STEPPED, classes, plain


@pytest.mark.parametrize(
    ("expense", "terms", "sentence"),
    [
        ("7900.50", AAP_2016, "Dépense de 7 900,50 € TTC, 50 % de 7 900,50 € = 3 950,25 €"),
        (
            "9100",
            replace(AAP_2016, tax_basis=TaxBasis.HT),
            "Dépense de 9 100,00 € HT, retenue à hauteur de 8 000,00 € (plafond de 8 000,00 € par classe), 50 % de 8 000,00 € = 4 000,00 €",
        ),
        ("0", AAP_2016, "Dépense de 0,00 € TTC, aucune subvention"),
        (
            "8000",
            replace(AAP_2016, subsidy_cap=Decimal("3500")),
            "Dépense de 8 000,00 € TTC, 50 % de 8 000,00 € = 4 000,00 €, ramené à 3 500,00 € par le plafond de subvention",
        ),
        (
            "3000",
            ENIR_2017,
            "Dépense de 3 000,00 € TTC, 50 % de 3 000,00 € = 1 500,00 €, sous le plancher de subvention, donc rien",
        ),
    ],
)
def test_a_line_explains_itself(expense: str, terms: FundingTerms, sentence: str) -> None:
    line = provisional_subsidy(classes(expense), terms=terms).lines[0]

    assert plain(line.explanation).split(" ; ")[0] == sentence


def test_a_line_says_what_stays_with_the_collectivite() -> None:
    line = provisional_subsidy(classes("9100"), terms=AAP_2016).lines[0]

    assert (line.excess, line.own_share) == (Decimal("1100"), Decimal("5100"))
    assert plain(line.explanation).endswith(" ; reste à la charge de la collectivité : 5 100,00 €.")


def test_a_line_says_the_room_and_the_tiers_that_it_used() -> None:
    terms = replace(STEPPED, cap_unit=CapUnit.PER_CONVENTION)
    line = provisional_subsidy(classes("2000", "4500"), terms=terms).lines[1]

    assert plain(line.explanation) == (
        "Dépense de 4 500,00 € TTC, retenue en entier, sur ce que d’autres classes laissent de leur plafond de 3 500,00 €, "
        "70 % de 3 000,00 € + 50 % de 1 500,00 € = 2 850,00 € ; reste à la charge de la collectivité : 1 650,00 €."
    )


def test_a_funding_is_told_school_by_school() -> None:
    funding = provisional_subsidy([*classes("8000", "9100"), *classes("6000", uai="0250737R")], terms=AAP_2016)
    schools = funding.by_school()

    assert {uai: (len(one.lines), one.expense, one.retained_base, one.total, one.own_share) for uai, one in schools.items()} == {
        "0250018J": (2, Decimal("17100"), Decimal("16000"), Decimal("8000.00"), Decimal("9100.00")),
        "0250737R": (1, Decimal("6000"), Decimal("6000"), Decimal("3000.00"), Decimal("3000.00")),
    }


def test_keys_are_written_with_their_school() -> None:
    assert str(ClassKey("0250018J", 2)) == "0250018J, classe 2"


def test_each_choice_has_a_french_label() -> None:
    assert [one.label for one in CapUnit] == ["classe par classe", "école par école", "sur l’ensemble de la convention"]
    assert [one.label for one in TaxBasis] == ["TTC", "HT"]
    assert [one.label for one in RoundingMode] == ["au centime inférieur", "au centime le plus proche"]
    assert [one.label for one in CbrBasis] == ["dépense prévisionnelle du projet", "dépense retenue", "subvention de l’État"]
