import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst

from conventions.enums import ConventionState, DeliberatingOrgan
from conventions.models import Convention
from conventions.rules import CbrSense
from plannumerique.files.forms import UploadField, UploadsMixin
from plannumerique.journal.forms import MotiveForm
from plannumerique.lib.text import search_key, typeset
from plannumerique.organisations.models import School
from plannumerique.ui.forms import (
    BicField,
    DateField,
    HourField,
    IbanField,
    PortalForm,
    SiretField,
    VersionedForm,
    comment_field,
)
from plannumerique.ui.lists import FilterForm


class ConventionFilters(FilterForm):
    counted = "etat"

    q = forms.CharField(label="Collectivité, SIREN ou numéro", required=False, max_length=80)
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *ConventionState.choices])

    def apply(self, queryset: QuerySet[Convention]) -> QuerySet[Convention]:
        typed = self.cleaned_data["q"]
        found = queryset
        for word in search_key(typed).split():
            found = found.filter(dossier__collectivite__search__contains=word)
        if typed.strip():
            found = found | queryset.filter(document__reference__icontains=typed.strip())
        if state := self.cleaned_data["etat"]:
            found = found.filter(state=state)
        return found


class OpenConventionForm(PortalForm):
    """Nothing to type: the page shows which schools the draft will cover."""


# --- Schools, payee, deployment ---


