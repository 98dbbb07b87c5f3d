from typing import Any

import pytest
from django import forms
from django.forms import formset_factory
from django.http import QueryDict
from django.template.loader import render_to_string

from plannumerique.ui.forms import AmountField, PortalForm, PortalFormSet, VersionedForm, comment_field

KINDS = [("a", "UGAP"), ("b", "Groupement")]


class OrderForm(PortalForm):
    amount = AmountField(label="Montant", help_text="Toutes taxes comprises.")
    kind = forms.ChoiceField(label="Circuit", choices=KINDS, widget=forms.RadioSelect)
    covers = forms.MultipleChoiceField(label="Matériels", choices=KINDS, widget=forms.CheckboxSelectMultiple)
    place = forms.ChoiceField(label="Département", choices=[("", "Choisir"), ("25", "Doubs")])
    sure = forms.BooleanField(label="Je certifie")
    comment = comment_field()


class SignForm(VersionedForm):
    comment = comment_field(label="Motif", required=True)


class TwoReasons(Exception):
    reasons = ["Il manque la délibération.", "L’avis du CBR est attendu."]


def test_a_form_that_nobody_has_sent_is_a_success() -> None:
    form = OrderForm()
    assert form.http_status == 200
    assert "fr-alert" not in str(form)


def test_errors_are_summed_up_in_the_order_of_the_page_with_links_to_the_fields() -> None:
    form = OrderForm({"amount": "x"})
    assert form.http_status == 422
    assert [(anchor, label) for anchor, label, _ in form.summary] == [
        ("id_amount", "Montant"),
        ("id_kind_0", "Circuit"),
        ("id_covers_0", "Matériels"),
        ("id_place", "Département"),
        ("id_sure", "Je certifie"),
    ]
    html = str(form)
    assert 'role="alert"' in html
    assert "5\u00a0erreurs à corriger" in html
    assert '<a href="#id_amount">Montant</a>' in html
    for anchor, _, _ in form.summary:
        assert f'id="{anchor}"' in html


def test_what_is_missing_is_named_by_what_to_do() -> None:
    said = {label: sentence for _, label, sentence in OrderForm({}).summary}
    assert said == {
        "Montant": "Indiquez un montant.",
        "Circuit": "Choisissez une réponse.",
        "Matériels": "Choisissez une réponse.",
        "Département": "Choisissez dans la liste.",
        "Je certifie": "Cochez cette case pour continuer.",
    }


def test_a_form_may_still_change_its_fields_once_made() -> None:
    form = OrderForm()
    form.fields["amount"].label, form.fields["amount"].help_text = "Montant HT", "Hors taxes."
    html = str(form)
    assert "Montant HT" in html
    assert "Hors taxes." in html


def test_a_field_is_tied_to_its_hint_and_to_its_error() -> None:
    html = OrderForm({"amount": "x"})["amount"].as_field_group()
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_amount_helptext"' in html
    assert 'id="id_amount_error"' in html
    assert 'value="x"' in html


def test_a_group_of_choices_says_its_error_once() -> None:
    html = OrderForm({"amount": "1"})["kind"].as_field_group()
    assert html.count('aria-invalid="true"') == 1
    assert 'aria-describedby="id_kind_error"' in html


def test_only_what_may_be_left_out_is_marked() -> None:
    form = OrderForm()
    assert "(facultatif)" in form["comment"].as_field_group()
    assert "(facultatif)" not in form["amount"].as_field_group()


def test_a_refusal_shows_each_of_its_reasons_and_keeps_what_was_typed() -> None:
    form = SignForm({"seen": "3", "comment": "Vu les pièces"}, row_version=3)
    assert form.is_valid()
    form.add_refusal(TwoReasons())

    html = str(form)
    assert "L’action n’a pas été faite" in html
    assert "Il manque la délibération." in html
    assert "L’avis du CBR est attendu." in html
    assert "Vu les pièces" in html


