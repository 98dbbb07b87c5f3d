"""The expense statement: opened and certified exact by the collectivité, deposited, given back to be completed."""

import datetime as dt
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.text import capfirst

from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.models import StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.dates import plain_date
from plannumerique.organisations.actor import Actor
from subsidies import conditions as only_if
from subsidies.documents import statement as documents
from subsidies.enums import PieceKind
from subsidies.models import EquipmentSubsidy, ExpenseStatement
from subsidies.notices import statement as notices
from subsidies.permissions import (
    can_certify_statement,
    can_deposit_statement,
    can_edit_statement,
    can_record_signed_statement,
    can_request_completion,
)
from subsidies.services.payments import demand

# What a statement must hold before anybody signs it.
READY_TO_CERTIFY = (only_if.every_invoice_is_in_order, only_if.the_expenses_can_be_funded)


def open_statement(*, subsidy: EquipmentSubsidy, actor: Actor) -> ExpenseStatement:
    """The statement of a subsidy: opened once, found again afterwards by whoever works on it."""
    found = ExpenseStatement.objects.filter(subsidy=subsidy).first()
    if found is not None:
        return found
    statement = ExpenseStatement(thread=subsidy.thread, subsidy=subsidy)
    try:
        with transaction.atomic(), opening(statement, actor=actor, may=can_edit_statement, label="Ouvrir l’état récapitulatif"):
            pass
    except (IntegrityError, Refused):
        # Two colleagues opened it at the same instant: both get the one that exists.
        existing = ExpenseStatement.objects.filter(subsidy=subsidy).first()
        if existing is None:
            raise
        return existing
    return statement


def declare_aid(*, statement_id: int, actor: Actor, amount: Decimal, detail: str, seen: int | None = None) -> ExpenseStatement:
    """The other public aids that the same expenses receive, and from whom."""
    with passage(
        ExpenseStatement,
        statement_id,
        actor=actor,
        may=can_edit_statement,
        seen=seen,
        act="declare_aid",
        label="Déclarer les autres aides publiques",
    ) as statement:
        if (statement.other_public_aid, statement.other_public_aid_detail) != (amount, detail.strip()):
            statement.other_public_aid, statement.other_public_aid_detail = amount, detail.strip() if amount else ""
            statement.clear_certification()
    return statement


def lay_out_statement(*, statement_id: int, actor: Actor, seen: int | None = None) -> ExpenseStatement:
    """The statement as it stands, to be printed and signed; a later one cancels and replaces it."""
    with passage(
        ExpenseStatement,
        statement_id,
        actor=actor,
        may=can_edit_statement,
        seen=seen,
        act="lay_out",
        label="Établir l’état récapitulatif à signer",
    ) as statement:
        demand(statement.subsidy, *READY_TO_CERTIFY)
        if statement.is_certified:
            raise Refused("L’état récapitulatif est déjà certifié exact : il n’y a plus rien à faire signer.")
        statement.document = documents.issue_statement(statement, actor=actor)
    return statement


def certify_statement(*, statement_id: int, actor: Actor, seen: int | None = None) -> ExpenseStatement:
    """On line: the représentant certifies the figures exact, with the capacity that her membership gives."""
    with passage(
        ExpenseStatement,
        statement_id,
        actor=actor,
        may=can_certify_statement,
        seen=seen,
        act="certify_statement",
        label="Certifier exact l’état récapitulatif",
    ) as statement:
        demand(statement.subsidy, *READY_TO_CERTIFY)
        _refuse_certified(statement)
        grant = can_certify_statement.grant(actor, statement)
        if grant is None or not grant.capacity:
            raise Refused(
                "Votre habilitation ne dit pas votre qualité (maire, président…) : l’administrateur de l’académie la complète."
            )
        statement.certified_on, statement.certified_by = actor.today, actor.user
        statement.certified_name, statement.certified_capacity = actor.name, grant.capacity
        statement.document = documents.issue_statement(statement, actor=actor)
    return statement


def record_signed_statement(
    *,
    statement_id: int,
    actor: Actor,
    file: StoredFile,
    name: str,
    capacity: str,
    on: dt.date,
    seen: int | None = None,
) -> ExpenseStatement:
    """On paper: the portal's own document, signed, comes back as a scan or a photograph; one step records it all."""
    with passage(
        ExpenseStatement,
        statement_id,
        actor=actor,
        may=can_record_signed_statement,
        seen=seen,
        act="record_signed_statement",
        label="Enregistrer l’état récapitulatif signé sur papier",
    ) as statement:
        demand(statement.subsidy, *READY_TO_CERTIFY)
        _refuse_certified(statement)
        _refuse_date(statement, on=on, actor=actor)
        statement.certified_on, statement.certified_by = on, actor.user
        statement.certified_name, statement.certified_capacity = name.strip(), capacity.strip()
        statement.certified_on_paper = True
        statement.signed_piece = files.deposit_piece(
            thread=statement.thread,
            subject=statement.subsidy,
            kind=PieceKind.SIGNED_STATEMENT,
            label=capfirst(PieceKind.SIGNED_STATEMENT.label),
            file=file,
            actor=actor,
            readers=Readers.COLLECTIVITE,
        )
    return statement


def _refuse_certified(statement: ExpenseStatement) -> None:
    if statement.certified_on is not None:
        raise Refused(
            f"L’état est déjà certifié exact par {statement.certified_name} le {plain_date(statement.certified_on)} : "
            "il se certifie de nouveau seulement si une facture ou une aide change."
        )


def _refuse_date(statement: ExpenseStatement, *, on: dt.date, actor: Actor) -> None:
    if statement.document is None:
        raise Refused(
            "L’état à signer n’est pas établi, ou une facture a changé depuis : établissez-le, imprimez-le et faites-le signer."
        )
    issued_on = statement.document.issued_at.astimezone(actor.at.tzinfo).date()
    if on > actor.today:
        raise Refused(f"La signature porte une date à venir ({plain_date(on)}).")
    if on < issued_on:
        raise Refused(f"L’état à signer n’a été établi que le {plain_date(issued_on)} : il n’a pu être signé avant.")


def outdate(subsidy: EquipmentSubsidy, *, actor: Actor, why: str) -> None:
    """Whatever changes the figures undoes their certification, by name and in the journal. In the passage of the change."""
    statement = ExpenseStatement.objects.filter(subsidy=subsidy).exclude(document=None, certified_on=None).first()
    if statement is None:
        return
    label = "Retirer la certification de l’état récapitulatif" if statement.is_certified else "Périmer l’état établi à signer"
    with passage(
        ExpenseStatement, statement.pk, actor=actor, may=can_edit_statement, comment=why, act="outdate", label=label
    ) as locked:
        locked.clear_certification()


def deposit_statement(*, subsidy_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> EquipmentSubsidy:
    """Everything is there: the portal's day is the date that counts for the year of the solde, whatever was deposited before."""
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_deposit_statement, seen=seen, comment=comment) as subsidy:
        subsidy.deposit_statement(on=actor.today, by=actor.user)
        notices.tell_deposited(subsidy, at=actor.at)
    return subsidy


def request_statement_completion(*, subsidy_id: int, actor: Actor, comment: str, seen: int | None = None) -> EquipmentSubsidy:
    """The DANE gives the file back: it will be complete on the day it is deposited again."""
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_request_completion, seen=seen, comment=comment) as subsidy:
        subsidy.request_statement_completion()
        notices.tell_completion_requested(subsidy, motive=comment, at=actor.at)
    return subsidy
