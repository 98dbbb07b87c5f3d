import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from plannumerique.lib.identifiers import IdentifierError, check_uai
from plannumerique.lib.text import search_key
from plannumerique.organisations.models import School
from plannumerique.ui.forms import DateField, HourField, PortalForm
from plannumerique.ui.lists import FilterForm
from projects.models import Campaign
from training.enums import SessionKind
from training.models import Session


class ScheduleForm(PortalForm):
    campaign = forms.ModelChoiceField(Campaign.objects.none(), label="Campagne", empty_label=None)
    kind = forms.ChoiceField(label="Contenu", choices=SessionKind.choices, widget=forms.RadioSelect)
    uai = forms.CharField(
        label="Lieu (UAI de l’école ou du collège)",
        max_length=60,
        help_text="Sept chiffres et une lettre, par exemple 0250018J.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    on = DateField(label="Le")
    hour = HourField(label="À")
    seats = forms.IntegerField(label="Places", min_value=1, max_value=500)

    def __init__(self, *args: Any, campaigns: QuerySet[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = campaigns  # type: ignore[attr-defined]

    def clean_uai(self) -> School:
        try:
            uai = check_uai(self.cleaned_data["uai"])
        except IdentifierError as error:
            raise forms.ValidationError(str(error)) from error
        school = School.objects.open().select_related("departement").filter(uai=uai).first()
        if school is None:
            raise forms.ValidationError(f"Aucune école, aucun collège de l’annuaire ne porte l’UAI {uai}.")
        return school

    @property
    def session(self) -> dict[str, Any]:
        """What was typed, as the service takes it: the day and the hour are one instant of the portal's time zone."""
        typed = self.cleaned_data
        return {
            "campaign": typed["campaign"],
            "kind": SessionKind(typed["kind"]),
            "place": typed["uai"],
            "starts_at": timezone.make_aware(dt.datetime.combine(typed["on"], typed["hour"])),
            "seats": typed["seats"],
        }


class SessionFilters(FilterForm):
    q = forms.CharField(label="Lieu ou commune", required=False, max_length=80)
    contenu = forms.ChoiceField(label="Contenu", required=False, choices=[("", "Tous"), *SessionKind.choices])

    def apply(self, queryset: QuerySet[Session]) -> QuerySet[Session]:
        for word in search_key(self.cleaned_data["q"]).split():
            queryset = queryset.filter(place__search__contains=word)
        if kind := self.cleaned_data["contenu"]:
            queryset = queryset.filter(kind=kind)
        return queryset
