"""The draft of a collectivité on one page: each school's two parts, what it gives in euros, what still keeps it from being deposited."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import prefetch_related_objects
from django.urls import reverse

from plannumerique.journal.machine import obstacles_to
from plannumerique.lib.money import ZERO
from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.actor import Actor
from plannumerique.ui.pieces import AmountLine, Amounts, Badge, Step, StepState, Tone
from projects.enums import REQUIRED_PIECES, ApplicationState, PieceKind
from projects.models import Application, Dossier, Phase, TermsVersion
from projects.pages.applications import amounts_of_expenses, badge_of
from projects.rules import ClassExpense, Funding, FundingError, provisional_subsidy

S = ApplicationState


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One school of the draft."""

    application: Application
    badge: Badge
    pedagogy: Badge
    technical: Badge
    classes: int
    funding: Funding | None
    obstacles: tuple[str, ...]

    @property
    def ready(self) -> bool:
        return self.application.state == S.DRAFT and not self.obstacles


def lines_of(dossier: Dossier, actor: Actor) -> list[DraftLine]:
    """The lines that this person sees, those to deposit first; the same number of queries whatever the schools."""
    prefetch_related_objects([dossier], "campaign__terms_versions")
    rows = list(Application.objects.visible_to(actor).filter(dossier=dossier).live().for_draft())
    terms = dossier.campaign.current_terms()
    for row in rows:
        row.dossier, row.campaign = dossier, dossier.campaign
    fundings = _fundings(rows, terms)
    lines = [_line(row, fundings.get((row.phase_id, row.school.uai)), actor) for row in rows]
    return sorted(lines, key=lambda line: line.application.state != S.DRAFT)


def _line(row: Application, funding: Funding | None, actor: Actor) -> DraftLine:
    draft = row.state == S.DRAFT
    closed = row.closed_at(actor.at) if draft else ""
    reasons = (typeset(closed),) if closed else ()
    described = bool(row.bandwidth and row.wifi and row.filtering and row.classes_asked())
    return DraftLine(
        application=row,
        badge=badge_of(row),
        pedagogy=_part(bool(row.pedagogy_on), done="remise", awaited="à écrire par la direction"),
        technical=_part(described, done="complète", awaited="à compléter"),
        classes=row.classes_asked(),
        funding=funding,
        obstacles=(*reasons, *obstacles_to(row, "submit")) if draft else (),
    )


def _part(there: bool, *, done: str, awaited: str) -> Badge:
    return Badge(done, Tone.SUCCESS) if there else Badge(awaited, Tone.WARNING)


def _fundings(rows: Iterable[Application], terms: TermsVersion) -> dict[tuple[int, str], Funding]:
    """The subsidy of each school, by phase and UAI; computed over the whole phase, since a cap may span several schools."""
    expenses: dict[int, list[ClassExpense]] = defaultdict(list)
    for row in rows:
        expenses[row.phase_id] += row.expenses()
    found: dict[tuple[int, str], Funding] = {}
    for phase_id, of_phase in expenses.items():
        try:
            by_school = provisional_subsidy(of_phase, terms=terms.as_rule()).by_school()
        except FundingError:
            continue  # a school has too many classes: its own page says so, and no total is promised meanwhile
        found |= {(phase_id, uai): funding for uai, funding in by_school.items()}
    return found


def total_of(lines: Iterable[DraftLine]) -> Amounts | None:
    """What the whole dossier would receive, school by school; None as long as nothing is costed."""
    costed = [(line, line.funding) for line in lines if line.funding]
    if not costed:
        return None
    subsidy = sum((funding.total for _, funding in costed), ZERO)
    schools = tuple(
        AmountLine(
            line.application.school.name, funding.total, note=plural(line.classes, one="classe mobile", many="classes mobiles")
        )
        for line, funding in costed
    )
    expense = sum((funding.expense for _, funding in costed), ZERO)
    return Amounts(
        "Subvention prévisionnelle de l’État",
        subsidy,
        lines=(
            *schools,
            AmountLine("Dépense prévue", expense),
            AmountLine("Reste à la charge de la collectivité", expense - subsidy, strong=True),
        ),
        note=typeset("Prévision : seule la décision attributive engage l’État."),
    )


def forecast_of(application: Application, typed: Iterable[Decimal]) -> Amounts | None:
    """What the amounts typed so far would give, class by class; nothing is recorded."""
    expenses = [ClassExpense(application.school.uai, number, expense) for number, expense in enumerate(typed, start=1)]
    return amounts_of_expenses(expenses, terms=application.campaign.current_terms())


def steps_of_draft(dossier: Dossier, lines: Sequence[DraftLine]) -> list[Step]:
    """Five things to do, in any order but the last; each is done when it is for every school still in draft."""
    drafts = [line for line in lines if line.application.state == S.DRAFT]
    to_complete = any(line.application.state == S.TO_COMPLETE for line in lines)
    missing = missing_pieces(dossier)
    done = (
        bool(lines),
        bool(lines) and all(line.technical.tone is Tone.SUCCESS for line in drafts),
        bool(lines) and all(line.pedagogy.tone is Tone.SUCCESS for line in drafts),
        not missing,
        bool(lines) and not drafts and not to_complete,
    )
    last = "Compléments à transmettre" if to_complete and not drafts else "Relecture et dépôt"
    titles = ("Écoles", "Partie technique et financière", "Partie pédagogique", "Pièces", last)
    current = done.index(False) if False in done else len(done)
    return [
        Step(title, StepState.DONE if there else StepState.CURRENT if rank == current else StepState.TODO)
        for rank, (title, there) in enumerate(zip(titles, done, strict=True))
    ]


def missing_pieces(dossier: Dossier) -> list[PieceKind]:
    return [kind for kind in REQUIRED_PIECES if kind not in dossier.usable_pieces]


def closing_of(lines: Iterable[DraftLine]) -> dt.date | None:
    """The first closing among the lines still in draft."""
    phases: list[Phase] = [line.application.phase for line in lines if line.application.state == S.DRAFT]
    return min((phase.closes_on for phase in phases), default=None)


def review_url(dossier: Dossier) -> str:
    return reverse("projects:deposit", args=[dossier.pk])
