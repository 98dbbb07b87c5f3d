from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plannumerique.lib.money import CENT, ZERO
from projects.rules import (
    CapUnit,
    CbrBasis,
    ClassExpense,
    ClassKey,
    Funding,
    FundingError,
    FundingTerms,
    RateSlice,
    RoundingMode,
    TaxBasis,
    TermsError,
    Tier,
    classes_left,
    justified_subsidy,
    provisional_subsidy,
    public_aid_warning,
    refusals_of_class_count,
    refusals_of_forecasts,
)

AAP_2016 = FundingTerms(
    cap_unit=CapUnit.PER_CLASS,
    expense_cap=Decimal("8000"),
    subsidy_floor=None,
    subsidy_cap=Decimal("4000"),
    tiers=(Tier(up_to=None, rate=Decimal("0.50")),),
    max_units_per_school=3,
    resources_grant=Decimal("500"),
    acompte_rate=Decimal("0.50"),
    tax_basis=TaxBasis.TTC,
    rounding=RoundingMode.DOWN,
    cbr_threshold=Decimal("250000"),
    waiver_threshold=Decimal("30"),
    public_aid_limit=Decimal("0.80"),
)
ENIR_2017 = replace(
    AAP_2016,
    cap_unit=CapUnit.PER_SCHOOL,
    expense_cap=Decimal("14000"),
    subsidy_floor=Decimal("2000"),
    subsidy_cap=Decimal("7000"),
    max_units_per_school=1,
    resources_grant=ZERO,
    cbr_threshold=None,
)
STEPPED = replace(
    AAP_2016,
    expense_cap=Decimal("3500"),
    subsidy_cap=None,
    tiers=(Tier(up_to=Decimal("5000"), rate=Decimal("0.70")), Tier(up_to=None, rate=Decimal("0.50"))),
    tiers_over=CapUnit.PER_CONVENTION,
    max_units_per_school=30,
)

amounts = st.decimals(min_value="0", max_value="30000", places=2)
terms_of_all_kinds = st.builds(
    lambda cap_unit, tiers_over, rounding, tiers, subsidy_cap: replace(
        AAP_2016, cap_unit=cap_unit, tiers_over=tiers_over, rounding=rounding, tiers=tiers, subsidy_cap=subsidy_cap
    ),
    st.sampled_from(CapUnit),
    st.sampled_from(CapUnit),
    st.sampled_from(RoundingMode),
    st.sampled_from([AAP_2016.tiers, STEPPED.tiers, (Tier(Decimal("100"), Decimal("0.333")), Tier(None, Decimal("1")))]),
    st.sampled_from([None, Decimal("4000"), Decimal("3333.33")]),
)


def classes(*typed: str, uai: str = "0250018J") -> list[ClassExpense]:
    return [ClassExpense(uai, number, Decimal(amount)) for number, amount in enumerate(typed, start=1)]


@st.composite
def projects(draw: st.DrawFn) -> list[ClassExpense]:
    keys = draw(
        st.lists(st.tuples(st.sampled_from(["0250018J", "0250737R", "0390142T"]), st.integers(1, 3)), unique=True, max_size=9)
    )
    return [ClassExpense(uai, number, draw(amounts)) for uai, number in keys]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


# --- Golden table ---


def test_golden_a_three_classes_at_the_cap_give_12_000() -> None:
    assert provisional_subsidy(classes("8000", "8000", "8000"), terms=AAP_2016).total == Decimal("12000.00")


def test_golden_a_justified_expenses_give_11_950_25() -> None:
    funding = justified_subsidy(classes("7900.50", "8000", "9100"), terms=AAP_2016)

    assert [line.subsidy for line in funding.lines] == [Decimal("3950.25"), Decimal("4000.00"), Decimal("4000.00")]
    assert funding.total == Decimal("11950.25")


def test_golden_b_two_classes_at_5_000_give_5_000() -> None:
    assert justified_subsidy(classes("5000", "5000"), terms=AAP_2016).total == Decimal("5000.00")


@pytest.mark.parametrize(
    ("unit", "total"), [(CapUnit.PER_CLASS, "7500.00"), (CapUnit.PER_SCHOOL, "8000.00"), (CapUnit.PER_CONVENTION, "8000.00")]
)
def test_golden_c_classes_do_not_mix_unless_the_campaign_says_so(unit: CapUnit, total: str) -> None:
    assert provisional_subsidy(classes("7000", "9000"), terms=replace(AAP_2016, cap_unit=unit)).total == Decimal(total)


def test_golden_i_a_forecast_below_the_cap_makes_its_own_maximum() -> None:
    assert provisional_subsidy(classes("6000"), terms=AAP_2016).total == Decimal("3000.00")
    assert justified_subsidy(classes("7500"), terms=AAP_2016).total == Decimal("3750.00")


