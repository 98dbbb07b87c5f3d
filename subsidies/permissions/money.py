"""Who orders, decides and pays."""

from conventions.models import Convention
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, Role
from plannumerique.organisations.permissions import Permission, Scoped, granted_to
from subsidies.enums import PieceState, ResourcesState
from subsidies.models import AccountChange, EquipmentSubsidy, Payment, PurchaseOrder, ResourcesSubsidy
from subsidies.permissions.statement import STATEMENT_EQUIPMENT_MOVES

# --- Opening ---


@granted_to(*DANE, Role.RECTEUR, Role.SYSTEM)
def can_open_subsidies(actor: Actor, subsidy: EquipmentSubsidy | ResourcesSubsidy) -> bool:
    """With the notification of the convention, whose own permission has been asked already."""
    return True


# --- Orders ---


@granted_to(*COLLECTIVITE)
def can_deposit_order(actor: Actor, order: PurchaseOrder) -> bool:
    return True


@granted_to(*COLLECTIVITE, but="La commande est acceptée ou rejetée : elle ne se modifie plus.")
def can_edit_order(actor: Actor, order: PurchaseOrder) -> bool:
    return order.state == PieceState.DEPOSITED


@granted_to(*DANE, but="Qui a déposé une commande ne la vérifie pas : cela revient à un autre agent de la DANE.")
def can_check_order(actor: Actor, order: PurchaseOrder) -> bool:
    return actor.user is None or actor.user.pk != order.piece.deposited_by_id


@granted_to(*DANE, but="La commande est déjà vérifiée : la dérogation n’y changerait rien.")
def can_derogate_order(actor: Actor, order: PurchaseOrder) -> bool:
    return order.state == PieceState.DEPOSITED


# --- Decision ---


