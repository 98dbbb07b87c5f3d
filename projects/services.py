"""What people do with dossiers and applications: each use case is one passage (or several, in reading order)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from plannumerique.files import services as files
from plannumerique.files.models import Piece, StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import Thread, ThreadSchool
from plannumerique.journal.passages import opening, passage
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.models import Academie, Collectivite, School
from plannumerique.organisations.permissions import Permission
from projects import documents, notices
from projects.campaign_templates import CampaignTemplate
from projects.enums import ActKind, OpinionKind, OpinionSense, PieceKind
from projects.models import (
    Application,
    Campaign,
    CampaignDeadline,
    CampaignText,
    ClassForecast,
    Dossier,
    Opinion,
    Phase,
    Signatory,
    TermsVersion,
)
from projects.permissions import (
    can_abandon,
    can_add_application,
    can_complete,
    can_contract,
    can_cover_by_convention,
    can_deposit_dossier_piece,
    can_describe_dossier,
    can_describe_technical_part,
    can_give_opinion,
    can_grant_derogation,
    can_instruct,
    can_open_dossier,
    can_record_selection,
    can_submit,
    can_withdraw,
    can_write_pedagogical_part,
)


@dataclass(frozen=True, slots=True)
class ClassCost:
    """One line of the financial part, as typed: its designation and its expense in the campaign's basis, in euros."""

    expense: Decimal
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatoryAs:
    """Somebody who signs for the recteur from a day on; without `acts`, every act of the campaign."""

    name: str
    capacity: str
    starts_on: dt.date
    delegation: str = ""
    acts: tuple[ActKind, ...] = ()


@transaction.atomic
def open_campaign(template: CampaignTemplate, *, academie: Academie, signatories: Sequence[SignatoryAs] = ()) -> Campaign:
    """Create a campaign and all its rows from a template. Refused when the académie already has one of that code."""
    if Campaign.objects.filter(academie=academie, code=template.code).exists():
        raise Refused(f"L’{academie} a déjà une campagne {template.code}.")
    campaign = Campaign(academie=academie, code=template.code, **template.campaign)
    campaign.full_clean()
    campaign.save()
    terms = TermsVersion(campaign=campaign, number=1, **template.terms)
    terms.full_clean()
    terms.save()
    Phase.objects.bulk_create(
        Phase(campaign=campaign, number=one.number, label=one.label, opens_at=one.opens_at, closes_at=one.closes_at)
        for one in template.phases
    )
    CampaignDeadline.objects.bulk_create(
        CampaignDeadline(
            campaign=campaign, code=one.code, on=one.on, offsets=list(one.offsets), inclusive=one.inclusive, roll=one.roll
        )
        for one in template.deadlines
    )
    CampaignText.objects.bulk_create(
        CampaignText(campaign=campaign, act=act, slot=slot, text=text) for (act, slot), text in sorted(template.texts.items())
    )
    Signatory.objects.bulk_create(
        Signatory(
            campaign=campaign, act=act, name=one.name, capacity=one.capacity, delegation=one.delegation, starts_on=one.starts_on
        )
        for one in signatories
        for act in (one.acts or ActKind)
    )
    return campaign


def open_dossier(*, campaign: Campaign, collectivite: Collectivite, actor: Actor) -> Dossier:
    """The dossier of a collectivité in a campaign: opened once, found again afterwards by whoever works there."""
    found = Dossier.objects.filter(campaign=campaign, collectivite=collectivite).first()
    if found is not None:
        return found
    if collectivite.dissolved_on and collectivite.dissolved_on < actor.today:
        raise Refused(f"{collectivite} n’existe plus depuis le {collectivite.dissolved_on:%d/%m/%Y}.")
    try:
        with transaction.atomic():
            thread = Thread.objects.create(
                academie_id=campaign.academie_id,
                collectivite=collectivite,
                title=f"{collectivite} – {campaign.label}",
                opened_at=actor.at,
            )
            dossier = Dossier(thread=thread, campaign=campaign, collectivite=collectivite)
            with opening(dossier, actor=actor, may=can_open_dossier, label="Ouvrir le dossier"):
                pass
    except (IntegrityError, Refused):
        # Two colleagues opened it at the same instant: both get the one that exists.
        existing = Dossier.objects.filter(campaign=campaign, collectivite=collectivite).first()
        if existing is None:
            raise
        return existing
    return dossier


