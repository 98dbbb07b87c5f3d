"""The draft that a collectivité writes for all its schools: add them, fill each part, read the whole again, deposit."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plannumerique.journal.http import kept_answer
from plannumerique.journal.machine import Refused
from plannumerique.journal.unsent import forget, unsent
from plannumerique.lib.text import plural, starts_lower
from plannumerique.organisations.http import Request
from projects import permissions, services
from projects.enums import TECHNICAL_ANCHORS
from projects.forms import AddSchoolsForm, ClassCostFormSet, DepositForm, TechnicalPartForm
from projects.models import Application, Dossier, Phase
from projects.pages.draft import DraftLine, closing_of, forecast_of, lines_of, missing_pieces, steps_of_draft, total_of
from projects.views.common import application_of, dossier_of, points_to_answer

TECHNICAL = "technical_part"
TECHNICAL_FIELDS = ("bandwidth", "wifi", "filtering", "infrastructure", "delivery_from")
COST_FIELDS = ("label", "expense")


@require_safe
def draft(request: Request, pk: int) -> HttpResponse:
    """What the collectivité and the schools have written so far, and what is left before the deposit."""
    dossier = dossier_of(request, pk)
    permissions.can_describe_dossier.demand(request.actor, dossier)
    return render(request, "projects/draft.html", _page(request, dossier))


def _page(request: Request, dossier: Dossier) -> dict[str, Any]:
    lines = lines_of(dossier, request.actor)
    return {
        "dossier": dossier,
        "lines": lines,
        "steps": steps_of_draft(dossier, lines),
        "amounts": total_of(lines),
        "missing": missing_pieces(dossier),
        "closes_on": closing_of(lines),
        "ready": [line for line in lines if line.ready],
        "may_deposit": any(permissions.can_submit(request.actor, line.application) for line in lines),
    }


@require_http_methods(["GET", "POST"])
def add_application(request: Request, pk: int) -> HttpResponse:
    """Several schools at once, among those of the territory, or one by its UAI."""
    dossier = dossier_of(request, pk)
    permissions.can_describe_dossier.demand(request.actor, dossier)
    phases = Phase.objects.filter(campaign=dossier.campaign).select_related("campaign")
    form = AddSchoolsForm(
        request.POST or None, dossier=dossier, phases=phases, initial={"phase": phases.open_at(request.actor.at).first()}
    )
    page = {"dossier": dossier, "form": form}
    if not form.is_valid():
        return render(request, "projects/add_application.html", page, status=form.http_status)
    try:
        added = services.add_applications(dossier=dossier, actor=request.actor, **form.cleaned_data)
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, "projects/add_application.html", page, status=409)
    messages.success(request, _added(added))
    return HttpResponseRedirect(dossier.get_draft_url())


def _added(applications: list[Application]) -> str:
    if len(applications) == 1:
        school = applications[0].school.in_words
        return f"L’{school} est dans le dossier. Sa direction peut écrire la partie pédagogique."
    return f"{len(applications)} écoles sont dans le dossier. Leurs directions peuvent écrire la partie pédagogique."


@require_http_methods(["GET", "POST"])
def describe_technical_part(request: Request, pk: int) -> HttpResponse:
    row = application_of(request, pk)
    permissions.can_describe_technical_part.demand(request.actor, row)
    kept = unsent(row, TECHNICAL, request.actor)
    recorded = {name: getattr(row, name) for name in TECHNICAL_FIELDS}
    lines = [{"label": one.label, "expense": one.expense} for one in row.forecasts.all()]
    form = TechnicalPartForm(
        request.POST or None,
        row_version=row.version,
        initial=kept.initial(TECHNICAL_FIELDS, otherwise=recorded),
        points=points_to_answer(request, row, TECHNICAL_ANCHORS),
    )
    # What was there counts as filled: a line that was only kept is compared with nothing, and counts because it is typed.
    initial = lines if request.method == "POST" else kept.lines("classes", COST_FIELDS, otherwise=lines)
    costs: Any = ClassCostFormSet(request.POST or None, prefix="classes", initial=initial)
    page = {
        "application": row,
        "form": form,
        "costs": costs,
        "terms": row.campaign.current_terms(),
        "kept": kept,
        "amounts": _forecast(row, costs),
    }
    if not (form.is_valid() & costs.is_valid()):
        return render(request, "projects/technical_part.html", page, status=max(form.http_status, costs.http_status))
    try:
        services.describe_technical_part(
            application_id=row.pk,
            actor=request.actor,
            costs=[services.ClassCost(label=line["label"], expense=line["expense"]) for line in costs.lines],
            **form.cleaned_data,
        )
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, "projects/technical_part.html", page, status=409)
    forget(row, TECHNICAL, request.actor)
    messages.success(request, "La partie technique et financière est enregistrée.")
    return HttpResponseRedirect(row.get_absolute_url())


@require_POST
def keep_technical_part(request: Request, pk: int) -> HttpResponse:
    """As she types: what is typed is kept, and the forecast of the amounts that can be read comes back. Nothing is recorded."""
    row = application_of(request, pk)
    permissions.can_describe_technical_part.demand(request.actor, row)
    costs: Any = ClassCostFormSet(request.POST, prefix="classes")
    return kept_answer(
        request,
        row=row,
        form=TECHNICAL,
        template="projects/_forecast.html",
        context={"amounts": _forecast(row, costs), "application": row},
    )


def _forecast(row: Application, costs: Any) -> Any:
    """Of the lines whose amount can be read: those being typed are not there yet."""
    if not costs.is_bound:
        return forecast_of(row, [one.expense for one in row.forecasts.all()])
    costs.is_valid()
    if not costs.management_form.is_valid():
        return None
    typed = [form.cleaned_data.get("expense") for form in costs.forms if not form.cleaned_data.get("DELETE")]
    return forecast_of(row, [expense for expense in typed if expense])


@require_http_methods(["GET", "POST"])
def deposit(request: Request, pk: int) -> HttpResponse:
    """The whole draft read again, and the deposit of the lines that are ready: each by its own passage."""
    dossier = dossier_of(request, pk)
    permissions.can_describe_dossier.demand(request.actor, dossier)
    page = _page(request, dossier)
    if request.method == "GET":
        form = DepositForm(offered=[line.application for line in page["ready"]])
        return render(request, "projects/deposit.html", {**page, "form": form})
    if not page["may_deposit"]:
        raise PermissionDenied("Le dépôt revient à la collectivité.")
    form = DepositForm(request.POST, offered=[line.application for line in page["lines"]])
    if not form.is_valid():
        return render(request, "projects/deposit.html", {**page, "form": form}, status=form.http_status)
    deposited, refused = services.submit_several(seen=form.cleaned_data["lines"], actor=request.actor)
    if deposited:
        counted = plural(len(deposited), one="candidature est déposée", many="candidatures sont déposées")
        messages.success(request, f"{counted}. Les accusés de réception sont dans les documents du dossier.")
    if not refused:
        return HttpResponseRedirect(dossier.get_absolute_url())
    page = _page(request, dossier_of(request, pk))
    form = DepositForm(request.POST, offered=[line.application for line in page["ready"]])
    form.add_refusal(Refused(*_reasons(refused, page["lines"])))
    return render(request, "projects/deposit.html", {**page, "form": form}, status=409)


def _reasons(refused: list[tuple[int, Refused]], lines: list[DraftLine]) -> list[str]:
    names = {line.application.pk: str(line.application.school) for line in lines}
    return [f"{names.get(pk, 'Candidature')} : {starts_lower(reason)}" for pk, refusal in refused for reason in refusal.reasons]
