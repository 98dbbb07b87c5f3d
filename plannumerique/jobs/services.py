"""Opening a job and running it: one transaction a row, ids sorted, safe to repeat after a worker's death."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import DatabaseError, transaction

from plannumerique.accounts.models import User
from plannumerique.jobs.enums import Outcome
from plannumerique.jobs.models import Job, JobRow
from plannumerique.journal.machine import Refused

logger = logging.getLogger(__name__)

GONE = "Cette ligne n’existe plus, ou n’est plus de votre ressort."
BROKEN = "Une erreur inattendue a arrêté cette ligne : rien n’y a changé. L’administrateur en trouve le détail dans le journal du serveur."
_BY = 1000


@transaction.atomic
def open_job(
    *,
    kind: str,
    title: str,
    by: User,
    at: dt.datetime,
    beat: dt.datetime,
    rows: Iterable[tuple[int, str, str]],
    parameters: dict[str, Any],
    back: str,
) -> Job:
    """`rows` are (id, label, address). `at` is the portal's instant, which the page shows; `beat` the real one."""
    job = Job.objects.create(
        kind=kind, title=title, asked_by=by, asked_at=at, beat_at=beat, parameters=parameters, back=back[:2000]
    )
    JobRow.objects.bulk_create(
        (JobRow(job=job, row_id=pk, label=label[:250], url=url) for pk, label, url in rows), batch_size=_BY
    )
    return job


def run(job: Job, *, act: Callable[[int], object], now: Callable[[], dt.datetime]) -> None:
    """Act on each row that nobody did yet. Two workers may share a job: each row is locked by one of them."""
    while _next_row(job, act):
        Job.objects.filter(pk=job.pk).update(beat_at=now())
    if not job.rows.filter(outcome=Outcome.WAITING).exists():
        Job.objects.filter(pk=job.pk, finished_at__isnull=True).update(finished_at=now())


def _next_row(job: Job, act: Callable[[int], object]) -> bool:
    with transaction.atomic():
        waiting = job.rows.select_for_update(skip_locked=True).filter(outcome=Outcome.WAITING)
        row = waiting.order_by("row_id").first()
        if row is None:
            return False
        reason = _tried(act, row)
        outcome = Outcome.REFUSED if reason else Outcome.PASSED
        JobRow.objects.filter(pk=row.pk).update(outcome=outcome, reason=reason)
    return True


def _tried(act: Callable[[int], object], row: JobRow) -> str:
    """Why the act was refused, nothing of it being left; empty when it is done."""
    try:
        with transaction.atomic():
            act(row.row_id)
    except Refused as refused:
        return "\n".join(refused.reasons)
    except PermissionDenied as denied:
        return str(denied) or GONE
    except ObjectDoesNotExist:
        return GONE
    except DatabaseError:
        raise  # the base is unwell: the row stays to be done, by the next sweep
    except Exception:
        logger.exception("Row %s of job %s", row.row_id, row.job_id)
        return BROKEN
    return ""
