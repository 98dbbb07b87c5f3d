"""What is entered of a past dossier once its convention is there: each by those whose act it was, as far as the dossier allows.

A step either enters something, finds it already there, or says who comes before. The same workbook is brought again until nothing is left.
"""

from collections.abc import Iterator

from plannumerique.journal.machine import Refused
from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import ZERO, euros
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor, Scope
from plannumerique.organisations.enums import DANE, Role
from portal.taking_over.entered import Entered
from portal.taking_over.reading import PastDossier
from portal.taking_over.stages import Reached
from projects.models import Dossier
from subsidies.enums import CERTIFIED_STATES, PaymentKind, ResourcesState, SubsidyState
from subsidies.models import EquipmentSubsidy, Payment, ResourcesSubsidy
from subsidies.rules import acompte_due
from subsidies.rules.past import PastGrant
from subsidies.services import taking_over as services

TO_CONFIRM = "à confirmer par un valideur de la DAF"
_AGAIN = "dépose ce même classeur"


class Steps:
    """In the order of the thread, from the decision to the closing; each step reads the subsidy afresh."""

    def __init__(self, past: PastDossier, dossier: Dossier, actor: Actor, entered: Entered) -> None:
        self.past, self.dossier, self.actor, self.entered = past, dossier, actor, entered
        scope = Scope(academie_id=dossier.campaign.academie_id)
        self.is_daf = actor.grant_over(scope, [Role.GESTIONNAIRE_DAF]) is not None
        self.is_dane = actor.grant_over(scope, DANE) is not None

    def walk(self) -> None:
        """Stops at the first step that waits for somebody else: what follows rests on it."""
        self._refuse_another_convention()
        for step in (self._decision, self._grants, self._acompte, self._service_fait, self._solde, self._closing):
            awaited = step()
            if awaited:
                self.entered.awaited.append(typeset(awaited))
                return

    def _subsidy(self) -> EquipmentSubsidy:
        rows = EquipmentSubsidy.objects.select_related("convention__document", "convention__terms")
        subsidy = rows.filter(thread=self.dossier.thread_id).first()
        if subsidy is None or self.past.convention is None:
            raise Refused("La convention de ce dossier n’est pas notifiée dans le portail : la DANE l’enregistre d’abord.")
        return subsidy

    def _refuse_another_convention(self) -> None:
        here, there = self._subsidy().convention.reference, getattr(self.past.convention, "reference", "")
        if here != there:
            raise Refused(f"La convention de ce dossier porte le n° {here}, le classeur le n° {there}.")

    # --- What is the DAF's, before the end ---

    def _decision(self) -> str:
        past, subsidy = self.past.decision, self._subsidy()
        if past is None:
            return ""
        if subsidy.decision_taken_over_on is not None:
            if (subsidy.decision_reference, subsidy.decided_amount) != (past.reference, past.amount):
                raise Refused(
                    f"La décision reprise porte le n° {subsidy.decision_reference} et {euros(subsidy.decided_amount or ZERO)} : "
                    "le classeur dit autre chose."
                )
            return ""
        if not self.is_daf:
            what = "La décision et l’acompte restent" if self.past.acompte else "La décision reste"
            return f"{what} à saisir : un gestionnaire de la DAF {_AGAIN}."
        services.take_over_decision(subsidy_id=subsidy.pk, actor=self.actor, past=past)
        self.entered.said.append(f"Décision n° {past.reference} notifiée, {euros(past.amount)}")
        return ""

    def _grants(self) -> str:
        grants = {one.school.uai: one for one in self._grants_here()}
        waiting = [(uai, past) for _, uai, past in self.past.grants if _to_enter(grants.get(uai), past)]
        if not waiting:
            return ""
        if not self.is_daf:
            return f"Les dotations de ressources restent à saisir : un gestionnaire de la DAF {_AGAIN}."
        for uai, past in waiting:
            if uai not in grants:
                raise Refused(f"L’école {uai} n’a pas de dotation de ressources dans cette convention, ou elle est annulée.")
            services.take_over_grant(grant_id=grants[uai].pk, actor=self.actor, past=past)
            paid = f", {euros(past.payment.amount)} versés, {TO_CONFIRM}" if past.payment else ""
            self.entered.said.append(f"Dotation de l’école {uai} notifiée le {plain_date(past.notified_on)}{paid}")
        return ""

    def _grants_here(self) -> Iterator[ResourcesSubsidy]:
        rows = ResourcesSubsidy.objects.filter(thread=self.dossier.thread_id).exclude(state=ResourcesState.CANCELLED)
        yield from rows.select_related("school")

    def _acompte(self) -> str:
        past, subsidy = self.past.acompte, self._subsidy()
        if past is None or not _awaits_acompte(subsidy):
            return ""
        if not self.is_daf:
            return f"L’acompte reste à saisir : un gestionnaire de la DAF {_AGAIN}."
        payment = services.take_over_acompte(subsidy_id=subsidy.pk, actor=self.actor, past=past)
        self.entered.said.append(f"Acompte de {euros(past.amount)}, {TO_CONFIRM}")
        due = acompte_due(payment.ceiling, terms=subsidy.convention.terms.as_rule())
        if payment.amount < due:
            self.entered.warnings.append(typeset(f"L’acompte payé est inférieur à {euros(due)}, que la décision permettait."))
        return ""

    # --- The service fait, which is the DANE's; then what the DAF paid on it ---

    def _service_fait(self) -> str:
        past, subsidy = self.past.service_fait, self._subsidy()
        if past is None:
            return ""
        if subsidy.state in CERTIFIED_STATES:
            if (subsidy.service_fait_on, subsidy.definitive_amount) != (past.on, past.definitive):
                raise Refused(
                    f"Le service fait de ce dossier est du {plain_date(subsidy.service_fait_on) if subsidy.service_fait_on else ''}, "
                    f"pour {euros(subsidy.definitive_amount or ZERO)} : le classeur dit autre chose."
                )
            return ""
        if _is_to_confirm(subsidy):
            return f"Le service fait attend que l’acompte soit confirmé par un valideur ; la DANE {_AGAIN} ensuite."
        if not self.is_dane:
            return f"Le service fait reste à saisir : la DANE {_AGAIN}."
        receptions = self.past.receptions
        services.take_over_service_fait(subsidy_id=subsidy.pk, actor=self.actor, past=past, receptions=receptions)
        self.entered.said.append(
            f"Service fait constaté le {plain_date(past.on)}, subvention définitive de {euros(past.definitive)}"
        )
        return ""

    def _solde(self) -> str:
        subsidy = self._subsidy()
        overpaid = self.past.reached is Reached.OVERPAID
        if not overpaid and not self.past.reached.has(Reached.SOLDE):
            return ""
        if subsidy.state in (SubsidyState.SOLDE_PAID, SubsidyState.CLOSED, SubsidyState.OVERPAID) or _is_to_confirm(subsidy):
            return ""
        if not self.is_daf:
            return f"Ce qui suit le service fait reste à saisir : un gestionnaire de la DAF {_AGAIN}."
        if overpaid:
            services.take_over_overpaid(subsidy_id=subsidy.pk, actor=self.actor)
            self.entered.said.append("Trop-perçu constaté ; le reversement se suit hors du portail")
            return ""
        past = self.past.solde
        services.take_over_solde(subsidy_id=subsidy.pk, actor=self.actor, past=past)
        self.entered.said.append(f"Solde de {euros(past.amount)}, {TO_CONFIRM}" if past else "Aucun solde n’était dû")
        return ""

    def _closing(self) -> str:
        on, subsidy = self.past.closed_on, self._subsidy()
        if on is None or subsidy.state == SubsidyState.CLOSED:
            return ""
        if Payment.objects.under_way().filter(thread=self.dossier.thread_id).exists():
            return f"La clôture attend que les paiements soient confirmés par un valideur ; un gestionnaire de la DAF {_AGAIN} ensuite."
        if not self.is_daf:
            return f"La clôture reste à saisir : un gestionnaire de la DAF {_AGAIN}."
        services.take_over_closing(subsidy_id=subsidy.pk, actor=self.actor, on=on)
        self.entered.said.append(f"Subvention close le {plain_date(on)}")
        return ""


def _to_enter(grant: ResourcesSubsidy | None, past: PastGrant) -> bool:
    """Neither paid nor with its payment to confirm; a school without a grant is refused by the step."""
    if grant is None or grant.state == ResourcesState.CREATED:
        return True
    return past.payment is not None and grant.state == ResourcesState.NOTIFIED and not grant.payments.live().exists()


def _awaits_acompte(subsidy: EquipmentSubsidy) -> bool:
    waiting = subsidy.state in (SubsidyState.NOTIFIED, SubsidyState.ACOMPTE_REQUESTED)
    return waiting and not subsidy.payments.live().filter(kind=PaymentKind.ACOMPTE).exists()


def _is_to_confirm(subsidy: EquipmentSubsidy) -> bool:
    return subsidy.payments.under_way().exists()
