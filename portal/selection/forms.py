from typing import Any

from django import forms

from plannumerique.files.forms import UploadsMixin, WorkbookField
from plannumerique.ui.forms import DateField, PortalForm, comment_field


class DecisionsForm(PortalForm):
    """`digest` is that of the decisions that the page showed: decisions that changed since are shown again."""

    on = DateField(label="Date de la décision")
    selection_list = forms.CharField(
        label="Liste ou séance", max_length=200, help_text="Par exemple : liste publiée par le ministère le 4 juillet 2016."
    )
    motive = comment_field(
        label="Motif de la non-sélection", help_text="Écrit dans la lettre de celles qui ne sont pas retenues, sauf motif propre."
    )
    digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class PublishedListForm(UploadsMixin, DecisionsForm):
    field_order = ("file", "on", "selection_list", "rest", "motive")

    file = WorkbookField(label="Liste publiée (classeur XLSX ou ODS)")
    rest = forms.ChoiceField(
        label="Candidatures absentes de la liste",
        choices=[("leave", "Les laisser à décider"), ("set_aside", "Enregistrer leur non-sélection, avec le motif ci-dessous")],
        initial="leave",
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("rest") == "set_aside" and not cleaned.get("motive", "").strip():
            self.add_error("motive", "Indiquez le motif : la lettre de non-sélection le porte.")
        return cleaned
