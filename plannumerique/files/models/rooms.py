"""What is about a row of a dossier, and who reads it."""

from __future__ import annotations

import dataclasses
from typing import Self

from django.db import models
from django.db.models import Q

from plannumerique.files.enums import OF_A_COLLEGE, OF_THE_COLLECTIVITE, RESERVED_TO, Readers
from plannumerique.journal.models import Thread, ThreadRow, ThreadRowQuerySet, schools_seen_by
from plannumerique.organisations.actor import Actor, Scope
from plannumerique.organisations.enums import Level
from plannumerique.organisations.models import School


class AboutRow(models.Model):
    """What a row of a room is about, as data: the rooms know nothing of the apps above them."""

    subject_kind = models.CharField("objet", max_length=40)
    subject_id = models.BigIntegerField()

    class Meta:
        abstract = True

    def is_about(self, row: models.Model) -> bool:
        return self.subject_kind == row._meta.label_lower and self.subject_id == row.pk


class RoomQuerySet(ThreadRowQuerySet):
    """Rows of a thread, each for those whom it names: `readers`, its `school`, its `college`."""

    def visible_to(self, actor: Actor) -> Self:
        threads = Thread.objects.visible_to(actor)
        of_the_collectivite = Q(readers__in=OF_THE_COLLECTIVITE, thread__collectivite_id__in=actor.ids(Level.COLLECTIVITE))
        of_the_dossier = Q(readers=Readers.DOSSIER, thread__in=threads) & self._shown_to_schools()
        of_a_school = Q(readers=Readers.SCHOOL) & schools_seen_by(actor)
        return self.filter(
            _read_in_the_academie(actor)
            | of_the_collectivite
            | of_the_dossier
            | of_a_school
            | _read_by_the_college(actor)
            | (Q(thread__in=threads) & self._authored_by(actor))
        )

    def about(self, row: models.Model) -> Self:
        return self.filter(subject_kind=row._meta.label_lower, subject_id=row.pk)

    def _shown_to_schools(self) -> Q:
        return Q()

    def _authored_by(self, actor: Actor) -> Q:
        return Q(pk__in=[])


def _read_in_the_academie(actor: Actor) -> Q:
    """All that bears no account, by everybody; what bears one, by the roles that need it."""
    read = ~Q(readers__in=list(RESERVED_TO)) & Q(thread__academie_id__in=actor.ids(Level.ACADEMIE))
    for readers, roles in RESERVED_TO.items():
        read |= Q(readers=readers, thread__academie_id__in=actor.ids(Level.ACADEMIE, roles))
    return read


def _read_by_the_college(actor: Actor) -> Q:
    """Its own people, and the DSDEN where no account is borne: a collège has no IEN."""
    return Q(college_id__in=actor.ids(Level.SCHOOL)) | (
        ~Q(readers__in=list(RESERVED_TO)) & Q(college__departement_id__in=actor.ids(Level.DEPARTEMENT))
    )


class RoomRow(ThreadRow, AboutRow):
    """`school` widens the row to the people of one school: its director may act on it, its IEN and its DSDEN too.

    `college` is the collège référent to which the row is addressed, or whose account it bears.
    """

    passage_related = ("school", "college")

    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="école")
    college = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="collège")
    readers = models.CharField("lu par", max_length=16, choices=Readers.choices)

    class Meta(ThreadRow.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(readers__in=[one for one in Readers if one is not Readers.SCHOOL and one not in OF_A_COLLEGE])
                | Q(readers=Readers.SCHOOL, school__isnull=False)
                | Q(readers__in=OF_A_COLLEGE, college__isnull=False),
                name="%(class)s_names_its_readers",
                violation_error_message="Une pièce ou un document dit qui le lit, et nomme l’école ou le collège qui le lit.",
            )
        ]

    @property
    def scope(self) -> Scope:
        return scope_of(self.thread, self.school, self.college)


def scope_of(thread: Thread, school: School | None, college: School | None = None) -> Scope:
    scope = Scope(
        academie_id=thread.academie_id,
        collectivite_id=thread.collectivite_id,
        school_ids=frozenset(one.pk for one in (school, college) if one is not None),
    )
    if school is None:
        return scope
    return dataclasses.replace(scope, circonscription_id=school.circonscription_id, departement_id=school.departement_id)
