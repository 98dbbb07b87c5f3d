"""What judges the cells of a take-over, and the form that brings the workbook."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from conventions.rules import CbrSense, Deliberation, PastConvention
from plannumerique.files.forms import UploadsMixin, WorkbookField
from plannumerique.lib.money import CENT, ZERO
from plannumerique.lib.text import search_key, typeset
from plannumerique.ui.forms import AmountField, DateField, PortalForm, SirenField, SiretField, UAIField
from portal.taking_over.stages import GRANT, GRANT_PAYMENT, TOGETHER, Opinion, Reached, allowed_at, demanded_at
from projects.rules import ClassExpense
from subsidies.rules.past import PastDecision, PastGrant, PastPayment, PastServiceFait


class TakeOverForm(UploadsMixin, PortalForm):
    """`digest` is that of what the page showed: a workbook that would now give something else is shown again."""

    file = WorkbookField(label="Classeur de reprise (XLSX ou ODS)")
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


def fill_together(form: PortalForm, names: tuple[str, ...], *, sentence: str) -> None:
    """All of these cells, or none of them."""
    if any(form.data.get(name) for name in names):
        for name in names:
            if not form.data.get(name):
                form.add_error(name, sentence)


HALF_FILLED = "Cette case est vide, mais celles qui vont avec elle sont remplies."


class LineForm(PortalForm):
    """What belongs to one school in one phase."""

    siren = SirenField()
    phase = forms.IntegerField(min_value=1, max_value=99, error_messages={"invalid": "Écrivez le numéro de la phase."})
    uai = UAIField()
    college = UAIField()
    selection_on = DateField()
    selection_list = forms.CharField(max_length=200)
    received_on = DateField(required=False)
    grant_reference = forms.CharField(max_length=40, required=False)
    grant_notified_on = DateField(required=False)
    grant_ej = forms.CharField(max_length=20, required=False)
    grant_amount = AmountField(minimum=CENT, required=False)
    grant_paid_on = DateField(required=False)
    grant_dp = forms.CharField(max_length=20, required=False)

    def __init__(self, *args: Any, expenses: tuple[str, ...], justified: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names, self.justified_names = expenses, justified
        for rank, name in enumerate(expenses):
            self.fields[name] = AmountField(minimum=CENT, required=rank == 0)
        for name in justified:
            self.fields[name] = AmountField(minimum=ZERO, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        filled = [bool(self.data.get(name)) for name in self.names]
        for rank, name in enumerate(self.names[1:], start=1):
            if filled[rank] and not all(filled[:rank]):
                self.add_error(name, "Les classes se remplissent dans l’ordre : celle d’avant n’a pas de dépense.")
        fill_together(self, GRANT, sentence=HALF_FILLED)
        fill_together(self, GRANT_PAYMENT, sentence=HALF_FILLED)
        if self.data.get("grant_paid_on") and not self.data.get("grant_notified_on"):
            self.add_error("grant_notified_on", "La dotation est payée : écrivez la date et le numéro de sa notification.")
        return cleaned

    @property
    def expenses(self) -> list[Any]:
        return [self.cleaned_data[name] for name in self.names if self.cleaned_data[name] is not None]

    @property
    def justified(self) -> list[Any]:
        return [self.cleaned_data[name] for name in self.justified_names if self.cleaned_data[name] is not None]

    def beyond(self, reached: Reached) -> Iterator[tuple[str, str]]:
        """What the stage of the dossier asks of this line, or leaves out of it: the cell, and what is wrong with it."""
        if not reached.has(Reached.NOTIFIED):
            yield from self._too_far(reached, (*GRANT, *GRANT_PAYMENT))
        if not reached.has(Reached.SERVICE_FAIT):
            yield from self._too_far(reached, ("received_on", *self.justified_names))
            return
        for expense, justified in zip(self.names, self.justified_names, strict=True):
            planned, said = self.cleaned_data[expense] is not None, self.cleaned_data[justified] is not None
            if planned and not said:
                yield justified, "Cette classe est retenue : écrivez la dépense justifiée, 0 si elle n’a pas été réalisée."
            elif said and not planned:
                yield justified, "Cette classe n’est pas retenue : elle n’a pas de dépense prévue."
        received, certified = self.cleaned_data["received_on"] is not None, any(self.justified)
        if certified and not received:
            yield "received_on", "Une dépense est justifiée : écrivez le jour où l’école a reçu le matériel."
        elif received and not certified:
            yield "received_on", "Rien n’est justifié pour cette école : elle n’a pas reçu de matériel à ce titre."

    def _too_far(self, reached: Reached, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        for name in names:
            if self.data.get(name):
                yield name, f"Cette case est remplie, mais l’étape atteinte est « {reached.label} » : l’une des deux est fausse."

    @property
    def grant(self) -> PastGrant | None:
        cell = self.cleaned_data
        if cell["grant_notified_on"] is None:
            return None
        paid = None
        if cell["grant_paid_on"] is not None:
            paid = PastPayment(amount=cell["grant_amount"], on=cell["grant_paid_on"], dp_number=cell["grant_dp"])
        return PastGrant(
            reference=cell["grant_reference"],
            notified_on=cell["grant_notified_on"],
            ej_number=cell["grant_ej"],
            payment=paid,
        )


def _word(most: int) -> forms.CharField:
    return forms.CharField(max_length=most, required=False)


# Cells of a convention that its facts name as they do.
_AS_WRITTEN = (
    *("siret", "subsidy_max", "deliberation_number", "late_motive"),
    *("cbr_overruled_on", "cbr_overruled_motive"),
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
    cbr_overruled_on = DateField(required=False)
    cbr_overruled_motive = _word(2000)
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
    complete_on = DateField(required=False)
    service_fait_on = DateField(required=False)
    service_fait_number = _word(40)
    service_fait_by = _word(150)
    justified_total = AmountField(minimum=ZERO, required=False)
    definitive_amount = AmountField(minimum=ZERO, required=False)
    solde_amount = AmountField(minimum=CENT, required=False)
    solde_on = DateField(required=False)
    solde_dp = _word(20)
    closed_on = DateField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "stage" not in cleaned:
            return cleaned
        stage = Reached(cleaned["stage"])
        demanded, allowed = demanded_at(stage), allowed_at(stage)
        for name in self.fields:
            filled = bool(self.data.get(name))
            if name in demanded and not filled:
                self.add_error(name, f"Cette case est vide : l’étape « {stage.label} » la demande.")
            elif filled and name not in allowed:
                self.add_error(
                    name, f"Cette case est remplie, mais l’étape atteinte est « {stage.label} » : l’une des deux est fausse."
                )
        for names in TOGETHER:
            if not any(name in demanded for name in names):
                fill_together(self, names, sentence=HALF_FILLED)
        self._refuse_payment_without_ej()
        return cleaned

    def _refuse_payment_without_ej(self) -> None:
        paid = self.data.get("acompte_amount") or self.data.get("solde_amount")
        if paid and not self.data.get("ej_number") and "ej_number" not in self.errors:
            self.add_error("ej_number", "Un paiement est rempli : il porte le numéro d’engagement juridique (EJ).")

    @property
    def reached(self) -> Reached:
        return Reached(self.cleaned_data["stage"])

    @property
    def convention(self) -> PastConvention | None:
        if not self.reached.has(Reached.SIGNED):
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
        if not self.reached.has(Reached.DECIDED):
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
        return self._payment("acompte")

    @property
    def solde(self) -> PastPayment | None:
        return self._payment("solde")

    def _payment(self, which: str) -> PastPayment | None:
        cell = self.cleaned_data
        if cell[f"{which}_on"] is None:
            return None
        return PastPayment(amount=cell[f"{which}_amount"], on=cell[f"{which}_on"], dp_number=cell[f"{which}_dp"])

    def service_fait(self, expenses: Iterable[ClassExpense]) -> PastServiceFait | None:
        """With what each class justifies, which stands on the lines of the schools."""
        if not self.reached.has(Reached.SERVICE_FAIT):
            return None
        cell = self.cleaned_data
        return PastServiceFait(
            reference=cell["service_fait_number"],
            signatory=cell["service_fait_by"],
            complete_on=cell["complete_on"],
            on=cell["service_fait_on"],
            expenses=tuple(expenses),
            justified=cell["justified_total"],
            definitive=cell["definitive_amount"],
        )
