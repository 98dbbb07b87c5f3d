"""What narrows the public list of retained schools."""

from typing import Any

from django import forms
from django.db.models import Q

from plannumerique.lib.text import search_key
from plannumerique.organisations.models import Academie, Departement
from plannumerique.ui.lists import FilterForm
from projects.enums import GRANTED_STATES
from projects.models import Phase

# What one académie opens in some twenty years; the lists of choices stay readable.
_MOST_PHASES = 60


class RetainedFilters(FilterForm):
    """The choices are those of one académie, chosen first where the portal carries several; three queries."""

    counted, counted_by = "etat", "state"
    field_order = ("q", "academie", "departement", "campagne", "phase", "etat")

    q = forms.CharField(label="École, commune, UAI ou collectivité", required=False, max_length=80)
    academie = forms.ChoiceField(label="Académie", required=False)
    departement = forms.ChoiceField(label="Département", required=False)
    campagne = forms.ChoiceField(label="Campagne", required=False)
    phase = forms.ChoiceField(label="Phase", required=False)
    etat = forms.ChoiceField(
        label="État", required=False, choices=[("", "Toutes"), *((state.value, state.label) for state in GRANTED_STATES)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        academies = list(Academie.objects.filter(campaigns__isnull=False).distinct())
        # Not named as its field: a template would read the field.
        self.within = self._academie_among(academies)
        self.departements: list[Departement] = list(self.within.departements.all()) if self.within else []
        phases = list(self._phases()) if self.within else []
        campaigns = list(dict.fromkeys((str(one.campaign_id), one.campaign.label) for one in phases))
        one_campaign = len(campaigns) < 2
        self._offer("academie", [(one.code, one.name) for one in academies])
        self._offer("departement", [(one.code, str(one)) for one in self.departements])
        self._offer("campagne", campaigns)
        self._offer("phase", [(str(one.pk), one.label if one_campaign else str(one)) for one in phases])

    def _academie_among(self, academies: list[Academie]) -> Academie | None:
        if len(academies) == 1:
            return academies[0]
        return next((one for one in academies if one.code == self.data.get("academie")), None)

    def _phases(self) -> Any:
        rows = Phase.objects.filter(campaign__academie=self.within).select_related("campaign")
        return rows.order_by("-campaign__year", "campaign__code", "number")[:_MOST_PHASES]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """A single choice is no choice."""
        if len(choices) < 2:
            del self.fields[name]
            return
        self.fields[name].choices = [("", "Toutes" if name != "departement" else "Tous"), *choices]  # type: ignore[attr-defined]

    def apply(self, queryset: Any) -> Any:
        chosen = self.cleaned_data
        for word in search_key(chosen["q"]).split():
            queryset = queryset.filter(Q(school__search__contains=word) | Q(dossier__collectivite__search__contains=word))
        paths = {
            "academie": "campaign__academie__code",
            "departement": "school__departement__code",
            "campagne": "campaign",
            "phase": "phase",
            "etat": "state",
        }
        return queryset.filter(**{path: chosen[name] for name, path in paths.items() if chosen.get(name)})
