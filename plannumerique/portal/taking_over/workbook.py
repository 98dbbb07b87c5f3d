"""The workbook of a take-over: one line a school and phase; what belongs to the dossier stands on one of its lines."""

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from plannumerique.lib.text import NBSP
from plannumerique.portal.taking_over.stages import Opinion, Reached
from plannumerique.ui.spreadsheets import Column, Layout
from projects.models import Campaign

SHEET, HELP = "Reprise", "Lisez-moi"
# The review enters and undoes each dossier, some 150 queries: so many in the answer to a click.
MOST_ROWS = 60
_OF_SCHOOL = (
    Column("siren", "SIREN de la collectivité"),
    Column("collectivite", "Collectivité (pour mémoire)"),
    Column("phase", "Phase (numéro)"),
    Column("uai", "UAI de l’école"),
    Column("school", "École (pour mémoire)"),
    Column("college", "UAI du collège référent"),
)
_OF_SELECTION = (Column("selection_on", "Sélection : date", day=True), Column("selection_list", "Sélection : liste ou séance"))
OF_DOSSIER = (
    Column("stage", "Étape atteinte"),
    Column("siret", "SIRET qui signe"),
    Column("convention_number", "Convention : numéro"),
    Column("subsidy_max", "Convention : subvention maximale"),
    Column("deliberation_number", "Délibération : numéro"),
    Column("deliberation_on", "Délibération : adoptée le", day=True),
    Column("published_on", "Délibération : publiée le", day=True),
    Column("prefecture_on", "Délibération : reçue en préfecture le", day=True),
    Column("cbr_received_on", "CBR : dossier reçu le", day=True),
    Column("cbr_sense", "CBR : avis"),
    Column("cbr_given_on", "CBR : avis rendu le", day=True),
    Column("collectivite_signed_on", "Collectivité : signée le", day=True),
    Column("collectivite_signatory", "Collectivité : signataire"),
    Column("collectivite_capacity", "Collectivité : qualité du signataire"),
    Column("recteur_signed_on", "État : signée le", day=True),
    Column("recteur_signatory", "État : signataire"),
    Column("recteur_capacity", "État : qualité du signataire"),
    Column("late_motive", "Motif de la signature tardive"),
    Column("convention_notified_on", "Convention : notifiée le", day=True),
    Column("decision_number", "Décision : numéro"),
    Column("decision_amount", "Décision : montant"),
    Column("decision_on", "Décision : signée le", day=True),
    Column("decision_signatory", "Décision : signataire"),
    Column("decision_capacity", "Décision : qualité du signataire"),
    Column("decision_notified_on", "Décision : notifiée le", day=True),
    Column("decision_proof", "Décision : preuve de réception"),
    Column("ej_number", "Numéro d’EJ"),
    Column("acompte_amount", "Acompte : montant"),
    Column("acompte_on", "Acompte : payé le", day=True),
    Column("acompte_dp", "Acompte : numéro de DP"),
)


def expense_keys(campaign: Campaign) -> tuple[str, ...]:
    """One column a class, as many as the campaign allows a school."""
    return tuple(f"expense_{number}" for number in range(1, campaign.current_terms().max_units_per_school + 1))


def layout_of(campaign: Campaign) -> Layout:
    expenses = tuple(
        Column(key, f"Dépense prévue, classe {number}") for number, key in enumerate(expense_keys(campaign), start=1)
    )
    return Layout(sheet=SHEET, most_rows=MOST_ROWS, columns=(*_OF_SCHOOL, *expenses, *_OF_SELECTION, *OF_DOSSIER))


def build(campaign: Campaign) -> Workbook:
    """The empty model, its lists of choices, and how to fill it."""
    layout = layout_of(campaign)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = layout.sheet
    for rank, column in enumerate(layout.columns, start=1):
        head = sheet.cell(1, rank, column.head)
        head.font, head.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        letter = get_column_letter(rank)
        sheet.column_dimensions[letter].width = 18
        for row in range(2, MOST_ROWS + 2):
            # Text, so that Excel keeps what is typed: a DP number loses its zeros otherwise.
            sheet.cell(row, rank).number_format = "dd/mm/yyyy" if column.day else "@" if _is_a_number(column) else "General"
    sheet.freeze_panes = "E2"
    for key, choices in (("stage", Reached.labels), ("cbr_sense", Opinion.labels)):
        allowed = DataValidation(type="list", formula1=f'"{",".join(str(one) for one in choices)}"', allow_blank=True)
        allowed.add(f"{layout.letter(key)}2:{layout.letter(key)}{MOST_ROWS + 1}")
        sheet.add_data_validation(allowed)
    _explain(book, campaign)
    return book


def _is_a_number(column: Column) -> bool:
    return column.key in ("siren", "siret", "uai", "college", "acompte_dp", "ej_number")


def _explain(book: Workbook, campaign: Campaign) -> None:
    sheet = book.create_sheet(HELP)
    sheet.column_dimensions["A"].width = 110
    terms = campaign.current_terms()
    for row, sentence in enumerate(
        (
            f"Reprise des dossiers engagés avant le portail – {campaign.label}",
            "Une ligne par école et par phase. Les deux colonnes « pour mémoire » ne sont pas lues.",
            f"Une dépense par classe retenue, {terms.get_tax_basis_display()}, en euros ; {terms.max_units_per_school} classes par école "
            "au plus, toutes phases comprises.",
            "À partir de « Étape atteinte », les colonnes sont celles du dossier (la collectivité) : remplissez-les sur une de ses "
            "lignes ; répétées, elles doivent dire la même chose.",
            f"Étapes{NBSP}: {' ; '.join(str(one) for one in Reached.labels)}. Tout ce qui précède l’étape est rempli, rien au-delà.",
            "Le contrôle budgétaire (CBR) ne se remplit qu’au-dessus du seuil de la campagne ; sans avis ni date d’avis, son silence compte.",
            "Les dates sont celles des actes. Une date à venir est refusée.",
            "La DANE reprend sélection et convention ; un gestionnaire de la DAF reprend décision et acompte avec le même classeur, "
            "et un valideur de la DAF confirme chaque paiement.",
        ),
        start=1,
    ):
        cell = sheet.cell(row, 1, sentence)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=row == 1)
