"""The workbook of a take-over: one line a school and phase; what belongs to the dossier stands on one of its lines."""

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from plannumerique.lib.text import NBSP
from plannumerique.ui.spreadsheets import Column, Layout
from portal.taking_over.stages import Opinion, Reached
from projects.models import Campaign

SHEET, HELP = "Reprise", "Lisez-moi"
MOST_ROWS = 1000
# The review enters and undoes each dossier, some 150 queries: so many lines in the answer to a click. Beyond, the job alone enters.
MOST_REHEARSED = 60
_OF_SCHOOL = (
    Column("siren", "SIREN de la collectivité"),
    Column("collectivite", "Collectivité (pour mémoire)"),
    Column("phase", "Phase (numéro)"),
    Column("uai", "UAI de l’école"),
    Column("school", "École (pour mémoire)"),
    Column("college", "UAI du collège référent"),
)
_OF_GRANT = (
    Column("grant_reference", "Dotation de ressources : lettre de notification n°"),
    Column("grant_notified_on", "Dotation de ressources : notifiée le", day=True),
    Column("grant_ej", "Dotation de ressources : numéro d’EJ"),
    Column("grant_amount", "Dotation de ressources : montant payé"),
    Column("grant_paid_on", "Dotation de ressources : payée le", day=True),
    Column("grant_dp", "Dotation de ressources : numéro de DP"),
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
    Column("cbr_overruled_on", "CBR : passé outre le", day=True),
    Column("cbr_overruled_motive", "CBR : motifs du passer outre"),
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
    Column("complete_on", "Justificatifs : complets le", day=True),
    Column("service_fait_on", "Service fait : constaté le", day=True),
    Column("service_fait_number", "Service fait : numéro du certificat"),
    Column("service_fait_by", "Service fait : constaté par"),
    Column("justified_total", "Service fait : dépense justifiée, total"),
    Column("definitive_amount", "Service fait : subvention définitive"),
    Column("solde_amount", "Solde : montant"),
    Column("solde_on", "Solde : payé le", day=True),
    Column("solde_dp", "Solde : numéro de DP"),
    Column("closed_on", "Clôture : le", day=True),
)


_NUMBERS = (
    *("siren", "siret", "uai", "college", "ej_number", "grant_ej"),
    *("acompte_dp", "solde_dp", "grant_dp"),
)


def expense_keys(campaign: Campaign) -> tuple[str, ...]:
    """One column a class, as many as the campaign allows a school."""
    return tuple(f"expense_{number}" for number in _numbers(campaign))


def justified_keys(campaign: Campaign) -> tuple[str, ...]:
    return tuple(f"justified_{number}" for number in _numbers(campaign))


def _numbers(campaign: Campaign) -> range:
    return range(1, campaign.current_terms().max_units_per_school + 1)


def layout_of(campaign: Campaign) -> Layout:
    expenses = tuple(
        Column(key, f"Dépense prévue, classe {number}") for number, key in enumerate(expense_keys(campaign), start=1)
    )
    justified = tuple(
        Column(key, f"Dépense justifiée, classe {number}") for number, key in enumerate(justified_keys(campaign), start=1)
    )
    received = Column("received_on", "Matériel reçu le", day=True)
    columns = (*_OF_SCHOOL, *expenses, *_OF_SELECTION, received, *justified, *_OF_GRANT, *OF_DOSSIER)
    return Layout(sheet=SHEET, most_rows=MOST_ROWS, columns=columns)


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
        of_column = sheet.column_dimensions[letter]
        of_column.width = 18
        # Text, so that Excel keeps what is typed: a DP number loses its zeros otherwise. Of the column: no cell is written.
        of_column.number_format = "dd/mm/yyyy" if column.day else "@" if column.key in _NUMBERS else "General"
    sheet.freeze_panes = "E2"
    for key, choices in (("stage", Reached.labels), ("cbr_sense", Opinion.labels)):
        allowed = DataValidation(type="list", formula1=f'"{",".join(str(one) for one in choices)}"', allow_blank=True)
        allowed.add(f"{layout.letter(key)}2:{layout.letter(key)}{MOST_ROWS + 1}")
        sheet.add_data_validation(allowed)
    _explain(book, campaign)
    return book


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
            "Le contrôle budgétaire (CBR) ne se remplit qu’au-dessus du seuil de la campagne ; sans avis ni date d’avis, son silence compte. "
            "Un avis défavorable passé outre porte la date et les motifs de cette décision.",
            "À partir de « service fait constaté » : sur chaque ligne, la dépense justifiée de chaque classe retenue, 0 si elle n’a pas été "
            "réalisée, et le jour où l’école a reçu le matériel (le dernier, s’il est venu en plusieurs fois). Le total et la "
            "subvention définitive sont ceux du certificat.",
            "Acompte jamais demandé, ou solde nul parce que l’acompte a tout versé : ses trois cases restent vides. "
            "Plus versé que dû : l’étape est « trop-perçu constaté », et le reversement se suit hors du portail.",
            "La dotation de ressources se remplit sur une ligne de l’école, dès la convention notifiée, quelle que soit l’étape ; "
            "vide, elle reste à notifier et à verser dans le portail.",
            "Les dates sont celles des actes. Une date à venir est refusée.",
            "Chacun dépose le même classeur, dans cet ordre. La DANE : sélection et convention. Un gestionnaire de la DAF : décision, "
            "acompte, dotations. Un valideur de la DAF confirme ces paiements. La DANE : service fait. Le gestionnaire : solde ou "
            "trop-perçu. Le valideur confirme le solde. Le gestionnaire : clôture. Qui n’a rien à saisir d’un dossier le voit dit.",
        ),
        start=1,
    ):
        cell = sheet.cell(row, 1, sentence)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=row == 1)
