"""One past dossier entered, all of it or nothing: what is the DANE's by the DANE, what is the DAF's by the DAF."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch

from conventions import services as conventions
from conventions.models import Convention
from plannumerique.journal.machine import Refused
from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import euros
from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.actor import Actor, Scope
from plannumerique.organisations.enums import DANE, Role
from plannumerique.portal.taking_over.reading import PastDossier, Reading
from plannumerique.ui.spreadsheets import Row
from projects import services as projects
from projects.models import Application, Campaign, Dossier, Phase
from subsidies.enums import SubsidyState
from subsidies.models import EquipmentSubsidy, Payment
from subsidies.rules import acompte_due
from subsidies.services import convention as notifications
from subsidies.services import taking_over as money

TAKE_OVER = "reprendre"


@dataclass(slots=True)
class Entered:
    """What was entered, in words, and what the person should know of it."""

    said: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What the job would do of one dossier, or why the door would refuse it."""

    past: PastDossier
    entered: Entered
    refusals: tuple[str, ...] = ()


def campaign_with_phases(pk: int) -> Campaign:
    phases = Prefetch("phases", Phase.objects.order_by("number"))
    return Campaign.objects.select_related("academie").prefetch_related(phases, "terms_versions", "deadlines").get(pk=pk)


def take_over(pk: int, actor: Actor, parameters: Mapping[str, Any]) -> object:
    """Of a job: `pk` is the collectivité; its lines are read again as they came, and judged by the same rules."""
    campaign = campaign_with_phases(parameters["campaign"])
    lines = [Row(number, cells) for number, cells in parameters["lines"][str(pk)]]
    reading = Reading(campaign, lines)
    if reading.faults or not reading.dossiers:
        raise Refused(*(f"Ligne {one.row}, {one.head} : {one.sentence}" for one in reading.faults))
    return enter(reading.dossiers[0], campaign=campaign, actor=actor)


def rehearse(past: PastDossier, *, campaign: Campaign, actor: Actor) -> Rehearsed:
    """By doing it and undoing it: the review asks the rules of the door and those of the database."""
    with transaction.atomic():
        try:
            return Rehearsed(past, enter(past, campaign=campaign, actor=actor))
        except Refused as refused:
            return Rehearsed(past, Entered(), tuple(refused.reasons))
        except PermissionDenied as denied:
            return Rehearsed(past, Entered(), (str(denied),))
        finally:
            transaction.set_rollback(True)


@transaction.atomic
def enter(past: PastDossier, *, campaign: Campaign, actor: Actor) -> Entered:
    entered = Entered()
    scope = Scope(academie_id=campaign.academie_id)
    dossier = Dossier.objects.filter(campaign=campaign, collectivite=past.collectivite).first()
    if dossier is None or not _is_taken_over(dossier):
        if actor.grant_over(scope, DANE) is None:
            raise Refused("La DANE n’a pas encore repris ce dossier : elle dépose d’abord ce classeur.")
        dossier = _enter_dossier(past, campaign, actor, entered)
    if past.decision is not None:
        _enter_money_or_say_who(past, dossier, actor, entered, scope)
    if not entered.said:
        raise Refused("Ce dossier est déjà repris, jusqu’à l’étape que dit ce classeur : rien n’est à saisir.")
    return entered


def _is_taken_over(dossier: Dossier) -> bool:
    return Application.objects.live().filter(dossier=dossier, taken_over_on__isnull=False).exists()


# --- What is the DANE's ---


def _enter_dossier(past: PastDossier, campaign: Campaign, actor: Actor, entered: Entered) -> Dossier:
    dossier = projects.open_dossier(campaign=campaign, collectivite=past.collectivite, actor=actor)
    for selection in sorted(past.selections, key=lambda one: (one.phase.number, one.school.pk)):
        _enter_selection(dossier, selection, actor)
    classes = sum(len(one.expenses) for one in past.selections)
    schools = len({one.school.pk for one in past.selections})
    entered.said.append(
        f"Sélection : {plural(schools, one='école')}, {plural(classes, one='classe mobile', many='classes mobiles')}"
    )
    if past.convention is not None:
        convention = conventions.take_over_convention(dossier=dossier, past=past.convention, actor=actor)
        entered.said.append(f"Convention n° {convention.reference} signée, {euros(past.convention.subsidy_max)} au plus")
        _warn_of_convention(convention, entered)
        if past.convention_notified_on is not None:
            notifications.take_over_notification(convention_id=convention.pk, actor=actor, on=past.convention_notified_on)
            entered.said.append(f"Convention notifiée le {plain_date(past.convention_notified_on)}")
            _warn_of_grants(convention, entered)
    return dossier


