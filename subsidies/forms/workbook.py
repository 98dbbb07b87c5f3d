"""A filled workbook, brought line by line to the forms of the typed grid: one set of rules, its faults named by their cells."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from plannumerique.files.forms import UploadForm, WorkbookField
from plannumerique.lib.text import plural, search_key
from plannumerique.organisations.actor import Actor
from plannumerique.ui.forms import PortalForm
from plannumerique.ui.spreadsheets import BadWorkbook, Book, Fault, Row
from subsidies.enums import ExpenseCategory
from subsidies.forms.invoices import HEADER, MOST_LINES, InvoiceForm, LineForm
from subsidies.models import EquipmentSubsidy, Invoice
from subsidies.rules import VAT_RATES
from subsidies.services.workbook import Entry
from subsidies.workbooks import LAYOUT, REFERENCE, TOKEN_CELL, claimable_classes, label_of, subsidy_in

# The field of a line's form, and the column that it is read from.
LINE = {
    "mobile_class": "mobile_class",
    "category": "category",
    "label": "label",
    "amount_ht": "line_ht",
    "vat_rate": "line_rate",
    "amount_ttc": "line_ttc",
}
_MARK = re.compile(r"(\d{1,10})-(\d{1,10})")
_UAI = re.compile(r"\s*(\d{7}[A-Za-z])\b")
_CLASS = re.compile(r"classe\s+(\d{1,4})\s*$", re.IGNORECASE)
_CATEGORIES = {search_key(str(label)): value for value, label in ExpenseCategory.choices}
_RATES = {key: value for value, label in VAT_RATES for key in (value, re.sub(r"[\s%]", "", label).replace(",", ".").casefold())}


class WorkbookForm(UploadForm):
    file = WorkbookField(label="Le classeur rempli")


@dataclass
class Group:
    """The lines of the sheet that make one invoice."""

    mark: str
    rows: list[Row] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    @property
    def first(self) -> int:
        return self.rows[0].number


@dataclass(frozen=True, slots=True)
class Filled:
    """What a workbook holds: the invoices that can be taken when there is no fault; `first_rows` by entry."""

    entries: list[Entry]
    first_rows: list[int]
    faults: list[Fault]

    def faults_of(self, by_entry: Mapping[int, Iterable[str]]) -> list[Fault]:
        """The refusals of the services, each on the first line of its invoice."""
        return [
            LAYOUT.fault(reason, row=self.first_rows[rank], key="number", typed=self.entries[rank].content.number)
            for rank, reasons in by_entry.items()
            for reason in reasons
        ]


def read_workbook(book: Book, *, subsidy: EquipmentSubsidy, actor: Actor) -> Filled:
    """BadWorkbook when it is not this dossier's workbook, or holds nothing."""
    _refuse_other_dossiers(book, subsidy)
    rows, faults = book.rows(LAYOUT)
    if not rows:
        raise BadWorkbook(f"La feuille « {LAYOUT.sheet} » ne contient aucune ligne remplie : il n’y a rien à enregistrer.")
    reading = _Reading(subsidy, actor, faults)
    groups = reading.groups(rows)
    entries = [reading.entry(group) for group in groups]
    found = sorted(reading.faults, key=lambda fault: (fault.row, len(fault.column), fault.column))
    return Filled([one for one in entries if one is not None], [group.first for group in groups], found)


def _refuse_other_dossiers(book: Book, subsidy: EquipmentSubsidy) -> None:
    owner = subsidy_in(book.text_at(REFERENCE, TOKEN_CELL))
    if owner is None:
        raise BadWorkbook(
            "Ce classeur n’est pas le modèle du portail, ou son identification a été effacée : téléchargez-le de nouveau."
        )
    if owner != subsidy.pk:
        raise BadWorkbook("Ce classeur est celui d’un autre dossier : déposez-le sur la page de ce dossier-là.")


