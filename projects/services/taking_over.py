"""What the commission retained before the portal: entered as it was, without deposit, letter nor mail."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from plannumerique.journal.machine import Refused
from plannumerique.journal.models import ThreadSchool
from plannumerique.journal.passages import opening, passage
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import SchoolKind
from plannumerique.organisations.models import School
from projects.models import Application, ClassForecast, Dossier, Phase
from projects.permissions import can_take_over_application
from projects.services.applying import refuse_foreign_school
from projects.services.selecting import refuse_future


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSelection:
    """One school retained in a phase: the expense of each class retained, in euros on the campaign's basis, and by which list."""

    phase: Phase
    school: School
    college: School
    expenses: Sequence[Decimal]
    on: dt.date
    selection_list: str


def cancel_take_over(*, application_id: int, actor: Actor, comment: str, seen: int | None = None) -> Application:
    """Entered by mistake: the line counts no more, and the school may be taken over again, exactly this time."""
    with passage(
        Application, application_id, actor=actor, may=can_take_over_application, seen=seen, comment=comment
    ) as application:
        application.cancel_take_over()
    return application


def take_over_application(*, dossier: Dossier, past: PastSelection, actor: Actor) -> Application:
    """In the transaction of its dossier. The school's people see the thread from then on; nobody is written to."""
    refuse_foreign_school(dossier, past.school)
    refuse_future(past.on, actor)
    if past.college.kind != SchoolKind.COLLEGE:
        raise Refused(f"L’établissement {past.college} n’est pas un collège.")
    application = Application(
        thread=dossier.thread,
        dossier=dossier,
        campaign=dossier.campaign,
        phase=past.phase,
        school=past.school,
        referent_college=past.college,
    )
    with opening(
        application, actor=actor, may=can_take_over_application, label="Ouvrir la candidature de l’école", taken_over=True
    ):
        ThreadSchool.objects.get_or_create(thread=dossier.thread, school=past.school)
    ClassForecast.objects.bulk_create(
        ClassForecast(application=application, number=number, expense=expense)
        for number, expense in enumerate(past.expenses, start=1)
    )
    with passage(Application, application.pk, actor=actor, may=can_take_over_application, taken_over=True) as application:
        application.take_over(on=past.on, selection_list=past.selection_list.strip(), entered_on=actor.today)
    return application
