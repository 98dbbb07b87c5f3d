"""Payment requests: prepared, validated by somebody else, recorded once the DRFiP has paid."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from plannumerique.journal.machine import Condition, Refused, obstacles
from plannumerique.journal.models import JournalLine, ThreadRow
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import euros
from plannumerique.organisations.actor import Actor
from subsidies.documents import payments as certificates
from subsidies.documents import solde as solde_certificates
from subsidies.enums import PaymentKind, SubsidyState
from subsidies.models import EquipmentSubsidy, Payment, ResourcesSubsidy
from subsidies.notices import money as notices
from subsidies.permissions import (
    can_follow_payment,
    can_prepare_payment,
    can_record_payment,
    can_reject_payment,
    can_validate_payment,
)
from subsidies.rules import frozen_until


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the computation of a payment, kept with it: words, an amount in euros, how it was found."""

    label: str
    amount: Decimal
    note: str = ""

    def kept(self) -> dict[str, str]:
        return {"label": self.label, "amount": str(self.amount), "note": self.note}


def prepare(
    *,
    kind: PaymentKind,
    subsidy: EquipmentSubsidy | ResourcesSubsidy,
    amount: Decimal,
    lines: Sequence[Line],
    exercise: int,
    actor: Actor,
    pay_from: dt.date | None = None,
    pay_before: dt.date | None = None,
    comment: str = "",
) -> Payment:
    """Open a payment request on a subsidy that the caller holds in a passage, after its move if it makes one.

    Payee, IBAN, ceiling (the decided amount, or the grant), already paid, EJ number and transfer label are copied from the
    subsidy as it stands. The certificate is issued when the request is validated; `documents.solde.issue_certificate`
    makes that of a solde.
    """
    payment = Payment(
        thread=subsidy.thread,
        kind=kind,
        amount=amount,
        explanation=[one.kept() for one in lines],
        already_paid=subsidy.paid_total,
        ej_number=subsidy.ej_number,
        exercise=exercise,
        pay_from=pay_from,
        pay_before=pay_before,
        prepared_on=actor.today,
        preparer=actor.user,
    )
    copy_terms(payment, subsidy)
    payment.iban_usable_from = _usable_from(subsidy)
    label = f"Préparer la demande de paiement ({PaymentKind(kind).label})"
    with opening(payment, actor=actor, may=can_prepare_payment, label=label, comment=comment):
        _refuse_missing(payment)
    return payment


def copy_terms(payment: Payment, subsidy: EquipmentSubsidy | ResourcesSubsidy) -> None:
    account = subsidy.credited
    setattr(payment, subsidy.paid_as, subsidy)
    payment.ceiling = subsidy.ceiling
    payment.payee_name, payment.payee_siret = account.name, account.siret
    payment.iban, payment.bic, payment.iban_holder = account.iban, account.bic, account.holder
    payment.certifier, payment.checkers = subsidy.certifier, subsidy.who_checked()
    payment.transfer_label = transfer_label(payment, subsidy.convention.reference)


# In French and without accents: a bank statement knows no other letters.
_LABELS = {PaymentKind.ACOMPTE: "ACOMPTE", PaymentKind.SOLDE: "SOLDE", PaymentKind.RESOURCES: "RESSOURCES"}


def transfer_label(payment: Payment, convention: str) -> str:
    """What the payee looks for on its account: several communes share that of their comptable, hence SIRET and convention."""
    school = f" {payment.resources.school.uai}" if payment.resources else ""
    return f"PLAN NUMERIQUE {_LABELS[PaymentKind(payment.kind)]} SIRET {payment.payee_siret} CONV {convention}{school}"[:140]


def _usable_from(subsidy: EquipmentSubsidy | ResourcesSubsidy) -> dt.datetime | None:
    """From when the account may be used, when it replaces another; the first account of a dossier replaces nothing."""
    holder = subsidy.account_row
    lines = JournalLine.objects.filter(subject_kind=holder._meta.label_lower, subject_id=holder.pk)
    change = lines.filter(before__has_key="iban").exclude(before__iban="").first()
    return frozen_until(change.occurred_at, hours=subsidy.campaign.iban_freeze_hours) if change else None


def _refuse_missing(payment: Payment) -> None:
    wanted = {
        "le numéro d’engagement juridique (EJ), que la DAF saisit": payment.ej_number,
        "le SIRET du bénéficiaire": payment.payee_siret,
        "l’IBAN du bénéficiaire": payment.iban,
    }
    missing = [label for label, value in wanted.items() if not value]
    if missing:
        raise Refused(*(f"Il manque pour préparer le paiement : {label}." for label in missing))
    if payment.amount <= 0:
        raise Refused(f"Le montant à payer est de {euros(payment.amount)} : il n’y a rien à payer.")


