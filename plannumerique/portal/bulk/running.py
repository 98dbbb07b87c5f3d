"""Running a bulk job: in the answer to a click when it is short, by a worker otherwise, by the sweep when that worker died."""

import datetime as dt

from django.utils import timezone

from plannumerique.jobs import services
from plannumerique.jobs.models import Job
from plannumerique.organisations.actor import Actor
from plannumerique.portal.bulk.acts import BULK_ACTS
from plannumerique.portal.selection.acts import DECIDE, decide
from plannumerique.portal.taking_over.acts import TAKE_OVER, take_over

# What a job may do, by its kind.
ACTS = {**{one.key: one.act for one in BULK_ACTS}, DECIDE: decide, TAKE_OVER: take_over}


def run_job(job: Job, *, at: dt.datetime) -> None:
    """With the memberships that its author holds now: a right withdrawn since refuses the rows that are left."""
    act = ACTS[job.kind]
    actor = Actor.of(job.asked_by, at=at)
    services.run(job, act=lambda pk: act(pk, actor, job.parameters), now=timezone.now)
