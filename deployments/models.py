"""The mobile classes of the notified conventions, and their reception in the school."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from conventions.models import Convention, CoveredClass
from deployments import conditions as only_if
from deployments.enums import MobileClassState
from plannumerique.accounts.models import User
from plannumerique.journal.machine import Refused, move, state_field
from plannumerique.journal.models import ThreadRow, ThreadRowQuerySet, of_the_parties, schools_seen_by
from plannumerique.lib.dates import long_date
from plannumerique.organisations.actor import Actor, Scope
from plannumerique.organisations.models import School
from projects.rules import ClassKey

S = MobileClassState


class MobileClassQuerySet(ThreadRowQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(of_the_parties(actor) | schools_seen_by(actor))

    def awaiting_reception(self) -> Self:
        return self.filter(state=S.PLANNED)

    def received(self) -> Self:
        return self.filter(state=S.RECEIVED)

    def for_list(self) -> Self:
        return self.select_related("thread", "school", "school__departement", "convention__dossier__collectivite")


class MobileClass(ThreadRow):
    """One mobile class, from the convention that promises it to the school that receives it."""

    passage_related = (
        "school__departement",
        "school__circonscription",
        "convention__campaign",
        "thread__academie",
        "received_by",
    )
    journaled = ("received_on", "delivery_note", "reservations", "certified_on")

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="mobile_classes", verbose_name="convention")
    covered_class = models.OneToOneField(
        CoveredClass, models.PROTECT, related_name="mobile_class", verbose_name="classe couverte"
    )
    school = models.ForeignKey(School, models.PROTECT, related_name="mobile_classes", verbose_name="école")
    number = models.PositiveSmallIntegerField("classe n°")
    state = state_field(MobileClassState, S.PLANNED)
    delivery_expected_on = models.DateField("livraison attendue au plus tard le", null=True, blank=True)
    received_on = models.DateField("reçue le", null=True, blank=True)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    delivery_note = models.CharField("bon de livraison", max_length=80, blank=True)
    reservations = models.TextField("réserves", blank=True)
    certified_on = models.DateField("service fait constaté le", null=True, blank=True)

    objects = MobileClassQuerySet.as_manager()

    class Meta:
        verbose_name = "classe mobile"
        verbose_name_plural = "classes mobiles"
        ordering = ["school__search", "number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "school", "number"], name="mobile_class_once"),
            models.CheckConstraint(
                condition=~Q(state=S.RECEIVED) | Q(received_on__isnull=False),
                name="mobile_class_received_dated",
                violation_error_message="Une classe reçue porte la date de sa réception.",
            ),
            models.CheckConstraint(
                condition=Q(certified_on__isnull=True) | Q(state=S.RECEIVED, received_on__lte=F("certified_on")),
                name="mobile_class_certified_is_received",
                violation_error_message="Le service fait se constate sur une classe reçue, au plus tôt le jour de sa réception.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} – classe {self.number}"

    @move(
        field=state,
        source=S.PLANNED,
        target=S.RECEIVED,
        label="Enregistrer la réception",
        conditions=[only_if.the_convention_binds],
    )
    def receive(self, *, on: dt.date, by: User | None, delivery_note: str, reservations: str) -> None:
        notified_on = self.convention.notified_on
        if notified_on is not None and on < notified_on:
            raise Refused(
                f"La convention est notifiée du {long_date(notified_on)} : le matériel n’a pu être reçu avant, à ce titre."
            )
        self.received_on, self.received_by = on, by
        self.delivery_note, self.reservations = delivery_note, reservations

    @move(
        field=state,
        source=S.RECEIVED,
        target=S.PLANNED,
        label="Annuler la réception",
        conditions=[only_if.its_service_fait_is_not_certified],
        needs_comment=True,
    )
    def cancel_reception(self) -> None:
        self.received_on, self.received_by, self.delivery_note, self.reservations = None, None, "", ""

    @move(field=state, source=S.PLANNED, target=S.RENOUNCED, label="Renoncer à la classe", needs_comment=True)
    def renounce(self) -> None:
        pass

    @move(
        field=state,
        source=S.RENOUNCED,
        target=S.PLANNED,
        label="Rétablir la classe",
        conditions=[only_if.the_convention_binds],
        needs_comment=True,
    )
    def reinstate(self) -> None:
        pass

    def get_absolute_url(self) -> str:
        return reverse("deployments:mobile_class", args=[self.pk])

    @property
    def scope(self) -> Scope:
        return Scope(
            academie_id=self.thread.academie_id,
            collectivite_id=self.thread.collectivite_id,
            departement_id=self.school.departement_id,
            circonscription_id=self.school.circonscription_id,
            school_ids=frozenset([self.school_id]),
        )

    @property
    def key(self) -> ClassKey:
        return ClassKey(self.school.uai, self.number)

    @property
    def label(self) -> str:
        return f"{self.number} de {self.school.uai}"
