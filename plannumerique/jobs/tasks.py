"""Running a job: in the answer to a click when it is short, by a worker otherwise."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from plannumerique import clock
from plannumerique.jobs import services
from plannumerique.jobs.kinds import act_of
from plannumerique.jobs.models import Job
from plannumerique.organisations.actor import Actor


def run_job(job: Job, *, at: dt.datetime) -> None:
    """With the memberships that its author holds now: a right withdrawn since refuses the rows that are left."""
    act = act_of(job.kind)
    actor = Actor.of(job.asked_by, at=at)
    services.run(job, act=lambda pk: act(pk, actor, job.parameters), now=timezone.now)


@shared_task(ignore_result=True)
def run_bulk_job(job_id: int) -> None:
    """Safe to repeat: the rows that are done stay done."""
    run_job(Job.objects.select_related("asked_by").get(pk=job_id), at=clock.now())
