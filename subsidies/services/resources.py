"""The grant of resources: notified to the collège référent, paid to it."""

import datetime as dt

from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import passage
from plannumerique.lib.identifiers import BankKind, bank_kind
from plannumerique.organisations.actor import Actor
from subsidies import conditions as only_if
from subsidies.documents import resources as letters
from subsidies.enums import ACCOUNT_ACT, PaymentKind
from subsidies.models import Payment, ResourcesSubsidy
from subsidies.notices import money as notices
from subsidies.permissions import can_cancel_subsidy, can_notify_grant, can_prepare_payment, can_record_college_account
from subsidies.services.payments import Line, demand, prepare, refuse_future

GRANT_PREPARATION = (
    only_if.the_grant_is_notified,
    only_if.the_college_account_is_known,
    only_if.the_ej_number_is_known,
    only_if.no_payment_is_under_way,
)


def notify_grant(*, grant_id: int, actor: Actor, on: dt.date, seen: int | None = None, comment: str = "") -> ResourcesSubsidy:
    """Tell the collège what it will receive, for which school, for which use, and what it must justify."""
    refuse_future(on, actor)
    with passage(ResourcesSubsidy, grant_id, actor=actor, may=can_notify_grant, seen=seen, comment=comment) as grant:
        grant.notify_grant(on=on)
        notices.tell_grant_notified(grant, at=actor.at)
        grant.reference = letters.issue_grant_letter(grant, actor=actor).reference
    return grant


def record_college_account(
    *, grant_id: int, actor: Actor, siret: str, iban: str, bic: str = "", seen: int | None = None, comment: str = ""
) -> ResourcesSubsidy:
    """The account of the collège, as its RIB gives it; one that is not kept by the Trésor has to be explained."""
    if bank_kind(iban) is not BankKind.DFT and not comment.strip():
        raise Refused("Un collège public a son compte au Trésor (DFT, 10071) : expliquez en commentaire cet autre compte.")
    with passage(
        ResourcesSubsidy,
        grant_id,
        actor=actor,
        may=can_record_college_account,
        seen=seen,
        comment=comment,
        act=ACCOUNT_ACT,
        label="Saisir le compte du collège",
    ) as grant:
        demand(grant, only_if.no_payment_is_under_way)
        grant.siret, grant.iban, grant.bic = siret, iban, bic.strip()
    return grant


def prepare_grant_payment(*, grant_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Payment:
    with passage(
        ResourcesSubsidy,
        grant_id,
        actor=actor,
        may=can_prepare_payment,
        seen=seen,
        comment=comment,
        act="prepare_grant_payment",
        label="Préparer le paiement de la dotation",
    ) as grant:
        demand(grant, *GRANT_PREPARATION)
        payment = prepare(
            kind=PaymentKind.RESOURCES,
            subsidy=grant,
            amount=grant.amount,
            lines=[Line("Dotation de ressources", grant.amount, note=f"{grant.school.in_words} ({grant.school.uai})")],
            exercise=actor.today.year,
            actor=actor,
            comment=comment,
        )
    return payment


def cancel_grant(*, grant_id: int, actor: Actor, comment: str, seen: int | None = None) -> ResourcesSubsidy:
    with passage(ResourcesSubsidy, grant_id, actor=actor, may=can_cancel_subsidy, seen=seen, comment=comment) as grant:
        grant.cancel_grant()
    return grant
