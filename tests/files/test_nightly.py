import datetime as dt
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from plannumerique import celery
from plannumerique.files import nightly, tasks
from plannumerique.files.models import IssuedDocument, StoredFile
from tests.files.conftest import Dossier
from tests.files.test_issue import issue


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The documents that a sweep hands to the workers."""
    found: list[int] = []
    monkeypatch.setattr(tasks.render_document, "apply_async", lambda args, **_: found.append(args[0]))
    return found


def later(**delay: float) -> Any:
    return time_machine.travel(timezone.now() + dt.timedelta(**delay), tick=False)


def test_a_document_whose_task_was_lost_is_laid_out_by_the_sweep(dossier: Dossier, handed: list[int]) -> None:
    document = issue(dossier)
    assert nightly.render_pending() == 0  # its own task has a minute to come

    with later(minutes=2):
        assert nightly.render_pending() == 1
    assert handed == [document.pk]

    tasks.render_document(document.pk, dossier.agent.at.isoformat())
    with later(minutes=2):
        assert nightly.render_pending() == 0


def test_a_document_that_keeps_failing_waits_for_the_night(dossier: Dossier, handed: list[int]) -> None:
    document = issue(dossier)
    IssuedDocument.objects.filter(pk=document.pk).update(render_attempts=nightly.ATTEMPTS_BY_DAY)
    with later(minutes=2):
        assert nightly.render_pending() == 0
        assert nightly.render_every_pending() == 1


def test_drafts_that_no_act_took_are_deleted_after_two_days(
    dossier: Dossier, media: Any, django_capture_on_commit_callbacks: Any
) -> None:
    forgotten, used = dossier.receive(), dossier.receive()
    dossier.deposit(file=used)
    with later(days=1, hours=23):
        assert nightly.delete_old_drafts() == 0

    with later(days=2, minutes=1), django_capture_on_commit_callbacks(execute=True):
        recent = dossier.receive()
        StoredFile.objects.filter(pk=recent.pk).update(recorded_at=timezone.now())
        assert nightly.delete_old_drafts() == 1
        assert nightly.delete_old_drafts() == 0

    assert set(StoredFile.objects.all()) == {used, recent}
    assert not forgotten.file.storage.exists(forgotten.file.name)
    assert used.file.storage.exists(used.file.name)
    assert sum(path.is_file() for path in media.rglob("*")) == 2


def test_with_redis_down_nothing_fails_and_the_next_tasks_do_not_wait(
    dossier: Dossier, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(*_: Any, **__: Any) -> None:
        asked.append(1)
        raise ConnectionRefusedError("no Redis")

    monkeypatch.setattr(tasks.render_document, "apply_async", refuse)
    monkeypatch.setattr(celery, "_silent_until", 0.0)

    with django_capture_on_commit_callbacks(execute=True):
        issue(dossier)
        issue(dossier)

    assert IssuedDocument.objects.pending().count() == 2
    assert len(asked) == 1
