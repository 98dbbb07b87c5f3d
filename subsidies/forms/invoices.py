from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django import forms

from deployments.models import MobileClass
from plannumerique.files.forms import SeveralUploadsField, UploadField, UploadForm
from plannumerique.lib.money import euros
from plannumerique.lib.text import NNBSP
from plannumerique.ui.forms import (
    LARGEST_AMOUNT,
    UPLOAD_HINT,
    AmountField,
    DateField,
    PortalForm,
    PortalFormSet,
    SiretField,
    VersionedForm,
)
from subsidies.enums import ExpenseCategory
from subsidies.models import Invoice
from subsidies.rules import VAT_RATES
from subsidies.services.invoices import InvoiceContent, LineContent

_RATES = {typed: Decimal(typed) for typed, _ in VAT_RATES}
MOST_LINES = 100
MOST_COPIES = 20
HEADER = (
    "number",
    "supplier_name",
    "supplier_siret",
    "invoiced_on",
    "amount_ht",
    "amount_vat",
    "amount_ttc",
    "mandat_number",
    "mandat_on",
)


def _amount(label: str, **options: Any) -> AmountField:
    """A credit note is typed with its minus sign."""
    return AmountField(label=label, minimum=-LARGEST_AMOUNT, **options)


class InvoiceForm(UploadForm):
    """What the supplier printed at the head and at the foot of its invoice."""

    supplier_name = forms.CharField(label="Fournisseur", max_length=200)
    supplier_siret = SiretField(label="SIRET du fournisseur", help_text="Quatorze chiffres, imprimés sur la facture.")
    number = forms.CharField(label="Numéro de la facture", max_length=60)
    invoiced_on = DateField(label="Date de la facture")
    amount_ht = _amount("Total HT")
    amount_vat = _amount("Total de la TVA")
    amount_ttc = _amount("Total TTC", help_text=f"Un avoir se saisit avec le signe moins, par exemple -1{NNBSP}200,00.")
    mandat_number = forms.CharField(label="Numéro de mandat", max_length=40, required=False)
    mandat_on = DateField(label="Date du mandat", required=False)
    copy = UploadField(
        label="Copie de la facture",
        required=False,
        help_text=f"{UPLOAD_HINT} Elle peut être déposée plus tard, avant le dépôt des justificatifs.",
    )

    def __init__(self, *args: Any, mandat_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mandat_number"].required = mandat_required

    @property
    def content(self) -> InvoiceContent:
        return InvoiceContent(**{name: self.cleaned_data[name] for name in HEADER})


class TypeInvoiceForm(InvoiceForm):
    """The same, beside a copy that is deposited already."""

    copy = None  # type: ignore[assignment]  # how Django takes a field away


class CorrectInvoiceForm(InvoiceForm, VersionedForm):
    """The same, on an invoice that a colleague may have corrected meanwhile."""


class DropForm(UploadForm):
    copies = SeveralUploadsField(
        label="Copies des factures",
        most=MOST_COPIES,
        help_text=f"{UPLOAD_HINT} Jusqu’à {MOST_COPIES} fichiers à la fois : choisissez-les ensemble, ou déposez-les ici.",
    )


class AttachForm(PortalForm):
    """Which of the invoices without a copy this one belongs to."""

    invoice_id = forms.TypedChoiceField(label="Facture déjà saisie", coerce=int)

    def __init__(self, *args: Any, invoices: Iterable[Invoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(one.pk, f"{one}, {euros(one.amount_ttc)} TTC") for one in invoices]
        self.fields["invoice_id"].choices = [("", "Choisissez"), *shown]  # type: ignore[attr-defined]


def header_of(invoice: Invoice) -> dict[str, Any]:
    return {name: getattr(invoice, name) for name in HEADER}


def _rate(typed: str) -> Decimal:
    """ValueError for another rate, as a form expects: Decimal would raise an ArithmeticError, which no form catches."""
    if typed not in _RATES:
        raise ValueError(typed)
    return _RATES[typed]


class LineForm(PortalForm):
    mobile_class = forms.TypedChoiceField(label="Classe mobile", coerce=int)
    category = forms.ChoiceField(label="Nature", choices=[("", "Choisissez"), *ExpenseCategory.choices])
    label = forms.CharField(label="Libellé", max_length=150, required=False)
    amount_ht = _amount("HT")
    vat_rate = forms.TypedChoiceField(label="TVA", choices=VAT_RATES, coerce=_rate, initial="0.2")
    amount_ttc = _amount("TTC", required=False, help_text="Laissez vide : le portail le calcule.")

    def __init__(self, *args: Any, classes: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mobile_class"].choices = [("", "Choisissez"), *classes]  # type: ignore[attr-defined]

    @property
    def content(self) -> LineContent:
        typed = self.cleaned_data
        return LineContent(
            mobile_class_id=typed["mobile_class"],
            category=ExpenseCategory(typed["category"]),
            label=typed["label"],
            amount_ht=typed["amount_ht"],
            vat_rate=typed["vat_rate"],
            amount_ttc=typed["amount_ttc"],
        )


class LineFormSet(PortalFormSet):
    @property
    def contents(self) -> list[LineContent]:
        return [form.content for form in self.filled]


_Lines = forms.formset_factory(
    LineForm, formset=LineFormSet, extra=0, min_num=1, max_num=MOST_LINES, validate_max=True, can_delete=True
)


def line_formset(data: Any, *, classes: Iterable[MobileClass], invoice: Invoice | None = None) -> LineFormSet:
    """The lines of an invoice; those of one that exists are there to be corrected."""
    choices = [(one.pk, str(one)) for one in classes]
    initial = [_line_of(line) for line in invoice.lines.all()] if invoice is not None else None
    return cast(LineFormSet, _Lines(data, prefix="lignes", initial=initial, form_kwargs={"classes": choices}))


def _line_of(line: Any) -> dict[str, Any]:
    return {
        "mobile_class": line.mobile_class_id,
        "category": line.category,
        "label": line.label,
        "amount_ht": line.amount_ht,
        "vat_rate": f"{line.vat_rate.normalize():f}",
        "amount_ttc": line.amount_ttc,
    }
