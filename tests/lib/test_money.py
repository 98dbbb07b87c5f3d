from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plannumerique.lib.money import (
    CENT,
    ZERO,
    AmountError,
    amount_in_words,
    euros,
    ht_from_ttc,
    parse_amount,
    percentage,
    round_down_to_cent,
    round_half_up,
    split_by_shares,
    ttc_from_ht,
    vat_on,
)

LIMIT = Decimal("24000")
amounts = st.decimals(min_value="-99999999.99", max_value="99999999.99", places=2)


def parse(typed: str) -> Decimal:
    return parse_amount(typed, minimum=ZERO, maximum=LIMIT)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("8 000,50", "8000.50"),
        ("8\u00a0000,50", "8000.50"),
        ("8\u202f000,50\u00a0€", "8000.50"),
        ("  8000.5 ", "8000.50"),
        ("8000 euros", "8000.00"),
        ("8000 EUR", "8000.00"),
        ("8000€", "8000.00"),
        ("+12", "12.00"),
        ("0", "0.00"),
        ("007", "7.00"),
        ("24 000,00", "24000.00"),
    ],
)
def test_an_amount_is_read_as_a_person_types_it(typed: str, expected: str) -> None:
    assert str(parse(typed)) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "1e9",
        "1E3",
        "NaN",
        "Infinity",
        "--5",
        "+-5",
        "5-",
        "8.000,50",
        "8,000.50",
        "80 00",
        "8  000",
        "1_000",
        "٣",
        "abc",
        ",50",
        "5,",
        "€",
    ],
)
def test_what_is_not_a_plain_number_is_refused(typed: str) -> None:
    with pytest.raises(AmountError) as refusal:
        parse(typed)
    assert str(refusal.value) == f"«\u00a0{typed}\u00a0» n’est pas un montant. Écrivez-le en chiffres, par exemple 8\u202f000,50."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Indiquez un montant."),
        (" \u00a0 ", "Indiquez un montant."),
        ("8,005", "«\u00a08,005\u00a0» compte plus de deux décimales\u00a0: un montant s’arrête au centime."),
        ("8.000", "«\u00a08.000\u00a0» compte plus de deux décimales\u00a0: un montant s’arrête au centime."),
        ("-3", "Le montant doit être d’au moins 0,00\u00a0€."),
        ("\u22120,01", "Le montant doit être d’au moins 0,00\u00a0€."),
        ("24 000,01", "Le montant ne peut pas dépasser 24\u202f000,00\u00a0€."),
        ("9" * 40, "Le montant ne peut pas dépasser 24\u202f000,00\u00a0€."),
        ("9" * 41, "Ce montant est trop long pour être lu."),
    ],
)
def test_a_refused_amount_says_why(typed: str, sentence: str) -> None:
    with pytest.raises(AmountError) as refusal:
        parse(typed)
    assert str(refusal.value) == sentence


def test_an_amount_error_is_a_value_error() -> None:
    assert issubclass(AmountError, ValueError)


def test_a_credit_note_is_read_when_the_caller_allows_it() -> None:
    assert parse_amount("- 120,30", minimum=-LIMIT, maximum=LIMIT) == Decimal("-120.30")


def test_minus_zero_is_zero() -> None:
    assert str(parse("-0,00")) == "0.00"


@given(amounts)
def test_a_printed_amount_is_read_back_to_the_cent(value: Decimal) -> None:
    assert parse_amount(euros(value), minimum=Decimal("-99999999.99"), maximum=Decimal("99999999.99")) == value


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Decimal("12000"), "12\u202f000,00\u00a0€"),
        (Decimal("11950.25"), "11\u202f950,25\u00a0€"),
        (Decimal("1234567.8"), "1\u202f234\u202f567,80\u00a0€"),
        (Decimal("-1000"), "\u22121\u202f000,00\u00a0€"),
        (Decimal("-0.00"), "0,00\u00a0€"),
        (0, "0,00\u00a0€"),
    ],
)
def test_euros_are_printed_in_french(value: Decimal | int, printed: str) -> None:
    assert euros(value) == printed


@pytest.mark.parametrize("value", [Decimal("0.001"), Decimal("3166.665"), Decimal("NaN"), Decimal("Infinity")])
def test_what_is_not_whole_cents_is_not_printed(value: Decimal) -> None:
    with pytest.raises(ValueError, match="centimes"):
        euros(value)


@pytest.mark.parametrize(
    ("rate", "printed"),
    [("0.5", "50\u00a0%"), ("0.50", "50\u00a0%"), ("1", "100\u00a0%"), ("0.055", "5,5\u00a0%"), ("0", "0\u00a0%")],
)
def test_a_rate_is_printed_in_percent(rate: str, printed: str) -> None:
    assert percentage(Decimal(rate)) == printed


def test_rounding_down_and_to_the_nearest_differ_by_a_cent() -> None:
    half = Decimal("6333.33") / 2

    assert round_down_to_cent(half) == Decimal("3166.66")
    assert round_half_up(half) == Decimal("3166.67")


