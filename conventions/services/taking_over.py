"""A convention signed before the portal: entered as its paper says, without text, letter nor mail of the portal."""

import datetime as dt

from conventions.models import Convention
from conventions.permissions import can_notify, can_take_over_convention
from conventions.rules import PastConvention
from conventions.services.preparing import awaiting_convention, cover, figures, price, refuse_opening
from conventions.services.refusals import refuse_before, refuse_future
from conventions.services.signing import applications_of
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.money import ZERO
from plannumerique.organisations.actor import Actor
from projects import services as projects
from projects.models import Dossier


def take_over_convention(*, dossier: Dossier, past: PastConvention, actor: Actor) -> Convention:
    """In the transaction of its dossier: it covers the selections taken over, and is signed by both."""
    for what, day in past.days:
        refuse_future(day, actor, what=what)
    convention = Convention(
        thread=dossier.thread, dossier=dossier, campaign=dossier.campaign, terms=dossier.campaign.current_terms()
    )
    with opening(convention, actor=actor, may=can_take_over_convention, label="Ouvrir la convention", taken_over=True):
        applications = [one for one in awaiting_convention(dossier) if one.taken_over_on is not None]
        refuse_opening(dossier, applications)
    for application in applications:
        refuse_before(past.recteur_signed_on, application.selection_on, what="La signature du recteur", since="la sélection")
        cover(convention, application, actor=actor, taken_over=True)
    price(convention)
    with passage(Convention, convention.pk, actor=actor, may=can_take_over_convention, taken_over=True) as convention:
        project, subsidy = figures(convention)
        grants = convention.covered_schools.values_list("resources_grant", flat=True)
        convention.take_over(
            past=past,
            project_amount=project,
            subsidy_max=subsidy,
            resources_total=sum(grants, ZERO),
            entered_on=actor.today,
        )
        for application_id in applications_of(convention):
            projects.contract(application_id=application_id, actor=actor, taken_over=True)
    return convention


def take_over_notification(*, convention_id: int, actor: Actor, on: dt.date) -> Convention:
    """Called by the use case that opens its subsidies, in one transaction with them; the collectivité was told on paper."""
    refuse_future(on, actor, what="La notification")
    with passage(Convention, convention_id, actor=actor, may=can_notify, taken_over=True) as convention:
        convention.notify(on=on)
    return convention
