"""Pages that mix several apps: the home of each role, and the dossier."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.journal.pages import timeline_of
from plannumerique.organisations.enums import Level
from plannumerique.organisations.http import Request
from plannumerique.portal import dossiers
from plannumerique.portal.archive import archive_of
from plannumerique.portal.conversation.pages import latest_of
from plannumerique.portal.events import journal_for
from plannumerique.portal.home import (
    closing_phases,
    deadlines_of,
    due_dates,
    figures_of,
    holds_only_a_college,
    latest_events,
    money_of,
)
from plannumerique.portal.plain_words import said_to
from plannumerique.portal.steps import steps_of
from plannumerique.portal.todo import todo_of
from projects.models import Campaign, CampaignDeadline, Dossier, Phase, TermsVersion
from projects.permissions import EDITABLE, can_deposit_dossier_piece, can_describe_dossier
from subsidies.promises import no_solde_of


@login_not_required
@require_safe
def home(request: Request) -> HttpResponse:
    actor = request.actor
    if actor.user is None:
        return programme(request)
    deadlines = deadlines_of(actor)
    page = {
        "todo": todo_of(actor, deadlines=deadlines),
        "due_dates": due_dates(deadlines, today=actor.today),
        "phases": closing_phases(actor),
        "figures": figures_of(actor),
        "amounts": money_of(actor),
        "events": latest_events(actor),
        "follows_grants": holds_only_a_college(actor),
        "follows_money": bool(actor.ids(Level.ACADEMIE) or actor.ids(Level.COLLECTIVITE)),
    }
    return render(request, "portal/home.html", page)


@require_safe
def dossier(request: Request, pk: int) -> HttpResponse:
    """The whole thread on one page, for every role."""
    rows = (
        Dossier.objects.visible_to(request.actor)
        .select_related("thread", "campaign", "collectivite")
        .prefetch_related("campaign__deadlines")
    )
    row = get_object_or_404(rows, pk=pk)
    actor = request.actor
    convention, subsidy = dossiers.convention_and_subsidy_of(row)
    applications, resources = dossiers.applications_of(row, actor), dossiers.resources_of(row, actor)
    promise = dossiers.promise(row, subsidy, actor)
    steps = steps_of(row, convention, subsidy, promise)
    if not dossiers.sees_beyond_one_school(actor):
        convention = subsidy = None
    mobile_classes = dossiers.mobile_classes_of(row, actor)
    page = {
        "dossier": row,
        "plain_words": said_to(actor, applications, mobile_classes),
        "convention": convention,
        "subsidy": subsidy,
        "steps": steps,
        "may_open_convention": dossiers.may_open_convention(row, convention, actor),
        "next_moves": dossiers.next_moves(convention, subsidy, actor),
        "next_of_applications": [] if convention else dossiers.next_of_applications(applications, actor),
        "amounts": dossiers.amounts_of(convention, subsidy),
        "promise": promise if subsidy else None,
        "no_solde": no_solde_of(subsidy) if subsidy else "",
        "applications": applications,
        "mobile_classes": mobile_classes,
        "resources": resources,
        "being_written": any(one.state in EDITABLE for one in applications),
        "can_describe": can_describe_dossier(actor, row),
        "can_deposit": can_deposit_dossier_piece(actor, row),
        "pieces": dossiers.pieces_of(row, Piece.objects.visible_to(actor).filter(thread=row.thread).for_pages(), actor),
        "documents": dossiers.documents_of(
            IssuedDocument.objects.visible_to(actor).filter(thread=row.thread).for_pages(), [*applications, *resources]
        ),
        "past_acts": dossiers.past_acts(applications, convention, subsidy, resources),
        "conversation": latest_of(row, actor, schools=[one.school for one in applications]),
        "events": timeline_of(journal_for(actor).filter(thread=row.thread)),
    }
    return render(request, "portal/dossier.html", page)


@require_safe
def archive(request: Request, pk: int) -> FileResponse:
    """The dossier as one file, for an auditor: what this person may read of it, with an index and the whole journal."""
    row = get_object_or_404(Dossier.objects.visible_to(request.actor).select_related("thread", "campaign", "collectivite"), pk=pk)
    name = f"dossier-{row.reference}-{request.actor.today.isoformat()}.zip"
    return FileResponse(archive_of(row.thread, request.actor), as_attachment=True, filename=name, content_type="application/zip")


# --- Public pages ---


@login_not_required
@require_safe
def programme(request: HttpRequest) -> HttpResponse:
    """The campaigns in plain words, with their calendar, figures and contacts, for anybody."""
    campaigns = (
        Campaign.objects.select_related("academie")
        .prefetch_related(
            "academie__departements",
            Prefetch("phases", Phase.objects.order_by("number")),
            Prefetch("deadlines", CampaignDeadline.objects.order_by("on")),
            Prefetch("terms_versions", TermsVersion.objects.order_by("-number")),
        )
        .order_by("-year", "code")[:20]
    )
    return render(request, "portal/programme.html", {"campaigns": campaigns})


@login_not_required
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/library.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html")


@login_not_required
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/legal.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/privacy.html")
