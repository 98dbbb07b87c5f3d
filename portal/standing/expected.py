"""The next step of a dossier and who is expected, in a few words: what a row of the list of dossiers says.

The words are those of the machines' moves, and the people those of their permissions: the page of the dossier says the same
thing at length, with what still stands in the way.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conventions.enums import ConventionState
from conventions.models import Convention
from conventions.permissions import CONVENTION_MOVES, can_open_convention, can_overrule_cbr
from conventions.rules import CbrNature
from deployments.permissions import can_receive
from plannumerique.journal.machine import moves_of
from plannumerique.lib.text import french_list
from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, Role
from plannumerique.organisations.permissions import Permission
from portal.standing.stages import Stage
from projects.enums import ApplicationState
from projects.permissions import can_grant_derogation, can_instruct, can_record_selection, can_submit
from subsidies.enums import PaymentState, SubsidyState
from subsidies.models import EquipmentSubsidy
from subsidies.permissions import (
    EQUIPMENT_MOVES,
    can_check_order,
    can_confirm_past_payment,
    can_deposit_order,
    can_hold,
    can_prepare_payment,
    can_record_payment,
    can_validate_payment,
)

A, C, S = ApplicationState, ConventionState, SubsidyState


@dataclass(frozen=True, slots=True)
class Expected:
    """`roles` may make the step; `who` names their services."""

    step: str
    roles: tuple[Role, ...] = ()

    @property
    def who(self) -> str:
        return french_list(list(dict.fromkeys(_SERVICE[role] for role in self.roles if role in _SERVICE)), last="ou")


NOTHING = Expected("rien n’est plus attendu")

_SERVICE: dict[Role, str] = {
    **dict.fromkeys(COLLECTIVITE, "collectivité"),
    **dict.fromkeys(DANE, "DANE"),
    **dict.fromkeys(DAF, "DAF"),
    Role.RECTEUR: "recteur",
    Role.DIRECTOR: "école",
    Role.ERUN: "ERUN",
}
_CONVENTION_MOVE: dict[str, str] = {
    C.DRAFT: "negotiate",
    C.NEGOTIATION: "settle",
    C.SETTLED: "receive_deliberation",
    C.CBR_REQUESTED: "record_cbr_opinion",
    C.CBR_GIVEN: "receive_deliberation",
    C.DELIBERATED: "sign_for_collectivite",
    C.SIGNED_COLLECTIVITE: "sign_for_recteur",
    C.SIGNED_RECTEUR: "notify",
}
_SUBSIDY_MOVE: dict[str, str] = {
    S.CREATED: "prepare_decision",
    S.DECISION_PREPARED: "sign_decision",
    S.DECISION_SIGNED: "notify_decision",
    S.NOTIFIED: "request_acompte",
    S.ACOMPTE_PAID: "deposit_statement",
    S.TO_COMPLETE: "deposit_statement",
    S.JUSTIFIED: "certify_service_fait",
    S.SERVICE_FAIT: "liquidate_solde",
    S.SOLDE_PAID: "close",
}
_CONVENTION_LABELS = {one.name: str(one.custom["label"]) for one in moves_of(Convention)}
_SUBSIDY_LABELS = {one.name: str(one.custom["label"]) for one in moves_of(EquipmentSubsidy)}


def expected_of(dossiers: Iterable[Any]) -> list[Expected]:
    """Of the rows of `stages.with_what_is_expected`; one query, for the conventions that may have to ask the contrôleur."""
    rows = list(dossiers)
    settled = [row.convention_id for row in rows if row.convention_state == C.SETTLED]
    found = Convention.objects.filter(pk__in=settled).select_related("terms") if settled else []
    asking = {one.pk for one in found if one.needs_cbr}
    return [_expected(row, asks_the_cbr=row.convention_id in asking) for row in rows]


def _expected(row: Any, *, asks_the_cbr: bool) -> Expected:
    if row.stage in (Stage.CLOSED, Stage.ENDED):
        return NOTHING
    if row.held_since is not None:
        return _of("Lever la suspension", can_hold)
    if row.subsidy_state is not None:
        return _of_subsidy(row)
    if row.convention_state is not None:
        return _of_convention(row, asks_the_cbr=asks_the_cbr)
    return _of_applications(row)


def _of_convention(row: Any, *, asks_the_cbr: bool) -> Expected:
    if row.stopped_by_the_cbr and row.cbr_nature == CbrNature.AVIS:
        return _of("Passer outre l’avis défavorable, ou rouvrir la négociation", can_overrule_cbr)
    usual = "request_cbr" if asks_the_cbr else _CONVENTION_MOVE.get(row.convention_state, "")
    name = "reopen_negotiation" if row.stopped_by_the_cbr else usual
    return _of(_CONVENTION_LABELS[name], CONVENTION_MOVES[name]) if name else NOTHING


def _of_applications(row: Any) -> Expected:
    states = row.application_states
    if A.RETAINED in states:
        return _of("Préparer la convention", can_open_convention)
    for state, label, may in (
        (A.SUBMITTED, "Instruire la candidature", can_instruct),
        (A.ADMISSIBLE, "Enregistrer la sélection", can_record_selection),
        (A.WAITING_LIST, "Donner suite à la liste d’attente", can_record_selection),
    ):
        if state in states:
            return _of(label, may)
    if A.DRAFT in states and not row.may_deposit:
        return _of("Accorder une dérogation, ou classer : le dépôt est clos", can_grant_derogation)
    return _of("Compléter et déposer la candidature" if states else "Ajouter une école", can_submit)


def _of_subsidy(row: Any) -> Expected:
    if row.subsidy_state in (S.CREATED, S.NOTIFIED) and row.stage in (Stage.ORDERS, Stage.ACOMPTE) and not row.order_accepted:
        if row.order_to_check:
            return _of("Vérifier le bon de commande", can_check_order)
        return _of("Déposer la copie des bons de commande", can_deposit_order)
    if row.past_payment:
        return _of("Confirmer le paiement repris", can_confirm_past_payment)
    if row.payment_state == PaymentState.PREPARED:
        return _of("Valider la demande de paiement", can_validate_payment)
    if row.payment_state == PaymentState.VALIDATED:
        return _of("Enregistrer le paiement", can_record_payment)
    if row.subsidy_state == S.ACOMPTE_REQUESTED:
        return _of("Préparer le paiement de l’acompte", can_prepare_payment)
    if row.subsidy_state == S.SOLDE_LIQUIDATED:
        return _of("Préparer le paiement du solde", can_prepare_payment)
    if row.subsidy_state == S.OVERPAID:
        return Expected("Recouvrer le trop-perçu", DAF)
    if row.stage == Stage.DEPLOYMENT:
        return _of("Enregistrer la réception des classes", can_receive)
    name = "deposit_statement" if row.stage == Stage.STATEMENT else _SUBSIDY_MOVE[row.subsidy_state]
    return _of(_SUBSIDY_LABELS[name], EQUIPMENT_MOVES[name])


def _of(step: str, may: Permission) -> Expected:
    return Expected(step, may.roles)
