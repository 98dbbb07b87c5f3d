from decimal import Decimal
from typing import Any

from django import forms

from plannumerique.files.forms import UploadField, UploadsMixin
from plannumerique.ui.forms import AmountField, DateField, VersionedForm, comment_field


class PrepareDecisionForm(VersionedForm):
    amount = AmountField(label="Montant maximal prévisionnel de la subvention", minimum=Decimal("0.01"))
    comment = comment_field(help_text="À remplir si le montant est inférieur au maximum de la convention : pourquoi.")

    def __init__(self, *args: Any, maximum: Decimal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].maximum = maximum  # type: ignore[attr-defined]


class SignDecisionForm(VersionedForm):
    on = DateField(label="Signée le")
    signatory = forms.CharField(label="Signataire", max_length=150)
    capacity = forms.CharField(label="Qualité", max_length=200)
    delegation = forms.CharField(
        label="Délégation", max_length=250, required=False, help_text="Vide : la personne signe en son nom propre."
    )
    comment = comment_field()


class SignedDecisionForm(UploadsMixin, VersionedForm):
    file = UploadField(label="Exemplaire signé, numérisé ou photographié")
    name = forms.CharField(label="Signataire", max_length=150)
    capacity = forms.CharField(label="Qualité", max_length=200)
    on = DateField(label="Signé le")
    comment = comment_field()


class NotifyDecisionForm(VersionedForm):
    on = DateField(label="Reçue par la collectivité le", help_text="Le délai de recours court de ce jour.")
    proof = forms.CharField(
        label="Preuve de réception",
        max_length=200,
        help_text="Mode et référence : lettre recommandée, accusé de lecture, remise.",
    )
    comment = comment_field()
