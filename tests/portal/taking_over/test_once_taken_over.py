"""Dossiers taken over are led on in the portal, as the others, or undone."""

import datetime as dt
from decimal import Decimal

import pytest

from conventions import services as conventions
from conventions.models import Convention
from conventions.services import record_signed_copy
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Refused
from plannumerique.organisations.enums import Role
from projects import services as applications
from projects.enums import ActKind
from projects.models import Application, Dossier
from subsidies.models import EquipmentSubsidy, Payment
from subsidies.services import taking_over as money
from subsidies.services.account import accept_rib, confirm_account, propose_account
from subsidies.services.payments import record_payment, reject_payment, validate_payment
from subsidies.services.solde import liquidate_solde
from tests.factories import SchoolFactory
from tests.factories_projects import ApplicationFactory, DossierFactory
from tests.factories_statement import constate, justify, printed
from tests.factories_subsidies import actor_of, iban, word_the_acts
from tests.papers import draft
from tests.taken_over import ACOMPTE, NOTIFIED, NOW, SIGNED, a_line, entered, line_of

pytestmark = pytest.mark.django_db


def test_a_dossier_entered_by_mistake_is_undone_step_by_step_and_taken_over_again(campaign, dane):
    line = line_of(SIGNED)
    entered(campaign, line | {"recteur_signatory": "Une autre"}, by=dane)
    convention = Convention.objects.get()
    mistaken = {"convention_id": convention.pk, "actor": dane, "comment": "Signataire mal recopié."}
    conventions.cancel_recteur_signature(**mistaken)
    conventions.abandon(**mistaken)
    with pytest.raises(Refused, match="n’a pas été instruite ici"):
        applications.revise_selection(application_id=Application.objects.get().pk, actor=dane, comment="motif")
    applications.cancel_take_over(application_id=Application.objects.get().pk, actor=dane, comment="À reprendre exacte.")

    entered(campaign, line, by=dane)

    assert list(Application.objects.order_by("pk").values_list("state", flat=True)) == ["abandoned", "contracted"]
    assert Convention.objects.live().get().recteur_signatory == "Alix EXEMPLE"


def test_a_rejected_entry_frees_its_number_and_is_entered_again(campaign, dane, gestionnaire, valideur):
    line = line_of(ACOMPTE)
    entered(campaign, line | {"acompte_amount": "5000"}, by=dane)
    entered(campaign, line | {"acompte_amount": "5000"}, by=gestionnaire)
    reject_payment(payment_id=Payment.objects.get().pk, actor=valideur, comment="Chorus dit 6 000 €.")

    entered(campaign, line, by=gestionnaire)

    again = Payment.objects.get(state="prepared")
    assert (again.amount, again.dp_number) == (Decimal("6000.00"), "1000000077")


def test_what_was_paid_is_never_asked_of_the_drfip_again(campaign, dane, gestionnaire, valideur):
    line = line_of(ACOMPTE)
    entered(campaign, line, by=dane)
    entered(campaign, line, by=gestionnaire)

    with pytest.raises(Refused, match="déjà fait"):
        validate_payment(payment_id=Payment.objects.get().pk, actor=valideur, comment="vu")
    assert Payment.objects.get().state == "prepared"


def test_a_dossier_taken_over_at_the_acompte_is_led_to_its_solde(campaign, dane, gestionnaire, valideur):
    """Golden case A on a decision of 11 000 €: the solde is what is left under the decision, the past acompte deducted."""
    line = line_of(ACOMPTE, decision_amount="11000", acompte_amount="5500")
    entered(campaign, line, by=dane)
    entered(campaign, line, by=gestionnaire)
    money.confirm_past_payment(payment_id=Payment.objects.get().pk, actor=valideur)
    word_the_acts(campaign)
    subsidy = EquipmentSubsidy.objects.get()
    _give_an_account(subsidy)

    justify(subsidy, "7900.50", "8000", "9100")
    certified = constate(subsidy)
    november = dt.date(2016, 11, 25)
    payment = liquidate_solde(subsidy_id=subsidy.pk, actor=actor_of(subsidy, Role.GESTIONNAIRE_DAF, on=november))
    validator = actor_of(subsidy, Role.VALIDEUR_DAF, on=november)
    validate_payment(payment_id=payment.pk, actor=validator)
    record_payment(payment_id=payment.pk, actor=validator, dp_number="1000000099", on=november)

    assert certified.definitive_amount == Decimal("11000.00")
    assert (payment.amount, payment.ceiling, payment.already_paid) == (
        Decimal("5500.00"),
        Decimal("11000.00"),
        Decimal("5500.00"),
    )
    assert "CONV CONV-PAPIER-7" in payment.transfer_label
    done = EquipmentSubsidy.objects.get()
    assert (done.state, done.paid_total) == ("solde_paid", Decimal("11000.00"))
    assert done.paid_total == sum(one.amount for one in done.payments.paid())
    certificate = printed(IssuedDocument.objects.get(kind=ActKind.SOLDE))
    assert "DEC-PAPIER-3" in certificate
    assert "CONV-PAPIER-7" in certificate


def _give_an_account(subsidy):
    """The account comes with its RIB, by the four eyes of every account."""
    change = propose(subsidy)
    accept_rib(change_id=change.pk, actor=actor_of(subsidy, Role.AGENT_DANE))
    confirm_account(change_id=change.pk, actor=actor_of(subsidy, Role.VALIDEUR_DAF))


def propose(subsidy):
    editor = actor_of(subsidy, Role.EDITEUR)
    rib = draft(editor.user, at=editor.at, name="rib.pdf")
    return propose_account(subsidy=subsidy, actor=editor, iban=iban(77), bic="BDFEFRPPCCT", holder="SGC d’exemple", rib=rib)


def test_the_original_is_kept_when_it_is_scanned_later(campaign, dane):
    entered(campaign, line_of(NOTIFIED), by=dane)
    convention = Convention.objects.get()

    record_signed_copy(convention_id=convention.pk, actor=dane, file=draft(dane.user, at=NOW, name="original.pdf"))

    piece = Convention.objects.get().collectivite_copy
    assert (piece.kind, piece.file.original_name) == ("original", "original.pdf")


def test_a_collectivite_that_applies_again_keeps_its_dossier(campaign, dane):
    school, college = SchoolFactory(), SchoolFactory(college=True)
    dossier = DossierFactory(campaign=campaign, collectivite=school.collectivite)
    ApplicationFactory(dossier=dossier, school=SchoolFactory(collectivite=school.collectivite), submitted=True)

    entered(campaign, a_line(school, college, **SIGNED), by=dane)

    assert Dossier.objects.get() == dossier
    assert sorted(Application.objects.values_list("state", flat=True)) == ["contracted", "submitted"]
