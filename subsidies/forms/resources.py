from django import forms
from django.db.models import Q, QuerySet

from plannumerique.lib.text import search_key
from plannumerique.ui.forms import BicField, DateField, IbanField, SiretField, VersionedForm, comment_field
from plannumerique.ui.lists import FilterForm
from subsidies.enums import ResourcesState
from subsidies.models import ResourcesSubsidy


class NotifyGrantForm(VersionedForm):
    on = DateField(label="Notifiée le")
    comment = comment_field()


class CollegeAccountForm(VersionedForm):
    siret = SiretField(label="SIRET du collège")
    iban = IbanField(label="IBAN du collège", help_text="Tel que le RIB le donne ; un collège public a son compte au Trésor.")
    bic = BicField(label="BIC", required=False)
    comment = comment_field(help_text="À remplir si le compte n’est pas au Trésor : pourquoi, et comment il a été vérifié.")


class GrantFilters(FilterForm):
    counted = "etat"

    q = forms.CharField(label="École, collège ou UAI", required=False, max_length=80)
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *ResourcesState.choices])

    def apply(self, queryset: "QuerySet[ResourcesSubsidy]") -> "QuerySet[ResourcesSubsidy]":
        for word in search_key(self.cleaned_data["q"]).split():
            queryset = queryset.filter(Q(school__search__contains=word) | Q(payee__search__contains=word))
        if state := self.cleaned_data["etat"]:
            queryset = queryset.filter(state=state)
        return queryset
