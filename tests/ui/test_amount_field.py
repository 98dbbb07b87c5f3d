from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from plannumerique.ui.forms import AmountField, PortalForm


class AmountForm(PortalForm):
    amount = AmountField(label="Montant", minimum=Decimal("0.01"), maximum=Decimal("24000"))


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("8000", "8000.00"),
        ("8000,50", "8000.50"),
        ("8000.5", "8000.50"),
        ("8 000,50", "8000.50"),
        ("8\u202f000,50\u00a0€", "8000.50"),
        (" 12 ", "12.00"),
        ("0,01", "0.01"),
        ("24 000,00", "24000.00"),
    ],
)
def test_what_people_type_is_read_to_the_cent(typed: str, value: str) -> None:
    form = AmountForm({"amount": typed})
    assert form.is_valid()
    assert str(form.cleaned_data["amount"]) == value


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Indiquez un montant."),
        ("   ", "Indiquez un montant."),
        ("1e9", "n’est pas un montant"),
        ("NaN", "n’est pas un montant"),
        ("8.000,50", "n’est pas un montant"),
        ("8 000 000 abc", "n’est pas un montant"),
        ("1,234", "deux décimales"),
        ("-3", "au moins 0,01"),
        ("0", "au moins 0,01"),
        ("24000,01", "dépasser 24\u202f000,00"),
        ("9" * 41, "trop long"),
    ],
)
def test_what_is_not_an_amount_is_said_and_stays_typed(typed: str, said: str) -> None:
    form = AmountForm({"amount": typed})
    assert form.http_status == 422
    assert said in form.errors["amount"][0]
    assert form["amount"].value() == typed


def test_an_amount_of_ours_is_shown_as_people_write_it() -> None:
    html = str(AmountForm(initial={"amount": Decimal("8000.50")})["amount"])
    assert 'value="8\u202f000,50"' in html
    assert 'inputmode="decimal"' in html
    assert 'type="text"' in html


def test_an_amount_that_may_be_left_empty_is_none_not_zero() -> None:
    assert AmountField(label="Montant", required=False).clean("") is None


def test_the_amount_shown_reads_back_as_itself() -> None:
    field = AmountField(label="Montant")
    assert field.clean(field.prepare_value(Decimal("12345.67"))) == Decimal("12345.67")
    assert not field.has_changed(Decimal("12345.67"), "12 345,67")


def test_the_default_bounds_refuse_a_negative_amount_and_a_hundred_millions() -> None:
    field = AmountField(label="Montant")
    for typed in ("-0,01", "100000000"):
        with pytest.raises(ValidationError):
            field.clean(typed)
