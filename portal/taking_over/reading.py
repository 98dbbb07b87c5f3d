"""The lines of a workbook into past dossiers: each cell judged by a form, each fault named by its cell."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from conventions.rules import PastConvention
from plannumerique.lib.identifiers import siren_of
from plannumerique.lib.money import ZERO
from plannumerique.lib.text import typeset
from plannumerique.organisations.models import Collectivite, School
from plannumerique.ui.forms import PortalForm
from plannumerique.ui.spreadsheets import Fault, Row
from portal.taking_over.forms import DossierLineForm, LineForm
from portal.taking_over.stages import Reached
from portal.taking_over.workbook import OF_DOSSIER, expense_keys, justified_keys, layout_of
from projects.models import Campaign, Phase
from projects.rules import ClassExpense, ClassKey
from projects.services import PastSelection
from subsidies.rules.past import PastDecision, PastGrant, PastPayment, PastServiceFait


@dataclass(frozen=True, slots=True)
class PastLine:
    """One school in one phase: its selection, what each class should cost and has cost, when it was equipped, its grant."""

    row: int
    selection: PastSelection
    expenses: list[ClassExpense]
    justified: list[ClassExpense]
    received_on: dt.date | None
    grant: PastGrant | None


@dataclass(frozen=True, slots=True)
class PastDossier:
    """All that the workbook says of one collectivité; `rows` are its lines as they came, for the job that enters them."""

    collectivite: Collectivite
    rows: list[Row]
    reached: Reached
    convention: PastConvention | None
    convention_notified_on: dt.date | None
    decision: PastDecision | None
    acompte: PastPayment | None
    service_fait: PastServiceFait | None
    solde: PastPayment | None
    closed_on: dt.date | None
    lines: list[PastLine]

    @property
    def first(self) -> int:
        return self.rows[0].number

    @property
    def selections(self) -> list[PastSelection]:
        return [one.selection for one in self.lines]

    @property
    def expenses(self) -> list[ClassExpense]:
        """The forecasts, by the key that follows each class."""
        return [expense for line in self.lines for expense in line.expenses]

    @property
    def grants(self) -> list[tuple[int, str, PastGrant]]:
        """The line, the school and the grant of each school whose grant was notified."""
        return [(line.row, line.selection.school.uai, line.grant) for line in self.lines if line.grant is not None]

    @property
    def receptions_by_row(self) -> list[tuple[int, dt.date]]:
        return [(line.row, line.received_on) for line in self.lines if line.received_on is not None]

    @property
    def receptions(self) -> dict[ClassKey, dt.date]:
        """The day on which each certified class came to its school."""
        return {
            one.key: line.received_on
            for line in self.lines
            for one in line.justified
            if line.received_on is not None and one.expense > ZERO
        }


@dataclass(slots=True)
class _Group:
    rows: list[Row] = field(default_factory=list)
    lines: list[LineForm] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)


class Reading:
    """Reads once the rows of `campaign`; then `dossiers` and `faults` are known. Four queries, whatever the lines."""

    def __init__(self, campaign: Campaign, rows: Iterable[Row], faults: Iterable[Fault] = ()) -> None:
        self.campaign, self.layout = campaign, layout_of(campaign)
        self.expenses, self.justified = expense_keys(campaign), justified_keys(campaign)
        self.faults = list(faults)
        self.cells = {fault.cell for fault in self.faults}
        self.seen: dict[tuple[str, int], int] = {}
        groups = self._grouped(rows)
        self._look_up(groups)
        found = [self._dossier(siren, group) for siren, group in groups.items()]
        self.dossiers: list[PastDossier] = [one for one in found if one is not None]
        self.faults.sort(key=lambda fault: (fault.row, len(fault.column), fault.column))

    def _grouped(self, rows: Iterable[Row]) -> dict[str, _Group]:
        groups: dict[str, _Group] = {}
        for row in rows:
            form = LineForm(row.cells, expenses=self.expenses, justified=self.justified)
            self._judge(form, row.cells, lambda _, at=row.number: at)  # type: ignore[misc]
            siren = form.cleaned_data.get("siren", "")
            if not siren:  # its fault is named; the line can be no dossier's
                continue
            group = groups.setdefault(siren, _Group())
            group.rows.append(row)
            group.lines.append(form)
            self._join(group, row)
        return groups

    def _join(self, group: _Group, row: Row) -> None:
        for column in OF_DOSSIER:
            text = row.cells[column.key].strip()
            if not text:
                continue
            if column.key not in group.texts:
                group.texts[column.key], group.places[column.key] = text, row.number
            elif text != group.texts[column.key]:
                earlier = f"celle de la ligne {group.places[column.key]} (« {group.texts[column.key]} »)"
                self._add(f"Cette valeur contredit {earlier}, pour le même dossier.", row=row.number, key=column.key, typed=text)

    def _look_up(self, groups: dict[str, _Group]) -> None:
        lines = [line.cleaned_data for group in groups.values() for line in group.lines]
        uais = {line[key] for line in lines for key in ("uai", "college") if line.get(key)}
        inside = {"departement__academie_id": self.campaign.academie_id}
        self.schools = {one.uai: one for one in School.objects.filter(uai__in=uais, **inside)}
        self.collectivites = {one.siren: one for one in Collectivite.objects.filter(siren__in=groups, **inside)}
        self.phases = {one.number: one for one in self.campaign.phases.all()}

    # --- A dossier ---

    def _dossier(self, siren: str, group: _Group) -> PastDossier | None:
        before, first = len(self.faults), group.rows[0].number
        form = DossierLineForm(group.texts)
        self._judge(form, group.texts, lambda key: group.places.get(key, first))
        collectivite = self.collectivites.get(siren)
        if collectivite is None:
            self._add("Aucune collectivité de l’académie n’a ce SIREN.", row=first, key="siren", typed=siren)
        selections = [self._selection(row, line) for row, line in zip(group.rows, group.lines, strict=True)]
        siret = form.cleaned_data.get("siret", "")
        if siret and siren_of(siret) != siren:
            self._add("Ce SIRET n’est pas celui de la collectivité.", row=group.places["siret"], key="siret", typed=siret)
        if len(self.faults) > before or collectivite is None or not self._are_sound(group, form):
            return None
        lines = self._lines(form.reached, group, [one for one in selections if one is not None])
        if len(self.faults) > before:
            return None
        return PastDossier(
            collectivite=collectivite,
            rows=group.rows,
            reached=form.reached,
            convention=form.convention,
            convention_notified_on=form.cleaned_data["convention_notified_on"],
            decision=form.decision,
            acompte=form.acompte,
            service_fait=form.service_fait(one for line in lines for one in line.justified),
            solde=form.solde,
            closed_on=form.cleaned_data["closed_on"],
            lines=lines,
        )

    def _lines(self, reached: Reached, group: _Group, selections: list[PastSelection]) -> list[PastLine]:
        """In the order of the phases, which numbers the classes of a school; the three lists come from the same rows."""
        whole = sorted(
            zip(group.rows, group.lines, selections, strict=True),
            key=lambda one: (one[2].phase.number, one[2].school.uai),
        )
        last: dict[str, int] = {}
        lines = [self._line(reached, row, form, selection, last) for row, form, selection in whole]
        self._refuse_two_grants(whole)
        return lines

    def _line(self, reached: Reached, row: Row, form: LineForm, selection: PastSelection, last: dict[str, int]) -> PastLine:
        for key, sentence in form.beyond(reached):
            self._add(sentence, row=row.number, key=key, typed=row.cells[key])
        uai = selection.school.uai
        first = last.get(uai, 0) + 1
        last[uai] = last.get(uai, 0) + len(form.expenses)
        return PastLine(
            row=row.number,
            selection=selection,
            expenses=[ClassExpense(uai, number, one) for number, one in enumerate(form.expenses, start=first)],
            justified=[ClassExpense(uai, number, one) for number, one in enumerate(form.justified, start=first)],
            received_on=form.cleaned_data["received_on"],
            grant=form.grant,
        )

    def _refuse_two_grants(self, whole: list[tuple[Row, LineForm, PastSelection]]) -> None:
        """A school has one grant, whatever its phases."""
        said: dict[str, int] = {}
        for row, form, selection in whole:
            if form.grant is None:
                continue
            earlier = said.setdefault(selection.school.uai, row.number)
            if earlier != row.number:
                sentence = f"La dotation de cette école est déjà écrite ligne {earlier} : elle n’en a qu’une."
                self._add(sentence, row=row.number, key="grant_reference", typed=row.cells["grant_reference"])

    def _are_sound(self, group: _Group, form: DossierLineForm) -> bool:
        """Faults of the cells themselves were counted before this dossier was looked at."""
        at = {row.number for row in group.rows}
        return form.is_valid() and all(line.is_valid() for line in group.lines) and not any(one.row in at for one in self.faults)

    def _selection(self, row: Row, line: LineForm) -> PastSelection | None:
        if not line.is_valid():
            return None
        cell = line.cleaned_data
        self._refuse_twice(row, cell["uai"], cell["phase"])
        phase, school, college = (
            self._known_phase(row, cell["phase"]),
            self._known(row, "uai", cell),
            self._known(row, "college", cell),
        )
        if phase is None or school is None or college is None:
            return None
        return PastSelection(
            phase=phase,
            school=school,
            college=college,
            expenses=line.expenses,
            on=cell["selection_on"],
            selection_list=cell["selection_list"],
        )

    def _refuse_twice(self, row: Row, uai: str, phase: int) -> None:
        earlier = self.seen.setdefault((uai, phase), row.number)
        if earlier != row.number:
            self._add(f"Cette école figure déjà ligne {earlier}, dans la même phase.", row=row.number, key="uai", typed=uai)

    def _known_phase(self, row: Row, number: int) -> Phase | None:
        if number not in self.phases:
            self._add(f"La campagne n’a pas de phase {number}.", row=row.number, key="phase", typed=str(number))
        return self.phases.get(number)

    def _known(self, row: Row, key: str, cell: dict[str, str]) -> School | None:
        if cell[key] not in self.schools:
            self._add("L’annuaire de l’académie ne connaît pas cet UAI.", row=row.number, key=key, typed=cell[key])
        return self.schools.get(cell[key])

    # --- Faults ---

    def _judge(self, form: PortalForm, texts: dict[str, str], place: Callable[[str], int]) -> None:
        for key, errors in form.errors.items():
            for sentence in errors:
                self._add(str(sentence), row=place(key), key=key, typed=texts.get(key, ""))

    def _add(self, sentence: str, *, row: int, key: str, typed: str = "") -> None:
        """One fault a cell: the first says enough."""
        fault = self.layout.fault(typeset(sentence), row=row, key=key, typed=typed)
        if fault.cell not in self.cells:
            self.cells.add(fault.cell)
            self.faults.append(fault)
