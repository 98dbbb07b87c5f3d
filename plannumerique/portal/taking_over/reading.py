"""The lines of a workbook into past dossiers: each cell judged by a form, each fault named by its cell."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from conventions.rules import PastConvention
from plannumerique.lib.identifiers import siren_of
from plannumerique.lib.text import typeset
from plannumerique.organisations.models import Collectivite, School
from plannumerique.portal.taking_over.forms import DossierLineForm, LineForm
from plannumerique.portal.taking_over.stages import Reached
from plannumerique.portal.taking_over.workbook import OF_DOSSIER, expense_keys, layout_of
from plannumerique.ui.forms import PortalForm
from plannumerique.ui.spreadsheets import Fault, Row
from projects.models import Campaign, Phase
from projects.services import PastSelection
from subsidies.rules import PastDecision, PastPayment


@dataclass(frozen=True, slots=True)
class PastDossier:
    """All that the workbook says of one collectivité; `rows` are its lines as they came, for the job that enters them."""

    collectivite: Collectivite
    rows: list[Row]
    reached: Reached
    selections: list[PastSelection]
    convention: PastConvention | None
    convention_notified_on: dt.date | None
    decision: PastDecision | None
    acompte: PastPayment | None

    @property
    def first(self) -> int:
        return self.rows[0].number


@dataclass(slots=True)
class _Group:
    rows: list[Row] = field(default_factory=list)
    lines: list[LineForm] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)


class Reading:
    """Reads once the rows of `campaign`; then `dossiers` and `faults` are known. Four queries, whatever the lines."""

    def __init__(self, campaign: Campaign, rows: Iterable[Row], faults: Iterable[Fault] = ()) -> None:
        self.campaign, self.layout, self.expenses = campaign, layout_of(campaign), expense_keys(campaign)
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
            form = LineForm(row.cells, expenses=self.expenses)
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
        return PastDossier(
            collectivite,
            group.rows,
            form.reached,
            [one for one in selections if one is not None],
            form.convention,
            form.cleaned_data["convention_notified_on"],
            form.decision,
            form.acompte,
        )

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
