"""The convention of a dossier, from the first draft to its notification."""

import datetime as dt
from decimal import Decimal
from typing import Any, Self

from conventions import conditions as only_if
from conventions import rules
from conventions.enums import DEAD_STATES, ConventionState
from conventions.models.answers import ConventionAnswers
from conventions.models.constraints import CONSTRAINTS, TRIGGERS
from conventions.rules import CbrSense, PastConvention
from plannumerique.files.models import Piece
from plannumerique.journal.machine import Refused, move, state_field
from plannumerique.journal.models import ThreadRowQuerySet
from plannumerique.lib.dates import long_date
from plannumerique.lib.text import typeset

S = ConventionState
MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}


class ConventionQuerySet(ThreadRowQuerySet):
    def live(self) -> Self:
        return self.exclude(state__in=DEAD_STATES)

    def stopped_by_the_cbr(self) -> Self:
        """The contrôleur said no, and nobody passed over it yet."""
        return self.filter(state=S.CBR_GIVEN, cbr_sense=CbrSense.UNFAVOURABLE, cbr_overruled_on=None)

    def for_list(self) -> Self:
        return self.select_related("thread", "campaign", "dossier__collectivite", "document").prefetch_related(
            "campaign__deadlines"
        )


class Convention(ConventionAnswers):
    """The agreement of one collectivité and the State, represented by the recteur. The moves read from top to bottom."""

    state = state_field(ConventionState, S.DRAFT)

    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        ordering = ["dossier__collectivite__search", "pk"]
        constraints = CONSTRAINTS
        triggers = TRIGGERS

    def __str__(self) -> str:
        return f"Convention – {self.dossier.collectivite}"

    # Moves, in the order of the life of a convention.

    @move(
        field=state,
        source=S.DRAFT,
        target=S.SIGNED_RECTEUR,
        label="Reprendre une convention signée",
        conditions=[
            only_if.at_least_one_school_is_covered,
            only_if.the_subsidy_can_be_computed,
            only_if.every_school_has_its_college,
        ],
    )
    def take_over(
        self,
        *,
        past: PastConvention,
        project_amount: Decimal,
        subsidy_max: Decimal,
        resources_total: Decimal,
        entered_on: dt.date,
    ) -> None:
        """Signed by both outside the portal, before it: the rules of its dates and amounts are those of the portal."""
        self.project_amount, self.subsidy_max, self.resources_total = project_amount, subsidy_max, resources_total
        self.siret, self.original_reference, self.taken_over_on = past.siret, past.reference, entered_on
        self._take_over_opinion(past)
        self._take_over_deliberation(past)
        self._take_over_signatures(past)
        reasons = [
            *rules.past_amount_refusals(past.subsidy_max, computed=subsidy_max),
            *rules.past_signature_refusals(past),
            *self._past_opinion_refusals(past),
            *self._unexplained_lateness(past.recteur_signed_on, past.late_motive),
        ]
        if reasons:
            raise Refused(*reasons)

    def _past_opinion_refusals(self, past: PastConvention) -> list[str]:
        if past.has_opinion and not self.needs_cbr:
            return [typeset("Le projet ne dépasse pas le seuil du contrôle budgétaire : il n’a pas d’avis à porter.")]
        return self.cbr_refusals(on=past.recteur_signed_on)

    def _take_over_opinion(self, past: PastConvention) -> None:
        if not past.has_opinion:
            return
        self.cbr_received_on, self.cbr_amount = past.cbr_received_on, self.project_amount
        if past.cbr_sense is not None:
            self.cbr_sense, self.cbr_given_on = past.cbr_sense.value, past.cbr_given_on
            self.cbr_overruled_on, self.cbr_overruled_motive = past.cbr_overruled_on, past.cbr_overruled_motive
        elif last_day := self.cbr_last_day():
            self.cbr_silence_on = last_day + dt.timedelta(days=1)

    def _take_over_deliberation(self, past: PastConvention) -> None:
        voted = past.deliberation
        self.deliberation_number, self.deliberation_on = past.deliberation_number, voted.adopted_on
        self.published_on, self.prefecture_on, self.executory_on = voted.published_on, voted.received_on, voted.executory_on

    def _take_over_signatures(self, past: PastConvention) -> None:
        self.collectivite_signed_on, self.collectivite_signatory = past.collectivite_signed_on, past.collectivite_signatory
        self.collectivite_capacity, self.same_day_confirmed = past.collectivite_capacity, past.is_signed_the_same_day
        self.recteur_signed_on, self.recteur_signatory = past.recteur_signed_on, past.recteur_signatory
        self.recteur_capacity = past.recteur_capacity
        self.late_motive = past.late_motive if self.lateness(past.recteur_signed_on) else ""

    @move(
        field=state,
        source=S.DRAFT,
        target=S.NEGOTIATION,
        label="Transmettre le projet à la collectivité",
        conditions=[only_if.at_least_one_school_is_covered, only_if.the_subsidy_can_be_computed],
    )
    def negotiate(self) -> None:
        pass

    @move(
        field=state,
        source=S.NEGOTIATION,
        target=S.SETTLED,
        label="Arrêter le projet de convention",
        conditions=[
            only_if.at_least_one_school_is_covered,
            only_if.the_subsidy_can_be_computed,
            only_if.the_payee_is_known,
            only_if.the_rib_is_accepted,
            only_if.every_school_has_its_college,
            only_if.the_calendar_is_given,
        ],
    )
    def settle(self, *, on: dt.date, project_amount: Decimal, subsidy_max: Decimal, resources_total: Decimal) -> None:
        self.settled_on = on
        self.project_amount, self.subsidy_max, self.resources_total = project_amount, subsidy_max, resources_total

    @move(
        field=state,
        source=S.SETTLED,
        target=S.CBR_REQUESTED,
        label="Saisir le contrôleur budgétaire",
        conditions=[only_if.the_cbr_must_be_asked],
    )
    def request_cbr(self, *, on: dt.date) -> None:
        self._clear_cbr()
        self.cbr_requested_on, self.cbr_amount = on, self.project_amount

    @move(
        field=state,
        source=S.CBR_REQUESTED,
        target=S.CBR_GIVEN,
        label="Enregistrer l’avis du contrôleur budgétaire",
        conditions=[only_if.the_cbr_received_the_file],
    )
    def record_cbr_opinion(self, *, sense: CbrSense, on: dt.date, piece: Piece) -> None:
        if self.cbr_received_on is not None and on < self.cbr_received_on:
            raise Refused(
                typeset(f"Le CBR a reçu le dossier le {long_date(self.cbr_received_on)} : il n’a pu se prononcer avant.")
            )
        self.cbr_sense, self.cbr_given_on, self.cbr_piece = sense.value, on, piece

    @move(
        field=state,
        source=S.CBR_REQUESTED,
        target=S.CBR_GIVEN,
        label="Constater le silence du contrôleur budgétaire",
        conditions=[only_if.his_silence_may_count],
    )
    def note_cbr_silence(self, *, on: dt.date) -> None:
        reasons = self.cbr_refusals(on=on)
        if reasons:
            raise Refused(*reasons)
        last_day = self.cbr_last_day()
        self.cbr_silence_on = last_day + dt.timedelta(days=1) if last_day else on

    @move(
        field=state,
        source=[S.SETTLED, S.CBR_GIVEN],
        target=S.DELIBERATED,
        label="Prendre acte de la délibération exécutoire",
        conditions=[
            only_if.the_cbr_lets_it_be_signed,
            only_if.the_deliberation_is_executory,
            only_if.the_deliberation_piece_is_accepted,
        ],
    )
    def receive_deliberation(self) -> None:
        pass

    @move(
        field=state,
        source=S.DELIBERATED,
        target=S.SIGNED_COLLECTIVITE,
        label="Enregistrer la signature de la collectivité",
        conditions=[only_if.the_convention_is_issued],
    )
    def sign_for_collectivite(
        self, *, on: dt.date, at: dt.time | None, signatory: str, capacity: str, copy: Piece, confirmed: bool
    ) -> None:
        if self.settled_on is not None and on < self.settled_on:
            raise Refused(typeset(f"Le texte n’est arrêté que du {long_date(self.settled_on)} : il n’a pu être signé avant."))
        check = rules.collectivite_signature(self.deliberation(), on=on, at=at)
        if check.refusals or (check.warnings and not confirmed):
            raise Refused(*check.refusals, *check.warnings)
        self.collectivite_signed_on, self.collectivite_signed_time, self.collectivite_copy = on, at, copy
        self.collectivite_signatory, self.collectivite_capacity = signatory, capacity
        self.same_day_confirmed = bool(check.warnings)

    @move(
        field=state,
        source=S.SIGNED_COLLECTIVITE,
        target=S.SIGNED_RECTEUR,
        label="Enregistrer la signature du recteur",
        conditions=[only_if.the_cbr_lets_it_be_signed, only_if.the_copy_signed_by_the_collectivite_holds],
    )
    def sign_for_recteur(self, *, on: dt.date, signatory: str, capacity: str, delegation: str, late_motive: str) -> None:
        order = rules.recteur_signature_refusals(on, collectivite_signed_on=self.collectivite_signed_on)
        reasons = [*order, *self.cbr_refusals(on=on), *self._unexplained_lateness(on, late_motive)]
        if reasons:
            raise Refused(*reasons)
        self.recteur_signed_on, self.recteur_signatory, self.recteur_capacity = on, signatory, capacity
        self.recteur_delegation, self.late_motive = delegation, late_motive if self.lateness(on) else ""

    @move(
        field=state,
        source=S.SIGNED_RECTEUR,
        target=S.NOTIFIED,
        label="Notifier la convention",
        conditions=[only_if.the_copy_signed_by_both_is_there],
    )
    def notify(self, *, on: dt.date) -> None:
        if self.recteur_signed_on is not None and on < self.recteur_signed_on:
            raise Refused(
                typeset(f"Le recteur a signé le {long_date(self.recteur_signed_on)} : la notification ne peut précéder.")
            )
        self.notified_on = on

    @move(field=state, source=S.NOTIFIED, target=S.IN_EXECUTION, label="Commencer l’exécution")
    def start_execution(self) -> None:
        pass

    @move(field=state, source=S.IN_EXECUTION, target=S.SETTLED_UP, label="Solder la convention")
    def settle_up(self) -> None:
        pass

    @move(field=state, source=S.SETTLED_UP, target=S.ARCHIVED, label="Archiver la convention")
    def archive(self) -> None:
        pass

    # Ways back and out: each clears exactly what it invalidates.

    @move(
        field=state,
        source=[S.SETTLED, S.CBR_REQUESTED, S.CBR_GIVEN, S.DELIBERATED],
        target=S.NEGOTIATION,
        label="Rouvrir la négociation",
        needs_comment=True,
    )
    def reopen_negotiation(self, *, keep_deliberation: bool) -> None:
        """What the contrôleur answered stays: the rule says, of the next amount, whether it still holds."""
        self.settled_on = self.project_amount = self.subsidy_max = self.resources_total = self.document = None
        self.taken_over_on, self.original_reference = None, ""
        if not self.cbr_has_answered:
            self._clear_cbr()
        if not keep_deliberation:
            self._clear_deliberation()

    @move(
        field=state,
        source=S.DELIBERATED,
        target=S.SETTLED,
        label="Écarter la délibération",
        needs_comment=True,
    )
    def set_deliberation_aside(self) -> None:
        self._clear_deliberation()

    @move(
        field=state,
        source=S.SIGNED_COLLECTIVITE,
        target=S.DELIBERATED,
        label="Annuler la signature de la collectivité",
        needs_comment=True,
    )
    def cancel_collectivite_signature(self) -> None:
        self._clear_collectivite_signature()

    @move(
        field=state,
        source=S.SIGNED_RECTEUR,
        target=S.SIGNED_COLLECTIVITE,
        label="Annuler la signature du recteur",
        needs_comment=True,
    )
    def cancel_recteur_signature(self) -> None:
        self.recteur_signed_on, self.recteur_signatory, self.recteur_capacity = None, "", ""
        self.recteur_delegation, self.late_motive = "", ""

    @move(
        field=state,
        source=[
            S.DRAFT,
            S.NEGOTIATION,
            S.SETTLED,
            S.CBR_REQUESTED,
            S.CBR_GIVEN,
            S.DELIBERATED,
            S.SIGNED_COLLECTIVITE,
        ],
        target=S.ABANDONED,
        label="Abandonner la convention",
        needs_comment=True,
    )
    def abandon(self) -> None:
        self._clear_collectivite_signature()
        self.document = None

    @move(
        field=state,
        source=[S.NOTIFIED, S.IN_EXECUTION],
        target=S.TERMINATED,
        label="Constater la résiliation",
        needs_comment=True,
    )
    def terminate(self, *, on: dt.date) -> None:
        if self.notified_on is not None and on < self.notified_on:
            raise Refused(
                typeset(f"La convention est notifiée du {long_date(self.notified_on)} : elle n’a pu être résiliée avant.")
            )
        self.terminated_on = on

    # What others read.

    def _clear_cbr(self) -> None:
        self.cbr_requested_on = self.cbr_received_on = self.cbr_amount = None
        self.cbr_sense, self.cbr_given_on, self.cbr_silence_on, self.cbr_piece = "", None, None, None
        self.cbr_overruled_on, self.cbr_overruled_motive, self.cbr_overruled_piece = None, "", None

    def _clear_deliberation(self) -> None:
        self.deliberation_organ = self.deliberation_number = ""
        self.deliberation_on = self.published_on = self.prefecture_on = self.executory_on = None
        self.published_time = self.prefecture_time = self.deliberation_piece = None

    def _clear_collectivite_signature(self) -> None:
        self.collectivite_signed_on, self.collectivite_signed_time, self.same_day_confirmed = None, None, False
        self.collectivite_signatory, self.collectivite_capacity, self.collectivite_copy = "", "", None