# --- Validation, payment, rejection ---


def validate_payment(*, payment_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Payment:
    """Another person than those who prepared, checked or certified asks the DRFiP to pay; the certificate goes with it."""
    with passage(Payment, payment_id, actor=actor, may=can_validate_payment, seen=seen, comment=comment) as payment:
        if not payment.has_the_expected_bank and not comment.strip():
            raise Refused(
                "Le compte n’est pas tenu par la banque attendue pour ce bénéficiaire : "
                "indiquez en commentaire comment il a été vérifié."
            )
        payment.validate_payment(by=actor.user, at=actor.at)
        _issue_certificate(payment, actor=actor)
    return payment


def _issue_certificate(payment: Payment, *, actor: Actor) -> None:
    if payment.kind == PaymentKind.ACOMPTE:
        certificates.issue_acompte_certificate(payment, actor=actor)
    elif payment.kind == PaymentKind.SOLDE:
        solde_certificates.issue_certificate(payment, actor=actor)


def record_payment(
    *, payment_id: int, actor: Actor, dp_number: str, on: dt.date, seen: int | None = None, comment: str = ""
) -> Payment:
    """The DRFiP has paid: its reference and its day. A hold does not stop it: what was paid is a fact."""
    refuse_future(on, actor)
    if not dp_number.strip():
        raise Refused("Indiquez le numéro de demande de paiement (DP), tel que Chorus le donne.")
    with passage(Payment, payment_id, actor=actor, may=can_record_payment, seen=seen, comment=comment) as payment:
        payment.record_payment(dp_number=dp_number.strip(), on=on)
        follow(payment, actor=actor)
        certificates.issue_payment_notice(payment, actor=actor)
        notices.tell_payment(payment, at=actor.at)
    return payment


def follow(payment: Payment, *, actor: Actor) -> None:
    """The subsidy's total rises in the same passage as its payment is recorded."""
    past = payment.taken_over_on is not None
    if payment.resources_id:
        with passage(ResourcesSubsidy, payment.resources_id, actor=actor, may=can_follow_payment, taken_over=past) as grant:
            grant.record_grant_paid(amount=payment.amount)
        return
    assert payment.equipment_id is not None  # payment_of_one_subsidy holds it
    with passage(EquipmentSubsidy, payment.equipment_id, actor=actor, may=can_follow_payment, taken_over=past) as subsidy:
        if payment.kind == PaymentKind.ACOMPTE:
            subsidy.record_acompte_paid(amount=payment.amount)
        else:
            subsidy.record_solde_paid(amount=payment.amount)


def reject_payment(*, payment_id: int, actor: Actor, comment: str, seen: int | None = None) -> Payment:
    """Set the request aside before it is paid; another one can be prepared then."""
    with passage(Payment, payment_id, actor=actor, may=can_reject_payment, seen=seen, comment=comment) as payment:
        payment.reject_payment()
    return payment


def bounce_payment(*, payment_id: int, actor: Actor, comment: str, seen: int | None = None) -> Payment:
    """The bank sent the transfer back: the money is no longer paid, and the subsidy waits for it again."""
    with passage(Payment, payment_id, actor=actor, may=can_reject_payment, seen=seen, comment=comment) as payment:
        payment.bounce_payment()
        _take_back(payment, actor=actor, comment=comment)
        notices.tell_bounced(payment, at=actor.at, motive=comment)
    return payment


def _take_back(payment: Payment, *, actor: Actor, comment: str) -> None:
    if payment.resources_id:
        with passage(ResourcesSubsidy, payment.resources_id, actor=actor, may=can_follow_payment, comment=comment) as grant:
            grant.take_back_grant(amount=payment.amount)
        return
    assert payment.equipment_id is not None  # payment_of_one_subsidy holds it
    with passage(
        EquipmentSubsidy,
        payment.equipment_id,
        actor=actor,
        may=can_follow_payment,
        comment=comment,
        act="take_back_acompte",
        label="Constater le rejet du virement de l’acompte",
    ) as subsidy:
        if payment.kind == PaymentKind.SOLDE:
            subsidy.take_back_solde(amount=payment.amount)
        elif subsidy.state == SubsidyState.ACOMPTE_PAID:
            subsidy.take_back_acompte(amount=payment.amount)
        else:  # the statement is already there: the solde will pay the whole
            subsidy.paid_total -= payment.amount


def refuse_future(on: dt.date, actor: Actor) -> None:
    if on > actor.today:
        raise Refused(f"Le {plain_date(on)} est à venir : une date enregistrée est celle d’un fait accompli.")


def demand(row: ThreadRow, *conditions: Condition) -> None:
    """The obstacles of an act that moves no state, said as those of a move are."""
    reasons = obstacles(row, conditions)
    if reasons:
        raise Refused(*reasons)