def describe_contact(*, dossier_id: int, actor: Actor, seen: int, name: str, email: str, phone: str) -> Dossier:
    with passage(
        Dossier, dossier_id, actor=actor, may=can_describe_dossier, seen=seen, act="describe", label="Modifier le contact"
    ) as dossier:
        dossier.contact_name, dossier.contact_email, dossier.contact_phone = name, email, phone
    return dossier


def deposit_piece(*, dossier: Dossier, kind: PieceKind, file: StoredFile, actor: Actor) -> Piece:
    """Bring the letter of intent or the quotes to a dossier; what was refused, or not yet checked, is replaced."""
    with transaction.atomic():
        _demand(can_deposit_dossier_piece, actor, dossier)
        earlier = Piece.objects.in_force().about(dossier).filter(kind=kind).order_by("-pk").first()
        return files.deposit_piece(
            thread=dossier.thread,
            subject=dossier,
            kind=kind,
            label=kind.label.capitalize(),
            file=file,
            actor=actor,
            replaces=earlier,
        )


def check_piece(*, piece: Piece, dossier: Dossier, decision: str, actor: Actor, seen: int, comment: str = "") -> Piece:
    """Accept or refuse a piece of a dossier; whoever works for the collectivité learns why it was refused."""
    if decision == "accept":
        return files.accept_piece(piece_id=piece.pk, actor=actor, seen=seen, comment=comment)
    with transaction.atomic():
        rejected = files.reject_piece(piece_id=piece.pk, actor=actor, seen=seen, comment=comment)
        notices.tell_piece_rejected(dossier, rejected, actor=actor)
    return rejected


def reopen_piece(*, piece: Piece, actor: Actor, seen: int, comment: str) -> Piece:
    return files.reopen_piece(piece_id=piece.pk, actor=actor, seen=seen, comment=comment)


def _demand(may: Permission, actor: Actor, row: Dossier) -> None:
    refusal = may.refusal(actor, row)
    if refusal is not None:
        raise PermissionDenied(refusal)


def add_application(*, dossier: Dossier, phase: Phase, school: School, actor: Actor) -> Application:
    """Open the line of one school; the school's people see the thread from then on."""
    _refuse_foreign_school(dossier, school)
    if not phase.opens_at <= actor.at <= phase.closes_at and actor.grant_over(dossier.scope, can_grant_derogation.roles) is None:
        raise Refused(f"La phase « {phase.label} » n’est pas ouverte aux candidatures ; la DANE peut accorder une dérogation.")
    application = Application(thread=dossier.thread, dossier=dossier, campaign=dossier.campaign, phase=phase, school=school)
    with transaction.atomic():
        with opening(application, actor=actor, may=can_add_application, label="Ouvrir la candidature de l’école"):
            ThreadSchool.objects.get_or_create(thread=dossier.thread, school=school)
        notices.tell_school_invited(application, actor=actor)
    return application


def _refuse_foreign_school(dossier: Dossier, school: School) -> None:
    if school.collectivite_id != dossier.collectivite_id:
        holder = school.collectivite or "une collectivité que l’annuaire n’indique pas"
        raise Refused(f"L’{school.in_words} ({school.uai}) relève de {holder} : elle ne peut entrer dans ce dossier.")


