"""Opening a job and starting it: at once when it is short, by a worker otherwise."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone

from plannumerique import clock
from plannumerique.celery import after_commit
from plannumerique.jobs.services import open_job
from plannumerique.jobs.tasks import run_bulk_job, run_job
from plannumerique.organisations.http import Request

# A click does so many rows before it answers; a worker does the others.
AT_ONCE = 20


def launch(
    request: Request,
    *,
    kind: str,
    title: str,
    rows: Iterable[tuple[int, str, str]],
    total: int,
    parameters: dict[str, Any],
    back: str,
) -> HttpResponse:
    """`rows` are (id, label, address). The answer leads to the page of the job, which can be opened again."""
    job = open_job(
        kind=kind,
        title=title,
        by=request.user,
        at=request.actor.at,
        beat=timezone.now(),
        rows=rows,
        parameters=parameters,
        back=back,
    )
    if total <= AT_ONCE:
        run_job(job, at=clock.now())
    else:
        after_commit(run_bulk_job, job.pk)
        messages.info(request, "Le traitement est lancé : vous pouvez quitter cette page et y revenir.")
    return HttpResponseRedirect(job.get_absolute_url())
