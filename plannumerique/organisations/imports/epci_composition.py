"""The composition of the EPCI, as the DGCL publishes it on 1 January: communes, their EPCI, those that are no more."""

import datetime as dt
from collections import Counter
from typing import Any

from plannumerique.lib.identifiers import IdentifierError, check_insee_code, check_siren
from plannumerique.lib.text import search_key
from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.imports.collectivite_rows import (
    COMMUNES,
    ELSEWHERE,
    KINDS,
    ImportOfCollectivites,
    Read,
    checked,
    departement_hint,
    known_values,
    newer,
    population_of,
)
from plannumerique.organisations.imports.columns import EPCI_COLUMNS
from plannumerique.organisations.imports.report import Outcome
from plannumerique.organisations.imports.tables import FileRefused, Line, LineRefused
from plannumerique.organisations.imports.territory import OutOfScope, departement_of_commune
from plannumerique.organisations.imports.writes import batches
from plannumerique.organisations.models import Collectivite, CommuneChange, Departement

EPCI = "EPCI"
OLDER = "plus ancien que ce que la base connaît"
# More communes than this never disappear in a year, 2016 and 2019 included: such a file is an extract.
_MOST_COMMUNES_GONE = 0.2


class ImportOfComposition(ImportOfCollectivites):
    """One line per commune, which repeats its EPCI: the DGCL's file of the EPCI à fiscalité propre, on 1 January of a year."""

    aliases = EPCI_COLUMNS
    sign = ("commune_siren",)
    mandatory = ("siren", "name", "insee_code", "commune_siren", "commune_name")

    def run(self) -> None:
        self.epci: dict[str, Read] = {}
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

    def _members(self) -> list[Read]:
        members: dict[str, Read] = {}
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

    def _read(self, line: Line) -> Read:
        insee_code = check_insee_code(line["insee_code"], department=departement_hint(line))
        departement = self.territory.departement(departement_of_commune(insee_code))
        siren = check_siren(line["commune_siren"])
        epci_siren = check_siren(line["siren"])
        population = population_of(line["population"])
        values = {
            "kind": CollectiviteKind.COMMUNE,
            "name": line["commune_name"],
            "insee_code": insee_code,
            "departement_id": departement.pk,
            "epci": epci_siren,
            **known_values(population=population, known_on=self.on),
        }
        read = checked(Read(line.number, siren, values))
        self._note_epci(line, epci_siren, departement, weight=population or 1)
        return read

    def _note_epci(self, line: Line, siren: str, departement: Departement, *, weight: int) -> None:
        if siren not in self.epci:
            kind = KINDS.get(search_key(line["nature"]), CollectiviteKind.EPCI)
            values = {"kind": kind, "name": line["name"], **known_values(known_on=self.on)}
            self.epci[siren] = checked(Read(line.number, siren, values))
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

    def _end_the_absent(self, members: list[Read], *, on: dt.date) -> None:
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
        gone = [one for one in communes if one.siren not in here and not newer(one, on)]
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
            if one.siren not in here and not newer(one, on):
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
