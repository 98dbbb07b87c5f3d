"""The thread of a dossier, from the application to the closing: each step with the day that made it, or the rule of its day."""

import datetime as dt
from dataclasses import dataclass, replace

from django.utils import timezone

from conventions.models import Convention
from plannumerique.lib.dates import long_date, plain_date
from plannumerique.lib.money import percentage
from plannumerique.lib.text import typeset
from plannumerique.ui.pieces import Step, StepState
from projects.enums import DEAD_STATES, GRANTED_STATES
from projects.enums import ApplicationState as S
from projects.enums import DeadlineCode as D
from projects.models import Application, Dossier
from projects.rules import Deadline
from subsidies.enums import PaymentKind, SubsidyState
from subsidies.models import EquipmentSubsidy
from subsidies.rules import PaymentPromise

STEPS = (
    "Candidature et sélection",
    "Convention",
    "Commande et décision",
    "Acompte",
    "Justification et service fait",
    "Solde",
    "Clôture",
)
APPLICATION, CONVENTION, DECISION, ACOMPTE, STATEMENT, SOLDE, CLOSING = range(len(STEPS))
_RANK: dict[str, int] = {
    SubsidyState.CREATED: DECISION,
    SubsidyState.DECISION_PREPARED: DECISION,
    SubsidyState.DECISION_SIGNED: DECISION,
    SubsidyState.NOTIFIED: ACOMPTE,
    SubsidyState.ACOMPTE_REQUESTED: ACOMPTE,
    SubsidyState.ACOMPTE_PAID: STATEMENT,
    SubsidyState.JUSTIFIED: STATEMENT,
    SubsidyState.TO_COMPLETE: STATEMENT,
    SubsidyState.SERVICE_FAIT: SOLDE,
    SubsidyState.SOLDE_LIQUIDATED: SOLDE,
    SubsidyState.SOLDE_PAID: CLOSING,
    SubsidyState.OVERPAID: CLOSING,
    SubsidyState.CLOSED: len(STEPS),
}


@dataclass(frozen=True, slots=True)
class _Rung:
    """A step as the calendar sees it: the day that made it, once made; the rule that gives its day, before."""

    on: dt.date | None = None
    rule: str = ""


def steps_of(
    dossier: Dossier, convention: Convention | None, subsidy: EquipmentSubsidy | None, promise: PaymentPromise | None = None
) -> list[Step]:
    """The same for whoever asks; two queries, applications and payments, where the campaign’s deadlines were prefetched.

    A dossier that ended on the way stops at the step where it did.
    """
    applications = list(dossier.applications.select_related("phase"))
    reached = _reached(applications, convention, subsidy)
    rungs = _rungs(dossier, applications, convention, subsidy, promise, reached=reached)
    steps = [_step(rank, rung, reached) for rank, rung in enumerate(rungs)]
    if why := _ended(applications, convention, subsidy):
        return [*steps[:reached], Step(STEPS[reached], StepState.BLOCKED, note=why)]
    if reached == CONVENTION and convention is not None and convention.is_stopped_by_the_cbr:
        steps[reached] = replace(steps[reached], state=StepState.BLOCKED)
    return steps


def _step(rank: int, rung: _Rung, reached: int) -> Step:
    if rank < reached:
        return Step(STEPS[rank], StepState.DONE, on=rung.on, note="" if rung.on else rung.rule)
    return Step(STEPS[rank], StepState.CURRENT if rank == reached else StepState.TODO, note=rung.rule)


def _reached(applications: list[Application], convention: Convention | None, subsidy: EquipmentSubsidy | None) -> int:
    if subsidy is None:  # the notification of a convention opens it, in the same passage
        granted = any(one.state in GRANTED_STATES for one in applications)
        return CONVENTION if granted or convention is not None else APPLICATION
    if subsidy.state == SubsidyState.CANCELLED:
        return ACOMPTE if subsidy.notified_on else DECISION
    return _RANK[subsidy.state]


def _ended(applications: list[Application], convention: Convention | None, subsidy: EquipmentSubsidy | None) -> str:
    if subsidy is not None:
        return "Subvention annulée" if subsidy.state == SubsidyState.CANCELLED else ""
    dead = bool(applications) and all(one.state in DEAD_STATES for one in applications)
    return "Aucune candidature n’est plus en cours" if dead and convention is None else ""


def _rungs(
    dossier: Dossier,
    applications: list[Application],
    convention: Convention | None,
    subsidy: EquipmentSubsidy | None,
    promise: PaymentPromise | None,
    *,
    reached: int,
) -> tuple[_Rung, ...]:
    """In the order of `STEPS`."""
    paid = _days_of_payments(subsidy)
    signature, justification = (dossier.campaign.deadline(code) for code in (D.CONVENTION, D.JUSTIFICATION))
    return (
        _Rung(max((one.selection_on for one in applications if one.selection_on), default=None), _deposit_rule(applications)),
        _Rung(convention.recteur_signed_on if convention else None, _by("Signatures", signature)),
        _Rung(subsidy.notified_on if subsidy else None, _order_rule(dossier)),
        _Rung(paid.get(PaymentKind.ACOMPTE), _acompte_rule(convention, over=reached > ACOMPTE)),
        _Rung(subsidy.service_fait_on if subsidy else None, _by("Pièces et service fait", justification)),
        _Rung(paid.get(PaymentKind.SOLDE), _solde_rule(dossier, subsidy, promise)),
        _Rung(subsidy.closed_on if subsidy else None, "Comptes soldés au centime"),
    )


def _days_of_payments(subsidy: EquipmentSubsidy | None) -> dict[str, dt.date]:
    if subsidy is None or not subsidy.paid_total:
        return {}
    return dict(subsidy.payments.paid().values_list("kind", "paid_on"))


def _by(what: str, deadline: Deadline | None) -> str:
    return typeset(f"{what} {deadline.label}") if deadline else ""


def _deposit_rule(applications: list[Application]) -> str:
    """The day by which somebody has something to send: what the DANE asked for, else the deposit of what is still a draft."""
    if asked := [one.completion_due_on for one in applications if one.completion_due_on and one.state == S.TO_COMPLETE]:
        return typeset(f"Compléments au plus tard le {long_date(min(asked))}")
    drafts = [one for one in applications if one.state == S.DRAFT]
    if applications and not drafts:
        return "Décision après l’instruction"
    closing = max((one.phase.closes_at for one in drafts), default=None)
    return typeset(f"Dépôt au plus tard le {long_date(timezone.localdate(closing))}") if closing else ""


def _order_rule(dossier: Dossier) -> str:
    if dossier.campaign.decision_waits_for_order:
        return "Décision après un bon de commande accepté"
    return "Décision après la notification de la convention"


def _acompte_rule(convention: Convention | None, *, over: bool) -> str:
    if over:
        return "Aucun acompte versé"
    if convention is None:
        return "Sur copie des bons de commande"
    rate = convention.terms.acompte_rate
    return typeset(f"{percentage(rate)} du montant décidé, sur copie des bons de commande") if rate else "Sans acompte"


def _solde_rule(dossier: Dossier, subsidy: EquipmentSubsidy | None, promise: PaymentPromise | None) -> str:
    if promise is None and subsidy is not None and subsidy.definitive_amount is not None:
        return "Aucun solde n’est dû"
    if promise is not None and not promise.in_time:
        return typeset(f"À partir du {plain_date(promise.pay_from)}" if promise.pay_from else "Dès que le dossier est complet")
    deadline = dossier.campaign.deadline(D.SOLDE)
    return typeset(f"Versement {deadline.before_or_on}") if deadline else ""
