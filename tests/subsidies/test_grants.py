"""The grant of resources: notified to the collège référent, its account recorded, paid once, followed by the collège."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from plannumerique.files.enums import Readers
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from subsidies.enums import PaymentState, ResourcesState
from subsidies.models import Payment, ResourcesSubsidy
from subsidies.services.payments import bounce_payment, record_payment, validate_payment
from subsidies.services.references import record_ej
from subsidies.services.resources import cancel_grant, notify_grant, prepare_grant_payment, record_college_account
from tests.factories import actor_for
from tests.factories_subsidies import (
    COMPTABLE_PUBLIC,
    TRESOR,
    CollegeFactory,
    ConventionFactory,
    ResourcesSubsidyFactory,
    actor_of,
    iban,
)

pytestmark = pytest.mark.django_db

ON = dt.date(2016, 9, 23)


def reread(grant):
    return ResourcesSubsidy.objects.get(pk=grant.pk)


def test_the_daf_notifies_the_college_in_a_letter_and_a_mail():
    grant = ResourcesSubsidyFactory(justify_by=dt.date(2017, 6, 30))

    notify_grant(grant_id=grant.pk, actor=actor_of(grant, Role.GESTIONNAIRE_DAF), on=ON, seen=grant.version)

    grant = reread(grant)
    letter = IssuedDocument.objects.get(kind="resources")
    assert (grant.state, grant.notified_on, grant.reference) == (ResourcesState.NOTIFIED, ON, letter.reference)
    assert letter.reference == "AAP-2016-RES-0001"
    assert letter.snapshot["amount"] == {"$decimal": "500.00"}
    assert letter.snapshot["uai"] == grant.school.uai
    assert letter.snapshot["addressee"]["name"] == grant.payee.name
    mail = OutboxMail.objects.get(kind="grant_notified")
    assert mail.to == [grant.payee.email]
    assert "vendredi 30\u00a0juin 2017" in mail.text


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.COLLEGE_REFERENT, Role.EDITEUR])
def test_another_role_notifies_nothing(role):
    grant = ResourcesSubsidyFactory()

    with pytest.raises(PermissionDenied):
        notify_grant(grant_id=grant.pk, actor=actor_of(grant, role), on=ON)

    assert reread(grant).state == ResourcesState.CREATED


def test_the_college_reads_its_letter_and_its_notice_and_another_college_does_not():
    grant = ResourcesSubsidyFactory(notified=True)
    daf = actor_of(grant, Role.GESTIONNAIRE_DAF)
    payment = prepare_grant_payment(grant_id=grant.pk, actor=daf)
    validate_payment(payment_id=payment.pk, actor=actor_of(grant, Role.VALIDEUR_DAF))
    record_payment(payment_id=payment.pk, actor=daf, dp_number="1000000500", on=ON)
    notice = IssuedDocument.objects.get(kind="payment_notice")

    assert list(IssuedDocument.objects.visible_to(actor_of(grant, Role.COLLEGE_REFERENT))) == [notice]
    for other in (actor_for(Role.COLLEGE_REFERENT, CollegeFactory()), actor_of(grant, Role.EDITEUR)):
        assert notice not in IssuedDocument.objects.visible_to(other)


def test_the_letter_belongs_to_the_college_and_to_no_other():
    grant = ResourcesSubsidyFactory()
    notify_grant(grant_id=grant.pk, actor=actor_of(grant, Role.GESTIONNAIRE_DAF), on=ON)
    mine = actor_of(grant, Role.COLLEGE_REFERENT)
    stranger = actor_for(Role.COLLEGE_REFERENT, CollegeFactory())

    assert ResourcesSubsidy.objects.visible_to(mine).get() == grant
    assert not ResourcesSubsidy.objects.visible_to(stranger).exists()
    assert IssuedDocument.objects.visible_to(mine).get().kind == "resources"
    assert not IssuedDocument.objects.visible_to(stranger).exists()


@pytest.mark.parametrize("role", [Role.COLLEGE_REFERENT, Role.GESTIONNAIRE_DAF])
def test_the_account_of_the_college_is_recorded(role):
    grant = ResourcesSubsidyFactory()
    account = iban(7, bank=TRESOR)

    record_college_account(grant_id=grant.pk, actor=actor_of(grant, role), siret=grant.payee.siret, iban=account, bic="TRPUFRP1")

    assert reread(grant).iban == account


def test_an_account_outside_the_tresor_has_to_be_explained():
    grant = ResourcesSubsidyFactory()
    daf = actor_of(grant, Role.GESTIONNAIRE_DAF)
    words = {"grant_id": grant.pk, "actor": daf, "siret": grant.payee.siret, "iban": iban(7, bank=COMPTABLE_PUBLIC)}

    with pytest.raises(Refused, match="a son compte au Trésor"):
        record_college_account(**words)
    record_college_account(**words, comment="Établissement privé sous contrat d’exemple.")

    assert reread(grant).iban == words["iban"]


def test_a_paid_grant_keeps_its_account():
    grant = ResourcesSubsidyFactory(paid=True)

    with pytest.raises(PermissionDenied, match="son compte ne change plus"):
        record_college_account(
            grant_id=grant.pk,
            actor=actor_of(grant, Role.GESTIONNAIRE_DAF),
            siret=grant.siret,
            iban=iban(8, bank=TRESOR),
        )


def test_what_is_missing_for_the_payment_is_said_at_once():
    grant = ResourcesSubsidyFactory(siret="")

    with pytest.raises(Refused) as refused:
        prepare_grant_payment(grant_id=grant.pk, actor=actor_of(grant, Role.GESTIONNAIRE_DAF))

    assert len(refused.value.reasons) == 4


def test_a_grant_is_paid_once_to_its_college():
    grant = ResourcesSubsidyFactory(notified=True, ej_number="")
    daf, valideur = actor_of(grant, Role.GESTIONNAIRE_DAF), actor_of(grant, Role.VALIDEUR_DAF)
    record_ej(model=ResourcesSubsidy, subsidy_id=grant.pk, actor=daf, ej_number="2100000042")

    payment = prepare_grant_payment(grant_id=grant.pk, actor=daf)
    validate_payment(payment_id=payment.pk, actor=valideur)
    record_payment(payment_id=payment.pk, actor=daf, dp_number="1000000500", on=ON)

    grant, payment = reread(grant), Payment.objects.get()
    assert (grant.state, grant.paid_total) == (ResourcesState.PAID, Decimal("500.00"))
    assert (payment.payee_name, payment.payee_siret, payment.iban) == (grant.payee.name, grant.siret, grant.iban)
    assert payment.transfer_label.startswith("PLAN NUMERIQUE RESSOURCES SIRET ")
    assert payment.transfer_label.endswith(grant.school.uai)
    assert OutboxMail.objects.get(kind="payment_made").to == [grant.payee.email]
    notice = IssuedDocument.objects.get(kind="payment_notice")
    assert (notice.college, notice.school, notice.readers) == (grant.payee, None, Readers.COLLEGE)
    with pytest.raises(Refused, match="son paiement se prépare une fois la dotation notifiée"):
        prepare_grant_payment(grant_id=grant.pk, actor=daf)


def test_a_second_request_waits_for_the_first():
    grant = ResourcesSubsidyFactory(notified=True)
    daf = actor_of(grant, Role.GESTIONNAIRE_DAF)
    prepare_grant_payment(grant_id=grant.pk, actor=daf)

    with pytest.raises(Refused, match="Une demande de paiement est en cours"):
        prepare_grant_payment(grant_id=grant.pk, actor=daf)
    with pytest.raises(Refused, match="Une demande de paiement est en cours"):
        record_college_account(grant_id=grant.pk, actor=daf, siret=grant.siret, iban=iban(9, bank=TRESOR))


def test_a_new_account_of_the_college_waits_two_days_before_it_is_paid():
    grant = ResourcesSubsidyFactory(notified=True)
    daf, valideur = actor_of(grant, Role.GESTIONNAIRE_DAF), actor_of(grant, Role.VALIDEUR_DAF)
    record_college_account(grant_id=grant.pk, actor=daf, siret=grant.siret, iban=iban(9, bank=TRESOR))
    payment = prepare_grant_payment(grant_id=grant.pk, actor=daf)

    with pytest.raises(Refused, match="L’IBAN vient de changer"):
        validate_payment(payment_id=payment.pk, actor=valideur)
    validate_payment(payment_id=payment.pk, actor=actor_of(grant, Role.VALIDEUR_DAF, on=dt.date(2016, 9, 25)))

    assert Payment.objects.get().state == PaymentState.VALIDATED


def test_a_returned_transfer_waits_to_be_paid_again():
    grant = ResourcesSubsidyFactory(paid=True)

    bounce_payment(payment_id=grant.payments.get().pk, actor=actor_of(grant, Role.VALIDEUR_DAF), comment="Compte clos d’exemple.")

    grant = reread(grant)
    assert (grant.state, grant.paid_total) == (ResourcesState.NOTIFIED, 0)
    assert OutboxMail.objects.get(kind="payment_bounced").to == [grant.payee.email]


def test_a_grant_is_cancelled_as_long_as_nothing_is_being_paid():
    grant = ResourcesSubsidyFactory(notified=True)
    daf = actor_of(grant, Role.GESTIONNAIRE_DAF)
    payment = prepare_grant_payment(grant_id=grant.pk, actor=daf)
    with pytest.raises(Refused, match="en cours"):
        cancel_grant(grant_id=grant.pk, actor=daf, comment="École fermée.")
    Payment.objects.filter(pk=payment.pk).update(state="rejected")

    cancel_grant(grant_id=grant.pk, actor=daf, comment="École fermée.")

    assert reread(grant).state == ResourcesState.CANCELLED


def test_one_college_receives_a_grant_for_each_of_its_schools():
    convention = ConventionFactory(in_execution=True, costs=[[8000], [8000]])
    college = CollegeFactory()
    grants = [
        ResourcesSubsidyFactory(convention=convention, school=covered.school, payee=college)
        for covered in convention.covered_schools.all()
    ]

    assert ResourcesSubsidy.objects.visible_to(actor_for(Role.COLLEGE_REFERENT, college)).count() == len(grants) == 2
