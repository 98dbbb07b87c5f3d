"""From the retained applications to the settled text."""

import datetime as dt
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max

from conventions import documents, notices
from conventions.enums import ConventionState, PieceKind
from conventions.models import Convention, CoveredClass, CoveredSchool
from conventions.permissions import can_change_schools, can_describe, can_negotiate, can_open_convention, can_settle
from conventions.rules import project_amount
from conventions.services.pieces import bring
from conventions.services.refusals import demand_motive
from plannumerique.files.models import StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.identifiers import siren_of, spaced_siren
from plannumerique.lib.money import ZERO
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import SchoolKind
from plannumerique.organisations.models import School
from projects import services as projects
from projects.enums import ApplicationState
from projects.models import Application, Dossier
from projects.rules import FundingError


def open_convention(*, dossier: Dossier, actor: Actor) -> Convention:
    """A draft that covers every retained application of the dossier that no convention covers yet."""
    convention = Convention(
        thread=dossier.thread, dossier=dossier, campaign=dossier.campaign, terms=dossier.campaign.current_terms()
    )
    with transaction.atomic():
        with opening(convention, actor=actor, may=can_open_convention, label="Ouvrir le projet de convention"):
            applications = awaiting_convention(dossier)
            refuse_opening(dossier, applications)
        for application in applications:
            cover(convention, application, actor=actor)
        price(convention)
    return convention


def refuse_opening(dossier: Dossier, applications: list[Application]) -> None:
    live = Convention.objects.live().filter(dossier=dossier).first()
    if live is not None:
        raise Refused(typeset(f"Ce dossier a déjà une convention en cours : son état est « {live.get_state_display()} »."))
    if not applications:
        raise Refused("Aucune candidature retenue de ce dossier n’attend de convention.")


def awaiting_convention(dossier: Dossier) -> list[Application]:
    return list(
        Application.objects.filter(dossier=dossier, state=ApplicationState.RETAINED, under_convention=False)
        .select_related("school", "referent_college")
        .order_by("pk")
    )


# --- Covered schools ---


def add_school(*, convention_id: int, application_id: int, actor: Actor, seen: int | None = None) -> Convention:
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_change_schools,
        seen=seen,
        act="add_school",
        label="Porter une école au projet",
    ) as convention:
        waiting = {one.pk: one for one in awaiting_convention(convention.dossier)}
        if application_id not in waiting:
            raise Refused("Cette candidature n’est pas retenue, ou une convention la porte déjà : rechargez la page.")
        cover(convention, waiting[application_id], actor=actor)
        price(convention)
    return convention


def remove_school(
    *, convention_id: int, covered_school_id: int, actor: Actor, comment: str, seen: int | None = None
) -> Convention:
    """The applications of that school stay retained: another draft may cover them, or they are abandoned."""
    demand_motive(comment)
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_change_schools,
        seen=seen,
        comment=comment,
        act="remove_school",
        label="Retirer une école du projet",
    ) as convention:
        covered = _covered_school(convention, covered_school_id)
        applications = sorted(set(covered.classes.values_list("application_id", flat=True)))
        covered.delete()
        for application_id in applications:
            projects.cover_by_convention(application_id=application_id, actor=actor, covered=False)
        price(convention)
    return convention


def choose_college(
    *, convention_id: int, covered_school_id: int, college: School, actor: Actor, seen: int | None = None
) -> Convention:
    """The collège that will receive the school's resources grant (article 5)."""
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_change_schools,
        seen=seen,
        comment=str(college),
        act="choose_college",
        label="Choisir le collège référent d’une école",
    ) as convention:
        covered = _covered_school(convention, covered_school_id)
        if college.kind != SchoolKind.COLLEGE:
            raise Refused(f"L’établissement choisi, {college}, n’est pas un collège.")
        covered.referent_college = college
        covered.save(update_fields=["referent_college"])
    return convention


def _covered_school(convention: Convention, pk: int) -> CoveredSchool:
    covered = convention.covered_schools.select_related("school").filter(pk=pk).first()
    if covered is None:
        raise Refused("Cette école n’est plus dans le projet : rechargez la page.")
    return covered


def cover(convention: Convention, application: Application, *, actor: Actor, taken_over: bool = False) -> None:
    """The classes retained, in the order of the application, numbered after those that the school already has in the dossier."""
    covered = _cover_school(convention, application)
    last = _last_number(convention, application.school)
    CoveredClass.objects.bulk_create(
        CoveredClass(
            covered_school=covered,
            application=application,
            number=number,
            label=forecast.label,
            expense=forecast.expense,
        )
        for number, forecast in enumerate(application.forecasts.all()[: application.retained_classes], start=last + 1)
    )
    projects.cover_by_convention(application_id=application.pk, actor=actor, covered=True, taken_over=taken_over)


def _cover_school(convention: Convention, application: Application) -> CoveredSchool:
    school = application.school
    elsewhere = CoveredSchool.objects.filter(campaign=convention.campaign, school=school, live=True).exclude(
        convention=convention
    )
    other = elsewhere.select_related("convention__dossier__collectivite").first()
    if other is not None:
        raise _already_covered(school, by=f" de {other.convention.dossier.collectivite}")
    try:
        with transaction.atomic():
            covered, _ = CoveredSchool.objects.get_or_create(
                convention=convention,
                school=school,
                defaults={
                    "campaign": convention.campaign,
                    "referent_college": application.referent_college,
                    "resources_grant": convention.terms.resources_grant,
                },
            )
    except IntegrityError as error:  # another dossier took it at the same instant
        raise _already_covered(school) from error
    return covered