class AddSchoolForm(VersionedForm):
    application_id = forms.TypedChoiceField(label="Candidature retenue", coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, waiting: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application_id"].choices = [(one.pk, f"{one.school} – {one.phase.label}") for one in waiting]  # type: ignore[attr-defined]


class CollegeForm(VersionedForm):
    college = forms.ModelChoiceField(
        School.objects.none(),
        label="Collège référent",
        empty_label="Choisir un collège",
        help_text="Il reçoit la dotation de ressources numériques de l’école (article 5).",
    )

    def __init__(self, *args: Any, colleges: QuerySet[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["college"].queryset = colleges  # type: ignore[attr-defined]


class PayeeForm(UploadsMixin, VersionedForm):
    siret = SiretField(label="SIRET de la collectivité", help_text="Quatorze chiffres.")
    iban = IbanField(
        label="IBAN du compte à créditer",
        help_text=typeset("Celui du comptable public de la collectivité : plusieurs communes peuvent avoir le même."),
    )
    bic = BicField(label="BIC", required=False)
    iban_holder = forms.CharField(label="Titulaire du compte", max_length=200, help_text="Tel qu’il figure sur le RIB.")
    file = UploadField(label="Relevé d’identité bancaire", required=False)

    def __init__(self, *args: Any, rib_is_there: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rib_is_there:
            self.fields["file"].help_text += " Laissez vide si le compte n’a pas changé."


class DeploymentForm(VersionedForm):
    deployment_from = DateField(label="Livraison des classes mobiles à partir du")
    deployment_until = DateField(label="Déploiement achevé au plus tard le")
    steering = forms.CharField(
        label="Pilotage et interlocuteurs",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=typeset("S’ajoute à l’article 7 de la convention : comité de suivi, personnes à joindre."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("deployment_from"), cleaned.get("deployment_until")
        if start and end and end < start:
            self.add_error("deployment_until", "Le déploiement ne peut pas s’achever avant de commencer.")
        return cleaned


# --- Contrôle budgétaire ---


class DayForm(VersionedForm):
    """A day that is past or today; the service says so too."""

    on = DateField(label="Date")

    def __init__(self, *args: Any, today: dt.date, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", today)
        if label:
            self.fields["on"].label = label


class CbrReferralForm(DayForm):
    comment = comment_field()


class CbrRequestForm(DayForm):
    question = forms.CharField(
        label="Ce qu’il demande",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Copie ou résumé de sa demande.",
    )


class CbrAnswerForm(DayForm):
    answer = forms.CharField(label="Réponse de l’académie", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class CbrOpinionForm(UploadsMixin, DayForm):
    sense = forms.TypedChoiceField(
        label="Réponse du contrôleur budgétaire",
        choices=[(one.value, capfirst(one.label)) for one in CbrSense],
        coerce=CbrSense,
        widget=forms.RadioSelect,
    )
    file = UploadField(label="Copie de sa réponse")
    comment = comment_field(label="Réserves ou motifs, en résumé")

    field_order = ("sense", "on", "file", "comment", "seen")


class OverruleForm(UploadsMixin, DayForm):
    comment = comment_field(label="Motif", required=True, help_text="Il est repris dans la décision écrite du recteur.")
    file = UploadField(label="Décision signée du recteur")


# --- Délibération and signatures ---


class SittingForm(VersionedForm):
    on = DateField(label="Prochaine séance de l’assemblée")


class DeliberationForm(UploadsMixin, VersionedForm):
    organ = forms.ChoiceField(label="Organe qui a délibéré", choices=DeliberatingOrgan.choices)
    number = forms.CharField(label="Numéro de la délibération", max_length=60)
    on = DateField(label="Adoptée le")
    published_on = DateField(label="Publiée le", required=False)
    published_time = HourField(label="Heure de publication", required=False)
    prefecture_on = DateField(
        label="Reçue en préfecture le", required=False, help_text="Date de l’accusé de réception (contrôle de légalité)."
    )
    prefecture_time = HourField(label="Heure de réception", required=False)
    file = UploadField(label="Copie de la délibération", required=False)

    def __init__(self, *args: Any, copy_is_there: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if copy_is_there:
            self.fields["file"].help_text += " Laissez vide si la copie déjà déposée convient."


class CollectiviteSignatureForm(UploadsMixin, DayForm):
    at = HourField(label="Heure de la signature", required=False)
    signatory = forms.CharField(label="Nom du signataire", max_length=150)
    capacity = forms.CharField(
        label="Qualité", max_length=150, help_text=typeset("Par exemple : maire, président, première adjointe par délégation.")
    )
    file = UploadField(label="Convention signée, numérisée ou photographiée")
    confirmed = forms.BooleanField(
        label="Je confirme que la signature a suivi la publication de la délibération et sa réception en préfecture",
        required=False,
        help_text="Demandé seulement quand tout s’est fait le même jour.",
    )


class RecteurSignatureForm(UploadsMixin, DayForm):
    signatory = forms.CharField(label="Nom du signataire", max_length=150)
    capacity = forms.CharField(label="Qualité", max_length=200)
    delegation = forms.CharField(
        label="Délégation de signature", required=False, max_length=250, help_text="Vide si le recteur signe lui-même."
    )
    late_motive = forms.CharField(
        label="Motif de la signature tardive",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Obligatoire après la date limite de la campagne.",
    )
    file = UploadField(label="Exemplaire signé des deux parties", required=False)


class SignedCopyForm(UploadsMixin, VersionedForm):
    file = UploadField(label="Exemplaire signé des deux parties")
    comment = comment_field()

    def __init__(self, *args: Any, replacing: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if replacing:
            self.fields["comment"].label = "Motif du remplacement"
            self.fields["comment"].required = True


class CheckPieceForm(VersionedForm):
    accepted = forms.TypedChoiceField(
        label="Vérification",
        choices=[("oui", "Accepter la pièce"), ("non", "Refuser la pièce")],
        coerce=lambda answer: answer == "oui",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    comment = comment_field(
        label="Motif du refus", help_text=typeset("Obligatoire pour refuser ; la collectivité le lit à côté de la pièce.")
    )


# --- Ways back and out ---


class ReopenForm(MotiveForm):
    keep_deliberation = forms.BooleanField(
        label="La délibération déjà prise autorise aussi le texte modifié",
        required=False,
        help_text=typeset("Sinon, elle est effacée : l’assemblée délibère de nouveau."),
    )


class TerminateForm(DayForm):
    comment = comment_field(label="Motif", required=True)
