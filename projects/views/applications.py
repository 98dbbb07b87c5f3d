"""The pages of a dossier's applications: lists, the two parts that are written, and one page for each move."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plannumerique.files.models import IssuedDocument
from plannumerique.files.pages import document_links
from plannumerique.files.permissions import can_check_piece
from plannumerique.journal.actions import awaited
from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import Acts, act_page, act_view, kept_answer
from plannumerique.journal.machine import Refused
from plannumerique.journal.pages import events_about
from plannumerique.journal.unsent import forget, unsent
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DANE, Level, Role
from plannumerique.organisations.http import Request
from plannumerique.organisations.models import Collectivite, School
from plannumerique.ui.listing import list_page
from projects import columns, permissions, services
from projects.enums import PEDAGOGICAL_ANCHORS, OpinionKind, PieceKind
from projects.forms import (
    ApplicationFilters,
    CheckPieceForm,
    ContactForm,
    DecisionForm,
    OpenDossierForm,
    OpinionForm,
    OpinionsForm,
    PedagogicalPartForm,
    PieceForm,
    RetainForm,
    SetAsideForm,
)
from projects.models import Application, Campaign, CompletionPoint, Opinion
from projects.pages.applications import actions_of, amounts_of, badge_for, facts_of, facts_of_piece, parted, point_lines, steps_of
from projects.views.common import application_of, dossier_of, piece_of, points_to_answer

# --- Lists ---


@require_safe
def applications(request: Request) -> HttpResponseBase:
    filters = ApplicationFilters(request.GET)
    return list_page(
        request,
        Application.objects.visible_to(request.actor).for_list(),
        title="Candidatures",
        words="candidature",
        caption="Candidatures des écoles",
        filters=filters,
        columns=columns.APPLICATIONS,
        name="candidatures",
        template="projects/applications.html",
        day=request.actor.today,
        lines=lambda rows: [(row, badge_for(request.actor, row)) for row in rows],
    )


# --- The dossier ---


@require_http_methods(["GET", "POST"])
def open_dossier(request: Request) -> HttpResponse:
    if not request.actor.holds(*COLLECTIVITE, *DANE):
        raise PermissionDenied("Un dossier est ouvert par la collectivité ou par la DANE.")
    form = OpenDossierForm(request.POST or None, campaigns=_campaigns(request), collectivites=_collectivites(request))
    if not form.is_valid():
        return render(request, "projects/open_dossier.html", {"form": form}, status=form.http_status)
    try:
        dossier = services.open_dossier(actor=request.actor, **form.cleaned_data)
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, "projects/open_dossier.html", {"form": form}, status=409)
    return HttpResponseRedirect(dossier.get_absolute_url())


def _campaigns(request: Request) -> Any:
    """The campaigns of the académies where this person, or one of her collectivités, is."""
    academies = request.actor.ids(Level.ACADEMIE)
    of_collectivites = Collectivite.objects.filter(pk__in=request.actor.ids(Level.COLLECTIVITE))
    return Campaign.objects.filter(academie__in={*academies, *of_collectivites.values_list("departement__academie", flat=True)})


def _collectivites(request: Request) -> Any:
    mine = request.actor.ids(Level.COLLECTIVITE, COLLECTIVITE)
    if mine:
        return Collectivite.objects.filter(pk__in=mine)
    return Collectivite.objects.filter(
        departement__academie__in=request.actor.ids(Level.ACADEMIE, DANE), schools__isnull=False
    ).distinct()


@require_http_methods(["GET", "POST"])
def describe_contact(request: Request, pk: int) -> HttpResponse:
    dossier = dossier_of(request, pk)
    initial = {"name": dossier.contact_name, "email": dossier.contact_email, "phone": dossier.contact_phone}
    return act_page(
        request,
        row=dossier,
        may=permissions.can_describe_dossier,
        form=ContactForm(request.POST or None, row_version=dossier.version, initial=initial),
        act=partial(services.describe_contact, dossier_id=dossier.pk, actor=request.actor),
        title="Personne à joindre",
        done="Le contact est enregistré.",
        back=dossier.get_absolute_url(),
    )


@require_http_methods(["GET", "POST"])
def deposit_piece(request: Request, pk: int) -> HttpResponse:
    dossier = dossier_of(request, pk)
    permissions.can_deposit_dossier_piece.demand(request.actor, dossier)
    form = PieceForm(
        request.POST or None,
        request.FILES or None,
        actor=request.actor,
        initial={"kind": request.GET.get("kind", "")},
        points=CompletionPoint.objects.on_pieces_of(dossier),
    )
    page = {"dossier": dossier, "form": form}
    if not form.is_valid():
        return render(request, "projects/deposit_piece.html", page, status=form.http_status)
    try:
        services.deposit_piece(
            dossier=dossier,
            kind=PieceKind(form.cleaned_data["kind"]),
            file=form.cleaned_data["file"],
            actor=request.actor,
            answer=form.cleaned_data.get("answer", ""),
        )
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, "projects/deposit_piece.html", page, status=409)
    messages.success(request, "La pièce est déposée ; la DANE la vérifie.")
    return HttpResponseRedirect(dossier.get_draft_url() if dossier.applications.drafts().exists() else dossier.get_absolute_url())


@require_http_methods(["GET", "POST"])
def check_piece(request: Request, pk: int, piece_pk: int) -> HttpResponse:
    dossier, piece = piece_of(request, pk, piece_pk)
    return act_page(
        request,
        row=piece,
        may=can_check_piece,
        form=CheckPieceForm(request.POST or None, row_version=piece.version),
        act=partial(services.check_piece, piece=piece, dossier=dossier, actor=request.actor),
        title="Vérifier la pièce",
        done="La vérification est enregistrée.",
        back=dossier.get_absolute_url(),
        context={"origin": dossier, "facts": facts_of_piece(dossier, piece), "submit": "Enregistrer la vérification"},
    )


@require_http_methods(["GET", "POST"])
def reopen_piece(request: Request, pk: int, piece_pk: int) -> HttpResponse:
    dossier, piece = piece_of(request, pk, piece_pk)
    return act_page(
        request,
        row=piece,
        may=can_check_piece,
        form=MotiveForm(request.POST or None, row_version=piece.version),
        act=partial(services.reopen_piece, piece=piece, actor=request.actor),
        title="Remettre la pièce à vérifier",
        done="La pièce est de nouveau à vérifier.",
        back=dossier.get_absolute_url(),
        context={"origin": dossier, "facts": facts_of_piece(dossier, piece)},
    )


# --- One application ---


@require_safe
def application(request: Request, pk: int) -> HttpResponse:
    row = application_of(request, pk)
    actions, besides = parted(row, actions_of(row, request.actor))
    page = {
        "application": row,
        "facts": facts_of(row, reader=request.actor),
        "steps": steps_of(row),
        "amounts": amounts_of(row),
        "actions": actions,
        "besides": besides,
        "awaited": awaited(row, request.actor, permissions.moves_that_matter(row)),
        "can_describe": permissions.can_describe_technical_part(request.actor, row),
        "can_write": permissions.can_write_pedagogical_part(request.actor, row),
        "can_derogate": row.is_late_draft(request.actor.at) and permissions.can_grant_derogation(request.actor, row),
        "points": point_lines(row, request.actor),
        "opinions": row.opinions.select_related("given_by"),
        "may_request_opinions": permissions.can_request_opinions(request.actor, row),
        "opinion_to_give": _opinion_to_give(request, row),
        "documents": document_links(IssuedDocument.objects.visible_to(request.actor).about(row).for_pages()),
        "events": events_about(row),
    }
    return render(request, "projects/application.html", page)


PEDAGOGICAL = "pedagogical_part"
PEDAGOGICAL_FIELDS = ("project_title", "project", "reform", "academic_plan", "team", "referent_college", "college_link")


@require_http_methods(["GET", "POST"])
def write_pedagogical_part(request: Request, pk: int) -> HttpResponse:
    row = application_of(request, pk)
    kept = unsent(row, PEDAGOGICAL, request.actor)
    recorded = {name: getattr(row, name) for name in PEDAGOGICAL_FIELDS}
    colleges = School.objects.colleges().open().filter(departement=row.school.departement_id).order_by("search")
    return act_page(
        request,
        row=row,
        may=permissions.can_write_pedagogical_part,
        form=PedagogicalPartForm(
            request.POST or None,
            row_version=row.version,
            colleges=colleges,
            initial=kept.initial(PEDAGOGICAL_FIELDS, otherwise=recorded),
            points=points_to_answer(request, row, PEDAGOGICAL_ANCHORS),
        ),
        act=partial(_write_pedagogical_part, row, request.actor),
        title="Partie pédagogique",
        done="La partie pédagogique est remise.",
        back=row.get_absolute_url(),
        context={
            "submit": "Remettre la partie pédagogique",
            "kept": kept,
            "keep_at": reverse("projects:keep_pedagogical_part", args=[row.pk]),
        },
    )


def _write_pedagogical_part(row: Application, actor: Actor, **fields: Any) -> None:
    services.write_pedagogical_part(application_id=row.pk, actor=actor, **fields)
    forget(row, PEDAGOGICAL, actor)


@require_POST
def keep_pedagogical_part(request: Request, pk: int) -> HttpResponse:
    row = application_of(request, pk)
    permissions.can_write_pedagogical_part.demand(request.actor, row)
    return kept_answer(request, row=row, form=PEDAGOGICAL)


ACTS = Acts(application_of, by="application_id", around=lambda row, request: {"facts": facts_of(row)})


submit = act_view(
    ACTS,
    services.submit,
    permissions.can_submit,
    title="Déposer la candidature",
    done="La candidature est déposée. L’accusé de réception est dans les documents.",
)
withdraw = act_view(
    ACTS,
    services.withdraw,
    permissions.can_withdraw,
    title="Retirer le dépôt",
    done="La candidature redevient un brouillon.",
)
complete = act_view(
    ACTS,
    services.complete,
    permissions.can_complete,
    title="Transmettre les compléments",
    done="Les compléments sont transmis à la DANE.",
)
admit = act_view(
    ACTS,
    services.admit,
    permissions.can_instruct,
    title="Déclarer recevable",
    done="La candidature est déclarée recevable.",
)
declare_inadmissible = act_view(
    ACTS,
    services.declare_inadmissible,
    permissions.can_instruct,
    title="Déclarer irrecevable",
    done="La candidature est déclarée irrecevable.",
    form=MotiveForm,
)
reopen = act_view(
    ACTS,
    services.reopen,
    permissions.can_instruct,
    title="Reprendre l’instruction",
    done="L’instruction reprend.",
    form=MotiveForm,
)
retain = act_view(
    ACTS,
    services.retain,
    permissions.can_record_selection,
    title="Enregistrer la sélection",
    done="La sélection est enregistrée ; la lettre est dans les documents.",
    form=RetainForm,
)
put_on_waiting_list = act_view(
    ACTS,
    services.put_on_waiting_list,
    permissions.can_record_selection,
    title="Inscrire sur liste d’attente",
    done="La candidature est sur liste d’attente.",
    form=DecisionForm,
)
set_aside = act_view(
    ACTS,
    services.set_aside,
    permissions.can_record_selection,
    title="Enregistrer la non-sélection",
    done="La non-sélection est enregistrée ; la lettre est dans les documents.",
    form=SetAsideForm,
)
revise_selection = act_view(
    ACTS,
    services.revise_selection,
    permissions.can_record_selection,
    title="Annuler la décision de sélection",
    done="La décision est annulée ; la candidature est de nouveau recevable.",
    form=MotiveForm,
)
cancel_take_over = act_view(
    ACTS,
    services.cancel_take_over,
    permissions.can_take_over_application,
    title="Annuler la reprise",
    done="La reprise de cette école est annulée : elle peut être reprise de nouveau.",
    form=MotiveForm,
)
abandon = act_view(
    ACTS,
    services.abandon,
    permissions.can_abandon,
    title="Renoncer à la candidature",
    done="La candidature est abandonnée.",
    form=MotiveForm,
    entails=(
        "La candidature s’arrête là : elle n’est plus ni étudiée ni retenue, et ses classes n’entrent dans aucune convention.",
        "Il n’y a pas de retour en arrière : personne ne peut la reprendre.",
        "L’école redevient libre : une autre candidature peut lui être ouverte tant que la phase l’est.",
        "Ce qui a été écrit et déposé reste lisible dans le dossier, avec votre motif.",
    ),
)
grant_derogation = act_view(
    ACTS,
    services.grant_derogation,
    permissions.can_grant_derogation,
    title="Accorder une dérogation de dépôt tardif",
    done="La dérogation est enregistrée.",
    form=MotiveForm,
)


@require_http_methods(["GET", "POST"])
def give_opinion(request: Request, pk: int, kind: str) -> HttpResponse:
    row = application_of(request, pk)
    opinion = Opinion(thread=row.thread, application=row, kind=OpinionKind(kind))
    return act_page(
        request,
        row=opinion,
        may=permissions.can_give_opinion,
        form=OpinionForm(request.POST or None),
        act=partial(services.give_opinion, application=row, actor=request.actor, kind=OpinionKind(kind)),
        title=f"Rendre l’{OpinionKind(kind).label}",
        done="Votre avis est enregistré.",
        back=row.get_absolute_url(),
        context={"facts": facts_of(row)},
    )


request_opinions = act_view(
    ACTS,
    services.request_opinions,
    permissions.can_request_opinions,
    title="Demander les avis",
    done="Les avis sont demandés.",
    form=OpinionsForm,
)


def _opinion_to_give(request: Request, row: Application) -> OpinionKind | None:
    given = {one.kind for one in row.opinions.all()}
    for role, kind in ((Role.IEN, OpinionKind.IEN), (Role.DSI, OpinionKind.DSI)):
        opinion = Opinion(thread=row.thread, application=row, kind=kind)
        if kind not in given and request.actor.holds(role) and permissions.can_give_opinion(request.actor, opinion):
            return kind
    return None