class _Reading:
    def __init__(self, subsidy: EquipmentSubsidy, actor: Actor, faults: Iterable[Fault]) -> None:
        self.actor, self.faults = actor, list(faults)
        self.cells = {fault.cell for fault in self.faults}
        self.mandat_required = subsidy.campaign.mandat_required
        self.known = {one.pk: one for one in Invoice.objects.filter(subsidy=subsidy)}
        classes = list(claimable_classes(subsidy))
        self.choices = [(one.pk, str(one)) for one in classes]
        self.by_label = {search_key(label_of(one)): one.pk for one in classes}
        self.by_key = {(one.school.uai, one.number): one.pk for one in classes}
        self.uais = {one.school.uai for one in classes}

    # --- Lines into invoices ---

    def groups(self, rows: Iterable[Row]) -> list[Group]:
        """By the mark of a known invoice; otherwise by supplier and number, the supplier being said once."""
        found: dict[tuple[str, ...], Group] = {}
        supplier: dict[str, str] = {}
        for row in rows:
            mark, number = row.cells["mark"], re.sub(r"\s", "", row.cells["number"]).upper()
            siret = re.sub(r"\s", "", row.cells["supplier_siret"]) or supplier.get(number, "")
            supplier[number] = siret
            # A line without number is an invoice of its own, that the form will refuse.
            key = (mark,) if mark else (number, siret) if number else ("", str(row.number))
            self._join(found.setdefault(key, Group(mark)), row)
        return list(found.values())

    def _join(self, group: Group, row: Row) -> None:
        group.rows.append(row)
        for key in HEADER:
            text = row.cells[key]
            if not text:
                continue
            if key not in group.texts:
                group.texts[key], group.places[key] = text, row.number
            elif not _same(key, text, group.texts[key]):
                self.add(
                    f"Cette valeur diffère de celle de la ligne {group.places[key]} (« {group.texts[key]} »), pour la même facture.",
                    row=row.number,
                    key=key,
                    typed=text,
                )

    # --- An invoice through its forms ---

    def entry(self, group: Group) -> Entry | None:
        before = len(self.faults)
        invoice, seen = self._known(group)
        form = InvoiceForm(group.texts, {}, actor=self.actor, mandat_required=self.mandat_required)
        self._judge(form, {name: name for name in HEADER}, group.texts, lambda key: group.places.get(key, group.first))
        lines = [self._line(row) for row in group.rows]
        if len(lines) > MOST_LINES:
            self.add(f"Une facture compte {plural(MOST_LINES, one='ligne')} au plus.", row=group.first, key="number")
        if len(self.faults) > before or not form.is_valid() or not all(line.is_valid() for line in lines):
            return None
        return Entry(content=form.content, lines=[line.content for line in lines], invoice_id=invoice, seen=seen)

    def _known(self, group: Group) -> tuple[int | None, int | None]:
        if not group.mark:
            return None, None
        match = _MARK.fullmatch(group.mark)
        if match is None or int(match[1]) not in self.known:
            self.add("Ce repère n’est celui d’aucune facture de ce dossier.", row=group.first, key="mark", typed=group.mark)
            return None, None
        return int(match[1]), int(match[2])

    def _line(self, row: Row) -> LineForm:
        data = {name: row.cells[key] for name, key in LINE.items()}
        data["mobile_class"] = self._class_of(row)
        data["category"] = _CATEGORIES.get(search_key(data["category"]), data["category"])
        data["vat_rate"] = _rate_of(data["vat_rate"])
        form = LineForm(data, classes=self.choices)
        self._judge(form, LINE, row.cells, lambda _: row.number)
        return form

    def _class_of(self, row: Row) -> str:
        """The class that the words name; its label is long, a UAI and a number say as much."""
        typed = row.cells["mobile_class"]
        found = self.by_label.get(search_key(typed))
        uai, number = _UAI.match(typed), _CLASS.search(typed)
        if found is None and uai and number:
            found = self.by_key.get((uai[1].upper(), int(number[1])))
        if found is None and typed:
            if uai and uai[1].upper() not in self.uais:
                sentence = f"La convention ne couvre aucune école d’UAI {uai[1].upper()}."
            elif uai and number:
                sentence = f"La convention ne couvre pas la classe {number[1]} de cette école, ou la collectivité y a renoncé."
            else:
                sentence = "Cette école et cette classe ne sont pas dans la liste de la feuille « Référence »."
            self.add(sentence, row=row.number, key="mobile_class", typed=typed)
        return str(found or "")

    def _judge(self, form: PortalForm, columns: dict[str, str], texts: dict[str, str], place: Any) -> None:
        """The errors of a form, each at the cell that its field was read from; one fault a cell."""
        for name, errors in form.errors.items():
            key = columns.get(name, "number")
            for sentence in errors:
                self.add(str(sentence), row=place(key), key=key, typed=texts.get(key, ""))

    def add(self, sentence: str, *, row: int, key: str, typed: str = "") -> None:
        fault = LAYOUT.fault(sentence, row=row, key=key, typed=typed)
        if fault.cell not in self.cells:
            self.cells.add(fault.cell)
            self.faults.append(fault)


def _rate_of(typed: str) -> str:
    """« 20 % » chosen in the list, 20 or 0,2 typed, 0.2 as Excel keeps 20 %: the value that the form knows."""
    bare = re.sub(r"[\s%]", "", typed).replace(",", ".").casefold()
    return _RATES.get(bare, typed)


def _same(key: str, text: str, other: str) -> bool:
    """« 7 900,50 » and 7900.5 are the same amount, « FA 12 » and « fa12 » the same number."""
    return _value(key, text) == _value(key, other)


def _value(key: str, text: str) -> Any:
    asked: forms.Field = InvoiceForm.base_fields[key]
    try:
        value = asked.to_python(text)
    except ValidationError:
        value = text
    return re.sub(r"\s", "", value).casefold() if isinstance(value, str) else value