# --- Boundaries ---


@pytest.mark.parametrize(
    ("expense", "subsidy"),
    [("0", "0.00"), ("0.01", "0.00"), ("0.02", "0.01"), ("7999.99", "3999.99"), ("8000.00", "4000.00"), ("8000.01", "4000.00")],
)
def test_the_cap_and_the_cent(expense: str, subsidy: str) -> None:
    assert provisional_subsidy(classes(expense), terms=AAP_2016).total == Decimal(subsidy)


@pytest.mark.parametrize(("rounding", "total"), [(RoundingMode.DOWN, "9499.98"), (RoundingMode.HALF_UP, "9500.01")])
def test_thousandths_are_rounded_class_by_class(rounding: RoundingMode, total: str) -> None:
    funding = provisional_subsidy(classes("6333.33", "6333.33", "6333.33"), terms=replace(AAP_2016, rounding=rounding))

    assert funding.total == Decimal(total)


def test_room_is_shared_within_a_school_only() -> None:
    terms = replace(AAP_2016, cap_unit=CapUnit.PER_SCHOOL)
    project = [*classes("7000"), *classes("9000", uai="0250737R")]

    assert provisional_subsidy(project, terms=terms).total == Decimal("7500.00")


def test_the_room_left_goes_in_order_and_runs_out() -> None:
    terms = replace(AAP_2016, cap_unit=CapUnit.PER_CONVENTION)
    funding = provisional_subsidy(classes("7000", "8600", "9000"), terms=terms)

    assert [line.retained_base for line in funding.lines] == [Decimal("7000"), Decimal("8600"), Decimal("8400")]
    assert funding.retained_base == 3 * terms.expense_cap


def test_the_cap_of_the_subsidy_bites_on_its_own() -> None:
    line = provisional_subsidy(classes("8000"), terms=replace(AAP_2016, subsidy_cap=Decimal("3500"))).lines[0]

    assert (line.computed, line.subsidy) == (Decimal("4000.00"), Decimal("3500"))


def test_a_subsidy_without_cap_is_the_rate_of_the_base() -> None:
    assert provisional_subsidy(classes("8000"), terms=replace(AAP_2016, subsidy_cap=None)).total == Decimal("4000.00")


@pytest.mark.parametrize(
    ("expense", "total"), [("3999.99", "0.00"), ("4000.00", "2000.00"), ("14000", "7000"), ("20000", "7000")]
)
def test_a_school_under_the_floor_gets_nothing(expense: str, total: str) -> None:
    funding = provisional_subsidy(classes(expense), terms=ENIR_2017)

    assert funding.total == Decimal(total)
    assert funding.lines[0].below_floor is (funding.total == 0)


def test_the_floor_does_not_weigh_on_what_was_spent() -> None:
    assert justified_subsidy(classes("3000"), terms=ENIR_2017).total == Decimal("1500.00")


def test_the_floor_of_a_school_does_not_touch_another() -> None:
    project = [*classes("3000"), *classes("6000", uai="0250737R")]

    assert provisional_subsidy(project, terms=ENIR_2017).total == Decimal("3000.00")


def test_tiers_run_over_the_whole_convention() -> None:
    funding = provisional_subsidy(classes("3500", "3500", "1000"), terms=STEPPED)

    assert [line.slices for line in funding.lines] == [
        (RateSlice(Decimal("3500"), Decimal("0.70")),),
        (RateSlice(Decimal("1500"), Decimal("0.70")), RateSlice(Decimal("2000"), Decimal("0.50"))),
        (RateSlice(Decimal("1000"), Decimal("0.50")),),
    ]
    assert funding.total == Decimal("5000") * Decimal("0.70") + Decimal("3000") * Decimal("0.50")


@pytest.mark.parametrize(
    ("over", "total"), [(CapUnit.PER_CLASS, "4900.00"), (CapUnit.PER_SCHOOL, "4900.00"), (CapUnit.PER_CONVENTION, "4500.00")]
)
def test_tiers_run_over_what_the_campaign_says(over: CapUnit, total: str) -> None:
    project = [*classes("3500"), *classes("3500", uai="0250737R")]

    assert provisional_subsidy(project, terms=replace(STEPPED, tiers_over=over)).total == Decimal(total)


def test_the_order_of_the_lines_does_not_depend_on_the_order_of_entry() -> None:
    project = [*classes("3000", "4000", uai="0250737R"), *classes("5000")]

    assert provisional_subsidy(reversed(project), terms=STEPPED) == provisional_subsidy(project, terms=STEPPED)
    assert [line.key for line in provisional_subsidy(project, terms=STEPPED).lines] == [
        ClassKey("0250018J", 1),
        ClassKey("0250737R", 1),
        ClassKey("0250737R", 2),
    ]


