import datetime as dt

import pytest
from django import forms

from plannumerique.ui.forms import DateField, HourField, IbanField, PortalForm, SirenField, SiretField, UAIField, UploadInput


class DateForm(PortalForm):
    on = DateField(label="Date du vote", earliest=dt.date(2016, 1, 1), latest=dt.date(2016, 12, 31))


class IdentifierForm(PortalForm):
    uai = UAIField(label="UAI", required=False)
    siren = SirenField(label="SIREN", required=False)
    siret = SiretField(label="SIRET", required=False)
    iban = IbanField(label="IBAN", required=False)


@pytest.mark.parametrize("typed", ["2016-10-14", "14/10/2016", "14-10-2016", "14.10.2016"])
def test_a_date_is_read_from_the_browser_and_from_french_hands(typed: str) -> None:
    form = DateForm({"on": typed})
    assert form.is_valid()
    assert form.cleaned_data["on"] == dt.date(2016, 10, 14)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Indiquez une date."),
        ("31/02/2016", "n’existe pas ou n’est pas lisible"),
        ("14/10/16", "n’existe pas ou n’est pas lisible"),
        ("demain", "n’existe pas ou n’est pas lisible"),
        ("31/12/2015", "ne peut pas précéder le 1er\u00a0janvier 2016"),
        ("0016-10-14", "ne peut pas précéder le 1er\u00a0janvier 2016"),
        ("01/01/2017", "ne peut pas suivre le 31\u00a0décembre 2016"),
    ],
)
def test_a_date_that_cannot_be_is_said(typed: str, said: str) -> None:
    form = DateForm({"on": typed})
    assert form.http_status == 422
    assert said in form.errors["on"][0]


@pytest.mark.parametrize("day", ["2016-01-01", "2016-12-31"])
def test_the_bounds_of_a_date_are_included(day: str) -> None:
    assert DateForm({"on": day}).is_valid()


def test_a_date_field_is_the_browsers_own() -> None:
    html = str(DateForm(initial={"on": dt.date(2016, 10, 14)})["on"])
    assert 'type="date"' in html
    assert 'value="2016-10-14"' in html


def test_a_date_that_the_browsers_field_could_not_show_comes_back_as_text() -> None:
    html = str(DateForm({"on": "31/02/2016"})["on"])
    assert 'type="text"' in html
    assert 'value="31/02/2016"' in html


@pytest.mark.parametrize("typed", ["14:30", "14h30", "14 h 30", "14:30:00"])
def test_an_hour_is_read_as_people_write_it(typed: str) -> None:
    assert HourField(label="Heure").clean(typed) == dt.time(14, 30)


def test_identifiers_are_stored_in_one_form() -> None:
    form = IdentifierForm({"uai": "025 0018 j", "siren": "552 100 554", "iban": "fr76 3000 1007 9412 3456 7890 185"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"uai": "0250018J", "siren": "552100554", "siret": "", "iban": "FR7630001007941234567890185"}


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("uai", "0250018A", "La clé du numéro UAI"),
        ("uai", "0\x00250018J", "caractère nul"),
        ("siren", "212500566", "clé de contrôle est fausse"),
        ("siret", "123", "compte 14 chiffres"),
        ("iban", "FR7630001007941234567890186", "La clé de cet IBAN est fausse"),
        ("iban", "9" * 61, "60"),
    ],
)
def test_a_wrong_identifier_is_said_and_stays_typed(name: str, typed: str, said: str) -> None:
    form = IdentifierForm({name: typed})
    assert form.http_status == 422
    assert said in form.errors[name][0]
    assert form[name].value() == typed


def test_the_browser_never_cuts_an_identifier_pasted_with_its_spaces() -> None:
    assert "maxlength" not in str(IdentifierForm()["siret"])


class UploadForm(PortalForm):
    piece = forms.FileField(label="Bon de commande", widget=UploadInput)


def test_an_upload_says_what_it_takes_to_the_browser() -> None:
    html = str(UploadForm()["piece"])
    assert 'accept="application/pdf,image/jpeg,image/png"' in html
    assert 'data-max-bytes="20971520"' in html
    assert "required" in html


def test_an_upload_kept_as_a_draft_is_shown_and_is_not_asked_again() -> None:
    form = UploadForm()
    widget = form.fields["piece"].widget
    assert isinstance(widget, UploadInput)
    widget.keep(name="bon <12>.pdf", key="abc")

    html = form["piece"].as_field_group()
    assert "Fichier conservé\u00a0: bon &lt;12&gt;.pdf" in html.replace("&nbsp;", "\u00a0")
    assert '<input type="hidden" name="piece_kept" value="abc">' in html
    assert "required" not in html
    assert widget.kept_key_in({"piece_kept": "abc"}, "piece") == "abc"
