"""Just after a commit: lay out what was issued."""

import datetime as dt
import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_process_init
from django.db.models import F

from plannumerique.files import pdf
from plannumerique.files.content import PDF, safe_name
from plannumerique.files.enums import DocumentState, Verdict
from plannumerique.files.models import IssuedDocument, StoredFile
from plannumerique.files.permissions import can_render
from plannumerique.journal.machine import WrongState
from plannumerique.journal.passages import passage
from plannumerique.organisations.actor import Actor

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def render_document(document_id: int, at: str) -> None:
    """Lay out the stored data and keep the bytes. Safe to repeat: what is laid out already is left as it is."""
    document = IssuedDocument.objects.select_related("thread").get(pk=document_id)
    if document.is_rendered:
        return
    IssuedDocument.objects.filter(pk=document_id).update(render_attempts=F("render_attempts") + 1)
    try:
        page = pdf.layout(document)
    except Exception as error:
        # The sweep tries again; the document's page says what is wrong meanwhile.
        IssuedDocument.objects.filter(pk=document_id, state=DocumentState.PENDING).update(render_error=repr(error)[:2000])
        raise
    _keep(document, page, at=dt.datetime.fromisoformat(at))


def _keep(document: IssuedDocument, page: pdf.Laid, *, at: dt.datetime) -> None:
    """Laid out before the lock, so that nobody waits for it; the same data give the same bytes, whoever comes first."""
    actor = Actor.system("mise en page", at=at)
    try:
        with passage(IssuedDocument, document.pk, actor=actor, may=can_render) as locked:
            if locked.is_rendered:
                raise WrongState(locked, "Mettre en page le document", sources=(DocumentState.PENDING,))
            file = StoredFile.objects.keep(
                page.data,
                name=f"{safe_name(f'{document.title} {document.reference}')}.pdf",
                content_type=PDF,
                at=at,
                verdict=Verdict.OURS,
                attached=True,
            )
            locked.render(file=file, template_version=page.template_version)
    except WrongState:
        logger.info("document %s was laid out by another worker", document.pk)


@worker_process_init.connect
def warm_up(**_: Any) -> None:
    """The first letter of a process costs a second of imports and fonts: paid before anybody waits for it."""
    pdf.warm_up()
