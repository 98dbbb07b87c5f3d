"""The service fait: one act of the DAN, one date, from which the year of the solde follows by a rule that is printed."""

import datetime as dt
from decimal import Decimal

import pgtrigger
import pytest
from django.core.exceptions import PermissionDenied

from deployments.models import MobileClass
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import JournalLine
from plannumerique.journal.passages import Stale
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import Role
from projects.models import CampaignDeadline
from subsidies.models import EquipmentSubsidy, ExpenseStatement, Invoice
from subsidies.permissions import can_certify_service_fait
from subsidies.readings.promises import promise_of
from subsidies.rules import Party
from subsidies.services import service_fait, statement
from tests.factories import AcademieFactory, MembershipFactory, UserFactory, actor_for
from tests.factories_projects import PieceFactory
from tests.factories_statement import (
    InvoiceFactory,
    StatementFactory,
    classes_of,
    constate,
    fresh,
    justify,
    printed,
    ready_for_service_fait,
    receive,
)
from tests.factories_subsidies import SERVICE_FAIT_ON, EquipmentSubsidyFactory, actor_of
from tests.papers import at

pytestmark = pytest.mark.django_db


def october(day):
    return dt.date(2016, 10, day)


def dan_of(subsidy, on=SERVICE_FAIT_ON, user=None):
    return actor_of(subsidy, Role.DAN, on=on, user=user)


def certificate():
    return IssuedDocument.objects.filter(kind="service_fait").order_by("-pk").first()


# --- What it does ---


def test_the_constatation_computes_dates_certifies_the_classes_and_tells_everybody():
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    justify(subsidy, "7900.50", "8000", "9100", complete_on=october(12))
    dan = dan_of(subsidy)

    service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=dan, reservations="Un chargeur à remplacer.")

    row = fresh(subsidy)
    assert (row.state, row.service_fait_on, row.service_fait_by) == ("service_fait", SERVICE_FAIT_ON, dan.user)
    assert (row.justified_amount, row.definitive_amount) == (Decimal("25000.50"), Decimal("11950.25"))
    assert row.service_fait_reservations == "Un chargeur à remplacer."
    assert set(MobileClass.objects.values_list("certified_on", flat=True)) == {SERVICE_FAIT_ON}
    told = OutboxMail.objects.filter(kind__in=["service_fait", "service_fait_daf"])
    assert {mail.to[-1] for mail in told} == {subsidy.thread.collectivite.email, "daf.03@exemple.invalid"}
    assert JournalLine.objects.get(act="certify_service_fait").actor == dan.user


def test_the_certificate_prints_both_dates_the_rule_the_classes_and_the_reservations():
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    justify(subsidy, "7900.50", "8000", "9100", complete_on=october(12))
    MobileClass.objects.filter(pk=classes_of(subsidy)[1].pk).update(reservations="Une tablette rayée.")
    constate(subsidy, reservations="Un chargeur à remplacer.")

    document = certificate()
    text = printed(document)

    assert document.reference == "AAP-2016-SF-0001"
    for words in (
        "mercredi 12 octobre 2016",
        "vendredi 14 octobre 2016",
        "versement prévu avant le 7 décembre 2016",
        "Un chargeur à remplacer.",
        "Une tablette rayée.",
        "onze mille neuf cent cinquante euros et vingt-cinq centimes",
        "AAP-2016-ER-0001",
        "03/10/2016",
    ):
        assert words in text, words
    for amount in ("7 900,50 €", "3 950,25 €", "11 950,25 €", "5 100,00 €"):
        assert amount in text, amount


def test_no_solde_is_promised_where_more_was_paid_than_is_due():
    """Case B: 6 000 paid, two classes at 5 000 give 5 000; the certificate and the mails speak of the 1 000 too many."""
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    justify(subsidy, "5000", "5000", complete_on=october(12))
    constate(subsidy)

    words = "Aucun solde n’est dû : le trop-perçu de 1 000,00 € est à reverser, sur titre de perception"
    text = printed(certificate())
    assert words in text
    assert "versement prévu" not in text
    for mail in OutboxMail.objects.filter(kind__in=["service_fait", "service_fait_daf"]):
        assert words in " ".join(mail.text.split())
        assert "Au plus tard" not in mail.text


