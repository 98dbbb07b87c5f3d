"""Which collectivité is competent for a school on a given day."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet

from plannumerique.organisations.enums import CollectiviteKind, SchoolKind, Sector
from plannumerique.organisations.models import Collectivite, CommuneChange, School

_BATCH = 2000


class CannotLink(Exception):
    """Nobody can be named without a person's decision; the text is the French sentence that says why."""


@dataclass(frozen=True, slots=True)
class _Commune:
    pk: int
    name: str
    competence_id: int | None


class Links:
    """The reference data that the links of a whole import need, in five queries whatever its size."""

    def __init__(self, on: dt.date) -> None:
        self.on = on
        self._communes = self._communes_alive()
        self._holders = self._holders_of_competences()
        self._departements = self._departements_alive()
        self._changes = self._changes_in_force()
        self._by_siren = self._others_alive()

    def competent(self, *, kind: str, sector: str, insee_code: str, departement_id: int) -> int | None:
        """The collectivité of a public école or collège; None for a private one: its campaign decides. Raises CannotLink."""
        if sector != Sector.PUBLIC:
            return None
        if kind == SchoolKind.COLLEGE:
            return self._departement(departement_id)
        return self._holder(insee_code)

    def commune_name(self, insee_code: str) -> str:
        """As the official file writes it, accents and capitals; empty when that commune isn't known."""
        commune = self._communes.get(insee_code)
        return commune.name if commune else ""

    def other_owner(self, siret: str, linked_id: int | None) -> str:
        """The name of the EPCI or syndicat that the SIRET of a school belongs to, when it is not the one linked; else empty."""
        pk, name = self._by_siren.get(siret[:9], (linked_id, ""))
        return "" if pk == linked_id else name

    def _departement(self, departement_id: int) -> int:
        if departement_id not in self._departements:
            raise CannotLink("La collectivité départementale n’est pas dans la base : importez-la par import_collectivites.")
        return self._departements[departement_id]

    def _holder(self, insee_code: str) -> int:
        commune = self._commune(insee_code)
        if commune.competence_id is None:
            return commune.pk
        holder = self._holders[commune.competence_id]
        if holder.dissolved_on and holder.dissolved_on < self.on:
            raise CannotLink(
                f"La compétence scolaire de {commune.name} était à {holder}, "
                f"qui a disparu le {holder.dissolved_on:%d/%m/%Y} : désignez qui l’exerce."
            )
        return commune.competence_id

    def _commune(self, insee_code: str) -> _Commune:
        code, met = insee_code, set[str]()
        while code not in self._communes:
            if code not in self._changes or code in met:
                raise CannotLink(f"La commune de code {insee_code} n’est pas dans la base au {self.on:%d/%m/%Y}.")
            met.add(code)
            code = self._changes[code]
        return self._communes[code]

    def _communes_alive(self) -> dict[str, _Commune]:
        """By INSEE code. A commune nouvelle keeps the code of one that it replaces: that day's is the first of the two to end."""
        alive = self._alive(CollectiviteKind.COMMUNE).order_by(F("dissolved_on").desc(nulls_first=True), "-pk")
        rows = alive.values_list("insee_code", "pk", "name", "school_competence_id")
        return {code: _Commune(pk, name, holder) for code, pk, name, holder in rows}

    def _holders_of_competences(self) -> dict[int, Collectivite]:
        """Apart from the communes: after a large import PostgreSQL has no statistics yet, and joins 35 000 rows one by one."""
        ids = {commune.competence_id for commune in self._communes.values() if commune.competence_id}
        return Collectivite.objects.only("name", "dissolved_on").in_bulk(ids)

    def _departements_alive(self) -> dict[int, int]:
        return dict(self._alive(CollectiviteKind.DEPARTEMENT).order_by("pk").values_list("departement_id", "pk"))

    def _others_alive(self) -> dict[str, tuple[int, str]]:
        rows = self._alive(CollectiviteKind.EPCI, CollectiviteKind.SYNDICAT).order_by()
        return {siren: (pk, name) for siren, pk, name in rows.values_list("siren", "pk", "name")}

    def _changes_in_force(self) -> dict[str, str]:
        """The latest change of each code: a code that came to life again is in `_communes`, which is asked first."""
        changes = CommuneChange.objects.filter(on__lte=self.on).order_by("on")
        return dict(changes.values_list("before", "after"))

    def _alive(self, *kinds: CollectiviteKind) -> QuerySet[Collectivite]:
        return Collectivite.objects.alive(self.on).filter(kind__in=kinds)


def relink_schools(schools: Iterable[School], *, links: Links) -> int:
    """Give each school the collectivité competent that day, save those that a person has decided; how many changed."""
    moved = []
    for school in schools:
        if school.collectivite_fixed:
            continue
        try:
            competent = links.competent(
                kind=school.kind, sector=school.sector, insee_code=school.insee_code, departement_id=school.departement_id
            )
        except CannotLink:
            continue
        if competent != school.collectivite_id:
            school.collectivite_id = competent
            moved.append(school)
    School.objects.bulk_update(moved, ["collectivite"], batch_size=_BATCH)
    return len(moved)
