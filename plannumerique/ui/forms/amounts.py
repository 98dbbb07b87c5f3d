"""Euros, typed as people write them."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from plannumerique.lib.money import ZERO, AmountError, euros, parse_amount
from plannumerique.lib.text import NBSP

LARGEST_AMOUNT = Decimal("99999999.99")


class AmountInput(forms.TextInput):
    """A text input with the euro sign after it: `type=number` refuses « 8 000,50 » and changes with the mouse wheel."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, suffix: str = "€") -> None:
        self.suffix = suffix
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false", **(attrs or {})})


class AmountField(forms.Field):
    """Euros to the centime, typed as people write them, between two bounds included."""

    default_error_messages = {"required": "Indiquez un montant."}

    def __init__(self, *, minimum: Decimal = ZERO, maximum: Decimal = LARGEST_AMOUNT, suffix: str = "€", **options: Any) -> None:
        self.minimum, self.maximum = minimum, maximum
        super().__init__(widget=AmountInput(suffix=suffix), **options)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            return parse_amount(str(value), minimum=self.minimum, maximum=self.maximum)
        except AmountError as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        """What was typed comes back as it was; an amount of ours is written as people do, without its sign."""
        return euros(value).removesuffix(f"{NBSP}€") if isinstance(value, Decimal) else value
