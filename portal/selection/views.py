"""From a trial to the decisions: those of the académie where the campaign says so, those of the published list otherwise."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from plannumerique.files.models import StoredFile
from plannumerique.files.workbooks import faults_page, open_stored
from plannumerique.jobs.http import launch
from plannumerique.jobs.reviewing import carry_digest, digest_of
from plannumerique.journal.machine import Refused
from plannumerique.organisations.http import Request, visible_or_404
from plannumerique.ui.exports import workbook_answer
from plannumerique.ui.spreadsheets import BadWorkbook
from portal.selection.acts import DECIDE, Decision
from portal.selection.forms import DecisionsForm, PublishedListForm
from projects.enums import ProposalChoice
from projects.models import SelectionSession
from projects.workbooks import LAYOUT, Comparison, build, compare

# The page names so many rows of each kind; the job that follows names them all.
SHOWN = 100
LIST = "Enregistrer la liste publiée"
DECISIONS = "Enregistrer les décisions de la séance"


@require_safe
def download_list(request: Request, pk: int) -> HttpResponseBase:
    session = _session(request, pk)
    return workbook_answer(build(session), filename=f"liste-{session.pk}-{request.actor.today.isoformat()}")


@require_http_methods(["GET", "POST"])
def import_list(request: Request, pk: int) -> HttpResponse:
    """200 the form, or the list compared with the candidates; 422 its faults; 302 to the job once confirmed; 409 overtaken."""
    session = _session(request, pk)
    form = PublishedListForm(request.POST or None, request.FILES or None, actor=request.actor)
    page: dict[str, Any] = {"session": session, "form": form, "title": LIST}
    if not form.is_valid():
        return render(request, "portal/selection/import_list.html", page, status=form.http_status)
    try:
        found = compare(session, *open_stored(form.cleaned_data["file"]).rows(LAYOUT))
    except BadWorkbook as error:
        form.add_error("file", str(error))
        form.forget("file")
        return render(request, "portal/selection/import_list.html", page, status=form.http_status)
    page |= _compared(found, form.cleaned_data["file"])
    if found.faults:
        form.forget("file")
        return render(request, "portal/selection/import_list.html", page, status=422)
    return _confirm_or_launch(request, session, form, _of_list(found, form.cleaned_data), page)


def _of_list(found: Comparison, chosen: dict[str, Any]) -> list[Decision]:
    kept = [Decision(one.application, ProposalChoice.RETAIN, one.retained) for one in found.matches]
    if chosen["rest"] != "set_aside":
        return kept
    return kept + [Decision(row, ProposalChoice.SET_ASIDE, motive=chosen["motive"].strip()) for row in found.missing]


def _compared(found: Comparison, file: StoredFile) -> dict[str, Any]:
    return {
        "found": found,
        "matches": found.matches[:SHOWN],
        "strangers": found.strangers[:SHOWN],
        "missing": found.missing[:SHOWN],
        **faults_page(found.faults, most=SHOWN, name=str(file)),
    }


@require_http_methods(["GET", "POST"])
def decide_session(request: Request, pk: int) -> HttpResponse:
    """The académie's own decisions: only where the campaign says that the selection is local."""
    session = _session(request, pk)
    form = DecisionsForm(
        request.POST or None,
        initial={"on": min(session.held_on, request.actor.today), "selection_list": session.label},
    )
    page: dict[str, Any] = {"session": session, "form": form, "title": DECISIONS, "local": session.campaign.local_selection}
    decisions = _of_session(session, "")
    page |= {"decisions": decisions[:SHOWN], "total": len(decisions), "counts": _counts(decisions)}
    if request.method == "GET" or not page["local"]:
        status = 200 if request.method == "GET" else 409
        form.initial["digest"] = _digest(decisions)
        return render(request, "portal/selection/decide.html", page, status=status)
    if not form.is_valid():
        return render(request, "portal/selection/decide.html", page, status=form.http_status)
    motive = form.cleaned_data["motive"].strip()
    if not motive and any(one.choice is ProposalChoice.SET_ASIDE and not one.motive for one in decisions):
        form.add_error("motive", "Une candidature au moins n’est pas retenue et n’a pas de motif : écrivez-en un.")
        return render(request, "portal/selection/decide.html", page, status=form.http_status)
    if not decisions:
        form.add_refusal(Refused("Aucune proposition n’est essayée dans cette séance."))
        return render(request, "portal/selection/decide.html", page, status=409)
    if form.cleaned_data["digest"] != _digest(decisions):
        return _changed(request, "portal/selection/decide.html", page, form, decisions)
    return _launch(request, session, form, _of_session(session, motive), title=DECISIONS)


def _of_session(session: SelectionSession, motive: str) -> list[Decision]:
    proposals = session.proposals.filter(application__in=session.to_decide()).select_related(
        "application__school", "application__phase"
    )
    return [
        Decision(row.application, ProposalChoice(row.choice), row.classes, row.motive or motive)
        for row in proposals.order_by("application__school__search", "application_id")
    ]


def _counts(decisions: list[Decision]) -> list[tuple[str, int]]:
    return [(choice.label, sum(1 for one in decisions if one.choice is choice)) for choice in ProposalChoice]


def _confirm_or_launch(
    request: Request, session: SelectionSession, form: PublishedListForm, decisions: list[Decision], page: dict[str, Any]
) -> HttpResponse:
    if not decisions:
        form.add_refusal(Refused("La liste ne retient aucune candidature de cette phase : rien n’est à enregistrer."))
        return render(request, "portal/selection/import_list.html", page, status=409)
    page |= {"total": len(decisions), "counts": _counts(decisions), "confirming": True}
    if not form.cleaned_data["digest"]:
        carry_digest(form, _digest(decisions))
        return render(request, "portal/selection/import_list.html", page)
    if form.cleaned_data["digest"] != _digest(decisions):
        return _changed(request, "portal/selection/import_list.html", page, form, decisions)
    return _launch(request, session, form, decisions, title=LIST)


def _changed(
    request: Request, template: str, page: dict[str, Any], form: DecisionsForm, decisions: list[Decision]
) -> HttpResponse:
    form.add_refusal(Refused("Les décisions ne sont plus celles que la page montrait : relisez-les, puis confirmez."))
    carry_digest(form, _digest(decisions))
    return render(request, template, page, status=409)


def _digest(decisions: list[Decision]) -> str:
    return digest_of([[one.application.pk, one.application.version, *one.kept()] for one in decisions])


def _launch(
    request: Request, session: SelectionSession, form: DecisionsForm, decisions: list[Decision], *, title: str
) -> HttpResponse:
    rows = [(one.application.pk, str(one.application), one.application.get_absolute_url()) for one in decisions]
    parameters = {
        "on": form.cleaned_data["on"].isoformat(),
        "selection_list": form.cleaned_data["selection_list"],
        "decisions": {str(one.application.pk): one.kept() for one in decisions},
    }
    back = session.get_absolute_url()
    return launch(request, kind=DECIDE, title=title, rows=rows, total=len(rows), parameters=parameters, back=back)


def _session(request: Request, pk: int) -> SelectionSession:
    return visible_or_404(request, SelectionSession.objects.select_related("campaign__academie", "phase"), pk)
