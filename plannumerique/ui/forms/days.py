"""Days and hours, from the browser's own fields or typed."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from plannumerique.lib.dates import plain_date
from plannumerique.lib.text import typeset

EARLIEST = dt.date(1990, 1, 1)
LATEST = dt.date(2099, 12, 31)


class DateInput(forms.DateInput):
    """The browser's own date field; a text one for what it could not show, so that what was typed stays to be corrected."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if not _is_iso_date(context["widget"]["value"]):
            context["widget"]["type"] = "text"
        return context


class DateField(forms.DateField):
    """A day, from the browser's date field or typed « 14/10/2016 », between two days included."""

    widget = DateInput
    input_formats = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
    default_error_messages = {
        "required": "Indiquez une date.",
        "invalid": typeset("Cette date n’existe pas ou n’est pas lisible : écrivez-la en chiffres, comme 14/10/2016."),
    }

    def __init__(self, *, earliest: dt.date = EARLIEST, latest: dt.date = LATEST, **options: Any) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(**options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value < self.earliest:
            raise ValidationError(f"Cette date ne peut pas précéder le {plain_date(self.earliest)}.", code="too_early")
        if value is not None and value > self.latest:
            raise ValidationError(f"Cette date ne peut pas suivre le {plain_date(self.latest)}.", code="too_late")


class HourField(forms.TimeField):
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    input_formats = ["%H:%M", "%H:%M:%S", "%Hh%M", "%H h %M"]
    default_error_messages = {
        "required": "Indiquez une heure.",
        "invalid": typeset("Cette heure n’est pas lisible : écrivez-la comme 14:30."),
    }


def _is_iso_date(value: str | None) -> bool:
    if not value:
        return True
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == len("2016-10-14")