def test_whoever_attests_signs_the_certificate():
    subsidy = ready_for_service_fait()
    dan = dan_of(subsidy)
    service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=dan)

    snapshot = certificate().snapshot
    assert (snapshot["signature"]["name"], snapshot["constated_by"]) == (dan.name, dan.name)


# --- The boundary of 15 October ---


@pytest.mark.parametrize(
    ("complete_on", "constated_on", "inclusive", "exercise", "delay_of", "words"),
    [
        (october(14), october(14), False, 2016, None, "dans le délai"),
        (october(14), october(15), False, 2017, Party.DANE, "service fait constaté le 15 octobre 2016, après le vendredi 14"),
        (october(14), october(15), True, 2016, None, "dans le délai (samedi 15 octobre 2016)"),
        (october(15), october(15), False, 2017, Party.COLLECTIVITE, "Pièces complètes le 15 octobre 2016, après le vendredi 14"),
        (october(15), october(16), True, 2017, Party.DANE, "après le samedi 15 octobre 2016"),
        (october(16), october(16), True, 2017, Party.COLLECTIVITE, "Pièces complètes le 16 octobre 2016, après le samedi 15"),
        (october(17), october(18), False, 2017, Party.COLLECTIVITE, "paiement à partir du 1er mars 2017"),
        (october(12), october(20), False, 2017, Party.DANE, "Pièces complètes le 12 octobre 2016, dans le délai, mais"),
    ],
)
def test_the_year_follows_from_the_two_dates(complete_on, constated_on, inclusive, exercise, delay_of, words):
    """« Avant le 15 octobre » is the 14th; the campaign's flag makes the 15th the last day. Nobody types either date."""
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    CampaignDeadline.objects.filter(campaign=subsidy.campaign, code="justification").update(inclusive=inclusive)
    justify(subsidy, "8000", "8000", "8000", complete_on=complete_on)

    row = constate(subsidy, on=constated_on)

    assert (row.complete_on, row.service_fait_on) == (complete_on, constated_on)
    promise = promise_of(row, today=constated_on)
    assert (promise.exercise, promise.delay_of) == (exercise, delay_of)
    assert words in promise.sentence.replace("\u00a0", " ").replace("\u202f", " ")
    assert certificate().snapshot["rule"] == promise.sentence


def test_the_danes_own_delay_shows_before_the_constatation():
    subsidy = ready_for_service_fait()

    promise = promise_of(subsidy, today=october(15))

    assert promise.delay_of is Party.DANE
    assert promise.waiting_for is Party.DANE
    assert "service fait non constaté au vendredi 14\u00a0octobre 2016" in promise.sentence


# --- What stands in the way ---


def test_a_claimed_class_that_is_not_received_is_named_with_its_school():
    subsidy = EquipmentSubsidyFactory(justified=True)
    StatementFactory(subsidy=subsidy, certified=True)
    InvoiceFactory(subsidy=subsidy)
    first, second, third = classes_of(subsidy)
    receive(first, third)

    with pytest.raises(Refused) as refused:
        service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=dan_of(subsidy))

    (reason,) = refused.value.reasons
    assert reason.startswith(f"La classe {second} est facturée sans réception enregistrée")
    assert reason.endswith("la direction de l’école ou la DANE enregistre la réception.")
    assert fresh(subsidy).state == "justified"
    assert certificate() is None
    assert not MobileClass.objects.filter(certified_on__isnull=False).exists()


def test_a_class_that_nobody_claims_does_not_stand_in_the_way_and_earns_nothing():
    """Partial delivery: two classes invoiced and received, the third neither: the solde is on the two."""
    subsidy = EquipmentSubsidyFactory(acompte_paid=True)
    justify(subsidy, "8000", "8000")

    row = constate(subsidy)

    assert row.definitive_amount == Decimal("8000.00")
    assert MobileClass.objects.filter(certified_on__isnull=False).count() == 2