def test_a_form_that_was_never_cleaned_takes_a_refusal_too() -> None:
    form = SignForm({"seen": "3", "comment": "Vu"}, row_version=3)
    form.add_refusal(TwoReasons())
    assert [sentence for _, _, sentence in form.summary] == TwoReasons.reasons


def test_a_page_gives_back_the_version_that_it_was_built_on() -> None:
    assert 'name="seen" value="3"' in str(SignForm(row_version=3))
    form = SignForm({"seen": "3", "comment": "Vu"}, row_version=4)
    assert form.is_valid()
    assert form.cleaned_data == {"seen": 3, "comment": "Vu"}


@pytest.mark.parametrize("wrap", [dict, lambda data: QueryDict("seen=3&comment=Vu")])
def test_once_told_who_was_first_the_person_may_send_again(wrap: Any) -> None:
    form = SignForm(wrap({"seen": "3", "comment": "Vu"}), row_version=4)
    assert form.is_valid()
    form.add_refusal(TwoReasons())
    html = str(form)
    assert 'name="seen" value="4"' in html
    assert "Vu" in html


@pytest.mark.parametrize("seen", ["", "x"])
def test_a_page_without_its_version_is_asked_to_be_reloaded(seen: str) -> None:
    form = SignForm({"seen": seen, "comment": "Vu"}, row_version=3)
    assert form.http_status == 422
    assert form.summary == [("", "", "Cette page n’est plus à jour\u00a0: rechargez-la.")]


def test_a_motive_of_spaces_is_no_motive() -> None:
    form = SignForm({"seen": "3", "comment": "   "}, row_version=3)
    assert form.errors["comment"] == ["Remplissez ce champ."]


class LineForm(PortalForm):
    label = forms.CharField(label="Désignation")
    amount = AmountField(label="Montant TTC")


Lines = formset_factory(LineForm, formset=PortalFormSet, extra=2, max_num=5)


def lines(**typed: str) -> PortalFormSet:
    return Lines({"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", **{f"form-{name}": text for name, text in typed.items()}})


def test_lines_left_empty_are_not_lines() -> None:
    formset = lines(**{"0-label": "Tablettes", "0-amount": "8 000"})
    assert formset.http_status == 200
    assert [line["label"] for line in formset.lines] == ["Tablettes"]


def test_a_wrong_line_is_named_by_its_rank() -> None:
    formset = lines(**{"0-label": "Tablettes", "0-amount": "8000", "1-label": "Chariot", "1-amount": "x"})
    assert formset.http_status == 422
    ((anchor, label, sentence),) = formset.summary
    assert (anchor, label) == ("id_form-1-amount", "Ligne 2, montant TTC")
    assert "n’est pas un montant" in sentence
    assert "1\u00a0erreur à corriger" in render_to_string("ui/_errors.html", {"form": formset})


def test_lines_can_be_refused_as_a_whole() -> None:
    formset = lines(**{"0-label": "Tablettes", "0-amount": "8000"})
    assert formset.is_valid()
    formset.add_refusal(TwoReasons())
    html = render_to_string("ui/_errors.html", {"form": formset})
    assert "Il manque la délibération." in html


def test_lines_are_drawn_with_an_empty_one_to_be_cloned() -> None:
    html = render_to_string("ui/_formset.html", {"formset": Lines(), "legend": "Dépense"})
    assert 'name="form-__prefix__-amount"' in html
    assert html.count('class="portal-line"') == 3
    assert 'name="form-TOTAL_FORMS" value="2"' in html


class PieceForm(PortalForm):
    piece = forms.FileField(label="Pièce")


def test_a_form_with_a_file_is_sent_whole_and_to_the_page_itself() -> None:
    html = render_to_string("ui/_form.html", {"form": PieceForm(), "action": "not-for-the-form", "cancel": "/retour/"})
    assert 'enctype="multipart/form-data"' in html
    assert "not-for-the-form" not in html
    assert 'href="/retour/">Annuler</a>' in html
    assert 'action="/ailleurs/"' in render_to_string("ui/_form.html", {"form": OrderForm(), "post_to": "/ailleurs/"})
