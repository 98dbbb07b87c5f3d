"""Schools and collèges, from any of the ministry's files: the annuaire, the geolocation set, a list such as that of the IPS."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from plannumerique.lib.identifiers import IdentifierError, check_insee_code, check_uai
from plannumerique.lib.text import search_key
from plannumerique.organisations.enums import ReferenceSource, SchoolKind, SchoolStatus
from plannumerique.organisations.imports.circonscriptions import Circonscriptions
from plannumerique.organisations.imports.columns import SCHOOL_COLUMNS
from plannumerique.organisations.imports.links import CannotLink, Links
from plannumerique.organisations.imports.names import tidy_name
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.school_cells import (
    NotASchool,
    demanded,
    kind_of,
    optional_values,
    sector_of,
    with_leading_zero,
)
from plannumerique.organisations.imports.tables import Line, LineRefused, Table, open_table
from plannumerique.organisations.imports.territory import OutOfScope, Territory
from plannumerique.organisations.imports.writes import batches, changes, too_long, write
from plannumerique.organisations.models import Academie, Departement, School

MANDATORY = ("uai", "name", "sector", "insee_code", "commune_name")
ELSEWHERE = "hors académie"
NOT_A_SCHOOL = "ni école ni collège"
OTHER_SITE = "autre site du même UAI"
CATEGORY = {SchoolKind.ECOLE: "écoles", SchoolKind.COLLEGE: "collèges"}

_IEN_NATURE = "809"
_RANKS = list(ReferenceSource)
# What a file that knows less must leave as one that knows more wrote it.
_DESCRIPTION = ("name", "commune_name", "kind")
_WRITTEN = [one.attname for one in School._meta.concrete_fields if one.attname not in ("id", "uai", "collectivite_fixed")]


@dataclass(slots=True)
class _Read:
    """A line that can be taken: the values that it knows, and what its reader should look at."""

    line: int
    uai: str
    values: dict[str, Any]
    site: str = ""
    warnings: list[str] = field(default_factory=list)


def import_schools(
    path: Path,
    *,
    report: Report,
    on: dt.date,
    academie: Academie | None = None,
    kind: SchoolKind | None = None,
    dry_run: bool = False,
) -> None:
    """Bring the schools to what the file says, in one transaction; every line ends in the report. Raises FileRefused.

    `on` is the day at which the competent collectivités are looked up; `kind` says what a list without that column lists.
    """
    table = open_table(path, SCHOOL_COLUMNS)
    table.demand(SCHOOL_COLUMNS, *MANDATORY)
    with transaction.atomic():
        _Import(table, report=report, on=on, academie=academie, kind=kind).run()
        if dry_run:
            transaction.set_rollback(True)


class _Import:
    """One run over one file."""

    def __init__(self, table: Table, *, report: Report, on: dt.date, academie: Academie | None, kind: SchoolKind | None) -> None:
        self.table = table
        self.report = report
        self.source = _source(table)
        self.default_kind = kind
        self.territory = Territory(academie)
        self.links = Links(on)
        self.circonscriptions = Circonscriptions(self.territory.departements, report)
        self.seen: dict[str, int] = {}
        self.sites: dict[str, list[_Read]] = {}
        self.departement_ids: set[int] = set()

    def run(self) -> None:
        for batch in batches(self._readable()):
            self._save(batch)
        self._save([read for sites in list(self.sites.values()) for read in self._once(self._main_site(sites))])
        if self.source is ReferenceSource.ANNUAIRE:
            self._tell_the_absent()

    # --- From lines to values ---

    def _readable(self) -> Iterator[_Read]:
        """The lines that can be taken, each UAI once; those of several sites wait until all are read."""
        for line in self.table.lines:
            if isinstance(line, tuple):
                self._refuse(line[0], "", line[1])
                continue
            try:
                read = self._read(line)
            except NotASchool:
                self.report.skip(NOT_A_SCHOOL)
            except OutOfScope:
                self.report.skip(ELSEWHERE)
            except (LineRefused, IdentifierError) as error:
                self._refuse(line.number, line["uai"], error)
            else:
                if read.site:
                    self.sites.setdefault(read.uai, []).append(read)
                else:
                    yield from self._once(read)

    def _once(self, read: _Read) -> Iterator[_Read]:
        if read.uai in self.seen:
            self._refuse(read.line, read.uai, LineRefused(f"Ce numéro UAI est déjà à la ligne {self.seen[read.uai]} du fichier."))
            return
        self.seen[read.uai] = read.line
        self.departement_ids.add(read.values["departement_id"])
        yield read

    def _main_site(self, sites: list[_Read]) -> _Read:
        """The first line that doesn't call itself an annexe; the others are named in the report."""
        main = next((site for site in sites if "annexe" not in search_key(site.site).split()), sites[0])
        for other in sites:
            if other is not main:
                self.report.skip(
                    OTHER_SITE, line=other.line, identifier=other.uai, detail=f"{other.site} : retenu, la ligne {main.line}"
                )
        return main

    def _read(self, line: Line) -> _Read:
        if line["nature"] == _IEN_NATURE:
            self._read_circonscription(line)
            raise NotASchool
        kind = self._kind(line)
        departement = self._departement(line)
        uai = check_uai(with_leading_zero(line["uai"]))
        insee_code = check_insee_code(line["insee_code"], department=departement.code)
        read = _Read(line.number, uai, {}, site=line["name"] if line["several_sites"] == "1" else "")
        shouted = line["commune_name"]
        read.values = {
            "kind": kind,
            "name": demanded(tidy_name(line["name"]), "le nom"),
            "sector": sector_of(line),
            "commune_name": demanded(
                (self.links.commune_name(insee_code) if shouted.isupper() else shouted) or tidy_name(shouted), "la commune"
            ),
            "insee_code": insee_code,
            "departement_id": departement.pk,
            **optional_values(line, read.warnings),
        }
        circonscription = self.circonscriptions.named(
            line["circonscription"], uai=line["circonscription_uai"], within=departement
        )
        if circonscription:
            read.values["circonscription_id"] = circonscription.pk
        if excess := too_long(School, read.values):
            raise LineRefused(f"Valeur trop longue : {excess}.")
        return read

    def _departement(self, line: Line) -> Departement:
        return self.territory.departement(line["departement"] or check_uai(with_leading_zero(line["uai"]))[:3])

    def _kind(self, line: Line) -> SchoolKind:
        """By the type, else by the nature, else what the caller says, else by the name: lists of IPS hold one kind each."""
        if self.table.has("type") or self.table.has("nature"):
            return kind_of(search_key(line["type"]), line["nature"])
        if self.default_kind:
            return self.default_kind
        return SchoolKind.COLLEGE if search_key(line["name"]).startswith("college") else SchoolKind.ECOLE

    def _read_circonscription(self, line: Line) -> None:
        departement = self._departement(line)
        uai = check_uai(with_leading_zero(line["uai"]))
        self.circonscriptions.described(line["name"], uai=uai, email=line["email"], within=departement)

    # --- From values to rows ---

    def _save(self, batch: list[_Read]) -> None:
        known = School.objects.in_bulk([read.uai for read in batch], field_name="uai")
        created: list[School] = []
        changed: list[School] = []
        for read in batch:
            row = known.get(read.uai)
            outcome, row = (Outcome.CREATED, School(uai=read.uai)) if row is None else (Outcome.UPDATED, row)
            different = changes(row, self._values(read, row))
            if not different and row.pk:
                outcome = Outcome.UNCHANGED
            for name, value in different.items():
                setattr(row, name, value)
            row.search = row.search_text()
            if outcome is not Outcome.UNCHANGED:
                (created if outcome is Outcome.CREATED else changed).append(row)
            self._tell(read, row, outcome, different)
        write(School, created=created, changed=changed, key="uai", fields=_WRITTEN)

    def _values(self, read: _Read, row: School) -> dict[str, Any]:
        values = dict(read.values)
        if row.pk and _RANKS.index(self.source) < _RANKS.index(ReferenceSource(row.source)):
            for name in _DESCRIPTION:
                values.pop(name)
        else:
            values["source"] = self.source
        if not row.collectivite_fixed:
            try:
                values["collectivite_id"] = self.links.competent(
                    kind=values.get("kind", row.kind),
                    sector=values["sector"],
                    insee_code=values["insee_code"],
                    departement_id=values["departement_id"],
                )
            except CannotLink as error:
                read.warnings.append(str(error))
        return values

    def _tell(self, read: _Read, row: School, outcome: Outcome, different: dict[str, Any]) -> None:
        category = CATEGORY[SchoolKind(row.kind)]
        labels = [str(School._meta.get_field(name.removesuffix("_id")).verbose_name) for name in different]  # type: ignore[union-attr]
        self.report.add(
            outcome,
            category=category,
            line=read.line,
            identifier=read.uai,
            reason=", ".join(labels) if outcome is Outcome.UPDATED else "",
        )
        owner = self.links.other_owner(read.values.get("siret", ""), row.collectivite_id)
        if owner:
            read.warnings.append(f"Le SIRET est celui de {owner} : la compétence scolaire lui a-t-elle été transférée ?")
        if row.status == SchoolStatus.CLOSING and "status" in different:
            read.warnings.append("L’établissement est annoncé « à fermer ».")
        for warning in read.warnings:
            self.report.add(Outcome.WARNED, category=category, line=read.line, identifier=read.uai, reason=warning)

    def _tell_the_absent(self) -> None:
        """A school that closes leaves the annuaire without a word: those that it no longer names are listed, never closed.

        A file that lacks most of the known schools is an extract: it says nothing of the others.
        """
        known = School.objects.open().filter(departement__in=self.departement_ids).only("uai", "kind", "name", "commune_name")
        absent = [school for school in known.iterator() if school.uai not in self.seen]
        if len(absent) > len(self.seen):
            return
        for school in absent:
            self.report.add(
                Outcome.WARNED,
                category=CATEGORY[SchoolKind(school.kind)],
                identifier=school.uai,
                reason=f"{school} ne figure plus dans l’annuaire : fermée ?",
            )

    def _refuse(self, line: int, identifier: str, error: Exception) -> None:
        self.report.add(Outcome.REFUSED, category="lignes", line=line, identifier=identifier, reason=str(error))


def _source(table: Table) -> ReferenceSource:
    if table.has("type", "status"):
        return ReferenceSource.ANNUAIRE
    return ReferenceSource.GEOLOCATION if table.has("latitude", "address") else ReferenceSource.LIST
