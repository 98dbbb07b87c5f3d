from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from plannumerique.files.forms import UploadField, UploadForm
from plannumerique.lib.identifiers import IdentifierError, check_uai
from plannumerique.lib.text import search_key
from plannumerique.organisations.models import Collectivite, School
from plannumerique.ui.forms import AmountField, DateField, PortalForm, PortalFormSet, VersionedForm, comment_field
from plannumerique.ui.lists import FilterForm
from projects.enums import ApplicationState, Filtering, OpinionSense, PieceKind, WifiState
from projects.models import Application, Campaign, Dossier, Phase


class OpenDossierForm(PortalForm):
    campaign = forms.ModelChoiceField(Campaign.objects.none(), label="Campagne", empty_label=None)
    collectivite = forms.ModelChoiceField(Collectivite.objects.none(), label="Collectivité", empty_label=None)

    def __init__(self, *args: Any, campaigns: QuerySet[Campaign], collectivites: QuerySet[Collectivite], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = campaigns  # type: ignore[attr-defined]
        self.fields["collectivite"].queryset = collectivites  # type: ignore[attr-defined]


class AddSchoolForm(PortalForm):
    phase = forms.ModelChoiceField(Phase.objects.none(), label="Phase", empty_label=None)
    uai = forms.CharField(
        label="École (UAI)",
        max_length=60,
        help_text="Sept chiffres et une lettre, par exemple 0250018J. Les écoles de la collectivité sont proposées.",
        widget=forms.TextInput(attrs={"list": "ecoles", "autocomplete": "off", "autocapitalize": "characters"}),
    )

    def __init__(self, *args: Any, dossier: Dossier, phases: QuerySet[Phase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = phases  # type: ignore[attr-defined]
        self.proposed = School.objects.ecoles().open().filter(collectivite=dossier.collectivite).order_by("search")[:200]

    def clean_uai(self) -> School:
        try:
            uai = check_uai(self.cleaned_data["uai"])
        except IdentifierError as error:
            raise forms.ValidationError(str(error)) from error
        school = School.objects.ecoles().select_related("collectivite").filter(uai=uai).first()
        if school is None:
            raise forms.ValidationError(f"Aucune école de l’annuaire ne porte l’UAI {uai}.")
        return school


class ContactForm(VersionedForm):
    name = forms.CharField(label="Personne à joindre", max_length=150)
    email = forms.EmailField(label="Courriel", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    phone = forms.CharField(label="Téléphone", max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"}))


class PieceForm(UploadForm):
    kind = forms.ChoiceField(label="Pièce", choices=PieceKind.choices, widget=forms.RadioSelect)
    file = UploadField(label="Fichier")


class CheckPieceForm(VersionedForm):
    decision = forms.ChoiceField(
        label="Vérification", choices=[("accept", "Accepter la pièce"), ("reject", "Refuser la pièce")], widget=forms.RadioSelect
    )
    comment = comment_field(
        label="Motif du refus", help_text="Obligatoire pour refuser ; la collectivité le lit à côté de la pièce."
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == "reject" and not cleaned.get("comment", "").strip():
            self.add_error("comment", "Indiquez le motif du refus.")
        return cleaned


class TechnicalPartForm(VersionedForm):
    bandwidth = forms.IntegerField(
        label="Débit internet de l’école", min_value=1, max_value=100_000, help_text="En Mbit/s, en descente, mesuré à l’école."
    )
    wifi = forms.ChoiceField(label="Wi-Fi dans l’école", choices=WifiState.choices, widget=forms.RadioSelect)
    filtering = forms.ChoiceField(label="Filtrage des accès", choices=Filtering.choices, widget=forms.RadioSelect)
    infrastructure = forms.CharField(
        label="Installations",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Réseau, serveur, équipements déjà en place, travaux prévus.",
    )
    delivery_from = DateField(label="Livraison prévue à partir du", required=False)


class ClassCostForm(PortalForm):
    label = forms.CharField(label="Désignation", max_length=120, required=False)
    expense = AmountField(label="Dépense prévue", minimum=Decimal("0.01"), maximum=Decimal("200000"))


ClassCostFormSet = forms.formset_factory(
    ClassCostForm, formset=PortalFormSet, extra=0, min_num=1, max_num=6, validate_max=True, can_delete=True
)


class PedagogicalPartForm(VersionedForm):
    project_title = forms.CharField(label="Titre du projet", max_length=150)
    project = forms.CharField(
        label="Projet pédagogique",
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Ce que les élèves apprendront à faire, et comment la classe mobile y sert.",
    )
    team = forms.CharField(label="Équipe engagée", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    referent_college = forms.ModelChoiceField(
        School.objects.colleges(),
        label="Collège référent",
        empty_label="Choisissez un collège",
        help_text="Il recevra la dotation de ressources de l’école.",
    )
    college_link = forms.CharField(label="Lien avec ce collège", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, colleges: QuerySet[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["referent_college"].queryset = colleges  # type: ignore[attr-defined]


class CommentForm(VersionedForm):
    comment = comment_field()


class MotiveForm(VersionedForm):
    comment = comment_field(label="Motif", required=True)


class CompletionForm(MotiveForm):
    due_on = DateField(label="À compléter au plus tard le")


class DecisionForm(VersionedForm):
    on = DateField(label="Date de la décision")
    selection_list = forms.CharField(
        label="Liste ou séance", max_length=200, help_text="Par exemple : liste publiée par le ministère le 4 juillet 2016."
    )
    comment = comment_field()


class RetainForm(DecisionForm):
    field_order = ("on", "selection_list", "classes", "comment")

    classes = forms.IntegerField(label="Classes retenues", min_value=1, max_value=20)


class SetAsideForm(DecisionForm):
    comment = comment_field(label="Motif", required=True, help_text="Il est écrit dans la lettre adressée à la collectivité.")


class OpinionForm(PortalForm):
    sense = forms.ChoiceField(label="Avis", choices=OpinionSense.choices, widget=forms.RadioSelect)
    text = forms.CharField(label="Observations", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class ApplicationFilters(FilterForm):
    q = forms.CharField(label="École, commune ou UAI", required=False, max_length=80)
    state = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *ApplicationState.choices])

    def apply(self, queryset: QuerySet[Application]) -> QuerySet[Application]:
        for word in search_key(self.cleaned_data["q"]).split():
            queryset = queryset.filter(school__search__contains=word)
        if state := self.cleaned_data["state"]:
            queryset = queryset.filter(state=state)
        return queryset


class DossierFilters(FilterForm):
    q = forms.CharField(label="Collectivité ou SIREN", required=False, max_length=80)

    def apply(self, queryset: QuerySet[Dossier]) -> QuerySet[Dossier]:
        for word in search_key(self.cleaned_data["q"]).split():
            queryset = queryset.filter(collectivite__search__contains=word)
        return queryset
