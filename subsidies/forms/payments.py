import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from plannumerique.lib.text import search_key
from plannumerique.ui.forms import DateField, VersionedForm, comment_field
from plannumerique.ui.lists import FilterForm, SearchKey
from subsidies.enums import PaymentKind, PaymentState, SubsidyState
from subsidies.models import EquipmentSubsidy, Payment


class RecordPaymentForm(VersionedForm):
    dp_number = forms.CharField(
        label="Numéro de demande de paiement (DP)", max_length=20, help_text="Tel que Chorus le donne.", strip=True
    )
    on = DateField(label="Payée le", help_text="Le jour du règlement par la DRFiP.")
    comment = comment_field()

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].latest = today  # type: ignore[attr-defined]


class EjForm(VersionedForm):
    ej_number = forms.CharField(label="Numéro d’engagement juridique (EJ)", max_length=20)
    comment = comment_field()


class RectifyEjForm(EjForm):
    comment = comment_field(label="Motif de la rectification", required=True)


class RectifyDpForm(VersionedForm):
    dp_number = forms.CharField(label="Numéro de DP exact", max_length=20)
    comment = comment_field(label="Motif de la rectification", required=True)


class RectifyPaidOnForm(VersionedForm):
    on = DateField(label="Date exacte du paiement")
    comment = comment_field(label="Motif de la rectification", required=True)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].latest = today  # type: ignore[attr-defined]


class SubsidyFilters(FilterForm):
    counted = "etat"

    q = forms.CharField(label="Collectivité ou SIREN", required=False, max_length=80)
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *SubsidyState.choices])
    suspendues = forms.BooleanField(label="Suspendues seulement", required=False)

    def apply(self, queryset: "QuerySet[EquipmentSubsidy]") -> "QuerySet[EquipmentSubsidy]":
        for word in search_key(self.cleaned_data["q"]).split():
            queryset = queryset.filter(convention__dossier__collectivite__search__contains=word)
        if state := self.cleaned_data["etat"]:
            queryset = queryset.filter(state=state)
        if self.cleaned_data["suspendues"]:
            queryset = queryset.filter(held_since__isnull=False)
        return queryset


class PaymentFilters(FilterForm):
    counted = "etat"

    q = forms.CharField(label="Bénéficiaire, SIRET, EJ ou DP", required=False, max_length=80)
    etat = forms.ChoiceField(
        label="Demandes",
        required=False,
        choices=[
            ("", "Toutes"),
            (PaymentState.PREPARED, "à valider"),
            (PaymentState.VALIDATED, "à enregistrer comme payées"),
            (PaymentState.PAID, "payées"),
            (PaymentState.REJECTED, "rejetées"),
        ],
    )
    nature = forms.ChoiceField(label="Nature", required=False, choices=[("", "Toutes"), *PaymentKind.choices])

    def apply(self, queryset: "QuerySet[Payment]") -> "QuerySet[Payment]":
        for word in search_key(self.cleaned_data["q"]).split():
            queryset = queryset.filter(
                Q(SearchKey.of("payee_name", word)) | Q(payee_siret__startswith=word) | Q(ej_number=word) | Q(dp_number=word)
            )
        for name, column in (("etat", "state"), ("nature", "kind")):
            if value := self.cleaned_data[name]:
                queryset = queryset.filter(**{column: value})
        return queryset
