"""The circonscriptions that the lines of schools name, or that the annuaire describes."""

from plannumerique.lib.text import search_key
from plannumerique.organisations.imports.report import Outcome, Report
from plannumerique.organisations.imports.school_cells import demanded, email_or_empty, uai_or_empty
from plannumerique.organisations.imports.tables import LineRefused
from plannumerique.organisations.imports.writes import changes, too_long
from plannumerique.organisations.models import Circonscription, Departement

CIRCONSCRIPTIONS = "circonscriptions"


class Circonscriptions:
    """Those of the served départements, found by UAI, else by name; a name met for the first time makes a new one."""

    def __init__(self, departements: list[Departement], report: Report) -> None:
        self.report = report
        known = Circonscription.objects.filter(departement__in=departements)
        self._by_name = {(one.departement_id, search_key(one.name)): one for one in known}
        self._by_uai = {one.uai: one for one in self._by_name.values() if one.uai}

    def named(self, name: str, *, uai: str, within: Departement) -> Circonscription | None:
        """The circonscription that a school's line names; None when it names none."""
        uai = uai_or_empty(uai)
        found = self._by_uai.get(uai) or self._by_name.get((within.pk, search_key(name)))
        if found is None and name:
            return self._create(name, uai=uai, email="", within=within)
        if found and uai:
            self._complete(found, uai=found.uai or uai)
        return found

    def described(self, name: str, *, uai: str, email: str, within: Departement) -> None:
        """The annuaire has a line for the circonscription itself: its UAI, its name, its e-mail."""
        found = self._by_uai.get(uai) or self._by_name.get((within.pk, search_key(name)))
        email = email_or_empty(email)
        if found is None:
            self._create(name, uai=uai, email=email, within=within)
            return
        taken = self._by_name.get((within.pk, search_key(name)), found) is not found
        self._complete(found, uai=found.uai or uai, name=found.name if taken or not name else name, email=email or found.email)

    def _create(self, name: str, *, uai: str, email: str, within: Departement) -> Circonscription:
        if excess := too_long(Circonscription, {"name": name}):
            raise LineRefused(f"Valeur trop longue : {excess}.")
        one = Circonscription.objects.create(name=demanded(name, "le nom"), uai=uai or None, email=email, departement=within)
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