def test_an_empty_project_costs_nothing() -> None:
    assert provisional_subsidy([], terms=AAP_2016) == Funding(())
    assert str(Funding(()).total) == "0.00"


# --- What can't be computed ---


@pytest.mark.parametrize("amount", ["-0.01", "100.001", "NaN", "Infinity"])
def test_an_impossible_expense_is_refused(amount: str) -> None:
    with pytest.raises(FundingError) as refusal:
        provisional_subsidy(classes("8000", amount), terms=AAP_2016)
    assert str(refusal.value) == "La dépense de la classe 2 de l’école 0250018J doit être un montant positif, au centime."


def test_a_class_named_twice_is_refused() -> None:
    with pytest.raises(FundingError) as refusal:
        justified_subsidy([*classes("8000"), *classes("8000")], terms=AAP_2016)
    assert str(refusal.value) == "La classe 1 de l’école 0250018J figure 2 fois."


def test_a_fourth_class_is_refused() -> None:
    assert provisional_subsidy(classes("8000", "8000", "8000"), terms=AAP_2016).total == Decimal("12000")
    with pytest.raises(FundingError) as refusal:
        provisional_subsidy(classes("8000", "8000", "8000", "8000"), terms=AAP_2016)
    assert plain(str(refusal.value)) == "L’école 0250018J a 4 classes mobiles : la limite est de 3."


# --- Explanations ---


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


# --- Invariants ---


@given(projects(), terms_of_all_kinds)
def test_no_line_passes_its_cap_its_rate_or_its_expense(project: list[ClassExpense], terms: FundingTerms) -> None:
    funding = provisional_subsidy(project, terms=terms)
    best_rate = max(tier.rate for tier in terms.tiers)

    assert funding.retained_base <= terms.expense_cap * len(project)
    for line in funding.lines:
        assert ZERO <= line.retained_base <= line.expense
        assert ZERO <= line.subsidy <= line.computed <= line.retained_base * best_rate + CENT / 2
        assert line.subsidy == line.subsidy.quantize(CENT)
        assert sum(piece.base for piece in line.slices) == line.retained_base
        if terms.cap_unit is CapUnit.PER_CLASS:
            assert line.retained_base <= terms.expense_cap
            assert terms.subsidy_cap is None or line.subsidy <= terms.subsidy_cap


@given(projects(), terms_of_all_kinds)
def test_no_cent_is_lost_between_lines_schools_and_total(project: list[ClassExpense], terms: FundingTerms) -> None:
    funding = provisional_subsidy(project, terms=terms)

    assert funding.total == sum(line.subsidy for line in funding.lines)
    assert funding.total == sum(school.total for school in funding.by_school().values())
    assert funding.total + funding.own_share == funding.expense == sum(one.expense for one in project)
    assert sum(line.own_share for line in funding.lines) == funding.own_share


@given(projects(), terms_of_all_kinds)
def test_rounding_down_never_gives_more_than_the_rate(project: list[ClassExpense], terms: FundingTerms) -> None:
    funding = provisional_subsidy(project, terms=replace(terms, rounding=RoundingMode.DOWN))

    assert funding.total <= sum(piece.base * piece.rate for line in funding.lines for piece in line.slices)


@given(projects(), amounts, st.sampled_from(RoundingMode))
def test_spending_more_never_gives_less(project: list[ClassExpense], more: Decimal, rounding: RoundingMode) -> None:
    terms = replace(AAP_2016, rounding=rounding)
    dearer = [replace(one, expense=one.expense + more) if index == 0 else one for index, one in enumerate(project)]

    assert provisional_subsidy(project, terms=terms).total <= provisional_subsidy(dearer, terms=terms).total


@given(projects(), terms_of_all_kinds)
def test_pooling_caps_never_takes_base_away(project: list[ClassExpense], terms: FundingTerms) -> None:
    alone, by_school, together = (
        provisional_subsidy(project, terms=replace(terms, cap_unit=unit)).retained_base
        for unit in (CapUnit.PER_CLASS, CapUnit.PER_SCHOOL, CapUnit.PER_CONVENTION)
    )

    assert alone <= by_school <= together <= sum((one.expense for one in project), ZERO)


@given(projects())
def test_without_a_floor_forecast_and_justified_are_one_computation(project: list[ClassExpense]) -> None:
    assert provisional_subsidy(project, terms=AAP_2016) == justified_subsidy(project, terms=AAP_2016)


# --- Terms ---


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


# --- Entry into a campaign ---


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
