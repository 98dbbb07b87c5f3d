"""The application lines of a dossier, one per school and phase."""

import datetime as dt
from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from plannumerique.accounts.models import User
from plannumerique.files.models import Piece
from plannumerique.journal.machine import Refused, move, state_field
from plannumerique.journal.models import ThreadRow, ThreadRowQuerySet, of_the_parties, schools_seen_by
from plannumerique.lib.dates import long_date
from plannumerique.organisations.actor import Actor, Scope
from plannumerique.organisations.models import School
from projects import conditions as only_if
from projects.enums import (
    DEAD_STATES,
    GRANTED_STATES,
    REQUIRED_PIECES,
    ApplicationState,
    Filtering,
    OpinionKind,
    WifiState,
)
from projects.models.campaigns import Campaign, Phase
from projects.models.constraints import CONSTRAINTS, TRIGGERS
from projects.models.forecasts import ClassForecast
from projects.rules import ClassExpense

S = ApplicationState


class ApplicationQuerySet(ThreadRowQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Who works in a school sees that school's line only; the others see the lines of their threads."""
        return self.filter(of_the_parties(actor) | schools_seen_by(actor))

    def live(self) -> Self:
        return self.exclude(state__in=DEAD_STATES)

    def granted(self) -> Self:
        return self.filter(state__in=GRANTED_STATES)

    def announced(self, *, on: dt.date) -> Self:
        """What anybody may know on that day: retained, by a decision whose letter left in the same passage."""
        return self.granted().filter(selection_on__lte=on)

    def awaiting_director(self) -> Self:
        return self.filter(state__in=[S.DRAFT, S.TO_COMPLETE], pedagogy_on__isnull=True)

    def drafts(self) -> Self:
        return self.filter(state=S.DRAFT)

    def awaiting_director_alone(self) -> Self:
        """Drafts of which the collectivité wrote her part and brought the pieces: the school alone keeps them."""
        pieces = Piece.objects.usable().filter(thread=OuterRef("thread"))
        described = self.drafts().filter(pedagogy_on__isnull=True, referent_college__isnull=False, bandwidth__gt=0)
        return (
            described.exclude(wifi="")
            .exclude(filtering="")
            .filter(
                Exists(ClassForecast.objects.filter(application=OuterRef("pk"))),
                *(Exists(pieces.filter(kind=kind)) for kind in REQUIRED_PIECES),
            )
        )

    def for_draft(self) -> Self:
        """With what the page of the whole draft asks of each line, so that its queries do not grow with the schools."""
        others = Application.objects.granted().filter(campaign_id=OuterRef("campaign_id"), school_id=OuterRef("school_id"))
        granted = others.exclude(pk=OuterRef("pk")).order_by().values("school_id").annotate(total=Sum("retained_classes"))
        return (
            self.select_related("thread", "phase", "school__departement", "referent_college", "pedagogy_by")
            .prefetch_related("forecasts")
            .annotate(granted_elsewhere=Coalesce(Subquery(granted.values("total")), 0))
        )

    def awaiting_dane(self) -> Self:
        return self.filter(state=S.SUBMITTED)

    def to_decide(self) -> Self:
        return self.filter(state__in=[S.ADMISSIBLE, S.WAITING_LIST])

    def for_list(self) -> Self:
        forecasts = ClassForecast.objects.filter(application=OuterRef("pk")).order_by().values("application")
        return self.select_related(
            "thread", "campaign", "phase", "school", "school__departement", "dossier__collectivite"
        ).annotate(
            classes=Coalesce(Subquery(forecasts.values(count=Count("pk"))), 0),
            forecast=Subquery(forecasts.values(total=Sum("expense"))),
        )


class Application(ThreadRow):
    """One school in one phase. The table of moves reads from the top of the class to its bottom."""

    passage_related = (
        "campaign",
        "phase",
        "dossier__campaign",
        "dossier__collectivite",
        "school__departement",
        "school__circonscription",
        "referent_college",
    )
    journaled = (
        "retained_classes",
        "selection_on",
        "selection_list",
        "completion_due_on",
        "opinions_due_on",
        "late_derogation",
        "under_convention",
        "taken_over_on",
    )

    dossier = models.ForeignKey("Dossier", models.PROTECT, related_name="applications", verbose_name="dossier")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", verbose_name="campagne")
    phase = models.ForeignKey(Phase, models.PROTECT, related_name="applications", verbose_name="phase")
    school = models.ForeignKey(School, models.PROTECT, related_name="applications", verbose_name="école")
    state = state_field(ApplicationState, S.DRAFT)

    referent_college = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="collège référent"
    )
    project_title = models.CharField("titre du projet", max_length=150, blank=True)
    project = models.TextField("projet pédagogique", blank=True)
    reform = models.TextField("refondation de l’école et réforme du collège", blank=True)
    academic_plan = models.TextField("déclinaison académique du plan national", blank=True)
    team = models.TextField("équipe engagée", blank=True)
    college_link = models.TextField("lien avec le collège référent", blank=True)
    pedagogy_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    pedagogy_on = models.DateField("partie pédagogique remise le", null=True, blank=True)

    bandwidth = models.PositiveIntegerField(
        "débit internet (Mbit/s)", null=True, blank=True, validators=[MaxValueValidator(100_000)]
    )
    wifi = models.CharField("Wi-Fi dans l’école", max_length=10, choices=WifiState.choices, blank=True)
    filtering = models.CharField("filtrage des accès", max_length=12, choices=Filtering.choices, blank=True)
    infrastructure = models.TextField("description des installations", blank=True)
    delivery_from = models.DateField("livraison prévue à partir du", null=True, blank=True)

    submitted_at = models.DateTimeField("déposée le", null=True, blank=True, editable=False)
    late_derogation = models.TextField("dérogation pour dépôt tardif (motif)", blank=True)
    completion_due_on = models.DateField("à compléter au plus tard le", null=True, blank=True)
    opinions_due_on = models.DateField("avis attendus au plus tard le", null=True, blank=True)
    retained_classes = models.PositiveSmallIntegerField("classes retenues", null=True, blank=True)
    selection_on = models.DateField("date de la décision", null=True, blank=True)
    selection_list = models.CharField("liste ou séance", max_length=200, blank=True)
    under_convention = models.BooleanField("portée dans une convention", default=False)
    # Selected before the portal: entered from a spreadsheet, without deposit nor letter of the portal.
    taken_over_on = models.DateField("reprise le", null=True, blank=True, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "candidature"
        ordering = ["school__search", "phase__number", "pk"]
        constraints = CONSTRAINTS
        triggers = TRIGGERS

    def __str__(self) -> str:
        return f"{self.school} – {self.phase.label}"

    # Moves, in the order of the life of an application.

    @move(
        field=state,
        source=S.DRAFT,
        target=S.RETAINED,
        label="Reprendre une sélection passée",
        conditions=[only_if.the_referent_college_is_chosen, only_if.the_classes_are_costed],
    )
    def take_over(self, *, on: dt.date, selection_list: str, entered_on: dt.date) -> None:
        """Retained outside the portal, before it: no deposit, no letter; what is asked is what money rests on."""
        if on < self.phase.opens_on:
            raise Refused(f"La phase a ouvert le {long_date(self.phase.opens_on)} : la sélection ne peut la précéder.")
        self.retained_classes, self.selection_on, self.selection_list = self.classes_asked(), on, selection_list
        self.taken_over_on = entered_on

    @move(
        field=state,
        source=S.DRAFT,
        target=S.SUBMITTED,
        label="Déposer la candidature",
        conditions=[
            only_if.the_school_is_open,
            only_if.the_director_wrote_her_part,
            only_if.the_referent_college_is_chosen,
            only_if.the_infrastructure_is_described,
            only_if.the_classes_are_costed,
            only_if.the_required_pieces_are_there,
        ],
    )
    def submit(self, *, at: dt.datetime) -> None:
        self._refuse_after_closing(at)
        self.submitted_at = at

    @move(field=state, source=S.SUBMITTED, target=S.DRAFT, label="Retirer le dépôt", besides=True)
    def withdraw(self, *, at: dt.datetime) -> None:
        self._refuse_after_closing(at)
        self.submitted_at = None

    @move(field=state, source=S.SUBMITTED, target=S.TO_COMPLETE, label="Demander des compléments", needs_comment=True)
    def request_completion(self, *, due_on: dt.date) -> None:
        self.completion_due_on = due_on

    @move(
        field=state,
        source=S.TO_COMPLETE,
        target=S.SUBMITTED,
        label="Transmettre les compléments",
        conditions=[
            only_if.every_point_is_answered,
            only_if.the_director_wrote_her_part,
            only_if.the_referent_college_is_chosen,
            only_if.the_infrastructure_is_described,
            only_if.the_classes_are_costed,
            only_if.the_required_pieces_are_there,
        ],
    )
    def complete(self) -> None:
        self.completion_due_on = None

    @move(
        field=state,
        source=S.SUBMITTED,
        target=S.ADMISSIBLE,
        label="Déclarer recevable",
        conditions=[only_if.no_piece_awaits_a_check, only_if.the_limit_of_classes_holds],
    )
    def admit(self) -> None:
        pass

    @move(field=state, source=S.SUBMITTED, target=S.INADMISSIBLE, label="Déclarer irrecevable", needs_comment=True)
    def declare_inadmissible(self) -> None:
        pass

    @move(
        field=state,
        source=[S.ADMISSIBLE, S.INADMISSIBLE],
        target=S.SUBMITTED,
        label="Reprendre l’instruction",
        needs_comment=True,
    )
    def reopen(self) -> None:
        pass

    @move(
        field=state,
        source=[S.ADMISSIBLE, S.WAITING_LIST],
        target=S.RETAINED,
        label="Enregistrer la sélection",
        conditions=[only_if.the_school_is_open],
    )
    def retain(self, *, classes: int, on: dt.date, selection_list: str) -> None:
        asked = self.classes_asked()
        if not 1 <= classes <= asked:
            raise Refused(f"Le nombre de classes retenues va de 1 à {asked}, le nombre demandé ; reçu : {classes}.")
        self.retained_classes, self.selection_on, self.selection_list = classes, on, selection_list
        for sentence in only_if.the_limit_of_classes_holds.obstacles(self):
            raise Refused(sentence)

    @move(field=state, source=S.ADMISSIBLE, target=S.WAITING_LIST, label="Inscrire sur liste d’attente", besides=True)
    def put_on_waiting_list(self, *, on: dt.date, selection_list: str) -> None:
        self.selection_on, self.selection_list = on, selection_list

    @move(
        field=state,
        source=[S.ADMISSIBLE, S.WAITING_LIST],
        target=S.NOT_RETAINED,
        label="Enregistrer la non-sélection",
        needs_comment=True,
    )
    def set_aside(self, *, on: dt.date, selection_list: str) -> None:
        self.selection_on, self.selection_list = on, selection_list

    @move(
        field=state,
        source=[S.RETAINED, S.WAITING_LIST, S.NOT_RETAINED],
        target=S.ADMISSIBLE,
        label="Annuler la décision de sélection",
        conditions=[
            only_if.it_was_deposited_here,
            only_if.no_convention_covers_it,
            only_if.no_other_live_application,
        ],
        needs_comment=True,
    )
    def revise_selection(self) -> None:
        self.retained_classes, self.selection_on, self.selection_list = None, None, ""

    @move(
        field=state,
        source=S.RETAINED,
        target=S.ABANDONED,
        label="Annuler la reprise",
        conditions=[only_if.it_is_taken_over, only_if.no_convention_covers_it],
        needs_comment=True,
    )
    def cancel_take_over(self) -> None:
        pass

    @move(
        field=state,
        source=S.RETAINED,
        target=S.CONTRACTED,
        label="Porter la candidature en convention",
        conditions=[only_if.a_convention_covers_it],
    )
    def contract(self) -> None:
        pass

    @move(
        field=state,
        source=S.CONTRACTED,
        target=S.RETAINED,
        label="Retirer la candidature de la convention",
        needs_comment=True,
    )
    def release(self) -> None:
        pass

    @move(
        field=state,
        source=[S.DRAFT, S.SUBMITTED, S.TO_COMPLETE, S.ADMISSIBLE, S.WAITING_LIST, S.RETAINED],
        target=S.ABANDONED,
        label="Renoncer à la candidature",
        conditions=[only_if.no_convention_covers_it],
        needs_comment=True,
    )
    def abandon(self) -> None:
        pass

    # What others read.

    def get_absolute_url(self) -> str:
        return reverse("projects:application", args=[self.pk])

    @property
    def scope(self) -> Scope:
        return Scope(
            academie_id=self.thread.academie_id,
            collectivite_id=self.thread.collectivite_id,
            departement_id=self.school.departement_id,
            circonscription_id=self.school.circonscription_id,
            school_ids=frozenset([self.school_id]),
        )

    def classes_asked(self) -> int:
        return self.forecasts.count()

    def expenses(self, *, limit: int | None = None) -> list[ClassExpense]:
        """The forecast of each class as the rules read it; the first `limit` classes only, when fewer were retained."""
        return [forecast.as_rule(self.school.uai) for forecast in self.forecasts.all()[:limit]]

    def classes_granted_in_other_phases(self) -> int:
        """Classes already granted to the school over all the phases of the campaign, this application set aside."""
        if hasattr(self, "granted_elsewhere"):
            return self.granted_elsewhere
        others = Application.objects.granted().filter(campaign_id=self.campaign_id, school_id=self.school_id).exclude(pk=self.pk)
        return others.aggregate(total=Sum("retained_classes"))["total"] or 0

    def opinions_awaited(self) -> list[OpinionKind]:
        given = set(self.opinions.values_list("kind", flat=True))
        return [kind for kind in OpinionKind if kind not in given]

    def has_live_rival(self) -> bool:
        return Application.objects.live().filter(phase_id=self.phase_id, school_id=self.school_id).exclude(pk=self.pk).exists()

    def closed_at(self, at: dt.datetime) -> str:
        """Why nothing is deposited or withdrawn any more at that instant; empty as long as the phase or a derogation allows it."""
        if at <= self.phase.closes_at or self.late_derogation:
            return ""
        return f"La phase est close depuis le {long_date(self.phase.closes_on)} : seule la DANE peut accorder une dérogation."

    def is_late_draft(self, at: dt.datetime) -> bool:
        return self.state == S.DRAFT and bool(self.closed_at(at))

    def _refuse_after_closing(self, at: dt.datetime) -> None:
        if closed := self.closed_at(at):
            raise Refused(closed)
        if at < self.phase.opens_at:
            raise Refused(f"La phase n’ouvre que le {long_date(self.phase.opens_on)}.")
