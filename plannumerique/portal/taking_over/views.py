"""Taking over: the model of the workbook, the review of what it holds, the job that enters it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from plannumerique.files.models import StoredFile
from plannumerique.files.workbooks import faults_page, open_stored
from plannumerique.journal.machine import Refused
from plannumerique.organisations.http import Request
from plannumerique.portal.bulk.launching import launch
from plannumerique.portal.bulk.reviewing import carry_digest, digest_of
from plannumerique.portal.taking_over.acts import TAKE_OVER, Rehearsed, campaign_with_phases, rehearse
from plannumerique.portal.taking_over.forms import TakeOverForm
from plannumerique.portal.taking_over.reading import Reading
from plannumerique.portal.taking_over.stages import TAKES_OVER, Reached
from plannumerique.portal.taking_over.workbook import MOST_ROWS, build, layout_of
from plannumerique.ui.exports import workbook_answer
from plannumerique.ui.spreadsheets import BadWorkbook
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
    """200 the form, or what the workbook would do; 422 its faults and refusals; 302 to the job once confirmed; 409 overtaken."""
    campaign = _campaign(request, pk)
    form = TakeOverForm(request.POST or None, request.FILES or None, actor=request.actor)
    page: dict[str, Any] = {"campaign": campaign, "form": form, "title": TITLE, "stages": Reached.labels, "most": MOST_ROWS}
    if not form.is_valid():
        return render(request, TEMPLATE, page, status=form.http_status)
    try:
        reading = _read(form.cleaned_data["file"], campaign)
    except BadWorkbook as error:
        form.add_error("file", str(error))
        return render(request, TEMPLATE, page, status=form.http_status)
    if reading.faults:
        return render(
            request, TEMPLATE, page | faults_page(reading.faults, most=SHOWN, name=str(form.cleaned_data["file"])), status=422
        )
    rehearsed = [rehearse(one, campaign=campaign, actor=request.actor) for one in reading.dossiers]
    page |= _reviewed(rehearsed)
    if page["refused"]:
        return render(request, TEMPLATE, page, status=422)
    return _confirm_or_launch(request, campaign, form, rehearsed, page)


def _read(file: StoredFile, campaign: Campaign) -> Reading:
    rows, faults = open_stored(file).rows(layout_of(campaign))
    if not rows:
        raise BadWorkbook("Le classeur ne contient aucune ligne remplie : il n’y a rien à reprendre.")
    return Reading(campaign, rows, faults)


def _reviewed(rehearsed: list[Rehearsed]) -> dict[str, Any]:
    refused = [one for one in rehearsed if one.refusals]
    return {
        "refused": refused[:SHOWN],
        "refused_count": len(refused),
        "ready": [one for one in rehearsed if not one.refusals][:SHOWN],
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
    """As a job keeps them."""
    return [[row.number, row.cells] for row in one.past.rows]


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
