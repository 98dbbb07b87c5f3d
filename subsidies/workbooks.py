"""The expense statement as a workbook: what the portal already knows is in it, the rest is filled off line and sent back.

Lists and checks are there to help; nothing of them is trusted when the workbook returns (forms/workbook.py).
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core import signing
from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from deployments.enums import MobileClassState
from deployments.models import MobileClass, MobileClassQuerySet
from plannumerique.lib.text import plural, typeset
from plannumerique.ui.exports import as_text
from plannumerique.ui.spreadsheets import Column, Layout
from subsidies.enums import ExpenseCategory, InvoiceState
from subsidies.models import EquipmentSubsidy, Invoice, InvoiceLine
from subsidies.rules import VAT_RATES

FILLED, HELP, REFERENCE = "À remplir", "Consignes", "Référence"
TOKEN_CELL = "B2"
MOST_ROWS = 500
LAYOUT = Layout(
    sheet=FILLED,
    head_row=3,
    most_rows=MOST_ROWS,
    columns=(
        Column("mark", "Repère"),
        Column("number", "Numéro de la facture"),
        Column("supplier_name", "Fournisseur"),
        Column("supplier_siret", "SIRET du fournisseur"),
        Column("invoiced_on", "Date de la facture", day=True),
        Column("amount_ht", "Total HT"),
        Column("amount_vat", "Total de la TVA"),
        Column("amount_ttc", "Total TTC"),
        Column("mandat_number", "Numéro de mandat"),
        Column("mandat_on", "Date du mandat", day=True),
        Column("mobile_class", "École et classe"),
        Column("category", "Nature de la dépense"),
        Column("label", "Libellé"),
        Column("line_ht", "HT de la ligne"),
        Column("line_rate", "Taux de TVA"),
        Column("line_ttc", "TTC de la ligne"),
    ),
)
_WIDTHS = (9, 20, 28, 18, 13, 12, 12, 12, 14, 13, 52, 30, 26, 12, 11, 12)
_AMOUNTS = ("amount_ht", "amount_vat", "amount_ttc", "line_ht", "line_ttc")
_DAYS = ("invoiced_on", "mandat_on")
_TEXTS = ("mark", "number", "supplier_siret", "mandat_number")
_LAST_ROW = LAYOUT.head_row + MOST_ROWS
_GREY = PatternFill("solid", fgColor="EEEEEE")
_SALT = "subsidies.workbooks"
_HELP = (
    "Remplissez la feuille « À remplir », enregistrez le classeur au format XLSX ou ODS, puis déposez-le sur la page de l’état récapitulatif.",
    "Une ligne par facture, par classe mobile, par nature de dépense et par taux de TVA.",
    "Une facture répartie sur plusieurs lignes porte son numéro sur chacune ; le reste de son en-tête suffit sur la première.",
    "Les totaux HT, TVA et TTC sont ceux que le fournisseur a imprimés ; les lignes d’une facture les font exactement.",
    "Un avoir se saisit avec le signe moins. Le TTC d’une ligne peut rester vide : le portail le calcule.",
    "Les montants et les dates sont des valeurs, jamais des formules. Aucune cellule n’est fusionnée, aucune colonne déplacée.",
    "La colonne « Repère » désigne une facture déjà saisie dans le portail : n’y touchez pas ; laissez-la vide pour une nouvelle facture.",
    "Une facture qui ne figure plus dans le classeur n’est pas retirée du portail : elle se retire depuis sa page.",
    "Le Wi-Fi, le câblage et les travaux de réseau ne se déclarent pas : la convention les laisse à la collectivité.",
    "La colonne « Contrôle » vous aide ; au dépôt, le portail vérifie tout et n’enregistre rien tant qu’une ligne est fausse.",
)


def claimable_classes(subsidy: EquipmentSubsidy) -> MobileClassQuerySet:
    """The classes of the convention that are still wanted: those that an invoice may name."""
    classes = subsidy.convention.mobile_classes.exclude(state=MobileClassState.RENOUNCED)
    return classes.select_related("school").order_by("school__search", "number")


def label_of(mobile_class: MobileClass) -> str:
    """« 0250001A – École … – classe 1 »: the UAI makes it one of its kind, the name makes it readable."""
    return f"{mobile_class.school.uai} – {mobile_class}"


def mark_of(invoice: Invoice) -> str:
    """Which invoice, and which version of it the workbook was made from."""
    return f"{invoice.pk}-{invoice.version}"


def token_of(subsidy: EquipmentSubsidy) -> str:
    return signing.dumps({"subsidy": subsidy.pk}, salt=_SALT)


def subsidy_in(token: str) -> int | None:
    """The subsidy whose workbook bears this token; None when no workbook of the portal does."""
    try:
        return int(signing.loads(token, salt=_SALT)["subsidy"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def build(subsidy: EquipmentSubsidy) -> Workbook:
    """Three sheets; as many queries whatever the number of invoices."""
    classes = [label_of(one) for one in claimable_classes(subsidy)]
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(FILLED)
    _head(sheet, subsidy)
    used = _fill(sheet, _lines_to_correct(subsidy))
    _shape(sheet)
    _help(book.create_sheet(HELP))
    lists = {
        "mobile_class": classes,
        "category": [str(label) for label in ExpenseCategory.labels],
        "line_rate": [label for _, label in VAT_RATES],
    }
    _reference(book.create_sheet(REFERENCE), subsidy, lists)
    _validate(sheet, lists)
    _check(sheet)
    sheet.freeze_panes = sheet.cell(LAYOUT.head_row + 1, 3)
    sheet.sheet_view.selection[0].activeCell = f"B{LAYOUT.head_row + 1 + used}"
    return book


def _lines_to_correct(subsidy: EquipmentSubsidy) -> Iterable[InvoiceLine]:
    waiting = InvoiceLine.objects.filter(invoice__subsidy=subsidy, invoice__state=InvoiceState.DEPOSITED)
    return waiting.select_related("invoice", "mobile_class__school").order_by("invoice__invoiced_on", "invoice", "pk")[:MOST_ROWS]


def _head(sheet: Any, subsidy: EquipmentSubsidy) -> None:
    as_text(sheet["A1"], f"État récapitulatif – {subsidy.convention.dossier.collectivite} – {subsidy.campaign}")
    sheet["A1"].font = Font(bold=True, size=14)
    as_text(
        sheet["A2"], typeset(f"Une ligne par facture et par classe ; {plural(MOST_ROWS, one='ligne')} au plus. Voir « {HELP} ».")
    )
    for rank, column in enumerate(LAYOUT.columns, start=1):
        cell = as_text(sheet.cell(LAYOUT.head_row, rank), column.head)
        cell.font, cell.fill, cell.alignment = Font(bold=True), _GREY, Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(rank)].width = _WIDTHS[rank - 1]


def _fill(sheet: Any, lines: Iterable[InvoiceLine]) -> int:
    """What is already entered; how many lines it takes."""
    count = 0
    before = None
    for count, line in enumerate(lines, start=1):
        shown = _cells_of(line, headed=line.invoice_id != before)
        before = line.invoice_id
        for rank, column in enumerate(LAYOUT.columns, start=1):
            cell, value = sheet.cell(LAYOUT.head_row + count, rank), shown.get(column.key)
            if isinstance(value, str):
                as_text(cell, value)
            else:
                cell.value = value
    return count


def _cells_of(line: InvoiceLine, *, headed: bool) -> dict[str, Any]:
    invoice = line.invoice
    head = {
        "supplier_name": invoice.supplier_name,
        "supplier_siret": invoice.supplier_siret,
        "invoiced_on": invoice.invoiced_on,
        "amount_ht": invoice.amount_ht,
        "amount_vat": invoice.amount_vat,
        "amount_ttc": invoice.amount_ttc,
        "mandat_number": invoice.mandat_number or None,
        "mandat_on": invoice.mandat_on,
    }
    return {
        **(head if headed else {}),
        "mark": mark_of(invoice),
        "number": invoice.number,
        "mobile_class": label_of(line.mobile_class),
        "category": line.get_category_display(),
        "label": line.label or None,
        "line_ht": line.amount_ht,
        "line_rate": rate_label(line.vat_rate),
        "line_ttc": line.amount_ttc,
    }


def rate_label(rate: Decimal) -> str:
    return dict(VAT_RATES).get(f"{rate.normalize():f}", f"{rate.normalize():f}")


def _shape(sheet: Any) -> None:
    formats = {
        **dict.fromkeys(_AMOUNTS, "#,##0.00"),
        **dict.fromkeys(_DAYS, "DD/MM/YYYY"),
        **dict.fromkeys(_TEXTS, "@"),
    }
    for rank, column in enumerate(LAYOUT.columns, start=1):
        if column.key in formats:
            for row in range(LAYOUT.head_row + 1, _LAST_ROW + 1):
                sheet.cell(row, rank).number_format = formats[column.key]


def _help(sheet: Any) -> None:
    sheet.column_dimensions["A"].width = 120
    for row, sentence in enumerate(_HELP, start=1):
        as_text(sheet.cell(row, 1), typeset(sentence)).alignment = Alignment(wrap_text=True, vertical="top")


def _reference(sheet: Any, subsidy: EquipmentSubsidy, lists: dict[str, list[str]]) -> None:
    """Locked, without a password: it keeps from a slip of the hand, the portal keeps from the rest."""
    as_text(sheet["A1"], "Cette feuille dit au portail de quel dossier est ce classeur : n’y changez rien.").font = Font(
        bold=True
    )
    as_text(sheet["A2"], "Identification")
    as_text(sheet[TOKEN_CELL], token_of(subsidy))
    for rank, (key, values) in enumerate(lists.items(), start=1):
        as_text(sheet.cell(4, rank), LAYOUT.head(key)).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(rank)].width = 52 if rank == 1 else 34
        for row, value in enumerate(values, start=5):
            as_text(sheet.cell(row, rank), value)
    as_text(sheet.cell(4, len(lists) + 1), "En nombre").font = Font(bold=True)
    for row, (rate, _) in enumerate(VAT_RATES, start=5):
        sheet.cell(row, len(lists) + 1).value = Decimal(rate)
    sheet.protection.sheet = True


def _validate(sheet: Any, lists: dict[str, list[str]]) -> None:
    for rank, (key, values) in enumerate(lists.items(), start=1):
        column = get_column_letter(rank)
        formula = f"'{REFERENCE}'!${column}$5:${column}${4 + max(len(values), 1)}"
        rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
        rule.error = "Choisissez dans la liste."
        _apply(sheet, rule, key)
    for key in _AMOUNTS:
        rule = DataValidation(
            type="decimal", operator="between", formula1="-99999999.99", formula2="99999999.99", allow_blank=True
        )
        rule.showErrorMessage, rule.error = True, "Un montant en euros, par exemple 1234,56."
        _apply(sheet, rule, key)
    for key in _DAYS:
        rule = DataValidation(type="date", operator="greaterThan", formula1="DATE(1990,1,1)", allow_blank=True)
        rule.showErrorMessage, rule.error = True, "Une date, par exemple 05/10/2016."
        _apply(sheet, rule, key)


def _apply(sheet: Any, rule: DataValidation, key: str) -> None:
    sheet.add_data_validation(rule)
    column = LAYOUT.letter(key)
    rule.add(f"{column}{LAYOUT.head_row + 1}:{column}{_LAST_ROW}")


def _check(sheet: Any) -> None:
    """Beside each line, what a person can see at once: something is missing, or the TTC does not follow from the HT."""
    rank = len(LAYOUT.columns) + 1
    head = as_text(sheet.cell(LAYOUT.head_row, rank), "Contrôle")
    head.font, head.fill = Font(bold=True), _GREY
    sheet.column_dimensions[get_column_letter(rank)].width = 22
    number, school, kind, ht, rate, ttc = (
        LAYOUT.letter(key) for key in ("number", "mobile_class", "category", "line_ht", "line_rate", "line_ttc")
    )
    rates = f"'{REFERENCE}'!$C$5:$D${4 + len(VAT_RATES)}"
    for row in range(LAYOUT.head_row + 1, _LAST_ROW + 1):
        filled = f"COUNTA(B{row}:P{row})=0"
        missing = f'OR({number}{row}="",{school}{row}="",{kind}{row}="",{ht}{row}="",{rate}{row}="")'
        expected = f"ROUND({ht}{row}*(1+VLOOKUP({rate}{row},{rates},2,FALSE)),2)"
        wrong = f'AND({ttc}{row}<>"",ABS({expected}-{ttc}{row})>0.011)'
        sheet.cell(row, rank).value = f'=IF({filled},"",IF({missing},"à compléter",IF({wrong},"TTC à vérifier","ok")))'
    column = get_column_letter(rank)
    first = f"{column}{LAYOUT.head_row + 1}"
    red = Rule(
        type="expression",
        formula=[f'AND({first}<>"",{first}<>"ok")'],
        dxf=DifferentialStyle(font=Font(color="B34000", bold=True)),
    )
    sheet.conditional_formatting.add(f"{column}{LAYOUT.head_row + 1}:{column}{_LAST_ROW}", red)