def test_a_claimed_class_that_was_renounced_is_named():
    subsidy = ready_for_service_fait()
    one = classes_of(subsidy)[0]
    MobileClass.objects.filter(pk=one.pk).update(state="renounced", received_on=None)

    with pytest.raises(Refused, match="la collectivité y a renoncé"):
        service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=dan_of(subsidy))


def test_an_invoice_that_waits_for_its_check_stands_in_the_way():
    subsidy = ready_for_service_fait()
    InvoiceFactory(subsidy=subsidy, waiting=True, expenses={classes_of(subsidy)[0]: "10"})

    with pytest.raises(Refused, match=r"1.facture attend la vérification de la DANE"):
        service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=dan_of(subsidy))


def test_a_rejected_invoice_no_longer_counts():
    subsidy = EquipmentSubsidyFactory(justified=True)
    StatementFactory(subsidy=subsidy, certified=True)
    first, second, _ = classes_of(subsidy)
    InvoiceFactory(subsidy=subsidy, expenses={first: "8000"})
    InvoiceFactory(subsidy=subsidy, rejected=True, expenses={second: "8000"})
    receive(first)

    assert constate(subsidy).definitive_amount == Decimal("4000.00")


def test_a_statement_whose_invoices_are_all_rejected_certifies_nothing():
    subsidy = EquipmentSubsidyFactory(justified=True)
    StatementFactory(subsidy=subsidy, certified=True)
    InvoiceFactory(subsidy=subsidy, rejected=True)

    with pytest.raises(Refused, match="Aucune facture n’est acceptée"):
        service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=dan_of(subsidy))


def test_a_credit_note_lowers_the_class_that_it_concerns():
    """Case A less a credit note of 100,50 € on the first class: 7 800,00 € → 3 900,00 €."""
    subsidy = EquipmentSubsidyFactory(justified=True)
    StatementFactory(subsidy=subsidy, certified=True)
    first, second, third = classes_of(subsidy)
    InvoiceFactory(subsidy=subsidy, expenses={first: "7900.50", second: "8000", third: "9100"})
    InvoiceFactory(subsidy=subsidy, number="AV-1", expenses={first: "-100.50"})
    receive(first, second, third)

    row = constate(subsidy)

    assert (row.justified_amount, row.definitive_amount) == (Decimal("24900.00"), Decimal("11900.00"))


def test_a_paper_statement_is_accepted_with_the_file_it_certifies():
    subsidy = EquipmentSubsidyFactory(justified=True)
    sheet = StatementFactory(subsidy=subsidy, on_paper=True)
    InvoiceFactory(subsidy=subsidy)
    receive(*classes_of(subsidy))

    constate(subsidy)

    sheet.signed_piece = type(sheet.signed_piece).objects.get(pk=sheet.signed_piece_id)
    assert sheet.signed_piece.state == "accepted"


def test_a_campaign_without_its_dates_issues_no_certificate():
    subsidy = ready_for_service_fait()
    CampaignDeadline.objects.filter(code="solde").delete()

    with pytest.raises(Refused, match=r"les dates de justification et de solde \(campagne\)"):
        service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=dan_of(subsidy))

    assert fresh(subsidy).state == "justified"


# --- Who ---


@pytest.mark.parametrize("role", [Role.AGENT_DANE, Role.GESTIONNAIRE_DAF, Role.VALIDEUR_DAF, Role.SIGNATAIRE, Role.DIRECTOR])
def test_another_role_constates_nothing(role):
    subsidy = ready_for_service_fait()

    with pytest.raises(PermissionDenied, match="délégué académique au numérique"):
        service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=actor_of(subsidy, role, on=SERVICE_FAIT_ON))

    assert fresh(subsidy).state == "justified"


def test_the_dan_of_another_academie_constates_nothing():
    subsidy = ready_for_service_fait()

    with pytest.raises(PermissionDenied):
        service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=actor_for(Role.DAN, AcademieFactory(rennes=True)))