def _enter_selection(dossier: Dossier, selection: projects.PastSelection, actor: Actor) -> None:
    try:
        projects.take_over_application(dossier=dossier, past=selection, actor=actor)
    except Refused as refused:
        raise Refused(*(f"{selection.school.uai}, {selection.phase.label} : {reason}" for reason in refused.reasons)) from refused


def _warn_of_convention(convention: Convention, entered: Entered) -> None:
    if convention.same_day_confirmed:
        entered.warnings.append(
            "La collectivité a signé le jour où sa délibération est devenue exécutoire : vérifiez que la signature l’a suivie."
        )


def _warn_of_grants(convention: Convention, entered: Entered) -> None:
    grants = convention.covered_schools.filter(resources_grant__gt=0).count()
    if grants:
        entered.warnings.append(
            f"{plural(grants, one='dotation de ressources sera', many='dotations de ressources seront')} à notifier : "
            "la DAF annule, avec son motif, ce qui a été versé avant le portail."
        )


# --- What is the DAF's ---


def _enter_money_or_say_who(past: PastDossier, dossier: Dossier, actor: Actor, entered: Entered, scope: Scope) -> None:
    if actor.grant_over(scope, [Role.GESTIONNAIRE_DAF]) is not None:
        _enter_money(past, dossier, actor, entered)
    elif entered.said:
        what = "la décision et l’acompte restent" if past.acompte else "la décision reste"
        entered.warnings.append(f"{what.capitalize()} à saisir : un gestionnaire de la DAF dépose ce même classeur.")


def _enter_money(past: PastDossier, dossier: Dossier, actor: Actor, entered: Entered) -> None:
    subsidy = EquipmentSubsidy.objects.select_related("convention__document").filter(thread=dossier.thread_id).first()
    if subsidy is None or past.convention is None or past.decision is None:
        raise Refused("La convention de ce dossier n’est pas notifiée dans le portail : la DANE l’enregistre d’abord.")
    if subsidy.convention.reference != past.convention.reference:
        raise Refused(
            f"La convention de ce dossier porte le n° {subsidy.convention.reference}, le classeur le n° {past.convention.reference}."
        )
    if subsidy.decision_taken_over_on is None:
        subsidy = money.take_over_decision(subsidy_id=subsidy.pk, actor=actor, past=past.decision)
        entered.said.append(f"Décision n° {past.decision.reference} notifiée, {euros(past.decision.amount)}")
    elif (subsidy.decision_reference, subsidy.decided_amount) != (past.decision.reference, past.decision.amount):
        raise Refused(
            f"La décision reprise porte le n° {subsidy.decision_reference} et {euros(subsidy.decided_amount or 0)} : "
            "le classeur dit autre chose."
        )
    if past.acompte is not None and _awaits_acompte(subsidy):
        payment = money.take_over_acompte(subsidy_id=subsidy.pk, actor=actor, past=past.acompte)
        entered.said.append(f"Acompte de {euros(past.acompte.amount)}, à confirmer par un valideur de la DAF")
        _warn_of_acompte(payment, subsidy, entered)


def _awaits_acompte(subsidy: EquipmentSubsidy) -> bool:
    waiting = subsidy.state in (SubsidyState.NOTIFIED, SubsidyState.ACOMPTE_REQUESTED)
    return waiting and not subsidy.payments.live().exists()


def _warn_of_acompte(payment: Payment, subsidy: EquipmentSubsidy, entered: Entered) -> None:
    due = acompte_due(payment.ceiling, terms=subsidy.convention.terms.as_rule())
    if payment.amount < due:
        entered.warnings.append(typeset(f"L’acompte payé est inférieur à {euros(due)}, que la décision permettait."))
