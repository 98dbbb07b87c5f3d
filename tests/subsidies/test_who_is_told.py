"""The mails of the money: everybody who acts for the payee, its mailbox, the contact of the dossier; never a school, never nobody silently."""

import pytest

from plannumerique.notices.enums import MailState
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from plannumerique.organisations.models import Circonscription, Collectivite, School
from projects.services import describe_contact
from subsidies.notices import money, statement
from tests.factories import actor_for
from tests.factories_subsidies import DECIDED_ON, EquipmentSubsidyFactory, PaymentFactory, ResourcesSubsidyFactory, at

pytestmark = pytest.mark.django_db
NOW = at(DECIDED_ON)


@pytest.fixture
def subsidy():
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    subsidy.convention.dossier.contact_email = "Contact@exemple.invalid"
    return subsidy


def acts_of(subsidy):
    """The mails of money to a collectivité, in the order of a dossier."""
    payment = subsidy.payments.first()
    money.tell_decision(subsidy, at=NOW)
    money.tell_payment(payment, at=NOW)
    money.tell_bounced(payment, at=NOW, motive="Compte clos.")
    money.tell_hold(subsidy, at=NOW)
    statement.tell_completion_requested(subsidy, motive="Illisible.", at=NOW)
    return list(OutboxMail.objects.order_by("pk"))


def test_each_mail_of_the_money_goes_to_the_people_the_contact_and_the_mailbox(subsidy):
    collectivite = subsidy.convention.dossier.collectivite
    mayor, mandataire = actor_for(Role.SIGNATAIRE, collectivite, at=NOW), actor_for(Role.MANDATAIRE, collectivite, at=NOW)

    mails = acts_of(subsidy)

    everybody = [mayor.user.email, mandataire.user.email, "contact@exemple.invalid", collectivite.email]
    assert [mail.to for mail in mails] == [everybody] * 5


def test_a_mail_of_the_money_never_goes_to_a_school_nor_to_its_ien(subsidy):
    school = subsidy.convention.covered_schools.first().school
    outsiders = [actor_for(Role.DIRECTOR, school, at=NOW)]
    if school.circonscription:
        outsiders.append(actor_for(Role.IEN, school.circonscription, at=NOW))

    mails = acts_of(subsidy)

    forbidden = {one.user.email for one in outsiders} | set(School.objects.values_list("email", flat=True))
    forbidden |= set(Circonscription.objects.values_list("email", flat=True))
    assert mails
    assert not {address for mail in mails for address in (*mail.to, *mail.cc)} & forbidden


def test_a_grant_is_told_to_the_college_and_not_to_the_school_that_it_is_for():
    grant = ResourcesSubsidyFactory(notified=True)
    gestionnaire = actor_for(Role.COLLEGE_REFERENT, grant.payee, at=NOW)
    actor_for(Role.DIRECTOR, grant.school, at=NOW)

    money.tell_grant_notified(grant, at=NOW)
    money.tell_bounced(PaymentFactory(resources=grant), at=NOW, motive="Compte clos.")

    assert [mail.to for mail in OutboxMail.objects.all()] == [[gestionnaire.user.email, grant.payee.email]] * 2


def test_the_daf_is_told_by_its_people_and_its_mailbox(subsidy):
    gestionnaire = actor_for(Role.GESTIONNAIRE_DAF, subsidy.campaign.academie, at=NOW)

    money.tell_acompte_requested(subsidy, at=NOW)

    assert OutboxMail.objects.get().to == [gestionnaire.user.email, subsidy.campaign.academie.daf_email]


def test_a_mail_of_the_money_with_nobody_to_read_it_waits_and_may_leave_once_a_contact_is_named(subsidy):
    dossier = subsidy.convention.dossier
    Collectivite.objects.filter(pk=dossier.collectivite_id).update(email="")
    dossier.collectivite.email, dossier.contact_email = "", ""
    mails = acts_of(subsidy)
    assert {(mail.state, mail.whom) for mail in mails} == {(MailState.FAILED, dossier.collectivite.in_words)}

    actor = actor_for(Role.EDITEUR, dossier.collectivite, at=NOW)
    contact = {"name": "Camille EXEMPLE", "email": "camille@exemple.invalid", "phone": ""}
    describe_contact(dossier_id=dossier.pk, actor=actor, seen=dossier.version, **contact)

    waiting = OutboxMail.objects.filter(state=MailState.FAILED)
    assert [mail.to for mail in waiting] == [["camille@exemple.invalid"]] * 5
