from django import forms

from plannumerique.ui.forms import VersionedForm


class ServiceFaitForm(VersionedForm):
    reservations = forms.CharField(
        label="Réserves",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Elles sont imprimées sur le certificat. Laissez vide s’il n’y en a pas.",
    )
