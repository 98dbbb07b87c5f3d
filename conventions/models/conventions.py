"""The convention of a dossier, from the first draft to its notification."""

import datetime as dt
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from conventions import conditions as only_if
from conventions import rules
from conventions.enums import BINDING_STATES, DEAD_STATES, ConventionState, DeliberatingOrgan
from conventions.models.covered import CbrExchange, CoveredClass
from conventions.rules import CbrFile, CbrNature, CbrPolicy, CbrSense, Deliberation, PastConvention
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.journal.machine import Refused, move, state_field
from plannumerique.journal.models import ThreadRow, ThreadRowQuerySet
from plannumerique.lib.dates import long_date
from plannumerique.lib.text import typeset
from projects.enums import DeadlineCode
from projects.models import Campaign, Dossier, TermsVersion
from projects.rules import ClassExpense, Deadline, Funding, provisional_subsidy

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


def _piece(label: str) -> "models.ForeignKey[Piece | None, Piece | None]":
    return models.ForeignKey(Piece, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label)


class Convention(ThreadRow):
    """The agreement of one collectivité and the State, represented by the recteur. The moves read from top to bottom."""

    passage_related = (
        "campaign",
        "terms",
        "dossier__collectivite",
        "thread__academie",
        "document",
        "rib",
        "deliberation_piece",
        "collectivite_copy",
    )
    journaled = (
        "terms",
        "subsidy_max",
        "project_amount",
        "resources_total",
        "siret",
        "iban",
        "iban_holder",
        "deployment_from",
        "deployment_until",
        "cbr_requested_on",
        "cbr_received_on",
        "cbr_amount",
        "cbr_sense",
        "cbr_given_on",
        "cbr_silence_on",
        "cbr_overruled_on",
        "next_sitting_on",
        "deliberation_number",
        "deliberation_on",
        "published_on",
        "prefecture_on",
        "executory_on",
        "collectivite_signed_on",
        "collectivite_signatory",
        "same_day_confirmed",
        "recteur_signed_on",
        "recteur_signatory",
        "late_motive",
        "notified_on",
        "terminated_on",
        "taken_over_on",
        "original_reference",
    )

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="conventions", verbose_name="dossier")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", verbose_name="campagne")
    terms = models.ForeignKey(TermsVersion, models.PROTECT, related_name="+", verbose_name="barème")
    state = state_field(ConventionState, S.DRAFT)

    siret = models.CharField("SIRET", max_length=14, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    iban_holder = models.CharField("titulaire du compte", max_length=200, blank=True)
    rib = _piece("RIB")
    steering = models.TextField("pilotage et interlocuteurs", blank=True)
    deployment_from = models.DateField("déploiement à partir du", null=True, blank=True)
    deployment_until = models.DateField("déploiement achevé le", null=True, blank=True)

    settled_on = models.DateField("projet arrêté le", null=True, blank=True)
    project_amount = models.DecimalField("montant du projet (€)", null=True, blank=True, **MONEY)
    subsidy_max = models.DecimalField("subvention maximale (€)", null=True, blank=True, **MONEY)
    resources_total = models.DecimalField("dotations de ressources (€)", null=True, blank=True, **MONEY)
    # The text in force: none while the negotiation is open, although an earlier one may have been issued.
    document = models.ForeignKey(
        IssuedDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="texte de la convention"
    )

    cbr_requested_on = models.DateField("CBR saisi le", null=True, blank=True)
    cbr_received_on = models.DateField("reçu par le CBR le", null=True, blank=True)
    cbr_amount = models.DecimalField("montant soumis au CBR (€)", null=True, blank=True, **MONEY)
    cbr_sense = models.CharField("avis du CBR", max_length=15, choices=[(one.value, one.label) for one in CbrSense], blank=True)
    cbr_given_on = models.DateField("avis rendu le", null=True, blank=True)
    cbr_silence_on = models.DateField("avis réputé rendu le", null=True, blank=True)
    cbr_piece = _piece("avis du CBR")
    cbr_overruled_on = models.DateField("passer outre le", null=True, blank=True)
    cbr_overruled_motive = models.TextField("motif du passer outre", blank=True)
    cbr_overruled_piece = _piece("décision de passer outre")

    next_sitting_on = models.DateField("prochaine séance de l’assemblée", null=True, blank=True)
    deliberation_organ = models.CharField("organe", max_length=25, choices=DeliberatingOrgan.choices, blank=True)
    deliberation_number = models.CharField("numéro de la délibération", max_length=60, blank=True)
    deliberation_on = models.DateField("adoptée le", null=True, blank=True)
    published_on = models.DateField("publiée le", null=True, blank=True)
    published_time = models.TimeField("publiée à", null=True, blank=True)
    prefecture_on = models.DateField("reçue en préfecture le", null=True, blank=True)
    prefecture_time = models.TimeField("reçue en préfecture à", null=True, blank=True)
    executory_on = models.DateField("exécutoire le", null=True, blank=True)
    deliberation_piece = _piece("délibération")

    collectivite_signed_on = models.DateField("signée par la collectivité le", null=True, blank=True)
    collectivite_signed_time = models.TimeField("signée par la collectivité à", null=True, blank=True)
    collectivite_signatory = models.CharField("signataire de la collectivité", max_length=150, blank=True)
    collectivite_capacity = models.CharField("qualité du signataire de la collectivité", max_length=150, blank=True)
    collectivite_copy = _piece("exemplaire signé par la collectivité")
    same_day_confirmed = models.BooleanField("signature postérieure à la délibération, confirmée", default=False)
    recteur_signed_on = models.DateField("signée par le recteur le", null=True, blank=True)
    recteur_signatory = models.CharField("signataire de l’État", max_length=150, blank=True)
    recteur_capacity = models.CharField("qualité du signataire de l’État", max_length=200, blank=True)
    recteur_delegation = models.CharField("délégation", max_length=250, blank=True)
    late_motive = models.TextField("motif de la signature tardive", blank=True)
    notified_on = models.DateField("notifiée le", null=True, blank=True)
    terminated_on = models.DateField("résiliée le", null=True, blank=True)
    # Signed on paper before the portal: its text, its number and its signed copies are those of that paper.
    taken_over_on = models.DateField("reprise le", null=True, blank=True, editable=False)
    original_reference = models.CharField("numéro d’origine", max_length=60, blank=True, db_default="")

    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        ordering = ["dossier__collectivite__search", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"],
                condition=~Q(state__in=DEAD_STATES),
                name="convention_live_once",
                violation_error_message="Ce dossier a déjà une convention en cours.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[S.DRAFT, S.NEGOTIATION, S.ABANDONED])
                | Q(project_amount__gt=0, subsidy_max__gt=0)
                & (
                    Q(settled_on__isnull=False, document__isnull=False)
                    | Q(taken_over_on__isnull=False, original_reference__gt="")
                ),
                name="convention_settled_has_amounts",
                violation_error_message="Un projet arrêté porte ses montants et son texte, ou le numéro de l’original repris.",
            ),
            models.CheckConstraint(
                condition=Q(subsidy_max__isnull=True) | Q(subsidy_max__lte=models.F("project_amount")),
                name="convention_subsidy_within_project",
                violation_error_message="La subvention ne peut dépasser le montant du projet.",
            ),
            models.CheckConstraint(
                condition=Q(collectivite_signed_on__isnull=True)
                | (Q(executory_on__isnull=False) & Q(collectivite_signed_on__gte=models.F("executory_on"))),
                name="convention_signed_after_deliberation",
                violation_error_message="La collectivité ne peut signer avant que sa délibération soit exécutoire.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[S.SIGNED_COLLECTIVITE, *BINDING_STATES])
                | Q(collectivite_signed_on__isnull=False, collectivite_signatory__gt="")
                & (Q(collectivite_copy__isnull=False) | Q(taken_over_on__isnull=False)),
                name="convention_signed_by_whom",
                violation_error_message="Une convention signée par la collectivité porte la date, le signataire et l’exemplaire, sauf reprise.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=BINDING_STATES)
                | Q(collectivite_signed_on__isnull=False, recteur_signed_on__isnull=False, recteur_signatory__gt=""),
                name="convention_binding_is_signed",
                violation_error_message="Une convention signée porte ses deux signatures.",
            ),
            models.CheckConstraint(
                condition=Q(recteur_signed_on__isnull=True) | Q(recteur_signed_on__gte=models.F("collectivite_signed_on")),
                name="convention_recteur_signs_last",
                violation_error_message="Le recteur signe après la collectivité.",
            ),
            models.CheckConstraint(
                condition=Q(cbr_sense="", cbr_given_on__isnull=True)
                | (~Q(cbr_sense="") & Q(cbr_given_on__isnull=False, cbr_amount__isnull=False)),
                name="convention_cbr_dated",
                violation_error_message="L’avis du CBR porte sa date et le montant soumis.",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.CBR_GIVEN) | ~Q(cbr_sense="") | Q(cbr_silence_on__isnull=False),
                name="convention_cbr_given",
                violation_error_message="L’avis du CBR est rendu ou réputé rendu.",
            ),
            models.CheckConstraint(
                condition=Q(cbr_overruled_on__isnull=True) | ~Q(cbr_overruled_motive=""),
                name="convention_overruled_with_motive",
                violation_error_message="Le passer outre se motive.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[S.NOTIFIED, S.IN_EXECUTION, S.SETTLED_UP, S.ARCHIVED, S.TERMINATED])
                | Q(notified_on__isnull=False),
                name="convention_notified_dated",
                violation_error_message="Une convention notifiée porte la date de sa notification.",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.TERMINATED) | Q(terminated_on__isnull=False),
                name="convention_terminated_dated",
                violation_error_message="Une convention résiliée porte la date de sa résiliation.",
            ),
            models.CheckConstraint(
                condition=Q(deployment_until__isnull=True) | Q(deployment_until__gte=models.F("deployment_from")),
                name="convention_deployment_ends_after_start",
                violation_error_message="Le déploiement s’achève après avoir commencé.",
            ),
        ]

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

    def get_absolute_url(self) -> str:
        return reverse("conventions:convention", args=[self.pk])

    @property
    def is_binding(self) -> bool:
        return self.state in BINDING_STATES

    @property
    def reference(self) -> str:
        """The number of the text in force, for letters and payment labels; needs `document` at hand."""
        return self.document.reference if self.document else self.original_reference

    @property
    def is_taken_over(self) -> bool:
        return self.taken_over_on is not None

    def expenses(self) -> list[ClassExpense]:
        """The forecast of every covered class as the rules read it; one query."""
        return [one.as_rule() for one in CoveredClass.objects.of_convention(self.pk)]

    def funding(self) -> Funding:
        """What the terms give for the covered classes; one query. Raises FundingError when they can't be computed."""
        return provisional_subsidy(self.expenses(), terms=self.terms.as_rule())

    def deadline(self) -> Deadline | None:
        return self.campaign.deadline(DeadlineCode.CONVENTION)

    def lateness(self, on: dt.date) -> str | None:
        """The sentence that asks for a motive when a signature of that day misses the campaign's date; one query."""
        deadline = self.deadline()
        return rules.lateness(on, deadline=deadline) if deadline else None

    def _unexplained_lateness(self, on: dt.date, motive: str) -> list[str]:
        late = None if motive.strip() else self.lateness(on)
        return [late] if late else []

    # The contrôle budgétaire and the délibération, as the rules read them.

    @property
    def needs_cbr(self) -> bool:
        return self.project_amount is not None and rules.cbr_opinion_needed(self.project_amount, terms=self.terms.as_rule())

    @property
    def cbr_has_answered(self) -> bool:
        return bool(self.cbr_sense) or self.cbr_silence_on is not None

    def cbr_policy(self) -> CbrPolicy:
        return CbrPolicy(
            nature=CbrNature(self.campaign.cbr_nature),
            delay_days=self.campaign.cbr_delay_days,
            silence_counts=self.campaign.cbr_silence_counts,
        )

    def cbr_file(self) -> CbrFile | None:
        if self.cbr_amount is None:
            return None
        return CbrFile(
            amount=self.cbr_amount,
            received_on=self.cbr_received_on,
            requests=tuple(one.as_rule() for one in self.cbr_exchanges.all()),
            sense=CbrSense(self.cbr_sense) if self.cbr_sense else None,
            given_on=self.cbr_given_on,
            overruled_on=self.cbr_overruled_on,
        )

    def cbr_refusals(self, *, on: dt.date) -> list[str]:
        """Why the contrôle budgétaire forbids a signature of that day; one query when a file was sent to him."""
        if self.project_amount is None or not self.needs_cbr:
            return []
        terms = self.terms.as_rule()
        return list(rules.cbr_refusals(self.cbr_file(), amount=self.project_amount, on=on, terms=terms, policy=self.cbr_policy()))

    def cbr_last_day(self) -> dt.date | None:
        """The last day on which the contrôleur may answer; None before reception and while a request of his is pending."""
        if self.cbr_received_on is None:
            return None
        requests = [one.as_rule() for one in self.cbr_exchanges.all()]
        return rules.cbr_last_day(self.cbr_received_on, requests=requests, policy=self.cbr_policy())

    def cbr_request_pending(self) -> CbrExchange | None:
        return next((one for one in self.cbr_exchanges.all() if one.answered_on is None), None)

    @property
    def is_stopped_by_the_cbr(self) -> bool:
        return self.state == S.CBR_GIVEN and self.cbr_sense == CbrSense.UNFAVOURABLE and self.cbr_overruled_on is None

    def overruling_refusals(self) -> list[str]:
        if self.cbr_sense != CbrSense.UNFAVOURABLE:
            return [typeset("L’avis du contrôleur budgétaire n’est pas défavorable : il n’y a pas à passer outre.")]
        if self.campaign.cbr_nature == CbrNature.VISA:
            return self.cbr_refusals(on=only_if.SOME_DAY)
        if self.cbr_overruled_on is not None:
            return [typeset(f"Le recteur a déjà passé outre le {long_date(self.cbr_overruled_on)}.")]
        return []

    def deliberation(self) -> Deliberation | None:
        if self.deliberation_on is None:
            return None
        return Deliberation(
            adopted_on=self.deliberation_on,
            published_on=self.published_on,
            published_at=self.published_time,
            received_on=self.prefecture_on,
            received_at=self.prefecture_time,
        )

    # What a way back clears.

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
