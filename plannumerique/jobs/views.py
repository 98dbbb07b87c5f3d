"""The page of a job: what became of each row, for whoever asked for it."""

from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from plannumerique.jobs.enums import Outcome
from plannumerique.jobs.models import Job, JobRow
from plannumerique.organisations.http import Request, visible_or_404
from plannumerique.ui.columns import Column, Shown, table_of
from plannumerique.ui.lists import paginate

REASONS = 20
COLUMNS = (
    Column("ligne", "Ligne", shows=lambda row: Shown(row.label, url=row.url), order_by=("label",)),
    Column(
        "resultat",
        "Résultat",
        shows=lambda row: Shown(capfirst(row.get_outcome_display()), hint=row.reason),
        order_by=("outcome", "label"),
    ),
)


@dataclass(frozen=True, slots=True)
class Reason:
    sentences: tuple[str, ...]
    count: int


@require_safe
def job(request: Request, pk: int) -> HttpResponse:
    """What passed, why the rest did not, and every row with its link; bounded, and the same whenever it is opened again."""
    row = visible_or_404(request, Job, pk)
    counts = row.counts()
    total = sum(counts.values())
    shown = request.GET.get("resultat", "")
    rows = row.rows.filter(outcome=shown) if shown in Outcome.values else row.rows.all()
    listing = paginate(request, rows, columns=COLUMNS)
    page = {
        "job": row,
        "total": total,
        "done": total - counts[Outcome.WAITING],
        "passed": counts[Outcome.PASSED],
        "refused": counts[Outcome.REFUSED],
        "waiting": counts[Outcome.WAITING],
        "reasons": _reasons(row) if counts[Outcome.REFUSED] else [],
        "shown": shown,
        "listing": listing,
        "table": table_of(COLUMNS, listing.rows, listing.rows),
    }
    return render(request, "jobs/job.html", page)


def _reasons(row: Job) -> list[Reason]:
    """The most frequent first; one query."""
    refused = JobRow.objects.filter(job=row, outcome=Outcome.REFUSED).order_by()
    found = refused.values_list("reason").annotate(count=Count("pk")).order_by("-count", "reason")[:REASONS]
    return [Reason(tuple(reason.splitlines()), count) for reason, count in found]
