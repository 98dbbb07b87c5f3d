"""The equipment subsidy of a convention, from the award decision to the solde."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Self

from plannumerique.accounts.models import User
from plannumerique.journal.machine import Refused, move, state_field
from plannumerique.journal.models import PartiesQuerySet
from plannumerique.lib.dates import long_date
from subsidies import conditions as only_if
from subsidies.enums import SubsidyState
from subsidies.models.award import Award
from subsidies.models.promised import CONSTRAINTS, TRIGGERS
from subsidies.rules import Definitive, decision_refusal
from subsidies.rules.past import (
    Contradiction,
    PastDecision,
    PastServiceFait,
    past_closing_refusals,
    past_decision_refusals,
    past_service_fait_refusals,
)

S = SubsidyState


def refuse_contradictions(found: Iterable[Contradiction]) -> None:
    """What a past act contradicts, said as the obstacles of a move are."""
    reasons = [one.sentence for one in found]
    if reasons:
        raise Refused(*reasons)


class EquipmentSubsidyQuerySet(PartiesQuerySet):
    def on_hold(self) -> Self:
        return self.filter(held_since__isnull=False)

    def awaiting_decision(self) -> Self:
        return self.filter(state__in=[S.CREATED, S.DECISION_PREPARED, S.DECISION_SIGNED])

    def awaiting_acompte(self) -> Self:
        return self.filter(state=S.ACOMPTE_REQUESTED)

    def awaiting_statement(self) -> Self:
        """What the collectivité has still to justify: the decision is notified, nothing complete is deposited."""
        return self.filter(state__in=[S.NOTIFIED, S.ACOMPTE_REQUESTED, S.ACOMPTE_PAID, S.TO_COMPLETE])

    def awaiting_service_fait(self) -> Self:
        return self.filter(state=S.JUSTIFIED)

    def awaiting_solde(self) -> Self:
        return self.filter(state__in=[S.SERVICE_FAIT, S.SOLDE_LIQUIDATED])

    def for_list(self) -> Self:
        return self.select_related("thread", "campaign", "convention__dossier__collectivite")


class EquipmentSubsidy(Award):
    """Requested, decided, certified, paid are different figures and stand apart. The moves read from top to bottom."""

    state = state_field(SubsidyState, S.CREATED)

    objects = EquipmentSubsidyQuerySet.as_manager()

    class Meta:
        verbose_name = "subvention d’équipement"
        verbose_name_plural = "subventions d’équipement"
        ordering = ["convention__dossier__collectivite__search", "pk"]
        constraints = CONSTRAINTS
        triggers = TRIGGERS

    def __str__(self) -> str:
        return f"Subvention d’équipement – {self.convention.dossier.collectivite}"

    # Moves, in the order of the life of a subsidy. First those that enter what was done on paper, before the portal.

    @move(
        field=state,
        source=S.CREATED,
        target=S.NOTIFIED,
        label="Reprendre une décision notifiée",
        conditions=[only_if.not_on_hold, only_if.the_convention_is_notified],
    )
    def take_over_decision(self, *, past: PastDecision, entered_on: dt.date, by: User | None) -> None:
        since = self.convention.notified_on
        refuse_contradictions(past_decision_refusals(past, convention_maximum=self.convention_max, since=since))
        self.decided_amount, self.decided_by, self.decision_taken_over_on = past.amount, by, entered_on
        self.decision_reference, self.decision_signed_on = past.reference, past.signed_on
        self.decision_signatory, self.decision_capacity = past.signatory, past.capacity
        self.notified_on, self.notification_proof, self.ej_number = past.notified_on, past.proof, past.ej_number

    @move(
        field=state,
        source=S.NOTIFIED,
        target=S.ACOMPTE_REQUESTED,
        label="Reprendre l’acompte",
        conditions=[only_if.not_on_hold, only_if.the_campaign_pays_an_acompte, only_if.the_decision_is_taken_over],
    )
    def take_over_acompte(self) -> None:
        pass

    @move(
        field=state,
        source=[S.NOTIFIED, S.ACOMPTE_PAID, S.JUSTIFIED, S.TO_COMPLETE],
        target=S.SERVICE_FAIT,
        label="Reprendre un service fait constaté",
        conditions=[only_if.the_decision_is_taken_over, only_if.nothing_is_justified_in_the_portal],
    )
    def take_over_service_fait(
        self, *, past: PastServiceFait, definitive: Definitive, acompte_on: dt.date | None, entered_on: dt.date
    ) -> None:
        refuse_contradictions(
            past_service_fait_refusals(past, definitive=definitive, notified_on=self.notified_on, acompte_on=acompte_on)
        )
        self.complete_on, self.service_fait_on, self.service_fait_taken_over_on = past.complete_on, past.on, entered_on
        self.service_fait_reference, self.service_fait_signatory = past.reference, past.signatory
        self.justified_amount, self.definitive_amount = definitive.justified.expense, definitive.amount

    @move(
        field=state,
        source=S.SERVICE_FAIT,
        target=S.SOLDE_LIQUIDATED,
        label="Reprendre le solde",
        conditions=[
            only_if.not_on_hold,
            only_if.the_service_fait_is_taken_over,
            only_if.a_solde_is_due,
            only_if.the_ej_number_is_known,
        ],
    )
    def take_over_solde(self) -> None:
        pass

    @move(
        field=state,
        source=S.CREATED,
        target=S.DECISION_PREPARED,
        label="Préparer la décision attributive",
        conditions=[
            only_if.not_on_hold,
            only_if.an_order_is_accepted_if_the_campaign_waits,
            only_if.the_imputation_is_filled,
        ],
    )
    def prepare_decision(self, *, amount: Decimal, by: User | None) -> None:
        refusal = decision_refusal(amount, convention_maximum=self.convention_max)
        if refusal is not None:
            raise Refused(refusal)
        self.decided_amount, self.decided_by = amount, by

    @move(
        field=state,
        source=S.DECISION_PREPARED,
        target=S.DECISION_SIGNED,
        label="Enregistrer la signature de la décision",
        conditions=[only_if.not_on_hold, only_if.the_convention_is_notified],
    )
    def sign_decision(self, *, on: dt.date, signatory: str, capacity: str, delegation: str) -> None:
        notified_on = self.convention.notified_on
        if notified_on is not None and on < notified_on:
            raise Refused(f"La convention est notifiée du {long_date(notified_on)} : la décision ne peut être signée avant.")
        self.decision_signed_on, self.decision_signatory = on, signatory
        self.decision_capacity, self.decision_delegation = capacity, delegation

    @move(
        field=state,
        source=S.DECISION_SIGNED,
        target=S.NOTIFIED,
        label="Notifier la décision",
        conditions=[only_if.not_on_hold, only_if.the_decision_is_rendered],
    )
    def notify_decision(self, *, on: dt.date, proof: str) -> None:
        if self.decision_signed_on is not None and on < self.decision_signed_on:
            raise Refused(f"La décision est signée du {long_date(self.decision_signed_on)} : elle ne peut être notifiée avant.")
        self.notified_on, self.notification_proof = on, proof

    @move(
        field=state,
        source=S.NOTIFIED,
        target=S.ACOMPTE_REQUESTED,
        label="Demander l’acompte",
        conditions=[only_if.not_on_hold, only_if.the_campaign_pays_an_acompte, only_if.an_order_is_accepted],
    )
    def request_acompte(self, *, on: dt.date) -> None:
        self.acompte_requested_on = on

    @move(field=state, source=S.ACOMPTE_REQUESTED, target=S.ACOMPTE_PAID, label="Constater le versement de l’acompte")
    def record_acompte_paid(self, *, amount: Decimal) -> None:
        self.paid_total += amount

    @move(
        field=state,
        source=[S.NOTIFIED, S.ACOMPTE_PAID, S.TO_COMPLETE],
        target=S.JUSTIFIED,
        label="Déposer l’état récapitulatif et les factures",
        conditions=[
            only_if.the_statement_is_certified,
            only_if.every_invoice_is_in_order,
            only_if.the_expenses_can_be_funded,
        ],
    )
    def deposit_statement(self, *, on: dt.date, by: User | None) -> None:
        self.complete_on, self.justified_by = on, by

    @move(
        field=state,
        source=S.JUSTIFIED,
        target=S.SERVICE_FAIT,
        label="Constater le service fait",
        conditions=[
            only_if.every_claimed_class_received,
            only_if.every_invoice_accepted,
            only_if.an_invoice_is_accepted,
            only_if.the_expenses_can_be_funded,
        ],
    )
    def certify_service_fait(
        self, *, on: dt.date, certifier: User | None, justified: Decimal, definitive: Decimal, reservations: str
    ) -> None:
        self.service_fait_on, self.service_fait_by, self.service_fait_reservations = on, certifier, reservations
        self.justified_amount, self.definitive_amount = justified, definitive

    @move(
        field=state,
        source=S.SERVICE_FAIT,
        target=S.SOLDE_LIQUIDATED,
        label="Liquider le solde",
        conditions=[only_if.not_on_hold, only_if.a_solde_is_due, only_if.the_ej_number_is_known],
    )
    def liquidate_solde(self) -> None:
        pass

    @move(field=state, source=S.SOLDE_LIQUIDATED, target=S.SOLDE_PAID, label="Constater le versement du solde")
    def record_solde_paid(self, *, amount: Decimal) -> None:
        self.paid_total += amount

    @move(
        field=state,
        source=S.SERVICE_FAIT,
        target=S.SOLDE_PAID,
        label="Constater qu’aucun solde n’est dû",
        conditions=[only_if.paid_equals_definitive],
    )
    def settle_without_solde(self) -> None:
        pass

    @move(
        field=state,
        source=S.SERVICE_FAIT,
        target=S.OVERPAID,
        label="Constater un trop-perçu",
        conditions=[only_if.more_was_paid_than_due],
    )
    def declare_overpaid(self) -> None:
        pass

    @move(
        field=state,
        source=S.SOLDE_PAID,
        target=S.CLOSED,
        label="Clore la subvention",
        conditions=[only_if.no_payment_is_under_way, only_if.every_class_is_settled, only_if.every_grant_is_settled],
    )
    def close(self, *, on: dt.date, since: dt.date | None = None) -> None:
        """`since`: the day of the last act, of a subsidy closed before the portal."""
        refuse_contradictions(past_closing_refusals(on, since=since))
        self.closed_on = on

    # Ways back and out: each clears exactly what it invalidates.

    @move(
        field=state,
        source=[S.DECISION_PREPARED],
        target=S.CREATED,
        label="Reprendre la préparation de la décision",
        needs_comment=True,
    )
    def withdraw_decision(self) -> None:
        self.decided_amount, self.decided_by = None, None

    @move(
        field=state,
        source=[S.DECISION_SIGNED, S.NOTIFIED],
        target=S.CREATED,
        label="Annuler la décision pour la remplacer",
        conditions=[only_if.nothing_is_paid, only_if.no_payment_is_under_way],
        needs_comment=True,
    )
    def replace_decision(self) -> None:
        self.decided_amount, self.decided_by = None, None
        self.decision_signed_on, self.notified_on = None, None
        self.decision_signatory = self.decision_capacity = self.decision_delegation = ""
        self.decision_reference = self.notification_proof = ""
        self.decision_taken_over_on = None

    @move(
        field=state,
        source=S.ACOMPTE_REQUESTED,
        target=S.NOTIFIED,
        label="Rejeter la demande d’acompte",
        conditions=[only_if.no_payment_is_under_way],
        needs_comment=True,
    )
    def reject_acompte_request(self) -> None:
        self.acompte_requested_on = None

    @move(
        field=state,
        source=S.JUSTIFIED,
        target=S.TO_COMPLETE,
        label="Demander des justificatifs complémentaires",
        needs_comment=True,
    )
    def request_statement_completion(self) -> None:
        self.complete_on, self.justified_by = None, None

    @move(
        field=state,
        source=S.SERVICE_FAIT,
        target=S.JUSTIFIED,
        label="Annuler la constatation du service fait",
        conditions=[only_if.no_payment_is_under_way],
        needs_comment=True,
    )
    def revoke_service_fait(self) -> None:
        self.service_fait_on, self.service_fait_by, self.service_fait_reservations = None, None, ""
        self.justified_amount, self.definitive_amount, self.chorus_certification = None, None, ""
        self.service_fait_taken_over_on, self.service_fait_reference, self.service_fait_signatory = None, "", ""

    @move(
        field=state,
        source=S.SOLDE_LIQUIDATED,
        target=S.SERVICE_FAIT,
        label="Reprendre la liquidation du solde",
        conditions=[only_if.no_payment_is_under_way],
        needs_comment=True,
    )
    def cancel_liquidation(self) -> None:
        pass

    @move(
        field=state,
        source=[S.CREATED, S.DECISION_PREPARED, S.DECISION_SIGNED, S.NOTIFIED, S.ACOMPTE_REQUESTED],
        target=S.CANCELLED,
        label="Annuler la subvention",
        conditions=[only_if.nothing_is_paid, only_if.no_payment_is_under_way],
        needs_comment=True,
    )
    def cancel_subsidy(self) -> None:
        pass

    # The bank sent a transfer back: what was paid no longer is, and the request is to be prepared again.

    @move(
        field=state,
        source=S.ACOMPTE_PAID,
        target=S.ACOMPTE_REQUESTED,
        label="Constater le rejet du virement de l’acompte",
        needs_comment=True,
    )
    def take_back_acompte(self, *, amount: Decimal) -> None:
        self.paid_total -= amount

    @move(
        field=state,
        source=S.SOLDE_PAID,
        target=S.SOLDE_LIQUIDATED,
        label="Constater le rejet du virement du solde",
        needs_comment=True,
    )
    def take_back_solde(self, *, amount: Decimal) -> None:
        self.paid_total -= amount