@pytest.mark.parametrize("hand", ["deposited", "certified", "brought an invoice", "brought the paper"])
def test_whoever_had_a_hand_in_the_statement_does_not_constate_it(hand):
    """One person may hold two roles: the four eyes look at the person."""
    subsidy = ready_for_service_fait()
    user = UserFactory()
    if hand == "deposited":
        EquipmentSubsidy.objects.filter(pk=subsidy.pk).update(justified_by=user)
    elif hand == "certified":
        with pgtrigger.ignore():
            ExpenseStatement.objects.update(certified_by=user)
    elif hand == "brought an invoice":
        with pgtrigger.ignore():
            Invoice.objects.update(piece=PieceFactory(subject=subsidy, kind="invoice", deposited_by=user))
    else:
        paper = PieceFactory(subject=subsidy, kind="signed_statement", deposited_by=user)
        with pgtrigger.ignore():
            ExpenseStatement.objects.update(certified_on_paper=True, signed_piece=paper)

    with pytest.raises(PermissionDenied, match="un autre DAN le constate"):
        service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=dan_of(subsidy, user=user))

    assert fresh(subsidy).state == "justified"
    assert can_certify_service_fait(dan_of(subsidy), fresh(subsidy))


def test_a_stale_page_says_who_was_first():
    subsidy = ready_for_service_fait()
    first = dan_of(subsidy)
    service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=first, seen=1)

    with pytest.raises(Stale, match=f"Déjà traité par {first.name} à 10:00 le 14/10/2016"):
        service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=dan_of(subsidy), seen=1)

    assert IssuedDocument.objects.filter(kind="service_fait").count() == 1


# --- Revoke ---


def test_a_revoked_constatation_clears_what_it_set_and_the_next_one_replaces_its_certificate():
    subsidy = ready_for_service_fait()
    constate(subsidy)
    first = certificate()

    service_fait.revoke_service_fait(subsidy_id=subsidy.pk, actor=dan_of(subsidy), comment="Facture à revoir.")

    row = fresh(subsidy)
    assert (row.state, row.service_fait_on, row.service_fait_by) == ("justified", None, None)
    assert (row.justified_amount, row.definitive_amount) == (None, None)
    assert row.complete_on is not None
    assert not MobileClass.objects.filter(certified_on__isnull=False).exists()

    constate(subsidy, on=october(18))
    assert certificate().replaces == first
    assert f"annule et remplace le certificat n° {first.reference}" in printed(certificate())


def test_a_revocation_has_its_motive_and_its_dan():
    subsidy = ready_for_service_fait()
    constate(subsidy)

    with pytest.raises(Refused, match="Indiquez le motif"):
        service_fait.revoke_service_fait(subsidy_id=subsidy.pk, actor=dan_of(subsidy), comment="")
    with pytest.raises(PermissionDenied):
        service_fait.revoke_service_fait(
            subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.AGENT_DANE, on=SERVICE_FAIT_ON), comment="Motif."
        )

    assert fresh(subsidy).state == "service_fait"


def test_after_the_revocation_the_file_can_be_given_back():
    subsidy = ready_for_service_fait()
    constate(subsidy)
    dan = dan_of(subsidy)
    service_fait.revoke_service_fait(subsidy_id=subsidy.pk, actor=dan, comment="Facture à revoir.")

    statement.request_statement_completion(subsidy_id=subsidy.pk, actor=dan, comment="Il manque un avoir.")

    assert fresh(subsidy).state == "to_complete"


def test_a_dan_whose_membership_ended_yesterday_constates_nothing():
    subsidy = ready_for_service_fait()
    held = MembershipFactory(dan=True, academie=subsidy.thread.academie, ends_on=october(13))
    late = type(dan_of(subsidy)).of(held.user, at=at(SERVICE_FAIT_ON))

    with pytest.raises(PermissionDenied):
        service_fait.certify_service_fait(subsidy_id=subsidy.pk, actor=late)
