"""Lines of a form that were there already: untouched, changed, struck out or added."""

from decimal import Decimal
from typing import Any

import pytest
from django import forms

from plannumerique.ui.forms import AmountField, PortalForm, PortalFormSet


class CostForm(PortalForm):
    label = forms.CharField(required=False)
    amount = AmountField()


Costs = forms.formset_factory(CostForm, formset=PortalFormSet, extra=0, min_num=1, max_num=6, validate_max=True, can_delete=True)
THERE = [{"label": "un", "amount": Decimal("8000")}, {"label": "deux", "amount": Decimal("7900.50")}]


@pytest.mark.parametrize("count", ["", "abc", "-1", "1e3", "9" * 30, "9" * 5000])
def test_a_false_count_of_lines_is_refused_in_words(count: str) -> None:
    formset: Any = Costs({"form-TOTAL_FORMS": count, "form-INITIAL_FORMS": "0", "form-0-amount": "1"})
    assert formset.http_status == 422
    assert len(formset.forms) <= 2 * formset.max_num
    [(_, _, sentence)] = [line for line in formset.summary if not line[1]]
    assert sentence in ("Les lignes du formulaire sont arrivées incomplètes\u00a0: rechargez la page.", "6 lignes au plus.")


def test_a_line_too_many_is_refused_in_words_and_a_line_struck_out_does_not_count() -> None:
    data = {"form-TOTAL_FORMS": "7", "form-INITIAL_FORMS": "0"} | {f"form-{rank}-amount": "1" for rank in range(7)}
    formset: Any = Costs(data)
    assert [sentence for _, _, sentence in formset.summary] == ["6 lignes au plus."]
    assert Costs({**data, "form-3-DELETE": "on"}).is_valid()


def lines_of(**typed: str) -> list[tuple[str, Decimal]]:
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "form-0-label": "un", "form-0-amount": "8 000,00"}
    data |= {"form-1-label": "deux", "form-1-amount": "7 900,50", **{f"form-{name}": value for name, value in typed.items()}}
    formset: Any = Costs(data, initial=THERE)
    assert formset.is_valid(), formset.errors
    return [(line["label"], line["amount"]) for line in formset.lines]


def test_lines_that_nobody_touched_are_kept() -> None:
    assert lines_of() == [("un", Decimal("8000.00")), ("deux", Decimal("7900.50"))]


def test_a_changed_line_stands_beside_those_that_did_not_change() -> None:
    assert lines_of(**{"1-amount": "9100"}) == [("un", Decimal("8000.00")), ("deux", Decimal("9100.00"))]


def test_a_line_that_is_struck_out_goes() -> None:
    assert lines_of(**{"0-DELETE": "on"}) == [("deux", Decimal("7900.50"))]


def test_a_new_line_is_added_and_an_empty_one_is_not() -> None:
    added = {"TOTAL_FORMS": "4", "2-label": "trois", "2-amount": "1", "3-label": "", "3-amount": ""}
    assert [label for label, _ in lines_of(**added)] == ["un", "deux", "trois"]
