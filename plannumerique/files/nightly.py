"""Every minute: documents whose rendering was lost. Every night: those that keep failing, and uploads that nobody used."""

import datetime as dt

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from plannumerique import clock
from plannumerique.celery import publish
from plannumerique.files import tasks
from plannumerique.files.models import IssuedDocument, StoredFile

DRAFTS_LAST = dt.timedelta(days=2)
# The task sent at the commit has this long to come; a document that failed so many times waits for the night.
GRACE = dt.timedelta(minutes=1)
ATTEMPTS_BY_DAY = 5
AT_ONCE = 200


@shared_task(ignore_result=True)
def render_pending(*, all_of_them: bool = False) -> int:
    """Have laid out again what was not. Returns how many documents were handed to the workers."""
    late = IssuedDocument.objects.pending().filter(recorded_at__lt=timezone.now() - GRACE)
    if not all_of_them:
        late = late.filter(render_attempts__lt=ATTEMPTS_BY_DAY)
    at = clock.now().isoformat()
    return sum(publish(tasks.render_document, pk, at) for pk in late.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


@shared_task(ignore_result=True)
def render_every_pending() -> int:
    return render_pending(all_of_them=True)


@shared_task(ignore_result=True)
def delete_old_drafts() -> int:
    """Uploads that no act took within two days; the row first, its bytes once that is certain."""
    limit = timezone.now() - DRAFTS_LAST
    deleted = 0
    for pk in StoredFile.objects.drafts().filter(recorded_at__lt=limit).values_list("pk", flat=True).iterator():
        deleted += _delete_draft(pk)
    return deleted


@transaction.atomic
def _delete_draft(pk: int) -> bool:
    # Asked again under the lock: an act may be taking the file at this very moment.
    draft = StoredFile.objects.drafts().select_for_update(skip_locked=True).filter(pk=pk).first()
    if draft is None:
        return False
    draft.delete()
    transaction.on_commit(lambda: draft.file.delete(save=False))
    return True
