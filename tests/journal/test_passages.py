import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import passage
from plannumerique.organisations.enums import Role
from plannumerique.organisations.permissions import granted_to
from projects import services
from projects.enums import ApplicationState
from projects.models import Application
from tests.factories import AcademieFactory, UserFactory, actor_for
from tests.factories_projects import IN_PHASE, ApplicationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def application() -> Application:
    return ApplicationFactory(submitted=True)


def locks(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if "FOR UPDATE" in query["sql"]]


def test_a_refused_role_takes_no_lock(application):
    reader = actor_for(Role.DSI, application.campaign.academie, at=IN_PHASE)
    with CaptureQueriesContext(connection) as queries, pytest.raises(PermissionDenied, match="Cette action revient à"):
        services.admit(application_id=application.pk, actor=reader)
    assert len(queries) == 0


def test_the_same_role_of_another_academie_is_refused_by_the_row_itself_in_the_same_words(application):
    stranger = actor_for(Role.AGENT_DANE, AcademieFactory(code="06"), at=IN_PHASE)
    with CaptureQueriesContext(connection) as queries, pytest.raises(PermissionDenied, match="Cette action revient à"):
        services.admit(application_id=application.pk, actor=stranger)
    assert len(locks(queries)) == 2
    assert Application.objects.get(pk=application.pk).state == ApplicationState.SUBMITTED


def test_a_stranger_is_told_that_there_is_no_such_page(application, client):
    client.force_login(UserFactory())
    assert client.post(f"/candidatures/{application.pk}/recevable/").status_code == 404


def test_the_row_is_asked_once_locked(application):
    """What the role depends on may change while one waits for the lock."""
    asked = []

    with CaptureQueriesContext(connection) as queries:

        @granted_to(Role.AGENT_DANE, but="Quelqu’un est passé entre-temps.")
        def can_still(actor, row):
            asked.append(len(locks(queries)))
            return False

        agent = actor_for(Role.AGENT_DANE, application.campaign.academie, at=IN_PHASE)
        lines = JournalLine.objects.count()
        with (
            pytest.raises(PermissionDenied, match="entre-temps"),
            passage(Application, application.pk, actor=agent, may=can_still) as row,
        ):
            row.admit()
    assert asked == [2]
    assert Application.objects.get(pk=application.pk).state == ApplicationState.SUBMITTED
    assert JournalLine.objects.count() == lines
