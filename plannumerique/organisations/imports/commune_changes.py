"""The changes of communes, as the Code officiel géographique gives them: fusions, communes nouvelles, other codes."""

import datetime as dt

from plannumerique.lib.identifiers import IdentifierError, check_insee_code
from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.imports.collectivite_rows import COMMUNES, ELSEWHERE, ImportOfLines, newer
from plannumerique.organisations.imports.columns import CHANGE_COLUMNS
from plannumerique.organisations.imports.report import Outcome
from plannumerique.organisations.imports.tables import Line, LineRefused
from plannumerique.organisations.imports.territory import OutOfScope, departement_of_commune
from plannumerique.organisations.models import Collectivite, CommuneChange

CHANGES = "changements de communes"
NO_EFFECT = "changement sans effet sur le rattachement"
# In the Code officiel géographique: fusions, communes nouvelles, ends of communes déléguées, codes that change with a chef-lieu.
_MERGING_EVENTS = frozenset({"31", "32", "33", "34", "35", "41", "50"})


class ImportOfChanges(ImportOfLines):
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
            if newer(one, on):
                continue
            one.dissolved_on = on - dt.timedelta(days=1)
            one.save(update_fields=["dissolved_on", "search"])
            self.report.add(
                Outcome.ENDED, category=COMMUNES, identifier=one.siren, reason=f"{one}, le {one.dissolved_on:%d/%m/%Y}"
            )


def _date(text: str) -> dt.date:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return dt.datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise LineRefused(f"Date illisible : « {text} » (attendu : AAAA-MM-JJ).")