def test_negative_amounts_round_symmetrically() -> None:
    assert round_down_to_cent(Decimal("-1.239")) == Decimal("-1.23")
    assert round_half_up(Decimal("-1.235")) == Decimal("-1.24")


def test_vat_ht_and_ttc_agree() -> None:
    assert vat_on(Decimal("7900.50"), rate=Decimal("0.20")) == Decimal("1580.10")
    assert ttc_from_ht(Decimal("7900.50"), rate=Decimal("0.20")) == Decimal("9480.60")
    assert ht_from_ttc(Decimal("9480.60"), rate=Decimal("0.20")) == Decimal("7900.50")


@given(st.decimals(min_value="0", max_value="999999.99", places=2), st.sampled_from([Decimal("0.20"), Decimal("0.055"), ZERO]))
def test_going_from_ht_to_ttc_and_back_gives_the_same_cents(ht: Decimal, rate: Decimal) -> None:
    assert ht_from_ttc(ttc_from_ht(ht, rate=rate), rate=rate) == ht


@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        ("100.00", ("1", "1", "1"), ("33.34", "33.33", "33.33")),
        ("-100.00", ("1", "1", "1"), ("-33.34", "-33.33", "-33.33")),
        ("0.05", ("50", "30", "20"), ("0.03", "0.01", "0.01")),
        ("0.01", ("0", "1"), ("0.00", "0.01")),
        ("10.00", ("1", "2"), ("3.33", "6.67")),
    ],
)
def test_an_amount_is_shared_without_losing_a_cent(amount: str, shares: tuple[str, ...], parts: tuple[str, ...]) -> None:
    assert split_by_shares(Decimal(amount), shares=[Decimal(share) for share in shares]) == tuple(Decimal(part) for part in parts)


@given(amounts, st.lists(st.decimals(min_value="0.01", max_value="1000", places=2), min_size=1, max_size=12))
def test_shares_sum_to_the_amount_and_stay_within_a_cent_of_proportion(amount: Decimal, shares: list[Decimal]) -> None:
    parts = split_by_shares(amount, shares=shares)

    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - amount * share / sum(shares)) <= CENT
        assert part == part.quantize(CENT)


@pytest.mark.parametrize("shares", [[], [ZERO, ZERO], [Decimal("2"), Decimal("-1")]])
def test_impossible_shares_are_refused(shares: list[Decimal]) -> None:
    with pytest.raises(ValueError, match="parts"):
        split_by_shares(Decimal("10.00"), shares=shares)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0", "zéro euro"),
        ("0.01", "un centime"),
        ("0.80", "quatre-vingts centimes"),
        ("1", "un euro"),
        ("1.01", "un euro et un centime"),
        ("2", "deux euros"),
        ("16", "seize euros"),
        ("17", "dix-sept euros"),
        ("21", "vingt et un euros"),
        ("22", "vingt-deux euros"),
        ("30", "trente euros"),
        ("61", "soixante et un euros"),
        ("70", "soixante-dix euros"),
        ("71", "soixante et onze euros"),
        ("77", "soixante-dix-sept euros"),
        ("80", "quatre-vingts euros"),
        ("81", "quatre-vingt-un euros"),
        ("91", "quatre-vingt-onze euros"),
        ("99", "quatre-vingt-dix-neuf euros"),
        ("100", "cent euros"),
        ("101", "cent un euros"),
        ("180", "cent quatre-vingts euros"),
        ("200", "deux cents euros"),
        ("201", "deux cent un euros"),
        ("500", "cinq cents euros"),
        ("1000", "mille euros"),
        ("1001", "mille un euros"),
        ("2000", "deux mille euros"),
        ("4000", "quatre mille euros"),
        ("11950.25", "onze mille neuf cent cinquante euros et vingt-cinq centimes"),
        ("80000", "quatre-vingt mille euros"),
        ("80080", "quatre-vingt mille quatre-vingts euros"),
        ("200000", "deux cent mille euros"),
        ("250000.00", "deux cent cinquante mille euros"),
        ("1000000", "un million d’euros"),
        ("2000000.50", "deux millions d’euros et cinquante centimes"),
        ("1000200", "un million deux cents euros"),
        ("80000000", "quatre-vingts millions d’euros"),
        ("200001000", "deux cents millions mille euros"),
        ("1000000000", "un milliard d’euros"),
        ("2001000000", "deux milliards un million d’euros"),
        ("168000000.10", "cent soixante-huit millions d’euros et dix centimes"),
    ],
)
def test_an_amount_is_written_in_words(value: str, words: str) -> None:
    assert amount_in_words(Decimal(value)) == words


@pytest.mark.parametrize("value", ["-0.01", "1000000000000", "1.005"])
def test_what_has_no_words_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"lettres|centimes"):
        amount_in_words(Decimal(value))


@given(st.lists(st.integers(0, 99_999_999), min_size=2, max_size=2, unique=True))
def test_two_amounts_never_share_their_words(cents: list[int]) -> None:
    first, second = (amount_in_words(value * CENT) for value in cents)
    assert first != second
