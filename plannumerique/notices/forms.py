from django import forms

from plannumerique.ui.forms import PortalForm


class AddressForm(PortalForm):
    address = forms.EmailField(
        label="Autre adresse",
        required=False,
        max_length=254,
        help_text="Vide : le courriel part aux destinataires ci-dessus ; s’il n’en a pas, aux comptes et à l’adresse qu’a aujourd’hui "
        "l’organisation.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
