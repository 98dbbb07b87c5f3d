"""Every minute, and every night: what a dead worker or a silent broker left behind."""

from celery import shared_task
from django.utils import timezone

from plannumerique import clock
from plannumerique.celery import publish
from plannumerique.notices import tasks
from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail

# What one sweep hands to the workers; the next one follows in a minute.
AT_ONCE = 500


@shared_task(ignore_result=True)
def resend_due() -> int:
    """Hand the due mails to the workers; those of dead workers become due again first. Returns how many were handed."""
    now = timezone.now()
    OutboxMail.objects.forsaken(now).update(state=MailState.PENDING, next_attempt_at=now)
    at = clock.now().isoformat()
    ids = OutboxMail.objects.due(now).order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:AT_ONCE]
    return sum(publish(tasks.send_mail, mail_id, at) for mail_id in ids)
