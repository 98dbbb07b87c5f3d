import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms

from plannumerique.files.forms import UploadField, UploadsMixin
from plannumerique.ui.forms import AmountField, DateField, VersionedForm


class AidForm(VersionedForm):
    amount = AmountField(
        label="Autres aides publiques", help_text="Zéro s’il n’y en a pas. La subvention de l’État n’en fait pas partie."
    )
    detail = forms.CharField(
        label="Origine de ces aides",
        max_length=250,
        required=False,
        help_text="Par exemple : département, DETR, fonds européens.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("amount", Decimal(0)) and not cleaned.get("detail", "").strip():
            self.add_error("detail", "Indiquez de qui vient cette aide.")
        return cleaned


class SignedStatementForm(UploadsMixin, VersionedForm):
    file = UploadField(label="L’état signé, numérisé ou photographié")
    name = forms.CharField(label="Nom du signataire", max_length=150)
    capacity = forms.CharField(label="Qualité du signataire", max_length=150, help_text="Par exemple : maire, président.")
    on = DateField(label="Signé le")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", today)