def describe_technical_part(
    *, application_id: int, actor: Actor, seen: int, costs: Sequence[ClassCost], comment: str = "", **fields: Any
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
    return application


def _refuse_too_many_classes(application: Application, asked: int) -> None:
    limit = application.campaign.current_terms().max_units_per_school
    already = application.classes_granted_in_other_phases()
    if asked + already > limit:
        raise Refused(
            f"{asked} classes demandées, {already} déjà obtenues : la limite est de {limit} classes par école, toutes phases comprises."
        )


def write_pedagogical_part(*, application_id: int, actor: Actor, seen: int, **fields: Any) -> Application:
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


def request_completion(*, application_id: int, actor: Actor, seen: int, comment: str, due_on: dt.date) -> Application:
    if due_on < actor.today:
        raise Refused("La date de réponse demandée est déjà passée.")
    with passage(Application, application_id, actor=actor, may=can_instruct, seen=seen, comment=comment) as application:
        application.request_completion(due_on=due_on)
        notices.tell_completion_requested(application, actor=actor, motive=comment)
    return application


def complete(*, application_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Application:
    with passage(Application, application_id, actor=actor, may=can_complete, seen=seen, comment=comment) as application:
        application.complete()
    return application


def admit(*, application_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Application:
    with passage(Application, application_id, actor=actor, may=can_instruct, seen=seen, comment=comment) as application:
        application.admit()
    return application


def declare_inadmissible(*, application_id: int, actor: Actor, seen: int | None = None, comment: str) -> Application:
    with passage(Application, application_id, actor=actor, may=can_instruct, seen=seen, comment=comment) as application:
        application.declare_inadmissible()
    return application


def reopen(*, application_id: int, actor: Actor, seen: int | None = None, comment: str) -> Application:
    with passage(Application, application_id, actor=actor, may=can_instruct, seen=seen, comment=comment) as application:
        application.reopen()
    return application


def retain(
    *,
    application_id: int,
    actor: Actor,
    classes: int,
    on: dt.date,
    selection_list: str,
    seen: int | None = None,
    comment: str = "",
) -> Application:
    """Record what the commission retained; the letter leaves in the académie's name."""
    _refuse_future(on, actor)
    with passage(Application, application_id, actor=actor, may=can_record_selection, seen=seen, comment=comment) as application:
        application.retain(classes=classes, on=on, selection_list=selection_list)
        documents.issue_selection_letter(application, ActKind.SELECTION, actor=actor)
        notices.tell_selected(application, actor=actor)
    return application


def put_on_waiting_list(
    *, application_id: int, actor: Actor, on: dt.date, selection_list: str, seen: int | None = None, comment: str = ""
) -> Application:
    _refuse_future(on, actor)
    with passage(Application, application_id, actor=actor, may=can_record_selection, seen=seen, comment=comment) as application:
        application.put_on_waiting_list(on=on, selection_list=selection_list)
    return application


def set_aside(
    *, application_id: int, actor: Actor, on: dt.date, selection_list: str, comment: str, seen: int | None = None
) -> Application:
    _refuse_future(on, actor)
    with passage(Application, application_id, actor=actor, may=can_record_selection, seen=seen, comment=comment) as application:
        application.set_aside(on=on, selection_list=selection_list)
        documents.issue_selection_letter(application, ActKind.NON_SELECTION, actor=actor, motive=comment)
        notices.tell_not_selected(application, actor=actor)
    return application


def revise_selection(*, application_id: int, actor: Actor, comment: str, seen: int | None = None) -> Application:
    with passage(Application, application_id, actor=actor, may=can_record_selection, seen=seen, comment=comment) as application:
        application.revise_selection()
    return application


def abandon(*, application_id: int, actor: Actor, comment: str, seen: int | None = None) -> Application:
    with passage(Application, application_id, actor=actor, may=can_abandon, seen=seen, comment=comment) as application:
        application.abandon()
    return application


def cover_by_convention(*, application_id: int, actor: Actor, covered: bool) -> Application:
    """A convention takes the application in, or lets it go. Called by the services of conventions, in their passage."""
    label = "Porter dans une convention" if covered else "Retirer du projet de convention"
    with passage(Application, application_id, actor=actor, may=can_cover_by_convention, act="cover", label=label) as application:
        application.under_convention = covered
    return application


def contract(*, application_id: int, actor: Actor) -> Application:
    """Both parties have signed: called by the services of conventions, in their passage."""
    with passage(Application, application_id, actor=actor, may=can_contract) as application:
        application.contract()
    return application


def release(*, application_id: int, actor: Actor, comment: str) -> Application:
    """The recteur's signature is cancelled: called by the services of conventions, in their passage."""
    with passage(Application, application_id, actor=actor, may=can_contract, comment=comment) as application:
        application.release()
    return application


def give_opinion(*, application: Application, actor: Actor, kind: OpinionKind, sense: OpinionSense, text: str) -> Opinion:
    opinion = Opinion(
        thread=application.thread,
        application=application,
        kind=kind,
        sense=sense,
        text=text.strip(),
        given_by=actor.user,
        given_on=actor.today,
    )
    with opening(opinion, actor=actor, may=can_give_opinion, label=f"Rendre l’{kind.label}"):
        pass
    return opinion


def _refuse_future(on: dt.date, actor: Actor) -> None:
    if on > actor.today:
        raise Refused("La décision de sélection porte une date à venir.")


def _set(row: Any, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
