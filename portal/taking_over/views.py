"""Taking over: the model of the workbook, the review of what it holds, the job that enters it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from plannumerique.files.models import StoredFile
from plannumerique.files.workbooks import faults_page, open_stored
from plannumerique.jobs.http import launch
from plannumerique.jobs.reviewing import carry_digest, digest_of
from plannumerique.journal.machine import Refused
from plannumerique.lib.text import plural
from plannumerique.organisations.http import Request
from plannumerique.ui.exports import workbook_answer
from plannumerique.ui.spreadsheets import BadWorkbook, Fault
from portal.permissions import TAKES_OVER
from portal.taking_over.acts import TAKE_OVER, Rehearsed, campaign_with_phases, rehearse
from portal.taking_over.contradictions import faults_of
from portal.taking_over.entered import Entered
from portal.taking_over.forms import TakeOverForm
from portal.taking_over.reading import PastDossier, Reading
from portal.taking_over.stages import Reached
from portal.taking_over.workbook import MOST_REHEARSED, MOST_ROWS, build, layout_of
from projects.models import Campaign

TITLE = "Reprendre des dossiers déjà engagés"
TEMPLATE = "portal/taking_over/take_over.html"
# The page names so many rows of each kind; the job that follows names them all.
SHOWN = 100


@require_safe
def campaigns(request: Request) -> HttpResponse:
    _demand(request)
    rows = Campaign.objects.managed_by(request.actor).select_related("academie")
    return render(request, "portal/taking_over/campaigns.html", {"campaigns": rows, "title": TITLE})


@require_safe
def download_model(request: Request, pk: int) -> HttpResponseBase:
    campaign = _campaign(request, pk)
    return workbook_answer(build(campaign), filename=f"reprise-{campaign.code}")


@require_http_methods(["GET", "POST"])
def take_over(request: Request, pk: int) -> HttpResponse:
    """200 the form, or what the workbook would do; 422 its faults and refusals; 302 to the job once confirmed; 409 overtaken.

    Up to MOST_REHEARSED lines the review enters and undoes each dossier; a longer workbook is read whole, then entered by the
    job alone, which says dossier by dossier what passed.
    """
    campaign = _campaign(request, pk)
    form = TakeOverForm(request.POST or None, request.FILES or None, actor=request.actor)
    page: dict[str, Any] = {"campaign": campaign, "form": form, "title": TITLE, "stages": Reached.labels}
    page |= {"most": MOST_ROWS, "most_rehearsed": MOST_REHEARSED}
    if not form.is_valid():
        return render(request, TEMPLATE, page, status=form.http_status)
    try:
        reading = _read(form.cleaned_data["file"], campaign)
    except BadWorkbook as error:
        form.add_error("file", str(error))
        form.forget("file")
        return render(request, TEMPLATE, page, status=form.http_status)
    faults = _faults_of(reading, campaign)
    if faults:
        page |= faults_page(faults, most=SHOWN, name=str(form.cleaned_data["file"]))
        form.forget("file")
        return render(request, TEMPLATE, page, status=422)
    page["at_length"] = sum(len(one.rows) for one in reading.dossiers) > MOST_REHEARSED
    rehearsed = [_unrehearsed(one) for one in reading.dossiers] if page["at_length"] else _rehearsed(request, campaign, reading)
    page |= _reviewed(rehearsed)
    ready = [one for one in rehearsed if not one.idle]
    if page["refused"] or not ready:
        form.forget("file")
        return render(request, TEMPLATE, page, status=422)
    return _confirm_or_launch(request, campaign, form, ready, page)


def _rehearsed(request: Request, campaign: Campaign, reading: Reading) -> list[Rehearsed]:
    return [rehearse(one, campaign=campaign, actor=request.actor) for one in reading.dossiers]


def _unrehearsed(past: PastDossier) -> Rehearsed:
    """What the workbook says, in its own words: what the door answers is for the page of the job."""
    schools = len({line.selection.school.pk for line in past.lines})
    classes = plural(len(past.expenses), one="classe mobile", many="classes mobiles")
    return Rehearsed(past, Entered(said=[f"{plural(schools, one='école')}, {classes}"]))


def _faults_of(reading: Reading, campaign: Campaign) -> list[Fault]:
    """Those of the cells themselves first; once each can be read, those of cells that contradict one another."""
    if reading.faults:
        return reading.faults
    terms = campaign.current_terms().as_rule()
    return [fault for one in reading.dossiers for fault in faults_of(one, layout=reading.layout, terms=terms)]


def _read(file: StoredFile, campaign: Campaign) -> Reading:
    rows, faults = open_stored(file).rows(layout_of(campaign))
    if not rows:
        raise BadWorkbook("Le classeur ne contient aucune ligne remplie : il n’y a rien à reprendre.")
    return Reading(campaign, rows, faults)


def _reviewed(rehearsed: list[Rehearsed]) -> dict[str, Any]:
    refused = [one for one in rehearsed if one.refusals]
    ready = [one for one in rehearsed if not one.refusals and not one.idle]
    idle = [one for one in rehearsed if one.idle]
    return {
        "refused": refused[:SHOWN],
        "refused_count": len(refused),
        "ready": ready[:SHOWN],
        "ready_count": len(ready),
        "idle": idle[:SHOWN],
        "idle_count": len(idle),
        "total": len(rehearsed),
    }


def _confirm_or_launch(
    request: Request, campaign: Campaign, form: TakeOverForm, rehearsed: list[Rehearsed], page: dict[str, Any]
) -> HttpResponse:
    page["confirming"] = True
    digest = _digest(rehearsed)
    if form.cleaned_data["digest"] == digest:
        return _launch(request, campaign, rehearsed)
    status = 200
    if form.cleaned_data["digest"]:
        form.add_refusal(Refused("Ce que le classeur donnerait a changé depuis la page précédente : relisez, puis confirmez."))
        status = 409
    carry_digest(form, digest)
    return render(request, TEMPLATE, page, status=status)


def _digest(rehearsed: list[Rehearsed]) -> str:
    return digest_of([[_lines(one), one.entered.said, one.entered.warnings] for one in rehearsed])


def _lines(one: Rehearsed) -> list[Any]:
    """As a job keeps them: the filled cells."""
    return [[row.number, {key: text for key, text in row.cells.items() if text}] for row in one.past.rows]


def _launch(request: Request, campaign: Campaign, rehearsed: list[Rehearsed]) -> HttpResponse:
    back = reverse("portal:take_over", args=[campaign.pk])
    dossiers = reverse("portal:dossiers")
    pasts = [one.past for one in rehearsed]
    rows = [(one.collectivite.pk, str(one.collectivite), f"{dossiers}?q={one.collectivite.siren}") for one in pasts]
    parameters = {"campaign": campaign.pk, "lines": {str(one.past.collectivite.pk): _lines(one) for one in rehearsed}}
    return launch(request, kind=TAKE_OVER, title=TITLE, rows=rows, total=len(rows), parameters=parameters, back=back)


def _campaign(request: Request, pk: int) -> Campaign:
    """One of the person's own académies, or 404; 403 to who takes nothing over there."""
    managed = get_object_or_404(Campaign.objects.managed_by(request.actor), pk=pk)
    _demand(request)
    return campaign_with_phases(managed.pk)


def _demand(request: Request) -> None:
    if not request.actor.holds(*TAKES_OVER):
        raise PermissionDenied("La reprise revient à la DANE et aux gestionnaires de la DAF.")
