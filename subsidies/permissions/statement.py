"""Who justifies, checks the justification, certifies the service fait and settles."""

from django.db.models import Q

from plannumerique.files.models import Piece
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, Role
from plannumerique.organisations.permissions import Permission, granted_to
from subsidies.enums import STATEMENT_OPEN_STATES, InvoiceState
from subsidies.models import EquipmentSubsidy, ExpenseStatement, Invoice

DEPOSITED = "Les justificatifs sont déposés ou la subvention est close : la DANE demande un complément avant toute modification."

# --- The statement and its invoices ---


@granted_to(*COLLECTIVITE, but=DEPOSITED)
def can_edit_statement(actor: Actor, statement: ExpenseStatement) -> bool:
    return statement.subsidy.state in STATEMENT_OPEN_STATES


@granted_to(*COLLECTIVITE, but=DEPOSITED)
def can_enter_invoice(actor: Actor, invoice: Invoice) -> bool:
    return invoice.subsidy.state in STATEMENT_OPEN_STATES


@granted_to(*COLLECTIVITE, but="Cette facture ne se modifie plus : elle est vérifiée, ou les justificatifs sont déposés.")
def can_edit_invoice(actor: Actor, invoice: Invoice) -> bool:
    return invoice.state == InvoiceState.DEPOSITED and invoice.subsidy.state in STATEMENT_OPEN_STATES


@granted_to(*COLLECTIVITE)
def can_withdraw_invoice(actor: Actor, invoice: Invoice) -> bool:
    return True


@granted_to(Role.SIGNATAIRE, but=DEPOSITED)
def can_certify_statement(actor: Actor, statement: ExpenseStatement) -> bool:
    """On line, nobody certifies in another's name: the représentant, with the capacity that her membership gives."""
    return statement.subsidy.state in STATEMENT_OPEN_STATES


@granted_to(*COLLECTIVITE, *DANE, but=DEPOSITED)
def can_record_signed_statement(actor: Actor, statement: ExpenseStatement) -> bool:
    """The paper came back signed, to the collectivité or to the DANE: whoever holds it records it."""
    return statement.subsidy.state in STATEMENT_OPEN_STATES


@granted_to(*COLLECTIVITE)
def can_deposit_statement(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    return True


@granted_to(*DANE)
def can_request_completion(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    return True


@granted_to(*DANE, but="Qui a déposé une facture ne la vérifie pas : cela revient à un autre agent de la DANE.")
def can_check_invoice(actor: Actor, invoice: Invoice) -> bool:
    return invoice.piece is None or actor.user is None or actor.user.pk != invoice.piece.deposited_by_id


# --- Service fait ---


@granted_to(
    Role.DAN,
    but="Qui a déposé ou certifié les justificatifs, ou une de leurs pièces, ne constate pas le service fait : un autre DAN le constate.",
)
def can_certify_service_fait(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    """Four eyes over every piece of the statement; two queries, asked of a DAN only."""
    return actor.user is not None and actor.user.pk not in hands_in_the_statement(subsidy)


def hands_in_the_statement(subsidy: EquipmentSubsidy) -> set[int | None]:
    """Who deposited the statement, certified it, or brought the copy of an invoice or the signed statement."""
    statement = ExpenseStatement.objects.filter(subsidy=subsidy).values_list("certified_by", "signed_piece").first()
    certified_by, signed_piece = statement or (None, None)
    copies = Invoice.objects.filter(subsidy=subsidy).counted().values("piece")
    bringers = Piece.objects.filter(Q(pk__in=copies) | Q(pk__in=[signed_piece] if signed_piece else []))
    return {subsidy.justified_by_id, certified_by, *bringers.values_list("deposited_by", flat=True)}


@granted_to(Role.DAN)
def can_revoke_service_fait(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    return True


# --- Solde and closing ---


@granted_to(Role.GESTIONNAIRE_DAF)
def can_liquidate(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    return True


@granted_to(*DAF)
def can_close(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    return True


# Moves of the equipment subsidy made by the statement, the service fait and the solde; merged into EQUIPMENT_MOVES.
STATEMENT_EQUIPMENT_MOVES: dict[str, Permission] = {
    "deposit_statement": can_deposit_statement,
    "request_statement_completion": can_request_completion,
    "certify_service_fait": can_certify_service_fait,
    "revoke_service_fait": can_revoke_service_fait,
    "liquidate_solde": can_liquidate,
    "settle_without_solde": can_liquidate,
    "declare_overpaid": can_liquidate,
    "cancel_liquidation": can_liquidate,
    "close": can_close,
}

INVOICE_MOVES: dict[str, Permission] = {
    "accept_invoice": can_check_invoice,
    "reject_invoice": can_check_invoice,
    "reopen_invoice": can_check_invoice,
    "withdraw_invoice": can_withdraw_invoice,
}
