"""The award decision: prepared by the DAF, signed by the recteur or for him, notified, replaced when it must be."""

import datetime as dt
from decimal import Decimal

from plannumerique.files import services as files
from plannumerique.files.models import IssuedDocument, StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import passage
from plannumerique.organisations.actor import Actor
from subsidies.documents import decision as letters
from subsidies.models import EquipmentSubsidy
from subsidies.notices import money as notices
from subsidies.permissions import (
    can_cancel_subsidy,
    can_notify_decision,
    can_prepare_decision,
    can_replace_decision,
    can_sign_decision,
)
from subsidies.services.payments import refuse_future


def prepare_decision(
    *, subsidy_id: int, actor: Actor, amount: Decimal, seen: int | None = None, comment: str = ""
) -> EquipmentSubsidy:
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_prepare_decision, seen=seen, comment=comment) as subsidy:
        subsidy.prepare_decision(amount=amount, by=actor.user)
        if amount < subsidy.convention_max and not comment.strip():
            raise Refused("La décision est inférieure au maximum de la convention : indiquez pourquoi.")
    return subsidy


def withdraw_decision(*, subsidy_id: int, actor: Actor, comment: str, seen: int | None = None) -> EquipmentSubsidy:
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_prepare_decision, seen=seen, comment=comment) as subsidy:
        subsidy.withdraw_decision()
    return subsidy


def sign_decision(
    *,
    subsidy_id: int,
    actor: Actor,
    on: dt.date,
    signatory: str,
    capacity: str,
    delegation: str = "",
    seen: int | None = None,
    comment: str = "",
) -> EquipmentSubsidy:
    """The recteur signs, or the DAF records the signature put on paper; the numbered decision is issued with it."""
    refuse_future(on, actor)
    if not signatory.strip() or not capacity.strip():
        raise Refused("Indiquez le nom et la qualité du signataire.")
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_sign_decision, seen=seen, comment=comment) as subsidy:
        subsidy.sign_decision(on=on, signatory=signatory.strip(), capacity=capacity.strip(), delegation=delegation.strip())
        subsidy.decision_reference = letters.issue_decision(subsidy, actor=actor).reference
    return subsidy


def record_signed_decision(
    *,
    subsidy_id: int,
    actor: Actor,
    file: StoredFile,
    name: str,
    capacity: str,
    on: dt.date,
    seen: int | None = None,
    comment: str = "",
) -> IssuedDocument:
    """The decision came back signed on paper: its scan has the same value as the act recorded on line."""
    with passage(
        EquipmentSubsidy,
        subsidy_id,
        actor=actor,
        may=can_sign_decision,
        seen=seen,
        comment=comment,
        act="record_signed_decision",
        label="Enregistrer l’exemplaire signé de la décision",
    ) as subsidy:
        document = letters.decision_in_force(subsidy)
        if document is None:
            raise Refused("Aucune décision n’est établie : elle l’est quand sa signature est enregistrée.")
        files.record_signed_copy(document_id=document.pk, actor=actor, file=file, name=name, capacity=capacity, on=on)
    return document


def notify_decision(
    *, subsidy_id: int, actor: Actor, on: dt.date, proof: str, seen: int | None = None, comment: str = ""
) -> EquipmentSubsidy:
    """The collectivité has received it: the delay of appeal runs from that day, which the proof establishes."""
    refuse_future(on, actor)
    if not proof.strip():
        raise Refused("Indiquez la preuve de réception : accusé de réception, mode et référence.")
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_notify_decision, seen=seen, comment=comment) as subsidy:
        subsidy.notify_decision(on=on, proof=proof.strip())
        notices.tell_decision(subsidy, at=actor.at)
    return subsidy


def replace_decision(*, subsidy_id: int, actor: Actor, comment: str, seen: int | None = None) -> EquipmentSubsidy:
    """Back to the preparation: the next decision will cancel and replace the issued one, which stays readable."""
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_replace_decision, seen=seen, comment=comment) as subsidy:
        subsidy.replace_decision()
    return subsidy


def cancel_subsidy(*, subsidy_id: int, actor: Actor, comment: str, seen: int | None = None) -> EquipmentSubsidy:
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_cancel_subsidy, seen=seen, comment=comment) as subsidy:
        subsidy.cancel_subsidy()
    return subsidy
