"""What narrows the lists of the portal."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from plannumerique.files.models import Piece
from plannumerique.lib.text import search_key
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from plannumerique.organisations.models import Departement
from plannumerique.ui.lists import FilterForm
from portal.standing.pieces import CHECKED_KINDS
from portal.standing.stages import Stage
from projects.enums import ApplicationState


class ScopedFilters(FilterForm):
    """Filters of which the départements are those of the person's académies; without them when there is nothing to choose."""

    department_field = "collectivite__departement"

    departement = forms.ChoiceField(label="Département", required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        academies = actor.ids(Level.ACADEMIE)
        rows = Departement.objects.filter(academie_id__in=academies) if academies else Departement.objects.none()
        choices = [(one.code, str(one)) for one in rows]
        self.fields["departement"].choices = [("", "Tous"), *choices]  # type: ignore[attr-defined]
        if len(choices) < 2:
            del self.fields["departement"]

    def in_departement(self, queryset: Any) -> Any:
        code = self.cleaned_data.get("departement")
        return queryset.filter(**{f"{self.department_field}__code": code}) if code else queryset


class DossierFilters(ScopedFilters):
    counted, counted_by = "etape", "stage"
    field_order = ("q", "etape", "departement", "campagne")

    q = forms.CharField(label="Collectivité ou SIREN", required=False, max_length=80)
    etape = forms.ChoiceField(label="Étape", required=False, choices=[("", "Toutes"), *Stage.choices])
    campagne = forms.ChoiceField(label="Campagne", required=False)

    def __init__(self, *args: Any, campaigns: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campagne"].choices = [("", "Toutes"), *campaigns]  # type: ignore[attr-defined]
        if len(campaigns) < 2:
            del self.fields["campagne"]

    def apply(self, queryset: Any) -> Any:
        queryset = self.in_departement(queryset)
        for word in search_key(self.cleaned_data["q"]).split():
            queryset = queryset.filter(collectivite__search__contains=word)
        if stage := self.cleaned_data["etape"]:
            queryset = queryset.filter(stage=stage)
        if campaign := self.cleaned_data.get("campagne"):
            queryset = queryset.filter(campaign=campaign)
        return queryset


class PieceFilters(FilterForm):
    counted, counted_by = "nature", "kind"

    q = forms.CharField(label="Collectivité ou SIREN", required=False, max_length=80)
    nature = forms.ChoiceField(label="Pièce", required=False, choices=[("", "Toutes"), *CHECKED_KINDS.items()])

    def apply(self, queryset: "QuerySet[Piece]") -> "QuerySet[Piece]":
        for word in search_key(self.cleaned_data["q"]).split():
            queryset = queryset.filter(thread__collectivite__search__contains=word)
        if kind := self.cleaned_data["nature"]:
            queryset = queryset.filter(kind=kind)
        return queryset


class SchoolFilters(ScopedFilters):
    counted, counted_by = "candidature", "situation"
    department_field = "departement"
    field_order = ("q", "candidature", "departement")
    NO_APPLICATION = "aucune"

    q = forms.CharField(label="École, commune, UAI ou collectivité", required=False, max_length=80)
    candidature = forms.ChoiceField(
        label="Dernière candidature",
        required=False,
        choices=[("", "Toutes"), (NO_APPLICATION, "aucune"), *ApplicationState.choices],
    )

    def apply(self, queryset: Any) -> Any:
        queryset = self.in_departement(queryset)
        for word in search_key(self.cleaned_data["q"]).split():
            queryset = queryset.filter(Q(search__contains=word) | Q(collectivite__search__contains=word))
        if situation := self.cleaned_data["candidature"]:
            queryset = queryset.filter(situation=situation)
        return queryset
