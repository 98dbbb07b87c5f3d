"""The award decision: prepared within the convention, signed and numbered, notified once laid out, replaced by another."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from plannumerique.files.enums import Readers
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import Stale
from plannumerique.lib.dates import plain_date
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from projects.models import CampaignText
from subsidies.enums import SubsidyState
from subsidies.models import EquipmentSubsidy, Payment
from subsidies.services.acompte import prepare_acompte
from subsidies.services.decision import (
    cancel_subsidy,
    notify_decision,
    prepare_decision,
    record_signed_decision,
    replace_decision,
    sign_decision,
    withdraw_decision,
)
from tests.factories_subsidies import EquipmentSubsidyFactory, actor_of
from tests.papers import draft

pytestmark = pytest.mark.django_db

ON = dt.date(2016, 9, 23)
SIGNATURE = {"on": ON, "signatory": "Alix EXEMPLE", "capacity": "Secrétaire générale", "delegation": "arrêté d’exemple"}


def reread(subsidy):
    return EquipmentSubsidy.objects.get(pk=subsidy.pk)


def rendered(subsidy):
    """The bytes follow the commit; here, they are said to be there."""
    issued = IssuedDocument.objects.filter(subject_id=subsidy.pk, kind="decision").order_by("-pk").first()
    IssuedDocument.objects.filter(pk=issued.pk).update(state="rendered", file=subsidy.convention.document.file, sha256="0" * 64)
    return issued


# --- Preparation ---


def test_the_gestionnaire_prepares_a_decision_at_the_maximum_of_the_convention():
    subsidy = EquipmentSubsidyFactory()
    daf = actor_of(subsidy, Role.GESTIONNAIRE_DAF)

    prepare_decision(subsidy_id=subsidy.pk, actor=daf, amount=Decimal("12000"), seen=subsidy.version)

    subsidy = reread(subsidy)
    assert (subsidy.state, subsidy.decided_amount, subsidy.decided_by) == (
        SubsidyState.DECISION_PREPARED,
        Decimal("12000.00"),
        daf.user,
    )


@pytest.mark.parametrize("role", [Role.VALIDEUR_DAF, Role.RECTEUR, Role.AGENT_DANE, Role.SIGNATAIRE])
def test_another_role_prepares_no_decision(role):
    subsidy = EquipmentSubsidyFactory()

    with pytest.raises(PermissionDenied, match="gestionnaire de la DAF"):
        prepare_decision(subsidy_id=subsidy.pk, actor=actor_of(subsidy, role), amount=Decimal("12000"))

    assert reread(subsidy).state == SubsidyState.CREATED


@pytest.mark.parametrize("amount", ["12000.01", "0.00", "-1.00"])
def test_a_decision_above_the_convention_or_nil_is_refused(amount):
    subsidy = EquipmentSubsidyFactory()

    with pytest.raises(Refused, match="décision"):
        prepare_decision(
            subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF), amount=Decimal(amount), comment="motif"
        )

    assert reread(subsidy).decided_amount is None


def test_a_decision_below_the_convention_needs_its_reason():
    """Two ceilings: convention 12 000, decision 11 000."""
    subsidy = EquipmentSubsidyFactory()
    daf = actor_of(subsidy, Role.GESTIONNAIRE_DAF)

    with pytest.raises(Refused, match="inférieure au maximum de la convention"):
        prepare_decision(subsidy_id=subsidy.pk, actor=daf, amount=Decimal("11000"))
    prepare_decision(subsidy_id=subsidy.pk, actor=daf, amount=Decimal("11000"), comment="Crédits d’exemple.")

    assert reread(subsidy).decided_amount == Decimal("11000.00")


def test_the_decision_waits_for_an_accepted_order_when_the_campaign_says_so():
    subsidy = EquipmentSubsidyFactory(orders=0)
    daf = actor_of(subsidy, Role.GESTIONNAIRE_DAF)

    with pytest.raises(Refused, match="Aucun bon de commande n’est accepté"):
        prepare_decision(subsidy_id=subsidy.pk, actor=daf, amount=Decimal("12000"))

    subsidy.campaign.decision_waits_for_order = False
    subsidy.campaign.save()
    prepare_decision(subsidy_id=subsidy.pk, actor=daf, amount=Decimal("12000"))
    assert reread(subsidy).state == SubsidyState.DECISION_PREPARED


def test_a_prepared_decision_is_taken_back_with_its_motive():
    subsidy = EquipmentSubsidyFactory(prepared=True)

    withdraw_decision(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF), comment="Montant à revoir.")

    subsidy = reread(subsidy)
    assert (subsidy.state, subsidy.decided_amount, subsidy.decided_by) == (SubsidyState.CREATED, None, None)


# --- Signature ---


@pytest.mark.parametrize("role", [Role.RECTEUR, Role.GESTIONNAIRE_DAF, Role.VALIDEUR_DAF])
def test_signing_issues_the_numbered_decision_with_its_two_ceilings(role):
    subsidy = EquipmentSubsidyFactory(prepared=True, decided_amount=Decimal("11000"))

    sign_decision(subsidy_id=subsidy.pk, actor=actor_of(subsidy, role), seen=subsidy.version, **SIGNATURE)

    subsidy = reread(subsidy)
    document = IssuedDocument.objects.get(kind="decision")
    assert (subsidy.state, subsidy.decision_reference) == (SubsidyState.DECISION_SIGNED, "AAP-2016-DEC-0001")
    assert (document.reference, document.readers) == ("AAP-2016-DEC-0001", Readers.SIGNATORIES)
    assert document.snapshot["amount"] == {"$decimal": "11000.00"}
    assert document.snapshot["convention_max"] == {"$decimal": "12000.00"}
    assert document.snapshot["acompte"] == {"$decimal": "5500.00"}
    assert document.snapshot["signature"]["name"] == "Alix EXEMPLE"
    assert document.snapshot["calendar"] == {
        "complete": "au plus tard le vendredi 14\u00a0octobre 2016",
        "paid": "avant le 7\u00a0décembre 2016",
        "otherwise": "à partir du 1er\u00a0mars 2017",
    }


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.EDITEUR, Role.DSI])
def test_another_role_signs_nothing(role):
    subsidy = EquipmentSubsidyFactory(prepared=True)

    with pytest.raises(PermissionDenied):
        sign_decision(subsidy_id=subsidy.pk, actor=actor_of(subsidy, role), **SIGNATURE)

    assert reread(subsidy).state == SubsidyState.DECISION_PREPARED
    assert not IssuedDocument.objects.filter(kind="decision").exists()


@pytest.mark.parametrize(
    ("on", "reason"),
    [(dt.date(2016, 9, 24), "est à venir"), (dt.date(2016, 8, 29), "ne peut être signée avant")],
)
def test_a_decision_is_signed_neither_tomorrow_nor_before_its_convention_is_notified(on, reason):
    subsidy = EquipmentSubsidyFactory(prepared=True)

    with pytest.raises(Refused, match=reason):
        sign_decision(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.RECTEUR), **(SIGNATURE | {"on": on}))


def test_a_campaign_whose_words_are_missing_issues_no_decision_and_says_which():
    subsidy = EquipmentSubsidyFactory(prepared=True)
    CampaignText.objects.filter(act="decision", slot__in=["recourse", "visas"]).delete()
    subsidy.campaign.imputation = {"programme": "à compléter par la DAF"}
    subsidy.campaign.save()

    with pytest.raises(Refused) as refused:
        sign_decision(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.RECTEUR), **SIGNATURE)

    assert "l’imputation budgétaire (campagne)" in refused.value.reasons[0]
    assert "les voies et délais de recours" in refused.value.reasons[0]
    assert reread(subsidy).state == SubsidyState.DECISION_PREPARED


def test_a_number_whose_act_failed_is_given_to_the_next():
    subsidy = EquipmentSubsidyFactory(prepared=True)
    subsidy.campaign.texts.filter(act="decision", slot="recourse").delete()
    recteur = actor_of(subsidy, Role.RECTEUR)
    with pytest.raises(Refused):
        sign_decision(subsidy_id=subsidy.pk, actor=recteur, **SIGNATURE)
    CampaignText.objects.create(campaign=subsidy.campaign, act="decision", slot="recourse", text="Recours d’exemple.")

    sign_decision(subsidy_id=subsidy.pk, actor=recteur, **SIGNATURE)

    assert reread(subsidy).decision_reference == "AAP-2016-DEC-0001"


def test_the_paper_that_came_back_signed_is_kept_with_the_decision():
    subsidy = EquipmentSubsidyFactory(signed=True)
    daf = actor_of(subsidy, Role.GESTIONNAIRE_DAF)

    document = record_signed_decision(
        subsidy_id=subsidy.pk,
        actor=daf,
        file=draft(daf.user, at=daf.at, name="decision-signee.pdf"),
        name="Alix EXEMPLE",
        capacity="Secrétaire générale",
        on=dt.date(2016, 9, 14),
    )

    document = IssuedDocument.objects.get(pk=document.pk)
    assert (document.is_signed, document.signatory_name, document.signed_on) == (True, "Alix EXEMPLE", dt.date(2016, 9, 14))
    assert JournalLine.objects.filter(act="record_signed_decision", subject_id=subsidy.pk).exists()


# --- Notification ---


def test_a_decision_is_notified_once_its_bytes_are_there_and_the_collectivite_is_told():
    subsidy = EquipmentSubsidyFactory(prepared=True)
    daf = actor_of(subsidy, Role.GESTIONNAIRE_DAF)
    sign_decision(subsidy_id=subsidy.pk, actor=daf, **SIGNATURE)
    with pytest.raises(Refused, match="en cours de mise en page"):
        notify_decision(subsidy_id=subsidy.pk, actor=daf, on=ON, proof="LRAR d’exemple")
    rendered(subsidy)

    notify_decision(subsidy_id=subsidy.pk, actor=daf, on=ON, proof="LRAR d’exemple")

    subsidy = reread(subsidy)
    assert (subsidy.state, subsidy.notified_on, subsidy.notification_proof) == (SubsidyState.NOTIFIED, ON, "LRAR d’exemple")
    mail = OutboxMail.objects.get(kind="decision_notified")
    assert mail.subject.startswith("plan numérique national premier degré")
    assert "AAP-2016-DEC-0001" in mail.text
    assert f"Elle vous est notifiée le {plain_date(ON)}." in mail.text
    assert "voies et délais de recours" in mail.text
    assert "vendredi 14\u00a0octobre 2016" in mail.text
    assert mail.reply_to == subsidy.campaign.academie.daf_email


def test_a_decision_notified_after_the_limit_asks_for_nothing_by_yesterday():
    subsidy = EquipmentSubsidyFactory(signed=True)
    late = dt.date(2016, 11, 7)

    notify_decision(
        subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=late), on=late, proof="LRAR d’exemple"
    )

    assert "Au plus tard" not in OutboxMail.objects.get(kind="decision_notified").text


def test_a_notification_needs_its_proof_and_cannot_precede_the_signature():
    subsidy = EquipmentSubsidyFactory(signed=True)
    daf = actor_of(subsidy, Role.VALIDEUR_DAF)

    with pytest.raises(Refused, match="preuve de réception"):
        notify_decision(subsidy_id=subsidy.pk, actor=daf, on=ON, proof=" ")
    with pytest.raises(Refused, match="ne peut être notifiée avant"):
        notify_decision(subsidy_id=subsidy.pk, actor=daf, on=dt.date(2016, 9, 11), proof="LRAR d’exemple")

    assert reread(subsidy).state == SubsidyState.DECISION_SIGNED


# --- Ways back ---


def test_a_second_decision_cancels_and_replaces_the_first():
    subsidy = EquipmentSubsidyFactory(prepared=True)
    daf = actor_of(subsidy, Role.GESTIONNAIRE_DAF)
    sign_decision(subsidy_id=subsidy.pk, actor=daf, **SIGNATURE)

    replace_decision(subsidy_id=subsidy.pk, actor=daf, comment="Montant corrigé.")
    prepare_decision(subsidy_id=subsidy.pk, actor=daf, amount=Decimal("11000"), comment="Montant corrigé.")
    sign_decision(subsidy_id=subsidy.pk, actor=daf, **SIGNATURE)

    first, second = IssuedDocument.objects.filter(kind="decision").order_by("pk")
    assert (second.replaces, second.reference) == (first, "AAP-2016-DEC-0002")
    assert "annule et remplace la décision n° AAP-2016-DEC-0001" in second.snapshot["replaced"].replace("\xa0", " ")
    assert first.snapshot["amount"] == {"$decimal": "12000.00"}
    assert reread(subsidy).decided_amount == Decimal("11000.00")


def test_a_decision_whose_acompte_is_being_paid_is_not_replaced():
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)

    with pytest.raises(Refused, match="n’est plus possible"):
        replace_decision(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF), comment="motif")


def test_a_subsidy_whose_payment_is_under_way_is_not_cancelled():
    subsidy = EquipmentSubsidyFactory(acompte_requested=True)
    daf = actor_of(subsidy, Role.GESTIONNAIRE_DAF)
    prepare_acompte(subsidy_id=subsidy.pk, actor=daf)

    with pytest.raises(Refused, match="Une demande de paiement est en cours"):
        cancel_subsidy(subsidy_id=subsidy.pk, actor=daf, comment="motif")

    assert Payment.objects.get().state == "prepared"


def test_an_unpaid_subsidy_is_cancelled_with_its_motive():
    subsidy = EquipmentSubsidyFactory(notified=True)

    cancel_subsidy(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF), comment="La collectivité renonce.")

    assert reread(subsidy).state == SubsidyState.CANCELLED


def test_a_stale_page_learns_who_was_first():
    subsidy = EquipmentSubsidyFactory()
    first = actor_of(subsidy, Role.GESTIONNAIRE_DAF)
    prepare_decision(subsidy_id=subsidy.pk, actor=first, amount=Decimal("12000"), seen=1)

    with pytest.raises(Stale, match=f"Déjà traité par {first.user} à 10:00"):
        prepare_decision(
            subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF), amount=Decimal("9000"), comment="x", seen=1
        )

    assert reread(subsidy).decided_amount == Decimal("12000.00")