def _already_covered(school: School, *, by: str = "") -> Refused:
    return Refused(
        typeset(f"L’{school.in_words} figure déjà dans la convention en cours{by} : une école n’est couverte qu’une fois.")
    )


def _last_number(convention: Convention, school: School) -> int:
    numbered = CoveredClass.objects.filter(
        covered_school__school=school, covered_school__convention__dossier=convention.dossier_id
    ).exclude(covered_school__convention__state=ConventionState.ABANDONED)
    return numbered.aggregate(last=Max("number"))["last"] or 0


def price(convention: Convention) -> None:
    """What the terms give for each class, kept beside it: information until the text is settled, then what it promises."""
    classes = list(CoveredClass.objects.of_convention(convention.pk))
    try:
        lines = {line.key: line for line in convention.funding().lines}
    except FundingError:  # the condition of the move says why; no figure is better than a wrong one
        lines = {}
    for one in classes:
        line = lines.get(one.as_rule().key)
        one.retained_base, one.subsidy = (line.retained_base, line.subsidy) if line else (None, None)
    CoveredClass.objects.bulk_update(classes, ["retained_base", "subsidy"])


def use_current_terms(*, convention_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Convention:
    """The campaign's figures changed while the text was open; once it is signed, an avenant alone changes them."""
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_change_schools,
        seen=seen,
        comment=comment,
        act="use_current_terms",
        label="Appliquer le barème en vigueur",
    ) as convention:
        convention.terms = convention.campaign.current_terms()
        convention.covered_schools.update(resources_grant=convention.terms.resources_grant)
        price(convention)
    return convention


# --- Payee, deployment ---


def describe_payee(
    *,
    convention_id: int,
    actor: Actor,
    siret: str,
    iban: str,
    iban_holder: str,
    bic: str = "",
    file: StoredFile | None = None,
    seen: int | None = None,
) -> Convention:
    """Whose account receives the subsidy, with the RIB that proves it. Another account calls for another RIB."""
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_describe,
        seen=seen,
        act="describe_payee",
        label="Indiquer le compte à créditer",
    ) as convention:
        _refuse_foreign_siret(convention, siret)
        changed = (siret, iban) != (convention.siret, convention.iban)
        if file is None and (convention.rib is None or changed or convention.rib.is_rejected):
            raise Refused(typeset("Déposez le RIB qui correspond à ce compte : la DANE le compare à l’IBAN saisi."))
        convention.siret, convention.iban, convention.bic = siret, iban, bic
        convention.iban_holder = iban_holder.strip()
        if file is not None:
            convention.rib = bring(convention, PieceKind.RIB, file, actor=actor, instead_of=convention.rib)
    return convention


def _refuse_foreign_siret(convention: Convention, siret: str) -> None:
    collectivite = convention.dossier.collectivite
    if siren_of(siret) != collectivite.siren:
        raise Refused(
            typeset(
                f"Ce SIRET n’est pas celui de {collectivite} (SIREN {spaced_siren(collectivite.siren)}) : "
                "la subvention est versée à la collectivité qui signe."
            )
        )


def describe_deployment(
    *,
    convention_id: int,
    actor: Actor,
    deployment_from: dt.date,
    deployment_until: dt.date,
    steering: str = "",
    seen: int | None = None,
) -> Convention:
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_describe,
        seen=seen,
        act="describe_deployment",
        label="Indiquer le calendrier de déploiement et le pilotage",
    ) as convention:
        convention.deployment_from, convention.deployment_until = deployment_from, deployment_until
        convention.steering = steering.strip()
    return convention


# --- The text ---


def negotiate(*, convention_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Convention:
    with passage(Convention, convention_id, actor=actor, may=can_negotiate, seen=seen, comment=comment) as convention:
        convention.negotiate()
        notices.tell_project_sent(convention, actor=actor)
    return convention


def settle(*, convention_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Convention:
    """Close the negotiation: the amounts are computed, the text is issued, and what both parties sign is that text."""
    with passage(Convention, convention_id, actor=actor, may=can_settle, seen=seen, comment=comment) as convention:
        project, subsidy = figures(convention)
        grants = convention.covered_schools.values_list("resources_grant", flat=True)
        convention.settle(on=actor.today, project_amount=project, subsidy_max=subsidy, resources_total=sum(grants, ZERO))
        price(convention)
        notices.tell_settled(convention, actor=actor)
        convention.document = documents.issue_convention(convention, actor=actor)
    return convention


def figures(convention: Convention) -> tuple[Decimal, Decimal]:
    """The project's amount, which the contrôleur's threshold is compared with, and the subsidy."""
    try:
        funding = convention.funding()
    except FundingError:  # refused by the condition of the move, which says why
        return ZERO, ZERO
    return project_amount(funding, terms=convention.terms.as_rule()), funding.total
