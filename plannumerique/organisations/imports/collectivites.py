"""Collectivités, from the file at hand: composition of the EPCI, changes of communes, or a plain list (syndicats…)."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from plannumerique.lib.identifiers import IdentifierError, check_insee_code, check_siren
from plannumerique.lib.text import search_key
from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.imports.columns import CHANGE_COLUMNS, EPCI_COLUMNS, LIST_COLUMNS
from plannumerique.organisations.imports.links import Links, relink_schools
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.tables import Aliases, FileRefused, Line, LineRefused, Table, open_table
from plannumerique.organisations.imports.territory import OutOfScope, Territory, departement_of_commune
from plannumerique.organisations.imports.writes import batches, changes, too_long, write
from plannumerique.organisations.models import Academie, Collectivite, CommuneChange, Departement, School

COMMUNES, EPCI, LISTED, CHANGES = "communes", "EPCI", "collectivités", "changements de communes"
ELSEWHERE = "hors académie"
OLDER = "plus ancien que ce que la base connaît"
NO_EFFECT = "changement sans effet sur le rattachement"
LINKS = "rattachements d’écoles"

_KINDS = {
    **dict.fromkeys(("commune", "com"), CollectiviteKind.COMMUNE),
    **dict.fromkeys(("cc", "ca", "cu", "cr", "metro", "metropole", "met69", "san", "epci"), CollectiviteKind.EPCI),
    **dict.fromkeys(
        ("sivu", "sivom", "sivos", "smf", "smo", "rpi", "syndicat", "syndicat mixte", "syndicat intercommunal", "petr", "polem"),
        CollectiviteKind.SYNDICAT,
    ),
    **dict.fromkeys(("departement", "dep"), CollectiviteKind.DEPARTEMENT),
    **dict.fromkeys(("autre", "other"), CollectiviteKind.OTHER),
}
# In the Code officiel géographique: fusions, communes nouvelles, ends of communes déléguées, codes that change with a chef-lieu.
_MERGING_EVENTS = frozenset({"31", "32", "33", "34", "35", "41", "50"})
# More communes than this never disappear in a year, 2016 and 2019 included: such a file is an extract.
_MOST_COMMUNES_GONE = 0.2
_WRITTEN = [one.attname for one in Collectivite._meta.concrete_fields if one.attname not in ("id", "siren")]


def import_collectivites(
    path: Path,
    *,
    report: Report,
    today: dt.date,
    on: dt.date | None = None,
    academie: Academie | None = None,
    dry_run: bool = False,
) -> None:
    """Bring the collectivités to what the file says, then the schools to theirs, in one transaction. Raises FileRefused.

    `on` is the day that a composition of EPCI describes: those it no longer names disappeared the day before. Without it
    nothing disappears, and what a dated file said stays. The schools follow what is in force `today`.
    """
    territory = Territory(academie)
    with transaction.atomic():
        importer = _importer(path, territory=territory, report=report, on=on)
        importer.run()
        moved = relink_schools(School.objects.filter(departement__in=territory.departements), links=Links(today))
        for _ in range(moved):
            report.add(Outcome.UPDATED, category=LINKS)
        if dry_run:
            transaction.set_rollback(True)


def _importer(path: Path, *, territory: Territory, report: Report, on: dt.date | None) -> "_Import":
    """The importer of this kind of file: the SIREN of a member, or two codes of one commune, are columns that no other kind has."""
    kinds: tuple[type[_Import], ...] = (_Composition, _Changes, _List)
    for importer in kinds:
        table = open_table(path, importer.aliases)
        if table.has(*importer.sign):
            break
    table.demand(importer.aliases, *importer.mandatory)
    return importer(table, territory=territory, report=report, on=on)


class _Import:
    aliases: Aliases
    sign: tuple[str, ...] = ()
    mandatory: tuple[str, ...]

    def __init__(self, table: Table, *, territory: Territory, report: Report, on: dt.date | None) -> None:
        self.table = table
        self.territory = territory
        self.report = report
        self.on = on

    def run(self) -> None:
        raise NotImplementedError

    def lines(self) -> Iterator[Line]:
        """Every whole line; those cut short are refused on the way."""
        for line in self.table.lines:
            if isinstance(line, tuple):
                self.refuse(line[0], "", line[1])
            else:
                yield line

    def refuse(self, line: int, identifier: str, error: Exception) -> None:
        self.report.add(Outcome.REFUSED, category="lignes", line=line, identifier=identifier, reason=str(error))


@dataclass(slots=True)
class _Read:
    line: int
    siren: str
    values: dict[str, Any]


class _Collectivites(_Import):
    """What the composition of the EPCI and the plain list have in common: rows of Collectivite, by SIREN."""

    def save(self, batch: list[_Read], *, category: str) -> None:
        known = Collectivite.objects.in_bulk([read.siren for read in batch], field_name="siren")
        created, changed = [], []
        for read in batch:
            row = known.get(read.siren)
            if row is None:
                row = Collectivite(siren=read.siren, **read.values)
                created.append(row)
                outcome, labels = Outcome.CREATED, ""
            elif reason := self.stays(row):
                self.report.skip(reason)
                continue
            else:
                different = changes(row, self.revived(row, read.values))
                for name, value in different.items():
                    setattr(row, name, value)
                if different:
                    changed.append(row)
                outcome, labels = _outcome(different)
            row.search = row.search_text()
            self.report.add(outcome, category=category, line=read.line, identifier=read.siren, reason=labels)
        write(Collectivite, created=created, changed=changed, key="siren", fields=_WRITTEN)

    def stays(self, row: Collectivite) -> str:
        """Why this file may not change that row; empty when it may."""
        return ""

    def revived(self, row: Collectivite, values: dict[str, Any]) -> dict[str, Any]:
        return values


def _outcome(different: dict[str, Any]) -> tuple[Outcome, str]:
    """A row that is only known at a later date has not changed for its reader."""
    seen = [name for name in different if name != "known_on"]
    if not seen:
        return Outcome.UNCHANGED, ""
    return Outcome.UPDATED, ", ".join(str(Collectivite._meta.get_field(name.removesuffix("_id")).verbose_name) for name in seen)  # type: ignore[union-attr]


class _Composition(_Collectivites):
    """One line per commune, which repeats its EPCI: the DGCL's file of the EPCI à fiscalité propre, on 1 January of a year."""

    aliases = EPCI_COLUMNS
    sign = ("commune_siren",)
    mandatory = ("siren", "name", "insee_code", "commune_siren", "commune_name")

    def run(self) -> None:
        self.epci: dict[str, _Read] = {}
        self.weights: dict[str, Counter[int]] = {}
        members = self._members()
        self._save_epci()
        ids = dict(Collectivite.objects.filter(siren__in=self.epci).values_list("siren", "pk"))
        for batch in batches(members):
            for read in batch:
                read.values["epci_id"] = ids[read.values.pop("epci")]
            self.save(batch, category=COMMUNES)
        if self.on:
            self._end_the_absent(members, on=self.on)

    def _members(self) -> list[_Read]:
        members: dict[str, _Read] = {}
        for line in self.lines():
            try:
                read = self._read(line)
                if read.siren in members:
                    raise LineRefused(f"Le SIREN {read.siren} est déjà à la ligne {members[read.siren].line} du fichier.")
            except OutOfScope:
                self.report.skip(ELSEWHERE)
            except (LineRefused, IdentifierError) as error:
                self.refuse(line.number, line["commune_siren"] or line["insee_code"], error)
            else:
                members[read.siren] = read
        return list(members.values())

    def _read(self, line: Line) -> _Read:
        insee_code = check_insee_code(line["insee_code"], department=_departement_hint(line))
        departement = self.territory.departement(departement_of_commune(insee_code))
        siren = check_siren(line["commune_siren"])
        epci_siren = check_siren(line["siren"])
        population = _population(line["population"])
        values = {
            "kind": CollectiviteKind.COMMUNE,
            "name": line["commune_name"],
            "insee_code": insee_code,
            "departement_id": departement.pk,
            "epci": epci_siren,
            **_known(population=population, known_on=self.on),
        }
        read = _checked(_Read(line.number, siren, values))
        self._note_epci(line, epci_siren, departement, weight=population or 1)
        return read

    def _note_epci(self, line: Line, siren: str, departement: Departement, *, weight: int) -> None:
        if siren not in self.epci:
            kind = _KINDS.get(search_key(line["nature"]), CollectiviteKind.EPCI)
            values = {"kind": kind, "name": line["name"], **_known(known_on=self.on)}
            self.epci[siren] = _checked(_Read(line.number, siren, values))
            self.weights[siren] = Counter()
        self.weights[siren][departement.pk] += weight

    def _save_epci(self) -> None:
        """An EPCI across two départements stands in the one where most of its inhabitants live."""
        for siren, read in self.epci.items():
            read.values["departement_id"] = self.weights[siren].most_common(1)[0][0]
            read.values["population"] = self.weights[siren].total()
        for batch in batches(self.epci.values()):
            self.save(batch, category=EPCI)

    def stays(self, row: Collectivite) -> str:
        if row.known_on and (self.on is None or self.on < row.known_on):
            return OLDER
        if row.dissolved_on is None:
            return ""
        revived = row.kind != CollectiviteKind.COMMUNE and self.on is not None and self.on > row.dissolved_on
        return "" if revived else OLDER

    def revived(self, row: Collectivite, values: dict[str, Any]) -> dict[str, Any]:
        """An EPCI that a later file names again had been left out by mistake."""
        return {**values, "dissolved_on": None} if row.dissolved_on else values

    def _end_the_absent(self, members: list[_Read], *, on: dt.date) -> None:
        if refused := self.report.count(Outcome.REFUSED):
            self.report.add(
                Outcome.WARNED,
                category=COMMUNES,
                identifier=self.table.name,
                reason=f"Lignes refusées ({refused}) : aucune disparition n’est enregistrée. Corrigez le fichier et recommencez.",
            )
            return
        places = {read.values["departement_id"] for read in members}
        alive = Collectivite.objects.filter(departement__in=places, dissolved_on__isnull=True)
        here = {read.siren for read in members} | self.epci.keys()
        communes = list(alive.filter(kind=CollectiviteKind.COMMUNE).defer("address"))
        gone = [one for one in communes if one.siren not in here and not _newer(one, on)]
        if len(gone) > _MOST_COMMUNES_GONE * len(communes):
            raise FileRefused(
                f"« {self.table.name} » ne nomme pas {len(gone)} des {len(communes)} communes connues de ces départements : "
                "c’est un extrait, dont l’importation effacerait les autres. Relancez sans --on."
            )
        codes = {read.values["insee_code"] for read in members}
        merged = set(CommuneChange.objects.filter(on__lte=on).values_list("before", flat=True))
        for one in gone:
            if one.insee_code in codes or one.insee_code in merged:
                self._end(one, on=on, category=COMMUNES)
            else:
                self._ask_about(one)
        for one in alive.filter(kind=CollectiviteKind.EPCI):
            if one.siren not in here and not _newer(one, on):
                self._end(one, on=on, category=EPCI)

    def _end(self, one: Collectivite, *, on: dt.date, category: str) -> None:
        one.dissolved_on = on - dt.timedelta(days=1)
        one.save(update_fields=["dissolved_on", "search"])
        self.report.add(Outcome.ENDED, category=category, identifier=one.siren, reason=f"{one}, le {one.dissolved_on:%d/%m/%Y}")

    def _ask_about(self, one: Collectivite) -> None:
        self.report.add(
            Outcome.WARNED,
            category=COMMUNES,
            identifier=one.siren,
            reason=f"{one} n’est plus dans le fichier : sortie de tout EPCI, ou absorbée ? Importez les changements de communes.",
        )


