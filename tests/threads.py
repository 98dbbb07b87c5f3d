"""A dossier without its application: what the rooms below `projects` are tested with."""

from collections.abc import Iterable

from plannumerique.journal.models import Thread, ThreadSchool
from plannumerique.organisations.models import Collectivite, School
from tests.factories import AT, CollectiviteFactory


def open_thread(collectivite: Collectivite | None = None, *, schools: Iterable[School] = ()) -> Thread:
    collectivite = collectivite or CollectiviteFactory()
    thread = Thread.objects.create(
        academie=collectivite.departement.academie, collectivite=collectivite, title=f"{collectivite} – essai", opened_at=AT
    )
    for school in schools:
        ThreadSchool.objects.create(thread=thread, school=school)
    return thread
