"""The ministry's list as a workbook: what the académie proposes goes out in it, what was published comes back in it, matched by UAI."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from plannumerique.lib.identifiers import IdentifierError, check_uai
from plannumerique.lib.text import plural, typeset
from plannumerique.ui.exports import as_text
from plannumerique.ui.spreadsheets import Column, Fault, Layout, Row
from projects.enums import ProposalChoice
from projects.models import Application, SelectionSession

LAYOUT = Layout(
    sheet="Liste",
    most_rows=3000,
    columns=(
        Column("uai", "UAI"),
        Column("school", "École"),
        Column("commune", "Commune"),
        Column("collectivite", "Collectivité"),
        Column("asked", "Classes demandées"),
        Column("retained", "Classes retenues"),
    ),
)
_WIDTHS = (12, 40, 26, 40, 12, 12)


def build(session: SelectionSession) -> Workbook:
    """The candidates of the session, with the classes that it proposes to retain; the ministry's list is typed over them."""
    proposed = dict(session.proposals.filter(choice=ProposalChoice.RETAIN).values_list("application_id", "classes"))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = LAYOUT.sheet
    for rank, (column, width) in enumerate(zip(LAYOUT.columns, _WIDTHS, strict=True), start=1):
        sheet.cell(1, rank, column.head).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(rank)].width = width
    sheet.freeze_panes = "A2"
    rows = session.to_decide().select_related("school", "dossier__collectivite").prefetch_related("forecasts")
    for number, row in enumerate(rows.order_by("school__search", "pk"), start=2):
        words = (row.school.uai, row.school.name, row.school.commune_name, str(row.dossier.collectivite))
        for rank, text in enumerate(words, start=1):
            as_text(sheet.cell(number, rank), text)
        sheet.cell(number, 5, row.classes_asked())
        sheet.cell(number, 6, proposed.get(row.pk))
    return book


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate that the list retains."""

    application: Application
    asked: int
    retained: int

    @property
    def fewer(self) -> bool:
        return self.retained < self.asked


@dataclass(frozen=True, slots=True)
class Stranger:
    """A line of the list that no candidate answers to, and why; it is shown, and holds nothing back."""

    row: int
    uai: str
    school: str
    sentence: str


@dataclass(slots=True)
class Comparison:
    """The list against the candidates of the session. Nothing may be recorded as long as there are faults."""

    matches: list[Match] = field(default_factory=list)
    strangers: list[Stranger] = field(default_factory=list)
    missing: list[Application] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def fewer(self) -> list[Match]:
        return [one for one in self.matches if one.fewer]


def compare(session: SelectionSession, rows: Iterable[Row], faults: Iterable[Fault]) -> Comparison:
    """Match the lines by UAI; three queries. A line without classes is one that the ministry does not retain."""
    found = Comparison(faults=list(faults))
    wanted = session.to_decide().select_related("school", "phase", "dossier__collectivite").prefetch_related("forecasts")
    candidates = {row.school.uai: row for row in wanted}
    seen: dict[str, int] = {}
    listed = [(row, uai, retained) for row in rows for uai, retained in _read(row, seen, found)]
    others = _others(session, [uai for _, uai, _ in listed if uai not in candidates])
    for row, uai, retained in listed:
        _place(found, row, uai, retained, candidates.get(uai), others)
    kept = {one.application.pk for one in found.matches}
    found.missing = [row for row in candidates.values() if row.pk not in kept]
    return found


def _read(row: Row, seen: dict[str, int], found: Comparison) -> Iterable[tuple[str, int]]:
    """The UAI and the classes of one line; what cannot be read joins the faults, what is not retained is passed over."""
    try:
        uai = check_uai(row.cells["uai"])
    except IdentifierError as error:
        found.faults.append(LAYOUT.fault(str(error), row=row.number, key="uai", typed=row.cells["uai"]))
        return
    if uai in seen:
        sentence = f"Cet UAI figure déjà ligne {seen[uai]} : une école n’y est qu’une fois."
        found.faults.append(LAYOUT.fault(sentence, row=row.number, key="uai", typed=uai))
        return
    seen[uai] = row.number
    typed = row.cells["retained"].strip()
    if typed in ("", "0"):
        return
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 2):
        sentence = "Écrivez un nombre de classes, ou laissez vide si l’école n’est pas retenue."
        found.faults.append(LAYOUT.fault(sentence, row=row.number, key="retained", typed=typed))
        return
    yield uai, int(typed)


def _place(
    found: Comparison, row: Row, uai: str, retained: int, candidate: Application | None, others: dict[str, Application]
) -> None:
    if candidate is None:
        found.strangers.append(Stranger(row.number, uai, row.cells["school"], _why(others.get(uai))))
        return
    asked = candidate.classes_asked()
    if retained > asked:
        sentence = f"{candidate.school} demande {plural(asked, one='classe')} : la liste ne peut en retenir {retained}."
        found.faults.append(LAYOUT.fault(sentence, row=row.number, key="retained", typed=str(retained)))
        return
    found.matches.append(Match(candidate, asked, retained))


def _others(session: SelectionSession, uais: list[str]) -> dict[str, Application]:
    rows = Application.objects.filter(phase=session.phase_id, school__uai__in=uais).select_related("school").order_by("pk")
    return {row.school.uai: row for row in rows}


def _why(other: Application | None) -> str:
    if other is None:
        return typeset("Aucune candidature de cette école dans la phase.")
    classes = f", {plural(other.retained_classes, one='classe')}" if other.retained_classes else ""
    return typeset(
        f"Sa candidature est à l’état « {other.get_state_display()} »{classes} : elle n’est plus à décider, ou pas encore."
    )
