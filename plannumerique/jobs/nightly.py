"""Every minute, the jobs that a dead worker left."""

from celery import shared_task
from django.utils import timezone

from plannumerique.celery import publish
from plannumerique.jobs.models import Job
from plannumerique.jobs.tasks import run_bulk_job


@shared_task(ignore_result=True)
def resume_bulk_jobs() -> int:
    """Hand to the workers the jobs that gave no sign for a while; one query when there is none."""
    ids = Job.objects.forsaken(timezone.now()).order_by("pk").values_list("pk", flat=True)[:20]
    return sum(publish(run_bulk_job, job_id) for job_id in ids)
