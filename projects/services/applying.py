"""Writing an application in two hands, and depositing it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db import transaction

from plannumerique.journal.machine import Refused
from plannumerique.journal.models import ThreadSchool
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.text import starts_lower
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.models import School
from projects import documents, notices
from projects.models import (
    Application,
    ClassForecast,
    Dossier,
    Phase,
)
from projects.permissions import (
    can_abandon,
    can_add_application,
    can_complete,
    can_describe_technical_part,
    can_grant_derogation,
    can_submit,
    can_withdraw,
    can_write_pedagogical_part,
)
from projects.services.instructing import respond_to_all

NO_ANSWER: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ClassCost:
    """One line of the financial part, as typed: its designation and its expense in the campaign's basis, in euros."""

    expense: Decimal
    label: str = ""


def add_application(*, dossier: Dossier, phase: Phase, school: School, actor: Actor) -> Application:
    """Open the line of one school; the school's people see the thread from then on."""
    refuse_foreign_school(dossier, school)
    if not phase.opens_at <= actor.at <= phase.closes_at and actor.grant_over(dossier.scope, can_grant_derogation.roles) is None:
        raise Refused(f"La phase « {phase.label} » n’est pas ouverte aux candidatures ; la DANE peut accorder une dérogation.")
    application = Application(thread=dossier.thread, dossier=dossier, campaign=dossier.campaign, phase=phase, school=school)
    with transaction.atomic():
        with opening(application, actor=actor, may=can_add_application, label="Ouvrir la candidature de l’école"):
            ThreadSchool.objects.get_or_create(thread=dossier.thread, school=school)
        notices.tell_school_invited(application, actor=actor)
    return application


@transaction.atomic
def add_applications(*, dossier: Dossier, phase: Phase, schools: Iterable[School], actor: Actor) -> list[Application]:
    """Open the lines of several schools, all of them or none: the refusal names the school that stands in the way."""
    return [_add(dossier, phase, school, actor) for school in sorted(schools, key=lambda school: school.pk)]


def _add(dossier: Dossier, phase: Phase, school: School, actor: Actor) -> Application:
    try:
        return add_application(dossier=dossier, phase=phase, school=school, actor=actor)
    except Refused as refused:
        raise Refused(*(f"{school} : {starts_lower(reason)}" for reason in refused.reasons)) from refused


def submit_several(*, seen: Mapping[int, int], actor: Actor) -> tuple[list[Application], list[tuple[int, Refused]]]:
    """Deposit several lines of a draft, each by its own passage: what is ready is deposited, what is not says why.

    `seen` gives, by application, the version that the person read. Returns what was deposited, then (application, refusal).
    """
    deposited: list[Application] = []
    refused: list[tuple[int, Refused]] = []
    for pk in sorted(seen):
        try:
            deposited.append(submit(application_id=pk, actor=actor, seen=seen[pk]))
        except Refused as refusal:
            refused.append((pk, refusal))
    return deposited, refused


def refuse_foreign_school(dossier: Dossier, school: School) -> None:
    if school.collectivite_id != dossier.collectivite_id:
        holder = school.collectivite or "une collectivité que l’annuaire n’indique pas"
        raise Refused(f"L’{school.in_words} ({school.uai}) relève de {holder} : elle ne peut entrer dans ce dossier.")


def describe_technical_part(
    *,
    application_id: int,
    actor: Actor,
    seen: int,
    costs: Sequence[ClassCost],
    answers: Mapping[int, str] = NO_ANSWER,
    comment: str = "",
    **fields: Any,
) -> Application:
    """Infrastructure and expense per class, by the collectivité. `fields` are those of forms.TechnicalPartForm."""
    with passage(
        Application,
        application_id,
        actor=actor,
        may=can_describe_technical_part,
        seen=seen,
        comment=comment,
        act="describe_technical_part",
        label="Compléter la partie technique et financière",
    ) as application:
        _refuse_too_many_classes(application, len(costs))
        _set(application, fields)
        application.forecasts.all().delete()
        ClassForecast.objects.bulk_create(
            ClassForecast(application=application, number=number, label=cost.label, expense=cost.expense)
            for number, cost in enumerate(costs, start=1)
        )
        respond_to_all(answers, actor=actor)
    return application


def _refuse_too_many_classes(application: Application, asked: int) -> None:
    limit = application.campaign.current_terms().max_units_per_school
    already = application.classes_granted_in_other_phases()
    if asked + already > limit:
        raise Refused(
            f"{asked} classes demandées, {already} déjà obtenues : la limite est de {limit} classes par école, toutes phases comprises."
        )


def write_pedagogical_part(
    *, application_id: int, actor: Actor, seen: int, answers: Mapping[int, str] = NO_ANSWER, **fields: Any
) -> Application:
    """The director's part; `fields` are those of forms.PedagogicalPartForm."""
    with passage(
        Application,
        application_id,
        actor=actor,
        may=can_write_pedagogical_part,
        seen=seen,
        act="write_pedagogical_part",
        label="Remettre la partie pédagogique",
    ) as application:
        _set(application, fields)
        application.pedagogy_by, application.pedagogy_on = actor.user, actor.today
        respond_to_all(answers, actor=actor)
    return application


def submit(*, application_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Application:
    with passage(Application, application_id, actor=actor, may=can_submit, seen=seen, comment=comment) as application:
        application.submit(at=actor.at)
        documents.issue_receipt(application, actor=actor)
        notices.tell_submitted(application, actor=actor)
    return application


def withdraw(*, application_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Application:
    with passage(Application, application_id, actor=actor, may=can_withdraw, seen=seen, comment=comment) as application:
        application.withdraw(at=actor.at)
    return application


def grant_derogation(*, application_id: int, actor: Actor, seen: int, comment: str) -> Application:
    """Let a school's line be submitted after the closing; the motive is kept."""
    if not comment.strip():
        raise Refused("Indiquez le motif de la dérogation.")
    with passage(
        Application,
        application_id,
        actor=actor,
        may=can_grant_derogation,
        seen=seen,
        comment=comment,
        act="grant_derogation",
        label="Accorder une dérogation de dépôt tardif",
    ) as application:
        application.late_derogation = comment.strip()
    return application


def complete(*, application_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Application:
    with passage(Application, application_id, actor=actor, may=can_complete, seen=seen, comment=comment) as application:
        application.complete()
    return application


def abandon(*, application_id: int, actor: Actor, comment: str, seen: int | None = None) -> Application:
    with passage(Application, application_id, actor=actor, may=can_abandon, seen=seen, comment=comment) as application:
        application.abandon()
    return application


def _set(row: Any, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
