"""Schools and collèges, from any of the ministry's files: the annuaire, the geolocation set, a list such as that of the IPS."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from plannumerique.lib.identifiers import IdentifierError, check_insee_code, check_siren, check_siret, check_uai
from plannumerique.lib.text import search_key
from plannumerique.organisations.enums import ReferenceSource, SchoolKind, SchoolStatus, Sector
from plannumerique.organisations.imports.columns import SCHOOL_COLUMNS
from plannumerique.organisations.imports.links import CannotLink, Links
from plannumerique.organisations.imports.names import tidy_name
from plannumerique.organisations.imports.places import degrees
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.tables import Line, LineRefused, Table, open_table
from plannumerique.organisations.imports.territory import OutOfScope, Territory
from plannumerique.organisations.imports.writes import batches, changes, too_long, write
from plannumerique.organisations.models import Academie, Circonscription, Departement, School

MANDATORY = ("uai", "name", "sector", "insee_code", "commune_name")
ELSEWHERE = "hors académie"
NOT_A_SCHOOL = "ni école ni collège"
OTHER_SITE = "autre site du même UAI"
CATEGORY = {SchoolKind.ECOLE: "écoles", SchoolKind.COLLEGE: "collèges"}
CIRCONSCRIPTIONS = "circonscriptions"

_IEN_NATURE = "809"
_COLLEGE_NATURES = ("340", "350", "352")
_SIREN_LENGTH = 9
_TYPES = {"ecole": SchoolKind.ECOLE, "college": SchoolKind.COLLEGE}
_STATUSES = {
    "ouvert": SchoolStatus.OPEN,
    "1": SchoolStatus.OPEN,
    "a ouvrir": SchoolStatus.OPEN,
    "a fermer": SchoolStatus.CLOSING,
    "2": SchoolStatus.CLOSING,
    "ferme": SchoolStatus.CLOSED,
    "3": SchoolStatus.CLOSED,
}
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


class _NotASchool(Exception):
    pass


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
        self.circonscriptions = _Circonscriptions(self.territory.departements, report)
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
            except _NotASchool:
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
            raise _NotASchool
        kind = self._kind(line)
        departement = self._departement(line)
        uai = check_uai(_leading_zero(line["uai"]))
        insee_code = check_insee_code(line["insee_code"], department=departement.code)
        read = _Read(line.number, uai, {}, site=line["name"] if line["several_sites"] == "1" else "")
        shouted = line["commune_name"]
        read.values = {
            "kind": kind,
            "name": _demanded(tidy_name(line["name"]), "le nom"),
            "sector": _sector(line),
            "commune_name": _demanded(
                (self.links.commune_name(insee_code) if shouted.isupper() else shouted) or tidy_name(shouted), "la commune"
            ),
            "insee_code": insee_code,
            "departement_id": departement.pk,
            **_optional(line, read.warnings),
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
        return self.territory.departement(line["departement"] or check_uai(_leading_zero(line["uai"]))[:3])

    def _kind(self, line: Line) -> SchoolKind:
        """By the type, else by the nature, else what the caller says, else by the name: lists of IPS hold one kind each."""
        if self.table.has("type") or self.table.has("nature"):
            return _kind_of(search_key(line["type"]), line["nature"])
        if self.default_kind:
            return self.default_kind
        return SchoolKind.COLLEGE if search_key(line["name"]).startswith("college") else SchoolKind.ECOLE

    def _read_circonscription(self, line: Line) -> None:
        departement = self._departement(line)
        uai = check_uai(_leading_zero(line["uai"]))
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


class _Circonscriptions:
    """Those of the served départements, found by UAI, else by name; a name met for the first time makes a new one."""

    def __init__(self, departements: list[Departement], report: Report) -> None:
        self.report = report
        known = Circonscription.objects.filter(departement__in=departements)
        self._by_name = {(one.departement_id, search_key(one.name)): one for one in known}
        self._by_uai = {one.uai: one for one in self._by_name.values() if one.uai}

    def named(self, name: str, *, uai: str, within: Departement) -> Circonscription | None:
        """The circonscription that a school's line names; None when it names none."""
        uai = _checked_or_empty(uai)
        found = self._by_uai.get(uai) or self._by_name.get((within.pk, search_key(name)))
        if found is None and name:
            return self._create(name, uai=uai, email="", within=within)
        if found and uai:
            self._complete(found, uai=found.uai or uai)
        return found

    def described(self, name: str, *, uai: str, email: str, within: Departement) -> None:
        """The annuaire has a line for the circonscription itself: its UAI, its name, its e-mail."""
        found = self._by_uai.get(uai) or self._by_name.get((within.pk, search_key(name)))
        email = _email_or_empty(email)
        if found is None:
            self._create(name, uai=uai, email=email, within=within)
            return
        taken = self._by_name.get((within.pk, search_key(name)), found) is not found
        self._complete(found, uai=found.uai or uai, name=found.name if taken or not name else name, email=email or found.email)

    def _create(self, name: str, *, uai: str, email: str, within: Departement) -> Circonscription:
        if excess := too_long(Circonscription, {"name": name}):
            raise LineRefused(f"Valeur trop longue : {excess}.")
        one = Circonscription.objects.create(name=_demanded(name, "le nom"), uai=uai or None, email=email, departement=within)
        self.report.add(Outcome.CREATED, category=CIRCONSCRIPTIONS, identifier=uai or name)
        self._remember(one)
        return one

    def _complete(self, one: Circonscription, **values: str) -> None:
        different = changes(one, values)
        if not different:
            return
        for name, value in different.items():
            setattr(one, name, value)
        one.save(update_fields=list(different))
        self.report.add(Outcome.UPDATED, category=CIRCONSCRIPTIONS, identifier=one.uai or one.name)
        self._remember(one)

    def _remember(self, one: Circonscription) -> None:
        self._by_name[one.departement_id, search_key(one.name)] = one
        if one.uai:
            self._by_uai[one.uai] = one