class _List(_Collectivites):
    """One line per collectivité: syndicats, départements, and who holds the school competence of whom."""

    aliases = LIST_COLUMNS
    mandatory = ("siren", "name", "nature")

    def run(self) -> None:
        self.holders: dict[str, tuple[int, str]] = {}
        seen: dict[str, int] = {}
        for batch in batches(self._readable(seen)):
            self.save(batch, category=LISTED)
        self._give_competences()

    def _readable(self, seen: dict[str, int]) -> Iterator[_Read]:
        for line in self.lines():
            try:
                read = self._read(line)
                if read.siren in seen:
                    raise LineRefused(f"Le SIREN {read.siren} est déjà à la ligne {seen[read.siren]} du fichier.")
            except OutOfScope:
                self.report.skip(ELSEWHERE)
            except (LineRefused, IdentifierError) as error:
                self.refuse(line.number, line["siren"], error)
            else:
                seen[read.siren] = line.number
                if line["competence"]:
                    self.holders[read.siren] = (line.number, line["competence"])
                yield read

    def _read(self, line: Line) -> _Read:
        siren = check_siren(line["siren"])
        kind = _KINDS.get(search_key(line["nature"]))
        if kind is None:
            raise LineRefused(f"Nature inconnue : « {line['nature']} » (commune, CC, CA, SIVOS, syndicat, département…).")
        insee_code = ""
        if kind is CollectiviteKind.COMMUNE:
            insee_code = check_insee_code(line["insee_code"], department=_departement_hint(line))
        elif not line["departement"]:
            raise LineRefused("Il manque le département.")
        departement = self.territory.departement(line["departement"] or departement_of_commune(insee_code))
        values = {
            "kind": kind,
            "name": line["name"],
            "departement_id": departement.pk,
            **_known(
                insee_code=insee_code, population=_population(line["population"]), email=line["email"], address=line["address"]
            ),
        }
        return _checked(_Read(line.number, siren, values))

    def _give_competences(self) -> None:
        """Once every line is in: a commune may stand in the file above the syndicat to which it has transferred its schools."""
        wanted = set(self.holders) | {siren for _, siren in self.holders.values()}
        known = {one.siren: one for one in Collectivite.objects.filter(siren__in=wanted)}
        for siren, (number, holder) in self.holders.items():
            if holder not in known:
                self.refuse(
                    number, siren, LineRefused(f"La compétence scolaire irait au SIREN « {holder} », qui n’est pas dans la base.")
                )
                continue
            row, competent = known[siren], None if holder == siren else known[holder]
            if row.school_competence != competent:
                row.school_competence = competent
                row.save(update_fields=["school_competence", "search"])
                self.report.add(
                    Outcome.UPDATED,
                    category="compétences scolaires",
                    line=number,
                    identifier=siren,
                    reason=f"exercée par {competent or row}",
                )


