"""The reminders of 15 October and 7 December: the right people, once, caught up after a missed night."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from plannumerique.notices.models import OutboxMail, Reminder
from plannumerique.organisations.enums import Role
from portal import nightly
from subsidies.deadlines import due
from tests.factories import actor_for
from tests.factories_subsidies import EquipmentSubsidyFactory

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


def night(day: int, month: int = 10) -> dt.datetime:
    return dt.datetime(2016, month, day, 6, 0, tzinfo=PARIS)


def to_collectivites():
    return OutboxMail.objects.filter(kind="reminder_justification", thread__isnull=False)


@pytest.fixture
def subsidy():
    return EquipmentSubsidyFactory(acompte_paid=True)


@pytest.mark.parametrize(
    ("day", "leaves"),
    [(6, False), (7, True), (13, False), (14, True)],
    ids=["J-9", "J-8, since J-7 is a Saturday", "J-2", "J-1"],
)
def test_a_reminder_leaves_on_its_day(subsidy, day, leaves):
    for earlier in (night(15, 9), night(30, 9), *[night(7)] * (day > 7)):  # the ones before have left
        nightly.run(at=earlier)
    before = to_collectivites().count()

    nightly.run(at=night(day))

    assert (to_collectivites().count() > before) is leaves


def test_a_night_run_ten_times_sends_once(subsidy):
    for _ in range(10):
        nightly.run(at=night(7))

    assert to_collectivites().count() == Reminder.objects.filter(thread__isnull=False).count() == 1


def test_a_missed_month_is_caught_up_with_one_mail(subsidy):
    """J-30, J-15 and J-7 were all missed: one mail says what is due, not three."""
    nightly.run(at=night(10))

    assert to_collectivites().count() == 1
    assert Reminder.objects.get(thread__isnull=False).offset == -7


def test_nothing_leaves_on_a_weekend(subsidy):
    assert nightly.run(at=night(8)) == 0  # a Saturday


def test_nothing_leaves_once_the_limit_is_behind(subsidy):
    assert nightly.run(at=night(17)) == 0


def test_a_justified_dossier_is_no_longer_asked_of_the_collectivite_but_of_the_dan():
    subsidy = EquipmentSubsidyFactory(justified=True)
    dan = actor_for(Role.DAN, subsidy.campaign.academie, at=night(7))

    nightly.run(at=night(7))

    assert not to_collectivites().exists()
    mail = OutboxMail.objects.get(to=[dan.user.email])
    assert "à constater par le DAN" in mail.text
    assert subsidy.convention.dossier.collectivite.name in mail.text


def test_the_daf_is_reminded_of_the_soldes_promised_for_the_year():
    subsidy = EquipmentSubsidyFactory(service_fait=True)

    nightly.run(at=night(16, 11))  # J-21 before 7 December

    mail = OutboxMail.objects.get(kind="reminder_solde")
    assert mail.to == [subsidy.campaign.academie.daf_email]


def test_the_database_refuses_the_same_reminder_twice(subsidy):
    nightly.run(at=night(7))
    sent = Reminder.objects.filter(thread__isnull=False).get()
    mail = OutboxMail.objects.exclude(pk=sent.mail_id).first()

    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(
            thread=sent.thread,
            subject_kind=sent.subject_kind,
            subject_id=sent.subject_id,
            code=sent.code,
            deadline=sent.deadline,
            offset=sent.offset,
            recipient=sent.recipient,
            mail=mail,
            created_at=sent.created_at,
        )


def test_a_dry_run_lists_and_writes_nothing(subsidy, capsys):
    call_command("nightly", "--on", "2016-10-07", "--dry-run")

    printed = capsys.readouterr().out
    assert "J-7 justification (15/10/2016)" in printed
    assert subsidy.convention.dossier.collectivite.name in printed
    assert not OutboxMail.objects.exists()
    assert not Reminder.objects.exists()


def test_a_night_costs_the_same_for_many_dossiers(django_assert_max_num_queries):
    for _ in range(12):
        EquipmentSubsidyFactory(acompte_paid=True)
    with django_assert_max_num_queries(12):
        assert len(list(due(today=dt.date(2016, 10, 7)))) >= 12


def test_a_reminder_goes_to_the_people_the_contact_and_the_mailbox_each_once(subsidy):
    dossier = subsidy.convention.dossier
    person = actor_for(Role.MANDATAIRE, dossier.collectivite, at=night(7))
    type(dossier).objects.filter(pk=dossier.pk).update(contact_email="Contact@exemple.invalid")

    nightly.run(at=night(7))
    nightly.run(at=night(7))

    told = sorted(address for mail in to_collectivites() for address in mail.to)
    assert told == sorted([person.user.email, "contact@exemple.invalid", dossier.collectivite.email])


def test_a_reminder_that_finds_nobody_is_kept_once_and_said(subsidy):
    collectivite = subsidy.convention.dossier.collectivite
    type(collectivite).objects.filter(pk=collectivite.pk).update(email="")

    nightly.run(at=night(7))
    nightly.run(at=night(7))

    mail = to_collectivites().get()
    assert (mail.state, mail.to, mail.whom) == ("failed", [], collectivite.in_words)
