"""Acting on several rows of a list: a page that says how many and what will happen, then the page of what became of each."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from plannumerique.jobs.enums import Outcome
from plannumerique.jobs.models import Job, JobRow
from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.http import Request
from plannumerique.portal.bulk.acts import BULK_ACTS, BulkAct
from plannumerique.portal.bulk.launching import launch
from plannumerique.ui.errors import NotFound
from plannumerique.ui.lists import Column, paginate

ROW_PARAMETER, SCOPE_PARAMETER, ALL = "ligne", "portee", "toutes"
# More than that, and the person who asks can no longer answer for what she asks.
MOST = 2000
NAMED = 10
REASONS = 20
COLUMNS = (Column("ligne", "Ligne", order_by=("label",)), Column("resultat", "Résultat", order_by=("outcome", "label")))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that the address names: those that were ticked, or all those of its filters."""

    rows: "QuerySet[Any]"
    total: int
    ready: int
    trouble: str = ""


@require_http_methods(["GET", "POST"])
def confirm(request: Request, key: str) -> HttpResponse:
    act = _act(key)
    if not request.actor.holds(*act.may.roles):
        raise PermissionDenied(typeset(f"« {act.label} » ne relève pas de vos habilitations."))
    chosen = _chosen(act, request)
    page: dict[str, Any] = {"act": act, "chosen": chosen, "back": _back(act, request)}
    if chosen.trouble:
        return render(request, "portal/bulk/confirm.html", page, status=422)
    form = act.form(request.POST or None, initial={"expected": chosen.total})
    page |= {"form": form, "named": [act.name(row) for row in chosen.rows[:NAMED]], "more": max(0, chosen.total - NAMED)}
    if not form.is_valid():
        return render(request, "portal/bulk/confirm.html", page, status=form.http_status)
    if form.cleaned_data["expected"] != chosen.total:
        shown = form.cleaned_data["expected"]
        page["form"] = act.form(initial=form.cleaned_data | {"expected": chosen.total})
        page["changed"] = typeset(
            f"La liste a changé : elle comptait {plural(shown, one='ligne')}, elle en compte {chosen.total}. Relisez, puis confirmez."
        )
        return render(request, "portal/bulk/confirm.html", page, status=409)
    return _launch(request, act, chosen, form.parameters(), back=page["back"])


def _launch(request: Request, act: BulkAct, chosen: Chosen, parameters: dict[str, Any], *, back: str) -> HttpResponse:
    rows = ((row.pk, act.name(row), row.get_absolute_url()) for row in chosen.rows.order_by("pk"))
    return launch(request, kind=act.key, title=act.label, rows=rows, total=chosen.total, parameters=parameters, back=back)


def _act(key: str) -> BulkAct:
    act = next((one for one in BULK_ACTS if one.key == key), None)
    if act is None:
        raise NotFound("Ce traitement n’existe pas.", url=reverse("portal:home"), link="Revenir à l’accueil")
    return act


def _chosen(act: BulkAct, request: Request) -> Chosen:
    rows = act.rows(request.actor)
    if request.GET.get(SCOPE_PARAMETER) == ALL:
        filters = act.filters(request.GET, request.actor)
        rows = filters.narrow(rows)
        if not filters.is_valid():
            return Chosen(rows, 0, 0, "Un filtre de la liste est à corriger : revenez à la liste.")
    else:
        ticked = request.GET.getlist(ROW_PARAMETER)
        rows = rows.filter(pk__in=[int(one) for one in ticked if one.isascii() and one.isdigit() and len(one) < 19])
    total = rows.order_by().count()
    if not total:
        return Chosen(
            rows, 0, 0, "Aucune ligne n’est choisie : cochez des lignes dans la liste, ou prenez tous les résultats du filtre."
        )
    if total > MOST:
        most = plural(MOST, one="ligne")
        return Chosen(
            rows, total, 0, typeset(f"{plural(total, one='ligne')} d’un coup, c’est trop : filtrez la liste ; {most} au plus.")
        )
    return Chosen(rows, total, rows.filter(act.ready).order_by().count())


def _back(act: BulkAct, request: HttpRequest) -> str:
    """The list with its filters, as the person left it."""
    parameters: QueryDict = request.GET.copy()
    for name in (ROW_PARAMETER, SCOPE_PARAMETER):
        parameters.pop(name, None)
    query = parameters.urlencode()
    return reverse(act.listing) + (f"?{query}" if query else "")


# --- The job ---


@dataclass(frozen=True, slots=True)
class Reason:
    sentences: tuple[str, ...]
    count: int


@require_safe
def job(request: Request, pk: int) -> HttpResponse:
    """What passed, why the rest did not, and every row with its link; bounded, and the same whenever it is opened again."""
    row = get_object_or_404(Job.objects.visible_to(request.actor), pk=pk)
    counts = row.counts()
    total = sum(counts.values())
    shown = request.GET.get("resultat", "")
    rows = row.rows.filter(outcome=shown) if shown in Outcome.values else row.rows.all()
    page = {
        "job": row,
        "total": total,
        "done": total - counts[Outcome.WAITING],
        "passed": counts[Outcome.PASSED],
        "refused": counts[Outcome.REFUSED],
        "waiting": counts[Outcome.WAITING],
        "reasons": _reasons(row) if counts[Outcome.REFUSED] else [],
        "shown": shown,
        "listing": paginate(request, rows, columns=COLUMNS),
    }
    return render(request, "portal/bulk/job.html", page)


def _reasons(row: Job) -> list[Reason]:
    """The most frequent first; one query."""
    refused = JobRow.objects.filter(job=row, outcome=Outcome.REFUSED).order_by()
    found = refused.values_list("reason").annotate(count=Count("pk")).order_by("-count", "reason")[:REASONS]
    return [Reason(tuple(reason.splitlines()), count) for reason, count in found]
