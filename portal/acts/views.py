"""Acting on several rows of a list: a page that says how many and what will happen, then the page of what became of each."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from plannumerique.jobs.http import launch
from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.http import Request
from plannumerique.ui.errors import NotFound
from portal.acts.bulk import BULK_ACTS, BulkAct

ROW_PARAMETER, SCOPE_PARAMETER, ALL = "ligne", "portee", "toutes"
# More than that, and the person who asks can no longer answer for what she asks.
MOST = 2000
NAMED = 10


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
        return render(request, "portal/acts/confirm.html", page, status=422)
    form = act.form(request.POST or None, initial={"expected": chosen.total})
    page |= {"form": form, "named": [act.name(row) for row in chosen.rows[:NAMED]], "more": max(0, chosen.total - NAMED)}
    if not form.is_valid():
        return render(request, "portal/acts/confirm.html", page, status=form.http_status)
    if form.cleaned_data["expected"] != chosen.total:
        shown = form.cleaned_data["expected"]
        page["form"] = act.form(initial=form.cleaned_data | {"expected": chosen.total})
        page["changed"] = typeset(
            f"La liste a changé : elle comptait {plural(shown, one='ligne')}, elle en compte {chosen.total}. Relisez, puis confirmez."
        )
        return render(request, "portal/acts/confirm.html", page, status=409)
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