@granted_to(Role.GESTIONNAIRE_DAF)
def can_prepare_decision(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    return True


@granted_to(Role.RECTEUR, *DAF)
def can_sign_decision(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    """The recteur on line, or the DAF that records what was signed on paper."""
    return True


@granted_to(Role.GESTIONNAIRE_DAF)
def can_take_over_money(actor: Actor, row: EquipmentSubsidy | ResourcesSubsidy | Payment) -> bool:
    """Decisions, grants and payments made before the portal; a payment counts once a valideur has confirmed it."""
    return True


@granted_to(*DANE)
def can_take_over_service_fait(actor: Actor, row: EquipmentSubsidy) -> bool:
    """Constaté by a DAN on paper, before the portal: the DANE enters its certificate, it constates nothing."""
    return True


@granted_to(*DAF)
def can_notify_decision(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    return True


@granted_to(*DAF)
def can_replace_decision(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    return True


@granted_to(*DAF)
def can_cancel_subsidy(actor: Actor, subsidy: EquipmentSubsidy | ResourcesSubsidy) -> bool:
    return True


@granted_to(*DAF)
def can_record_references(actor: Actor, row: EquipmentSubsidy | ResourcesSubsidy | Payment) -> bool:
    """EJ and DP numbers, payment dates: what Chorus gave, and the correction of a typing error."""
    return True


@granted_to(*COLLECTIVITE, Role.GESTIONNAIRE_DAF)
def can_propose_account(actor: Actor, change: AccountChange) -> bool:
    return True


@granted_to(*DANE, but="Qui a déposé le RIB ne le vérifie pas : cela revient à un autre agent de la DANE.")
def can_check_rib(actor: Actor, change: AccountChange) -> bool:
    return actor.user is None or actor.user.pk != change.proposed_by_id


@granted_to(Role.VALIDEUR_DAF, but="Qui a proposé le compte ne le confirme pas : cela revient à une autre personne.")
def can_confirm_account(actor: Actor, change: AccountChange) -> bool:
    return actor.user is None or actor.user.pk != change.proposed_by_id


@granted_to(Role.VALIDEUR_DAF)
def can_change_account(actor: Actor, convention: Convention) -> bool:
    """The convention takes the account that has just been confirmed."""
    return True


@granted_to(*DAF)
def can_hold(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    return True


# --- Acompte and payments ---


@granted_to(*COLLECTIVITE)
def can_request_acompte(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    return True


@granted_to(*DAF)
def can_reject_acompte_request(actor: Actor, subsidy: EquipmentSubsidy) -> bool:
    return True


@granted_to(Role.GESTIONNAIRE_DAF)
def can_prepare_payment(actor: Actor, row: Payment | EquipmentSubsidy | ResourcesSubsidy) -> bool:
    return True


class FourEyes(Permission):
    """Says which earlier hand this person had in the request, when she had one."""

    def refusal(self, actor: Actor, row: Scoped) -> str | None:
        refused = super().refusal(actor, row)
        return earlier_hand(actor, row) if refused == typeset(self.but) and isinstance(row, Payment) else refused


def earlier_hand(actor: Actor, payment: Payment) -> str | None:
    """What this person did in the payment's life that keeps her from validating it."""
    if actor.user is None:
        return None
    if actor.user.pk == payment.preparer_id and payment.taken_over_on is not None:
        return "Vous avez saisi ce paiement repris : une autre personne de la DAF le confirme."
    if actor.user.pk == payment.preparer_id:
        return "Vous avez préparé cette demande : une autre personne de la DAF la valide."
    if actor.user.pk == payment.certifier_id:
        return "Vous avez constaté le service fait : une autre personne valide la demande de paiement."
    if actor.user.pk in payment.checkers:
        return (
            "Vous avez vérifié une pièce de ce dossier (commande ou facture) : une autre personne valide la demande de paiement."
        )
    return None


def _no_earlier_hand(actor: Actor, payment: Payment) -> bool:
    return earlier_hand(actor, payment) is None


can_validate_payment = FourEyes(
    roles=(Role.VALIDEUR_DAF,),
    question=_no_earlier_hand,
    but="Qui a préparé la demande, vérifié une pièce ou constaté le service fait ne valide pas le paiement.",
)


can_confirm_past_payment = FourEyes(
    roles=(Role.VALIDEUR_DAF,),
    question=_no_earlier_hand,
    but="Qui a saisi un paiement repris ne le confirme pas : cela revient à une autre personne de la DAF.",
)


@granted_to(*DAF)
def can_record_payment(actor: Actor, payment: Payment) -> bool:
    return True


@granted_to(*DAF)
def can_reject_payment(actor: Actor, payment: Payment) -> bool:
    return True


@granted_to(*DAF)
def can_follow_payment(actor: Actor, subsidy: EquipmentSubsidy | ResourcesSubsidy) -> bool:
    """The subsidy takes note of what its payment became, in the passage that records it."""
    return True


# --- Resources ---


@granted_to(*DAF)
def can_notify_grant(actor: Actor, subsidy: ResourcesSubsidy) -> bool:
    return True


@granted_to(
    Role.COLLEGE_REFERENT,
    *DAF,
    but="La dotation est versée ou annulée : son compte ne change plus.",
)
def can_record_college_account(actor: Actor, subsidy: ResourcesSubsidy) -> bool:
    return subsidy.state in (ResourcesState.CREATED, ResourcesState.NOTIFIED)


# Which permission opens which move: read by the pages, by the table of docs/machines.md and by the walk of the tests.
EQUIPMENT_MOVES: dict[str, Permission] = {
    "take_over_decision": can_take_over_money,
    "take_over_acompte": can_take_over_money,
    "take_over_service_fait": can_take_over_service_fait,
    "take_over_solde": can_take_over_money,
    "prepare_decision": can_prepare_decision,
    "sign_decision": can_sign_decision,
    "notify_decision": can_notify_decision,
    "request_acompte": can_request_acompte,
    "record_acompte_paid": can_follow_payment,
    "record_solde_paid": can_follow_payment,
    "withdraw_decision": can_prepare_decision,
    "replace_decision": can_replace_decision,
    "reject_acompte_request": can_reject_acompte_request,
    "cancel_subsidy": can_cancel_subsidy,
    "take_back_acompte": can_follow_payment,
    "take_back_solde": can_follow_payment,
    **STATEMENT_EQUIPMENT_MOVES,
}
PURCHASE_ORDER_MOVES: dict[str, Permission] = {
    "accept_order": can_check_order,
    "reject_order": can_check_order,
    "reopen_order": can_check_order,
}
PAYMENT_MOVES: dict[str, Permission] = {
    "validate_payment": can_validate_payment,
    "confirm_past_payment": can_confirm_past_payment,
    "record_payment": can_record_payment,
    "reject_payment": can_reject_payment,
    "bounce_payment": can_reject_payment,
}
RESOURCES_MOVES: dict[str, Permission] = {
    "notify_grant": can_notify_grant,
    "record_grant_paid": can_follow_payment,
    "cancel_grant": can_cancel_subsidy,
    "take_back_grant": can_follow_payment,
}
ACCOUNT_CHANGE_MOVES: dict[str, Permission] = {
    "confirm_account": can_confirm_account,
    "refuse_account": can_confirm_account,
}

# Made by the service of a payment, on the way, or by a take-over: no page of their own.
ON_THE_WAY = frozenset(
    {
        "take_over_decision",
        "take_over_acompte",
        "take_over_service_fait",
        "take_over_solde",
        "record_acompte_paid",
        "record_solde_paid",
        "record_grant_paid",
        "take_back_acompte",
        "take_back_solde",
        "take_back_grant",
    }
)


def payment_moves_that_matter(payment: Payment) -> dict[str, Permission]:
    """Those that a page speaks of: what was paid before the portal is never validated, the rest never confirmed."""
    idle = "validate_payment" if payment.taken_over_on is not None else "confirm_past_payment"
    return {name: may for name, may in PAYMENT_MOVES.items() if name != idle}
