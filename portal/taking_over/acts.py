"""One past dossier entered, all of it or nothing: what is the DANE's by the DANE, what is the DAF's by the DAF."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch

from conventions import services as conventions
from conventions.models import Convention
from plannumerique.journal.machine import Refused
from plannumerique.lib.dates import plain_date
from plannumerique.lib.money import euros
from plannumerique.lib.text import plural
from plannumerique.organisations.actor import Actor, Scope
from plannumerique.organisations.enums import DANE
from plannumerique.ui.spreadsheets import Row
from portal.taking_over.entered import Entered, NothingToEnter
from portal.taking_over.money import Steps
from portal.taking_over.reading import PastDossier, Reading
from portal.taking_over.workbook import layout_of
from projects import services as projects
from projects.models import Application, Campaign, Dossier, Phase
from subsidies.services import convention as notifications

TAKE_OVER = "reprendre"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What the job would do of one dossier, why the door would refuse it, or why nothing of it is this person's to enter."""

    past: PastDossier
    entered: Entered
    refusals: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


def campaign_with_phases(pk: int) -> Campaign:
    phases = Prefetch("phases", Phase.objects.order_by("number"))
    return Campaign.objects.select_related("academie").prefetch_related(phases, "terms_versions", "deadlines").get(pk=pk)


def take_over(pk: int, actor: Actor, parameters: Mapping[str, Any]) -> object:
    """Of a job: `pk` is the collectivité; its lines are read again as they came, and judged by the same rules."""
    campaign = campaign_with_phases(parameters["campaign"])
    keys = [column.key for column in layout_of(campaign).columns]
    lines = [Row(number, {key: cells.get(key, "") for key in keys}) for number, cells in parameters["lines"][str(pk)]]
    reading = Reading(campaign, lines)
    if reading.faults or not reading.dossiers:
        raise Refused(*(f"Ligne {one.row}, {one.head} : {one.sentence}" for one in reading.faults))
    return enter(reading.dossiers[0], campaign=campaign, actor=actor)


def rehearse(past: PastDossier, *, campaign: Campaign, actor: Actor) -> Rehearsed:
    """By doing it and undoing it: the review asks the rules of the door and those of the database."""
    with transaction.atomic():
        try:
            return Rehearsed(past, enter(past, campaign=campaign, actor=actor))
        except NothingToEnter as nothing:
            return Rehearsed(past, Entered(), idle=tuple(nothing.reasons))
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
    _refuse_behind(past, dossier)
    if past.decision is not None or past.grants:
        Steps(past, dossier, actor, entered).walk()
    if not entered.said:
        raise NothingToEnter(*(entered.awaited or ["Ce dossier est déjà repris, jusqu’à l’étape que dit ce classeur."]))
    entered.warnings += entered.awaited
    return entered


def _is_taken_over(dossier: Dossier) -> bool:
    return Application.objects.live().filter(dossier=dossier, taken_over_on__isnull=False).exists()


def _refuse_behind(past: PastDossier, dossier: Dossier) -> None:
    """What was taken over at an earlier stage goes on in the portal: the workbook doesn't enter its convention afterwards."""
    convention = Convention.objects.live().filter(dossier=dossier).first()
    if past.convention is not None and convention is None:
        raise Refused(
            "Ce dossier est repris sans sa convention : elle s’établit maintenant dans le portail, où sa reprise s’annule."
        )
    if past.convention_notified_on and convention is not None and convention.notified_on is None:
        raise Refused("La convention de ce dossier est reprise sans sa notification : la DANE la notifie dans le portail.")


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
            _warn_of_grants(convention, past, entered)
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


def _warn_of_grants(convention: Convention, past: PastDossier, entered: Entered) -> None:
    said = {uai for _, uai, _ in past.grants}
    grants = convention.covered_schools.filter(resources_grant__gt=0).exclude(school__uai__in=said).count()
    if grants:
        entered.warnings.append(
            f"{plural(grants, one='dotation de ressources reste', many='dotations de ressources restent')} à notifier dans le "
            "portail : ce qui a déjà été versé se dit dans ses cases, avant la confirmation."
        )
