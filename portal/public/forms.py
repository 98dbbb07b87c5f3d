"""What the public pages ask for."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from plannumerique.files.models import plain_code
from plannumerique.lib.money import CENT
from plannumerique.lib.text import NBSP, typeset
from plannumerique.ui.forms import AmountField, PortalForm
from projects.models import Campaign, TermsVersion
from projects.rules import ClassExpense

_CODE = re.compile(r"[0-9A-Z]{12}")
# Of no school: the simulation counts the classes of one, whichever it is.
_ANY_SCHOOL = "école"


class VerificationForm(PortalForm):
    code = forms.CharField(
        label="Code de vérification",
        max_length=40,
        help_text=typeset("Il est au pied de chaque page du document : douze lettres et chiffres, comme K7QF-2M9D-XH4T."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": "Recopiez le code du document."},
    )

    def clean_code(self) -> str:
        code = plain_code(self.cleaned_data["code"])
        if not _CODE.fullmatch(code):
            raise ValidationError(typeset("Ce code n’a pas la bonne forme : douze lettres et chiffres, comme K7QF-2M9D-XH4T."))
        return code


class CampaignChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when it runs
    def label_from_instance(self, campaign: Campaign) -> str:
        return f"{campaign.label}, {campaign.academie}"


class CampaignForm(PortalForm):
    """The campaign alone, read first: it says how many classes may be asked about."""

    campagne = CampaignChoice(
        label="Appel à projets",
        queryset=Campaign.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": "Choisissez un appel à projets de la liste."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Campaign.objects.filter(terms_versions__isnull=False).select_related("academie")
        self.fields["campagne"].queryset = choices.distinct()  # type: ignore[attr-defined]


class SimulationForm(CampaignForm):
    """The price of each class of one school, in the campaign's own tax basis; a class left empty is not asked for."""

    def __init__(self, *args: Any, terms: TermsVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [f"classe_{number}" for number in range(1, terms.max_units_per_school + 1)]
        for number, name in enumerate(self.names, start=1):
            self.fields[name] = AmountField(
                label=f"Prix de la classe mobile n°{NBSP}{number}",
                help_text=f"Terminaux, conteneur et services compris, {terms.get_tax_basis_display()}",
                minimum=CENT,
                required=number == 1,
            )

    @property
    def expenses(self) -> list[ClassExpense]:
        prices = [self.cleaned_data[name] for name in self.names]
        return [ClassExpense(_ANY_SCHOOL, number, price) for number, price in enumerate(filter(None, prices), start=1)]
