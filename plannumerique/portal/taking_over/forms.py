"""What judges the cells of a take-over, and the form that brings the workbook."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from conventions.rules import CbrSense, Deliberation, PastConvention
from plannumerique.files.forms import UploadsMixin, WorkbookField
from plannumerique.lib.money import CENT
from plannumerique.lib.text import search_key, typeset
from plannumerique.portal.taking_over.stages import DEMANDED, OPENED, Opinion, Reached
from plannumerique.ui.forms import AmountField, DateField, PortalForm, SirenField, SiretField, UAIField
from subsidies.rules import PastDecision, PastPayment


class TakeOverForm(UploadsMixin, PortalForm):
    """`digest` is that of what the page showed: a workbook that would now give something else is shown again."""

    file = WorkbookField(label="Classeur de reprise (XLSX)")
    digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class WordField(forms.ChoiceField):
    """A choice as the workbook writes it: by its label, whatever the accents and the case."""

    def __init__(self, choices: Any, **options: Any) -> None:
        self.by_label = {search_key(str(label)): value for value, label in choices}
        self.words = ", ".join(f"« {label} »" for _, label in choices)
        super().__init__(choices=choices, **options)

    def to_python(self, value: Any) -> str:
        typed = search_key(super().to_python(value))
        return self.by_label.get(typed, typed)

    def validate(self, value: str) -> None:
        forms.Field.validate(self, value)
        if value and not self.valid_value(value):
            raise ValidationError(typeset(f"Écrivez l’un de ces mots : {self.words}."))


class LineForm(PortalForm):
    """What belongs to one school in one phase."""

    siren = SirenField()
    phase = forms.IntegerField(min_value=1, max_value=99, error_messages={"invalid": "Écrivez le numéro de la phase."})
    uai = UAIField()
    college = UAIField()
    selection_on = DateField()
    selection_list = forms.CharField(max_length=200)

    def __init__(self, *args: Any, expenses: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = expenses
        for rank, name in enumerate(expenses):
            self.fields[name] = AmountField(minimum=CENT, required=rank == 0)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        filled = [bool(self.data.get(name)) for name in self.names]
        for rank, name in enumerate(self.names[1:], start=1):
            if filled[rank] and not all(filled[:rank]):
                self.add_error(name, "Les classes se remplissent dans l’ordre : celle d’avant n’a pas de dépense.")
        return cleaned

    @property
    def expenses(self) -> list[Any]:
        return [self.cleaned_data[name] for name in self.names if self.cleaned_data[name] is not None]


def _word(most: int) -> forms.CharField:
    return forms.CharField(max_length=most, required=False)


# Cells of a convention that its facts name as they do.
_AS_WRITTEN = (
    *("siret", "subsidy_max", "deliberation_number", "late_motive"),
    *("collectivite_signed_on", "collectivite_signatory", "collectivite_capacity"),
    *("recteur_signed_on", "recteur_signatory", "recteur_capacity"),
)


class DossierLineForm(PortalForm):
    """What belongs to the dossier; the stage says which cells are filled, and which are not."""

    stage = WordField(Reached.choices)
    siret = SiretField(required=False)
    convention_number = _word(60)
    subsidy_max = AmountField(minimum=CENT, required=False)
    deliberation_number = _word(60)
    deliberation_on = DateField(required=False)
    published_on = DateField(required=False)
    prefecture_on = DateField(required=False)
    cbr_received_on = DateField(required=False)
    cbr_sense = WordField(Opinion.choices, required=False)
    cbr_given_on = DateField(required=False)
    collectivite_signed_on = DateField(required=False)
    collectivite_signatory = _word(150)
    collectivite_capacity = _word(150)
    recteur_signed_on = DateField(required=False)
    recteur_signatory = _word(150)
    recteur_capacity = _word(200)
    late_motive = _word(1000)
    convention_notified_on = DateField(required=False)
    decision_number = _word(40)
    decision_amount = AmountField(minimum=CENT, required=False)
    decision_on = DateField(required=False)
    decision_signatory = _word(150)
    decision_capacity = _word(200)
    decision_notified_on = DateField(required=False)
    decision_proof = _word(200)
    ej_number = _word(20)
    acompte_amount = AmountField(minimum=CENT, required=False)
    acompte_on = DateField(required=False)
    acompte_dp = _word(20)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "stage" not in cleaned:
            return cleaned
        stage = Reached(cleaned["stage"])
        reached = [one for one in Reached if one.rank <= stage.rank]
        demanded = [name for one in reached for name in DEMANDED[one]]
        allowed = {"stage", *demanded, *(name for one in reached for name in OPENED.get(one, ()))}
        for name in self.fields:
            filled = bool(self.data.get(name))
            if name in demanded and not filled:
                self.add_error(name, f"Cette case est vide : l’étape « {stage.label} » la demande.")
            elif filled and name not in allowed:
                self.add_error(
                    name, f"Cette case est remplie, mais l’étape atteinte est « {stage.label} » : l’une des deux est fausse."
                )
        return cleaned

    @property
    def reached(self) -> Reached:
        return Reached(self.cleaned_data["stage"])

    @property
    def convention(self) -> PastConvention | None:
        if self.reached.rank < Reached.SIGNED.rank:
            return None
        cell = self.cleaned_data
        return PastConvention(
            reference=cell["convention_number"],
            deliberation=Deliberation(
                adopted_on=cell["deliberation_on"], published_on=cell["published_on"], received_on=cell["prefecture_on"]
            ),
            cbr_received_on=cell["cbr_received_on"],
            cbr_sense=CbrSense(cell["cbr_sense"]) if cell["cbr_sense"] else None,
            cbr_given_on=cell["cbr_given_on"],
            **{name: cell[name] for name in _AS_WRITTEN},
        )

    @property
    def decision(self) -> PastDecision | None:
        if self.reached.rank < Reached.DECIDED.rank:
            return None
        cell = self.cleaned_data
        return PastDecision(
            reference=cell["decision_number"],
            amount=cell["decision_amount"],
            signed_on=cell["decision_on"],
            signatory=cell["decision_signatory"],
            capacity=cell["decision_capacity"],
            notified_on=cell["decision_notified_on"],
            proof=cell["decision_proof"],
            ej_number=cell["ej_number"],
        )

    @property
    def acompte(self) -> PastPayment | None:
        if self.reached is not Reached.ACOMPTE:
            return None
        cell = self.cleaned_data
        return PastPayment(amount=cell["acompte_amount"], on=cell["acompte_on"], dp_number=cell["acompte_dp"])
