from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from plannumerique.files.forms import UploadField, UploadForm
from plannumerique.lib.dates import short_date
from plannumerique.lib.identifiers import IdentifierError, check_uai
from plannumerique.lib.text import search_key, typeset
from plannumerique.organisations.models import Collectivite, School
from plannumerique.ui.forms import AmountField, DateField, PortalForm, PortalFormSet, VersionedForm, comment_field
from plannumerique.ui.lists import FilterForm
from projects.enums import (
    PEDAGOGICAL_ANCHORS,
    PIECE_ANCHORS,
    TECHNICAL_ANCHORS,
    ApplicationState,
    Filtering,
    OpinionSense,
    PieceKind,
    ProposalChoice,
    WifiState,
)
from projects.models import Application, Campaign, CompletionPoint, Criterion, Dossier, Phase
from projects.rules.selection import HIGHEST_MARK


class OpenDossierForm(PortalForm):
    campaign = forms.ModelChoiceField(Campaign.objects.none(), label="Campagne", empty_label=None)
    collectivite = forms.ModelChoiceField(Collectivite.objects.none(), label="Collectivité", empty_label=None)

    def __init__(self, *args: Any, campaigns: QuerySet[Campaign], collectivites: QuerySet[Collectivite], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = campaigns  # type: ignore[attr-defined]
        self.fields["collectivite"].queryset = collectivites  # type: ignore[attr-defined]


# A page offers so many boxes; the schools of a larger collectivité are found by their UAI.
OFFERED_SCHOOLS = 200


class AddSchoolsForm(PortalForm):
    """Cleaned to `phase` and `schools`: the boxes that are ticked, and the school whose UAI is typed."""

    phase = forms.ModelChoiceField(Phase.objects.none(), label="Phase", empty_label=None)
    schools = forms.ModelMultipleChoiceField(
        School.objects.none(),
        label="Écoles de la collectivité",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Celles que l’annuaire lui rattache et qui n’ont pas encore de candidature dans ce dossier.",
        error_messages={"invalid_choice": "Cette école n’est plus proposée : rechargez la page."},
    )
    uai = forms.CharField(
        label="Autre école (UAI)",
        max_length=60,
        required=False,
        help_text="Sept chiffres et une lettre, par exemple 0250018J.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def __init__(self, *args: Any, dossier: Dossier, phases: QuerySet[Phase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = phases  # type: ignore[attr-defined]
        there = Application.objects.live().filter(dossier=dossier).values("school_id")
        free = School.objects.ecoles().open().filter(collectivite=dossier.collectivite).exclude(pk__in=there)
        offered = list(free.order_by("search").values_list("pk", flat=True)[:OFFERED_SCHOOLS])
        self.fields["schools"].queryset = School.objects.filter(pk__in=offered).order_by("search")  # type: ignore[attr-defined]
        self.offered = len(offered)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = cleaned.pop("uai", None)
        cleaned["schools"] = [*cleaned.get("schools", ()), *([typed] if typed else [])]
        if not cleaned["schools"] and not self.errors:
            self.add_error("schools" if self.offered else "uai", "Choisissez au moins une école, ou écrivez son UAI.")
        return cleaned

    def clean_uai(self) -> School | None:
        if not self.cleaned_data["uai"].strip():
            return None
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

    def __init__(self, *args: Any, points: Iterable[CompletionPoint] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asked := [_asked(point) for point in points]:
            self.fields["answer"] = answer_field(help_text=" ".join(dict.fromkeys(asked)))


def answer_field(*, help_text: str) -> forms.CharField:
    return forms.CharField(
        label="Votre réponse à la DANE",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )


def _asked(point: CompletionPoint) -> str:
    return typeset(f"Demandé le {short_date(point.asked_on)} sur « {point.get_anchor_display()} » : {point.request}")


class AnsweringForm(VersionedForm):
    """A form in which each point that the DANE asked to complete is answered beside its field. Cleaned to `answers`, by point."""

    def __init__(self, *args: Any, points: Iterable[CompletionPoint] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = list(points)
        order = list(self.fields)
        for point in self.points:
            self.fields[point.field_name] = answer_field(help_text=_asked(point))
            self.initial.setdefault(point.field_name, point.answer)
            order.insert(order.index(point.anchor) + 1 if point.anchor in order else len(order), point.field_name)
        self.order_fields(order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["answers"] = {point.pk: cleaned.pop(point.field_name, "") for point in self.points}
        return cleaned


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


class TechnicalPartForm(AnsweringForm):
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


class PedagogicalPartForm(AnsweringForm):
    project_title = forms.CharField(label="Titre du projet", max_length=150)
    project = forms.CharField(
        label="Projet pédagogique",
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Ce que les élèves apprendront à faire, et comment la classe mobile y sert.",
    )
    reform = forms.CharField(
        label="Refondation de l’école et réforme du collège",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="En quoi le projet s’y adosse : programmes, socle commun, continuité du cycle 3.",
    )
    academic_plan = forms.CharField(
        label="Déclinaison académique du plan numérique",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ce que le projet reprend des priorités de l’académie.",
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


class VersionedLinesField(forms.MultipleChoiceField):
    """Rows to tick, each with the version that the person read: « 12:3 ». The door compares; here the row must be among those offered."""

    def valid_value(self, value: str) -> bool:
        pk, _, version = value.partition(":")
        offered = {str(choice).partition(":")[0] for choice, _ in cast(list[tuple[str, str]], self.choices)}
        return pk in offered and version.isdecimal() and len(version) < 10


class DepositForm(PortalForm):
    """Cleaned to `lines`: by application, the version that the person read."""

    lines = VersionedLinesField(
        label="Candidatures à déposer",
        help_text="Seules les candidatures complètes sont proposées.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Cochez au moins une candidature.",
            "invalid_choice": "Cette candidature n’est pas dans ce dossier : rechargez la page.",
        },
    )

    def __init__(self, *args: Any, offered: Sequence[Application], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{row.pk}:{row.version}", str(row)) for row in offered]
        cast(VersionedLinesField, self.fields["lines"]).choices = choices
        self.initial.setdefault("lines", [value for value, _ in choices])

    def clean_lines(self) -> dict[int, int]:
        return {int(pk): int(version) for pk, _, version in (value.partition(":") for value in self.cleaned_data["lines"])}


class CompletionForm(VersionedForm):
    due_on = DateField(label="À compléter au plus tard le")


class OpinionsForm(VersionedForm):
    due_on = DateField(label="Avis attendus au plus tard le")
    comment = comment_field()


class PointForm(PortalForm):
    anchor = forms.ChoiceField(
        label="Sur",
        choices=[
            ("", "Choisissez le champ ou la pièce"),
            ("Partie pédagogique", [(one.value, one.label) for one in PEDAGOGICAL_ANCHORS]),
            ("Partie technique et financière", [(one.value, one.label) for one in TECHNICAL_ANCHORS]),
            ("Pièces", [(one.value, one.label) for one in PIECE_ANCHORS]),
        ],
    )
    request = forms.CharField(
        label="Ce qu’il faut compléter",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Lu au même endroit par qui répond.",
        error_messages={"required": "Dites ce qu’il faut compléter."},
    )


PointFormSet = forms.formset_factory(
    PointForm, formset=PortalFormSet, extra=0, min_num=1, max_num=13, validate_min=True, validate_max=True, can_delete=True
)


class ResponseForm(VersionedForm):
    text = forms.CharField(label="Votre réponse", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


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
    counted = "etat"

    q = forms.CharField(label="École, commune ou UAI", required=False, max_length=80)
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *ApplicationState.choices])

    def apply(self, queryset: QuerySet[Application]) -> QuerySet[Application]:
        for word in search_key(self.cleaned_data["q"]).split():
            queryset = queryset.filter(school__search__contains=word)
        if state := self.cleaned_data["etat"]:
            queryset = queryset.filter(state=state)
        return queryset


# --- The session of selection ---


class SessionForm(PortalForm):
    label = forms.CharField(label="Intitulé", max_length=150, help_text="Par exemple : commission académique du 28 juin 2016.")
    held_on = DateField(label="Date de la séance")
    envelope = AmountField(
        label="Enveloppe de subvention",
        required=False,
        help_text="Vide : la sélection essayée n’est comparée à aucune enveloppe.",
    )


class OpenSessionForm(SessionForm):
    field_order = ("phase", "label", "held_on", "envelope")

    phase = forms.ModelChoiceField(Phase.objects.none(), label="Phase", empty_label=None)

    def __init__(self, *args: Any, phases: QuerySet[Phase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = phases  # type: ignore[attr-defined]


class MarksForm(PortalForm):
    """One field a criterion of the grid. Cleaned to `marks`, by criterion; None where nothing is chosen."""

    def __init__(self, *args: Any, criteria: Sequence[Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for one in criteria:
            self.fields[f"criterion_{one.pk}"] = forms.TypedChoiceField(
                label=one.label,
                required=False,
                coerce=int,
                empty_value=None,
                choices=[("", "Sans note"), *((value, str(value)) for value in range(HIGHEST_MARK + 1))],
                help_text=typeset(f"{one.help_text} Poids : {one.weight}."),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {"marks": {one.pk: cleaned.get(f"criterion_{one.pk}") for one in self.criteria}}


class ProposalForm(PortalForm):
    """One line of the ranking: `key` is the application."""

    key = forms.IntegerField(widget=forms.HiddenInput, max_value=2**62)
    choice = forms.ChoiceField(label="Proposition", required=False, choices=[("", "–"), *ProposalChoice.choices])
    classes = forms.IntegerField(
        label="Classes", required=False, min_value=1, max_value=20, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    motive = forms.CharField(label="Motif", required=False, max_length=500)


ProposalFormSet = forms.formset_factory(ProposalForm, formset=PortalFormSet, extra=0, max_num=50, validate_max=True)
