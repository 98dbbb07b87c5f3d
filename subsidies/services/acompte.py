"""The acompte: asked for by the collectivité, prepared by the DAF on the decided amount."""

from plannumerique.journal.passages import passage
from plannumerique.lib.money import percentage
from plannumerique.organisations.actor import Actor
from subsidies import conditions as only_if
from subsidies.enums import PaymentKind
from subsidies.models import EquipmentSubsidy, Payment
from subsidies.notices import money as notices
from subsidies.permissions import can_prepare_payment, can_reject_acompte_request, can_request_acompte
from subsidies.rules import acompte_due
from subsidies.services.payments import Line, demand, prepare

# What stands in the way of preparing the payment, shown beside its button.
ACOMPTE_PREPARATION = (
    only_if.the_acompte_is_requested,
    only_if.not_on_hold,
    only_if.an_order_is_accepted,
    only_if.the_ej_number_is_known,
    only_if.no_payment_is_under_way,
)


def request_acompte(*, subsidy_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> EquipmentSubsidy:
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_request_acompte, seen=seen, comment=comment) as subsidy:
        subsidy.request_acompte(on=actor.today)
        notices.tell_acompte_requested(subsidy, at=actor.at)
    return subsidy


def reject_acompte_request(*, subsidy_id: int, actor: Actor, comment: str, seen: int | None = None) -> EquipmentSubsidy:
    with passage(
        EquipmentSubsidy, subsidy_id, actor=actor, may=can_reject_acompte_request, seen=seen, comment=comment
    ) as subsidy:
        subsidy.reject_acompte_request()
        notices.tell_acompte_rejected(subsidy, at=actor.at, motive=comment)
    return subsidy


def prepare_acompte(*, subsidy_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Payment:
    """Nobody types the amount: it follows from the decision, and a lower one needs a lower decision."""
    with passage(
        EquipmentSubsidy,
        subsidy_id,
        actor=actor,
        may=can_prepare_payment,
        seen=seen,
        comment=comment,
        act="prepare_acompte",
        label="Préparer le paiement de l’acompte",
    ) as subsidy:
        demand(subsidy, *ACOMPTE_PREPARATION)
        lines = acompte_lines(subsidy)
        payment = prepare(
            kind=PaymentKind.ACOMPTE,
            subsidy=subsidy,
            amount=lines[-1].amount,
            lines=lines,
            exercise=actor.today.year,
            actor=actor,
            comment=comment,
        )
    return payment


def acompte_lines(subsidy: EquipmentSubsidy) -> list[Line]:
    """How the acompte is reached; the last line is what is due."""
    decided = subsidy.decided_amount
    assert decided is not None  # subsidy_decided_is_signed holds it
    due = acompte_due(decided, terms=subsidy.convention.terms.as_rule())
    return [
        Line("Montant maximal de la convention", subsidy.convention_max),
        Line("Montant prévisionnel de la décision", decided, note=f"décision n° {subsidy.decision_reference}"),
        Line("Acompte dû", due, note=f"{percentage(subsidy.acompte_rate)} du montant de la décision, au centime inférieur"),
    ]
