"""What the portal does in the background."""

from celery import shared_task

from plannumerique import clock
from plannumerique.jobs.models import Job
from plannumerique.portal.bulk.running import run_job
from plannumerique.portal.demonstration import journey


@shared_task(ignore_result=True)
def play_asked_stops() -> None:
    """Play the demonstration as far as visitors have asked."""
    journey.play_asked_stops()


@shared_task(ignore_result=True)
def run_bulk_job(job_id: int) -> None:
    """Safe to repeat: the rows that are done stay done."""
    run_job(Job.objects.select_related("asked_by").get(pk=job_id), at=clock.now())
