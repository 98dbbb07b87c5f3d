"""The acompte: asked for once, prepared at half of the decided amount to the centime below, with what explains it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import Stale
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from subsidies.enums import PaymentState, SubsidyState
from subsidies.models import EquipmentSubsidy, Payment
from subsidies.services.acompte import prepare_acompte, reject_acompte_request, request_acompte
from subsidies.services.holds import hold
from subsidies.services.payments import reject_payment
from tests.factories_subsidies import ConventionFactory, EquipmentSubsidyFactory, actor_of

pytestmark = pytest.mark.django_db


def reread(subsidy):
    return EquipmentSubsidy.objects.get(pk=subsidy.pk)


# --- Request ---


@pytest.mark.parametrize("role", [Role.EDITEUR, Role.SIGNATAIRE, Role.MANDATAIRE])
def test_the_collectivite_asks_for_the_acompte_and_the_daf_is_told(role):
    subsidy = EquipmentSubsidyFactory(notified=True)

    request_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, role), seen=subsidy.version)

    subsidy = reread(subsidy)
    assert (subsidy.state, subsidy.acompte_requested_on) == (SubsidyState.ACOMPTE_REQUESTED, dt.date(2016, 9, 23))
    mail = OutboxMail.objects.get(kind="acompte_requested")
    assert mail.to == [subsidy.campaign.academie.daf_email]


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.GESTIONNAIRE_DAF, Role.DIRECTOR])
def test_another_role_asks_for_nothing(role):
    subsidy = EquipmentSubsidyFactory(notified=True)

    with pytest.raises(PermissionDenied):
        request_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, role))

    assert reread(subsidy).state == SubsidyState.NOTIFIED


def test_the_acompte_needs_an_accepted_order():
    subsidy = EquipmentSubsidyFactory(notified=True, orders=0)

    with pytest.raises(Refused, match="Aucun bon de commande n’est accepté"):
        request_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.EDITEUR))


def test_a_campaign_without_acompte_pays_none():
    subsidy = EquipmentSubsidyFactory(notified=True, acompte_rate=0)

    with pytest.raises(Refused, match="ne verse pas d’acompte"):
        request_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.EDITEUR))


@pytest.mark.parametrize("state", ["acompte_requested", "acompte_paid", "justified", "solde_paid"])
def test_a_second_acompte_is_refused(state):
    subsidy = EquipmentSubsidyFactory(**{state: True})

    with pytest.raises(Refused, match="n’est plus possible"):
        request_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.EDITEUR))


def test_the_daf_rejects_a_request_with_its_motive():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)

    reject_acompte_request(
        subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF), comment="Le compte est à préciser."
    )

    subsidy = reread(subsidy)
    assert (subsidy.state, subsidy.acompte_requested_on) == (SubsidyState.NOTIFIED, None)
    assert "Le compte est à préciser." in OutboxMail.objects.get(kind="acompte_rejected").text


# --- Preparation ---


def test_the_gestionnaire_prepares_half_of_the_decision_with_the_lines_that_explain_it():
    """Two ceilings: convention 12 000, decision 11 000, acompte 5 500."""
    subsidy = EquipmentSubsidyFactory(acompte_requested=True, decided_amount=Decimal("11000"))
    daf = actor_of(subsidy, Role.GESTIONNAIRE_DAF)

    prepare_acompte(subsidy_id=subsidy.pk, actor=daf, seen=subsidy.version)

    payment, convention = Payment.objects.get(), subsidy.convention
    assert (payment.kind, payment.state, payment.amount) == ("acompte", PaymentState.PREPARED, Decimal("5500.00"))
    assert (payment.ceiling, payment.already_paid, payment.exercise) == (Decimal("11000.00"), 0, 2016)
    assert [(line["label"], line["amount"]) for line in payment.explanation] == [
        ("Montant maximal de la convention", "12000.00"),
        ("Montant prévisionnel de la décision", "11000.00"),
        ("Acompte dû", "5500.00"),
    ]
    assert payment.explanation[-1]["note"].startswith("50\xa0% du montant de la décision")
    assert (payment.payee_siret, payment.iban, payment.ej_number) == (convention.siret, convention.iban, subsidy.ej_number)
    assert payment.transfer_label == f"PLAN NUMERIQUE ACOMPTE SIRET {convention.siret} CONV {convention.reference}"
    assert payment.checkers == [subsidy.orders.get().checked_by_id]
    assert payment.preparer == daf.user


def test_an_odd_cent_is_neglected():
    """11 999.99 gives 5 999.99; the rest follows by difference."""
    subsidy = EquipmentSubsidyFactory(acompte_requested=True, decided_amount=Decimal("11999.99"))

    payment = prepare_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF))

    assert payment.amount == Decimal("5999.99")


def test_an_acompte_of_nothing_is_not_prepared():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True, decided_amount=Decimal("0.01"))

    with pytest.raises(Refused, match="il n’y a rien à payer"):
        prepare_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF))

    assert not Payment.objects.exists()


@pytest.mark.parametrize("role", [Role.VALIDEUR_DAF, Role.AGENT_DANE, Role.EDITEUR])
def test_another_role_prepares_nothing(role):
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)

    with pytest.raises(PermissionDenied):
        prepare_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, role))

    assert not Payment.objects.exists()


def test_what_is_missing_is_said_at_once():
    subsidy = EquipmentSubsidyFactory(notified=True, orders=0, ej_number="")
    daf = actor_of(subsidy, Role.GESTIONNAIRE_DAF)
    hold(subsidy_id=subsidy.pk, actor=daf, comment="Contrôle d’exemple.")

    with pytest.raises(Refused) as refused:
        prepare_acompte(subsidy_id=subsidy.pk, actor=daf)

    assert [reason[:40].replace("\xa0", " ") for reason in refused.value.reasons] == [
        "La subvention est à l’état « décision no",
        "La subvention est suspendue depuis le ve",
        "Aucun bon de commande n’est accepté : la",
        "Le numéro d’engagement juridique (EJ) ma",
    ]


def test_a_convention_without_account_or_siret_pays_nothing():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True, convention__iban="", convention__siret="")

    with pytest.raises(Refused) as refused:
        prepare_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF))

    assert len(refused.value.reasons) == 2
    assert not Payment.objects.exists()


def test_a_request_already_prepared_is_not_prepared_twice_and_may_be_again_once_rejected():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    daf = actor_of(subsidy, Role.GESTIONNAIRE_DAF)
    first = prepare_acompte(subsidy_id=subsidy.pk, actor=daf)

    with pytest.raises(Refused, match="Une demande de paiement est en cours"):
        prepare_acompte(subsidy_id=subsidy.pk, actor=daf)
    reject_payment(payment_id=first.pk, actor=daf, comment="Erreur d’exemple.")
    prepare_acompte(subsidy_id=subsidy.pk, actor=daf)

    assert [one.state for one in Payment.objects.order_by("pk")] == [PaymentState.REJECTED, PaymentState.PREPARED]


def test_a_stale_page_prepares_nothing():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    daf = actor_of(subsidy, Role.GESTIONNAIRE_DAF)
    hold(subsidy_id=subsidy.pk, actor=daf, comment="Contrôle d’exemple.", seen=1)

    with pytest.raises(Stale, match=f"Déjà traité par {daf.user}"):
        prepare_acompte(subsidy_id=subsidy.pk, actor=daf, seen=1)

    assert not Payment.objects.exists()


def test_the_label_of_a_transfer_fits_what_a_bank_takes():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True, convention=ConventionFactory(in_execution=True))

    payment = prepare_acompte(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF))

    assert len(payment.transfer_label) <= 140
    assert payment.transfer_label.isascii()
    assert payment.transfer_label == payment.transfer_label.upper()
