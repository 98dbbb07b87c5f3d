"""A new account: a RIB, checked by the DANE, confirmed by a valideur who did not propose it, unused for two days."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from conventions.models import Convention
from plannumerique.journal.machine import Refused
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from subsidies.enums import AccountChangeState, PaymentState
from subsidies.models import AccountChange, Payment
from subsidies.services.account import accept_rib, confirm_account, propose_account, refuse_account
from subsidies.services.acompte import prepare_acompte
from subsidies.services.payments import reject_payment, validate_payment
from tests.factories_subsidies import ORDINARY_BANK, EquipmentSubsidyFactory, actor_of, iban
from tests.papers import at, draft

pytestmark = pytest.mark.django_db

ON = dt.date(2016, 9, 23)
NEW = iban(4242)


def propose(subsidy, *, role=Role.EDITEUR, account=NEW, user=None):
    actor = actor_of(subsidy, role, on=ON, user=user)
    return propose_account(
        subsidy=subsidy,
        actor=actor,
        iban=account,
        bic="BDFEFRPPCCT",
        holder="Trésorerie d’exemple",
        rib=draft(actor.user, at=actor.at, name="rib.pdf"),
    )


def accepted(subsidy, **words):
    change = propose(subsidy, **words)
    accept_rib(change_id=change.pk, actor=actor_of(subsidy, Role.AGENT_DANE, on=ON))
    return change


def test_a_checked_and_confirmed_account_becomes_that_of_the_convention():
    subsidy = EquipmentSubsidyFactory(notified=True)
    change = accepted(subsidy)
    valideur = actor_of(subsidy, Role.VALIDEUR_DAF, on=ON)

    confirm_account(change_id=change.pk, actor=valideur)

    change = AccountChange.objects.get()
    convention = Convention.objects.get()
    assert (change.state, change.decided_by) == (AccountChangeState.CONFIRMED, valideur.user)
    assert (convention.iban, convention.iban_holder, convention.rib) == (NEW, "Trésorerie d’exemple", change.piece)
    mail = OutboxMail.objects.get(kind="account_changed")
    assert NEW not in mail.text
    assert NEW[-4:] in mail.text


def test_a_rib_that_the_dane_has_not_checked_confirms_nothing():
    subsidy = EquipmentSubsidyFactory(notified=True)
    change = propose(subsidy)

    with pytest.raises(Refused, match="n’est pas encore accepté"):
        confirm_account(change_id=change.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=ON))

    assert Convention.objects.get().iban == subsidy.convention.iban


def test_who_proposed_neither_checks_nor_confirms():
    subsidy = EquipmentSubsidyFactory(notified=True)
    change = propose(subsidy, role=Role.GESTIONNAIRE_DAF)
    hands = change.proposed_by

    with pytest.raises(PermissionDenied, match="Qui a déposé le RIB ne le vérifie pas"):
        accept_rib(change_id=change.pk, actor=actor_of(subsidy, Role.AGENT_DANE, on=ON, user=hands))
    accept_rib(change_id=change.pk, actor=actor_of(subsidy, Role.AGENT_DANE, on=ON))
    with pytest.raises(PermissionDenied, match="Qui a proposé le compte ne le confirme pas"):
        confirm_account(change_id=change.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=ON, user=hands))

    assert AccountChange.objects.get().state == AccountChangeState.PROPOSED


@pytest.mark.parametrize("role", [Role.GESTIONNAIRE_DAF, Role.DAN, Role.SIGNATAIRE])
def test_another_role_confirms_nothing(role):
    subsidy = EquipmentSubsidyFactory(notified=True)
    change = accepted(subsidy)

    with pytest.raises(PermissionDenied):
        confirm_account(change_id=change.pk, actor=actor_of(subsidy, role, on=ON))

    assert Convention.objects.get().iban == subsidy.convention.iban


def test_an_ordinary_bank_is_confirmed_with_what_was_checked():
    subsidy = EquipmentSubsidyFactory(notified=True)
    change = accepted(subsidy, account=iban(3, bank=ORDINARY_BANK))
    valideur = actor_of(subsidy, Role.VALIDEUR_DAF, on=ON)

    with pytest.raises(Refused, match="indiquez en commentaire"):
        confirm_account(change_id=change.pk, actor=valideur)
    confirm_account(change_id=change.pk, actor=valideur, comment="Vérifié au téléphone.")

    assert Convention.objects.get().iban == iban(3, bank=ORDINARY_BANK)


def test_a_refusal_keeps_the_account_and_tells_why():
    subsidy = EquipmentSubsidyFactory(notified=True)
    change = propose(subsidy)

    refuse_account(change_id=change.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=ON), comment="Titulaire inconnu.")

    assert AccountChange.objects.get().state == AccountChangeState.REFUSED
    assert Convention.objects.get().iban == subsidy.convention.iban
    assert "Titulaire inconnu." in OutboxMail.objects.get(kind="account_refused").text


def test_one_change_at_a_time_and_none_that_changes_nothing():
    subsidy = EquipmentSubsidyFactory(notified=True)
    with pytest.raises(Refused, match="est déjà celui du dossier"):
        propose(subsidy, account=subsidy.convention.iban)
    propose(subsidy)

    with pytest.raises(Refused, match="attend déjà d’être confirmé"):
        propose(subsidy, account=iban(4343))

    assert AccountChange.objects.count() == 1


def test_a_closed_subsidy_keeps_its_account():
    subsidy = EquipmentSubsidyFactory(closed=True)

    with pytest.raises(Refused, match="plus rien n’est à verser"):
        propose(subsidy)


def test_a_request_prepared_before_is_refused_and_the_next_waits_forty_eight_hours():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    gestionnaire = actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=ON)
    before = prepare_acompte(subsidy_id=subsidy.pk, actor=gestionnaire)
    change = accepted(subsidy)
    confirm_account(change_id=change.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=ON))

    with pytest.raises(Refused, match="L’IBAN du dossier a changé"):
        validate_payment(payment_id=before.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=ON))
    reject_payment(payment_id=before.pk, actor=gestionnaire, comment="Compte changé.")
    after = prepare_acompte(subsidy_id=subsidy.pk, actor=gestionnaire)
    assert (after.iban, after.iban_usable_from) == (NEW, at(dt.date(2016, 9, 25)))

    with pytest.raises(Refused, match=r"aucun paiement ne l’utilise avant le 25\u00a0septembre 2016 à 10.h.00"):
        validate_payment(payment_id=after.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=dt.date(2016, 9, 24)))
    validate_payment(payment_id=after.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=dt.date(2016, 9, 25)))

    assert Payment.objects.get(pk=after.pk).state == PaymentState.VALIDATED


def test_the_campaign_sets_how_long_a_new_account_waits():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    subsidy.campaign.iban_freeze_hours = 0
    subsidy.campaign.save()
    change = accepted(subsidy)
    confirm_account(change_id=change.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=ON))
    payment = prepare_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=ON))

    validate_payment(payment_id=payment.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF, on=ON))

    assert Payment.objects.get().state == PaymentState.VALIDATED
