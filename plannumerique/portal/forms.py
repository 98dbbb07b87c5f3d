"""What the public pages ask for, and what narrows the lists of the portal."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from plannumerique.files.models import Piece, plain_code
from plannumerique.lib.money import CENT
from plannumerique.lib.text import NBSP, search_key, typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from plannumerique.organisations.models import Departement
from plannumerique.portal.pieces import CHECKED_KINDS
from plannumerique.portal.stages import Stage
from plannumerique.ui.forms import AmountField, PortalForm
from plannumerique.ui.lists import FilterForm
from projects.enums import ApplicationState
from projects.models import Campaign, CampaignDeadline, TermsVersion
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


# --- The lists of the portal ---


@dataclass(frozen=True, slots=True)
class CampaignDates:
    """The campaigns of a person's académies and the dates that they watch."""

    campaigns: list[tuple[str, str]]
    deadlines: list[CampaignDeadline]


def campaign_dates(actor: Actor) -> CampaignDates:
    """One query, however many campaigns: their dates are read with them."""
    places = {
        Level.ACADEMIE: "academie",
        Level.DEPARTEMENT: "academie__departements",
        Level.CIRCONSCRIPTION: "academie__departements__circonscriptions",
        Level.COLLECTIVITE: "academie__departements__collectivites",
        Level.SCHOOL: "academie__departements__schools",
    }
    within = Q(*(Q(**{f"{path}__in": actor.ids(level)}) for level, path in places.items() if actor.ids(level)), _connector=Q.OR)
    if not within:
        return CampaignDates([], [])
    read = ("pk", "label", "deadlines__code", "deadlines__on", "deadlines__inclusive", "deadlines__roll")
    rows = list(Campaign.objects.filter(within).order_by("-year", "code").values_list(*read).distinct())
    return CampaignDates(
        campaigns=list(dict.fromkeys((str(pk), label) for pk, label, *_ in rows)),
        deadlines=[
            CampaignDeadline(campaign_id=pk, code=code, on=on, inclusive=inclusive, roll=roll)
            for pk, _, code, on, inclusive, roll in rows
            if code
        ],
    )


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