# --- One cell at a time ---


def _source(table: Table) -> ReferenceSource:
    if table.has("type", "status"):
        return ReferenceSource.ANNUAIRE
    return ReferenceSource.GEOLOCATION if table.has("latitude", "address") else ReferenceSource.LIST


def _leading_zero(uai: str) -> str:
    """A spreadsheet may have eaten the zeros before the number; the key, checked next, says whether they were there."""
    return uai.strip().zfill(8) if re.fullmatch(r"\s*[0-9]{5,6}[A-Za-z]\s*", uai) else uai


def _kind_of(kind: str, nature: str) -> SchoolKind:
    if kind in _TYPES:
        return _TYPES[kind]
    if not kind and re.fullmatch(r"1[0-9]{2}", nature):
        return SchoolKind.ECOLE
    if not kind and nature in _COLLEGE_NATURES:
        return SchoolKind.COLLEGE
    raise _NotASchool


def _sector(line: Line) -> Sector:
    words = search_key(line["sector"])
    if words.startswith("pu"):
        return Sector.PUBLIC
    if words.startswith("pr"):
        outside = "hors contrat" in f"{words} {search_key(line['contract'])}"
        return Sector.INDEPENDENT if outside else Sector.PRIVATE
    raise LineRefused(f"Secteur inconnu : « {line['sector']} » (attendu : public ou privé).")


def _demanded(value: str, label: str) -> str:
    if not value:
        raise LineRefused(f"Il manque {label}.")
    return value


def _optional(line: Line, warnings: list[str]) -> dict[str, Any]:
    """What this line knows beyond the mandatory columns; a cell that is empty or unreadable is simply not among the values."""
    values: dict[str, Any] = {
        "status": _status(line["status"], warnings),
        "address": ", ".join(part for part in (line["address"], line["address_2"]) if part),
        "postal_code": line["postal_code"].zfill(5) if line["postal_code"].isdecimal() else "",
        "siret": _siret(line["siret"], warnings),
        "email": _email(line["email"], warnings),
        "rpi": line["rpi"].zfill(6) if line["rpi"].isdecimal() else line["rpi"],
        **_position(line, warnings),
    }
    known = {name: value for name, value in values.items() if value}
    if line["rpi_concentre"] in ("0", "1"):
        known["rpi_concentre"] = line["rpi_concentre"] == "1"
        if "rpi" in line.columns:
            known["rpi"] = values["rpi"]  # a line that answers about RPI and names none says that the school is in none
    return known


def _status(text: str, warnings: list[str]) -> SchoolStatus | None:
    status = _STATUSES.get(search_key(text))
    if text and status is None:
        warnings.append(f"État inconnu, laissé tel quel : « {text} ».")
    return status


def _siret(text: str, warnings: list[str]) -> str:
    """A SIRET, checked; the annuaire sometimes gives a SIREN alone, which says too little to be stored."""
    if not text:
        return ""
    try:
        if len(text) == _SIREN_LENGTH:
            check_siren(text)
            return ""
        return check_siret(text)
    except IdentifierError as error:
        warnings.append(f"SIRET laissé de côté. {error}")
        return ""


def _email(text: str, warnings: list[str]) -> str:
    email = _email_or_empty(text)
    if text and not email:
        warnings.append(f"Courriel illisible, laissé de côté : « {text} ».")
    return email


def _email_or_empty(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text


def _checked_or_empty(uai: str) -> str:
    try:
        return check_uai(uai) if uai else ""
    except IdentifierError:
        return ""


def _position(line: Line, warnings: list[str]) -> dict[str, Decimal]:
    latitude, longitude = line["latitude"], line["longitude"]
    if not (latitude and longitude):
        latitude, _, longitude = line["position"].partition(",")
    if not (latitude and longitude):
        return {}
    try:
        place = {"latitude": degrees(latitude, most=90), "longitude": degrees(longitude, most=180)}
    except (InvalidOperation, ValueError):
        warnings.append(f"Position illisible, laissée de côté : « {latitude} ; {longitude} ».")
        return {}
    return place