class _Changes(_Import):
    """The « mouvements » of the Code officiel géographique: what became of the INSEE codes."""

    aliases = CHANGE_COLUMNS
    sign = ("before", "after")
    mandatory = ("event", "on", "kind_after", "before", "after", "name")

    def run(self) -> None:
        known = {(one.before, one.on): one for one in CommuneChange.objects.all()}
        created: dict[tuple[str, dt.date], CommuneChange] = {}
        for line in self.lines():
            try:
                change = self._read(line)
            except OutOfScope:
                self.report.skip(ELSEWHERE)
            except (LineRefused, IdentifierError) as error:
                self.refuse(line.number, line["before"], error)
            else:
                if change is None:
                    self.report.skip(NO_EFFECT)
                else:
                    self._take(change, line=line.number, known=known, created=created)
        CommuneChange.objects.bulk_create(created.values(), batch_size=1000)
        self._end_the_absorbed()

    def _read(self, line: Line) -> CommuneChange | None:
        """None for what moves no school: a change of name, a commune déléguée, a code that stays."""
        if line["event"] not in _MERGING_EVENTS or line["kind_after"] != "COM":
            return None
        before = check_insee_code(line["before"], department=line["before"][:1])
        after = check_insee_code(line["after"], department=line["after"][:1])
        if before == after:
            return None
        self.territory.departement(departement_of_commune(after))
        return CommuneChange(before=before, after=after, name=line["name"], on=_date(line["on"]))

    def _take(
        self,
        change: CommuneChange,
        *,
        line: int,
        known: dict[tuple[str, dt.date], CommuneChange],
        created: dict[tuple[str, dt.date], CommuneChange],
    ) -> None:
        key = change.before, change.on
        already = known.get(key) or created.get(key)
        if already is None:
            created[key] = change
            self.report.add(Outcome.CREATED, category=CHANGES, line=line, identifier=change.before, reason=str(change))
        elif already.after != change.after:
            self.refuse(
                line, change.before, LineRefused(f"Ce code va déjà à {already.after} à la même date : à trancher à la main.")
            )
        else:
            self.report.add(Outcome.UNCHANGED, category=CHANGES)

    def _end_the_absorbed(self) -> None:
        """A commune whose code has passed to another one disappeared the day before, whatever file named it last."""
        changed = dict(CommuneChange.objects.order_by("-on").values_list("before", "on"))
        alive = Collectivite.objects.filter(kind=CollectiviteKind.COMMUNE, dissolved_on__isnull=True, insee_code__in=changed)
        for one in alive:
            on = changed[one.insee_code]
            if _newer(one, on):
                continue
            one.dissolved_on = on - dt.timedelta(days=1)
            one.save(update_fields=["dissolved_on", "search"])
            self.report.add(
                Outcome.ENDED, category=COMMUNES, identifier=one.siren, reason=f"{one}, le {one.dissolved_on:%d/%m/%Y}"
            )


# --- One cell at a time ---


def _newer(row: Collectivite, on: dt.date) -> bool:
    return row.known_on is not None and row.known_on >= on


def _known(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _checked(read: _Read) -> _Read:
    if not read.values["name"]:
        raise LineRefused("Il manque le nom.")
    if excess := too_long(Collectivite, {name: value for name, value in read.values.items() if name != "epci"}):
        raise LineRefused(f"Valeur trop longue : {excess}.")
    return read


def _population(text: str) -> int | None:
    digits = text.replace(" ", "").split(".")[0]
    return int(digits) if digits.isdecimal() and len(digits) <= 9 else None


def _departement_hint(line: Line) -> str:
    """What restores the zero that a spreadsheet took from départements 01 to 09: the file, a SIREN in 21…, or its very loss."""
    if line["departement"]:
        return line["departement"]
    siren = line["commune_siren"] or line["siren"]
    return siren[2:4] if siren.startswith("21") else line["insee_code"][:1]


def _date(text: str) -> dt.date:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return dt.datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise LineRefused(f"Date illisible : « {text} » (attendu : AAAA-MM-JJ).")
