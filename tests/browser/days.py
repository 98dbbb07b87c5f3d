"""What the working days share: the two widths, the people at their places, the day of the portal."""

import datetime as dt
from typing import Any

import pytest

from plannumerique import clock
from plannumerique.accounts.models import User
from plannumerique.files.models import IssuedDocument, StoredFile
from plannumerique.files.tasks import render_document
from plannumerique.journal.models import Thread
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Role
from projects.models import Dossier
from tests.browser.windows import DESKTOP, PHONE
from tests.factories import PASSWORD, CollectiviteFactory, MembershipFactory, UserFactory
from tests.factories_projects import DossierFactory
from tests.files.sample import pdf_bytes
from tests.papers import at

WIDTHS = pytest.mark.parametrize("width", [DESKTOP, PHONE])


def on(day: dt.date) -> None:
    """That day, for the whole portal."""
    clock.shift_to(day)


def somebody_at(role: Role, *places: Any, first_name: str, **membership: Any) -> User:
    """Who holds that role in these organisations, and logs in with her password."""
    user = UserFactory(first_name=first_name, email=f"{first_name.lower()}@exemple.invalid", password=PASSWORD)
    for place in places:
        MembershipFactory(user=user, **{role.value: True, LEVEL_OF_ROLE[role].value: place}, **membership)
    return user


def around(thread: Thread, role: Role, *, first_name: str) -> User:
    """Who holds that role where the dossier is."""
    school = thread.schools.first()
    places = {"academie": thread.academie, "collectivite": thread.collectivite, "school": school}
    if school:
        places |= {"circonscription": school.circonscription, "departement": school.departement}
    return somebody_at(role, places[LEVEL_OF_ROLE[role].value], first_name=first_name)


def dossier_of(commune: str) -> Dossier:
    dossier: Dossier = DossierFactory(collectivite=CollectiviteFactory(name=commune))
    return dossier


def lay_the_letters_out() -> None:
    """What the worker does meanwhile, without the cost of a worker."""
    for pk in IssuedDocument.objects.pending().values_list("pk", flat=True):
        render_document(pk, clock.now().isoformat())


def kept_file(name: str, *, on: dt.date) -> StoredFile:
    """A file whose bytes are there to be read."""
    return StoredFile.objects.keep(
        pdf_bytes(name), name=name, content_type="application/pdf", at=at(on), verdict="not_scanned", attached=True
    )
