import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from deployments.enums import MobileClassState
from deployments.models import MobileClass
from plannumerique.lib.text import search_key
from plannumerique.ui.forms import DateField, VersionedForm
from plannumerique.ui.lists import FilterForm


class ReceptionForm(VersionedForm):
    on = DateField(label="Reçue le")
    delivery_note = forms.CharField(
        label="Numéro du bon de livraison",
        required=False,
        max_length=80,
        help_text="Il est écrit sur le papier remis par le livreur.",
    )
    reservations = forms.CharField(
        label="Réserves",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ce qui manque, ce qui est arrivé abîmé. Laissez vide si tout est là et en bon état.",
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", today)


class ClassFilters(FilterForm):
    counted = "etat"

    q = forms.CharField(label="École, commune, UAI ou collectivité", required=False, max_length=80)
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *MobileClassState.choices])

    def apply(self, queryset: QuerySet[MobileClass]) -> QuerySet[MobileClass]:
        for word in search_key(self.cleaned_data["q"]).split():
            queryset = queryset.filter(
                Q(school__search__contains=word) | Q(convention__dossier__collectivite__search__contains=word)
            )
        if state := self.cleaned_data["etat"]:
            queryset = queryset.filter(state=state)
        return queryset
