import logging
import os
import time
from functools import partial
from typing import Any

from celery import Celery, Task
from django.db import transaction
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plannumerique.settings")

app = Celery("plannumerique")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="nightly")

logger = logging.getLogger(__name__)

# A broker that hangs costs seconds: after one failure, the next tasks are left to the sweep for a while.
SILENCE_AFTER_FAILURE = 30.0
_silent_until = 0.0


def after_commit(task: Task, *args: Any) -> None:
    """Have the task run once what is being written is there; nothing is sent when the transaction fails."""
    transaction.on_commit(partial(publish, task, *args), robust=True)


def publish(task: Task, *args: Any) -> bool:
    """Send the task to a worker. False when the broker does not answer: what is due stands in the database and a sweep
    sends it again, so that nobody's click waits for Redis or fails with it.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        task.apply_async(args, retry=False)
    except (OperationalError, OSError) as error:
        _silent_until = time.monotonic() + SILENCE_AFTER_FAILURE
        logger.warning("%s%r not sent, left to the next sweep: %s", task.name, args, error)
        return False
    return True
