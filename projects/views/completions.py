"""Asking to complete, point by point; answering a point by itself; taking it back."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import act_page, row_or_404
from plannumerique.journal.machine import Refused
from plannumerique.organisations.http import Request
from plannumerique.ui.pieces import Fact
from projects import permissions, services
from projects.enums import Anchor
from projects.forms import CompletionForm, PointFormSet, ResponseForm
from projects.models import CompletionPoint
from projects.pages.applications import facts_of
from projects.views.common import application_of


@require_http_methods(["GET", "POST"])
def request_completion(request: Request, pk: int) -> HttpResponse:
    row = application_of(request, pk)
    permissions.can_instruct.demand(request.actor, row)
    form = CompletionForm(request.POST or None, row_version=row.version)
    points: Any = PointFormSet(request.POST or None, prefix="points")
    page = {"application": row, "facts": facts_of(row), "form": form, "points": points}
    if not (form.is_valid() & points.is_valid()):
        return render(request, "projects/request_completion.html", page, status=max(form.http_status, points.http_status))
    asked = [services.Point(Anchor(line["anchor"]), line["request"].strip()) for line in points.lines]
    try:
        services.request_completion(application_id=row.pk, actor=request.actor, points=asked, **form.cleaned_data)
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, "projects/request_completion.html", page, status=409)
    messages.success(request, "La demande de compléments est enregistrée.")
    return HttpResponseRedirect(row.get_absolute_url())


@require_http_methods(["GET", "POST"])
def respond(request: Request, pk: int) -> HttpResponse:
    point = _point(request, pk)
    return act_page(
        request,
        row=point,
        may=permissions.can_respond,
        form=ResponseForm(request.POST or None, row_version=point.version, initial={"text": point.answer}),
        act=partial(services.respond, point_id=point.pk, actor=request.actor),
        title="Répondre à la DANE",
        done="Votre réponse est enregistrée.",
        back=point.application.get_absolute_url(),
        context={"origin": point.application, "facts": _facts(point), "submit": "Enregistrer la réponse"},
    )


@require_http_methods(["GET", "POST"])
def drop(request: Request, pk: int) -> HttpResponse:
    point = _point(request, pk)
    return act_page(
        request,
        row=point,
        may=permissions.can_drop_point,
        form=MotiveForm(request.POST or None, row_version=point.version),
        act=partial(services.drop_point, point_id=point.pk, actor=request.actor),
        title="Retirer la demande",
        done="La demande est retirée.",
        back=point.application.get_absolute_url(),
        context={"origin": point.application, "facts": _facts(point)},
    )


def _point(request: Request, pk: int) -> CompletionPoint:
    return row_or_404(request, CompletionPoint.objects.select_related("asked_by"), pk)


def _facts(point: CompletionPoint) -> list[Fact]:
    return [
        Fact("École", str(point.application.school)),
        Fact("Sur", point.get_anchor_display()),
        Fact("Demande", point.request, note=f"par {point.asked_by}"),
    ]
