import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from plannumerique.journal.models import JournalLine
from plannumerique.organisations.enums import Role
from projects import services
from tests import emptying
from tests.factories import AcademieFactory, actor_for
from tests.factories_projects import IN_PHASE, ApplicationFactory
from tests.factories_subsidies import EquipmentSubsidyFactory


@pytest.mark.django_db(transaction=True)
def test_what_a_test_has_committed_is_deleted_the_journal_too_and_no_more():
    standing = ContentType.objects.count(), Permission.objects.count()
    EquipmentSubsidyFactory(acompte_paid=True)
    application = ApplicationFactory(submitted=True)
    services.admit(application_id=application.pk, actor=actor_for(Role.AGENT_DANE, application.campaign.academie, at=IN_PHASE))
    assert JournalLine.objects.exists()

    emptying.empty()

    with connection.cursor() as cursor:
        assert emptying.written(cursor) == []
    assert {model for model in apps.get_models() if model._default_manager.exists()} == {ContentType, Permission}
    assert (ContentType.objects.count(), Permission.objects.count()) == standing


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_the_next_test_finds_nothing_of_it(time):
    assert not apps.get_model("organisations.Academie").objects.exists()
    AcademieFactory()
