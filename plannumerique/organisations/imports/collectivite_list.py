"""A plain list of collectivités: syndicats, départements, and who holds the school competence of whom."""

from collections.abc import Iterator

from plannumerique.lib.identifiers import IdentifierError, check_insee_code, check_siren
from plannumerique.lib.text import search_key
from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.imports.collectivite_rows import (
    ELSEWHERE,
    KINDS,
    ImportOfCollectivites,
    Read,
    checked,
    departement_hint,
    known_values,
    population_of,
)
from plannumerique.organisations.imports.columns import LIST_COLUMNS
from plannumerique.organisations.imports.report import Outcome
from plannumerique.organisations.imports.tables import Line, LineRefused
from plannumerique.organisations.imports.territory import OutOfScope, departement_of_commune
from plannumerique.organisations.imports.writes import batches
from plannumerique.organisations.models import Collectivite

LISTED = "collectivités"


class ImportOfList(ImportOfCollectivites):
    """One line per collectivité: syndicats, départements, and who holds the school competence of whom."""

    aliases = LIST_COLUMNS
    mandatory = ("siren", "name", "nature")

    def run(self) -> None:
        self.holders: dict[str, tuple[int, str]] = {}
        seen: dict[str, int] = {}
        for batch in batches(self._readable(seen)):
            self.save(batch, category=LISTED)
        self._give_competences()

    def _readable(self, seen: dict[str, int]) -> Iterator[Read]:
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

    def _read(self, line: Line) -> Read:
        siren = check_siren(line["siren"])
        kind = KINDS.get(search_key(line["nature"]))
        if kind is None:
            raise LineRefused(f"Nature inconnue : « {line['nature']} » (commune, CC, CA, SIVOS, syndicat, département…).")
        insee_code = ""
        if kind is CollectiviteKind.COMMUNE:
            insee_code = check_insee_code(line["insee_code"], department=departement_hint(line))
        elif not line["departement"]:
            raise LineRefused("Il manque le département.")
        departement = self.territory.departement(line["departement"] or departement_of_commune(insee_code))
        values = {
            "kind": kind,
            "name": line["name"],
            "departement_id": departement.pk,
            **known_values(
                insee_code=insee_code, population=population_of(line["population"]), email=line["email"], address=line["address"]
            ),
        }
        return checked(Read(line.number, siren, values))

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
