"""Numbers with a key, brought to the form in which they are stored."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from plannumerique.lib import identifiers


class IdentifierField(forms.CharField):
    """A number with a key, brought to the form in which it is stored."""

    check: Callable[[str], str]

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 60)
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No `maxlength`: it would cut, without a word, a number pasted with its spaces."""
        return {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return typed
        try:
            return type(self).check(typed)
        except identifiers.IdentifierError as error:
            raise ValidationError(str(error), code="invalid") from error


class UAIField(IdentifierField):
    check = staticmethod(identifiers.check_uai)


class SirenField(IdentifierField):
    check = staticmethod(identifiers.check_siren)


class SiretField(IdentifierField):
    check = staticmethod(identifiers.check_siret)


class IbanField(IdentifierField):
    check = staticmethod(identifiers.check_iban)


class BicField(IdentifierField):
    check = staticmethod(identifiers.check_bic)
