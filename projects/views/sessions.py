"""The session of selection: opened on a phase, marked by its readers, tried as often as it takes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plannumerique.journal.machine import Refused
from plannumerique.organisations.enums import DANE, Level
from plannumerique.organisations.http import Request, visible_or_404
from plannumerique.ui.columns import Column, Shown, table_of
from plannumerique.ui.lists import paginate, paginate_rows
from projects import permissions, services
from projects.enums import ProposalChoice
from projects.forms import MarksForm, OpenSessionForm, ProposalFormSet, SessionForm
from projects.models import Application, Mark, Phase, SelectionSession
from projects.pages.sessions import RankedLine, board_of, envelope_of, lines_of_session
from projects.services.sessions import Proposed

COLUMNS = (
    Column("seance", "Séance", shows=lambda row: Shown(row, url=row.get_absolute_url()), order_by=("label",)),
    Column("date", "Date", shows="held_on", order_by=("-held_on", "-pk")),
    Column("phase", "Phase", shows=lambda row: f"{row.campaign.label}, {row.phase.label}", order_by=("phase__number",)),
)
PER_PAGE = 25


@require_safe
def sessions(request: Request) -> HttpResponse:
    rows = SelectionSession.objects.visible_to(request.actor).select_related("campaign", "phase")
    listing = paginate(request, rows, columns=COLUMNS)
    table = table_of(COLUMNS, listing.rows, listing.rows)
    page = {"listing": listing, "table": table, "can_open": request.actor.holds(*DANE)}
    return render(request, "projects/sessions.html", page)


@require_http_methods(["GET", "POST"])
def open_session(request: Request) -> HttpResponse:
    phases = Phase.objects.filter(campaign__academie__in=request.actor.ids(Level.ACADEMIE, DANE)).select_related("campaign")
    form = OpenSessionForm(request.POST or None, phases=phases.order_by("-closes_at"))
    if not form.is_valid():
        return render(request, "projects/open_session.html", {"form": form}, status=form.http_status)
    session = services.open_session(actor=request.actor, **form.cleaned_data)
    return HttpResponseRedirect(session.get_absolute_url())


@require_http_methods(["GET", "POST"])
def describe_session(request: Request, pk: int) -> HttpResponse:
    session = _session(request, pk)
    initial = {name: getattr(session, name) for name in ("label", "held_on", "envelope")}
    form = SessionForm(request.POST or None, initial=initial)
    if not form.is_valid():
        return render(request, "projects/open_session.html", {"form": form, "session": session}, status=form.http_status)
    services.describe_session(session=session, actor=request.actor, **form.cleaned_data)
    messages.success(request, "La séance est enregistrée.")
    return HttpResponseRedirect(session.get_absolute_url())


@require_http_methods(["GET", "POST"])
def session(request: Request, pk: int) -> HttpResponse:
    """The ranking, a page at a time, and what is tried on it. Sending the page records the trial, which binds nobody."""
    row = _session(request, pk)
    board = board_of(row)
    listing = paginate_rows(request, board.order, per_page=PER_PAGE)
    lines = lines_of_session(board, listing.rows, first=(listing.number - 1) * PER_PAGE + 1)
    formset: Any = ProposalFormSet(request.POST or None, prefix="lignes", initial=[_initial(line) for line in lines])
    page = {
        "session": row,
        "listing": listing,
        "lines": list(zip(lines, formset.forms, strict=False)),
        "formset": formset,
        "amounts": envelope_of(row, board),
        "local": row.campaign.local_selection,
    }
    if request.method == "GET":
        return render(request, "projects/session.html", page)
    if not formset.is_valid():
        return render(request, "projects/session.html", page, status=422)
    try:
        services.propose(session=row, proposed=_proposed(formset), actor=request.actor)
    except Refused as refused:
        formset.add_refusal(refused)
        return render(request, "projects/session.html", page, status=409)
    messages.success(request, "La sélection essayée est enregistrée ; rien n’est décidé.")
    return HttpResponseRedirect(request.get_full_path())


def _initial(line: RankedLine) -> dict[str, Any]:
    tried = line.proposal
    return {
        "key": line.application.pk,
        "choice": tried.choice if tried else "",
        "classes": tried.classes if tried else None,
        "motive": tried.motive if tried else "",
    }


def _proposed(formset: Any) -> dict[int, Proposed]:
    return {
        line["key"]: Proposed(
            ProposalChoice(line["choice"]) if line["choice"] else None, classes=line["classes"], motive=line["motive"]
        )
        for line in formset.lines
    }


@require_POST
def propose_by_rank(request: Request, pk: int) -> HttpResponse:
    row = _session(request, pk)
    services.propose_by_rank(session=row, actor=request.actor)
    messages.success(request, "La sélection est essayée dans l’ordre des notes, jusqu’à l’enveloppe ; rien n’est décidé.")
    return HttpResponseRedirect(row.get_absolute_url())


@require_http_methods(["GET", "POST"])
def mark(request: Request, pk: int, application_pk: int) -> HttpResponse:
    """One reader, one application, the grid of the campaign. The marks of the others are not shown before hers are given."""
    row = _session(request, pk)
    application = get_object_or_404(row.to_decide().select_related("thread", *Application.passage_related), pk=application_pk)
    criteria = list(row.campaign.criteria.order_by("rank"))
    given = dict(
        Mark.objects.filter(session=row, application=application, reader=request.user).values_list("criterion_id", "value")
    )
    initial = {f"criterion_{pk}": value for pk, value in given.items()}
    form = MarksForm(request.POST or None, criteria=criteria, initial=initial)
    page = {"session": row, "application": application, "form": form, "opinions": application.opinions.select_related("given_by")}
    if not form.is_valid():
        return render(request, "projects/mark.html", page, status=form.http_status)
    try:
        services.mark(session=row, application=application, actor=request.actor, **form.cleaned_data)
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, "projects/mark.html", page, status=409)
    messages.success(request, f"Vos notes sur l’{application.school.in_words} sont enregistrées.")
    return HttpResponseRedirect(row.get_absolute_url())


def _session(request: Request, pk: int) -> SelectionSession:
    rows = SelectionSession.objects.select_related("campaign__academie", "phase").prefetch_related("campaign__terms_versions")
    row = visible_or_404(request, rows, pk)
    permissions.can_run_session.demand(request.actor, row)
    return row
