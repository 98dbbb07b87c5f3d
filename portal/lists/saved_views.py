"""A person keeps a list as she left it: its filters, its order, the columns that she takes away; under a name of hers."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plannumerique.lib.text import typeset
from plannumerique.organisations.http import Request
from plannumerique.ui.exports import FORMAT_PARAMETER
from plannumerique.ui.forms import PortalForm
from plannumerique.ui.lists import PAGE_PARAMETER
from portal.models import SavedView

# The lists that keep views, and their names.
LISTS = {
    "portal:dossiers": "Dossiers",
    "projects:applications": "Candidatures",
    "portal:pieces": "Pièces à vérifier",
    "conventions:conventions": "Conventions",
    "subsidies:subsidies": "Subventions",
    "subsidies:orders": "Bons de commande",
    "subsidies:payments": "Paiements",
    "subsidies:grants": "Ressources",
    "deployments:classes": "Classes mobiles",
    "portal:schools": "Écoles",
}
MOST = 30
_LONGEST_QUERY = 1500


class NameForm(PortalForm):
    name = forms.CharField(label="Nom de la vue", max_length=60, error_messages={"required": "Donnez un nom à cette vue."})


class SaveForm(NameForm):
    listing = forms.ChoiceField(choices=list(LISTS.items()), widget=forms.HiddenInput)
    query = forms.CharField(required=False, max_length=_LONGEST_QUERY, widget=forms.HiddenInput)

    def clean_query(self) -> str:
        return kept_query(self.cleaned_data["query"])


def kept_query(query: str) -> str:
    """What of an address is the view: neither the page nor the file that was asked for, nor the filters left empty."""
    parameters = QueryDict(query, mutable=True)
    for name in list(parameters):
        parameters.setlist(name, [value for value in parameters.getlist(name) if value])
        if name in (PAGE_PARAMETER, FORMAT_PARAMETER) or not parameters.getlist(name):
            del parameters[name]
    return parameters.urlencode()


@require_POST
def save(request: Request) -> HttpResponse:
    form = SaveForm(request.POST)
    if form.is_valid() and not (trouble := _kept(request, form.cleaned_data)):
        messages.success(request, typeset(f"La vue « {form.cleaned_data['name']} » est enregistrée."))
        listing, query = form.cleaned_data["listing"], form.cleaned_data["query"]
        return HttpResponseRedirect(reverse(listing) + (f"?{query}" if query else ""))
    status = 422
    if form.is_valid():
        form.add_error("name", trouble)
        status = 409
    return render(request, "portal/saved_views/save.html", {"form": form}, status=status)


def _kept(request: Request, typed: dict[str, Any]) -> str:
    """Why the view cannot be kept; empty once it is."""
    if SavedView.objects.filter(user=request.user).count() >= MOST:
        return typeset(f"Vous avez déjà {MOST} vues : supprimez-en une d’abord.")
    try:
        with transaction.atomic():
            SavedView.objects.create(user=request.user, **typed)
    except IntegrityError:
        return _taken(typed["name"])
    return ""


def _taken(name: str) -> str:
    return typeset(f"Vous avez déjà une vue « {name} » sur cette liste : donnez un autre nom.")


@require_safe
def saved_views(request: Request) -> HttpResponse:
    rows = SavedView.objects.filter(user=request.user)
    return render(request, "portal/saved_views/views.html", {"views": [(row, LISTS.get(row.listing, "")) for row in rows]})


@require_http_methods(["GET", "POST"])
def rename(request: Request, pk: int) -> HttpResponse:
    row = _own(request, pk)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": row.name})
    page = {"form": form, "view": row}
    if not form.is_valid():
        return render(request, "portal/saved_views/rename.html", page, status=form.http_status)
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=row.pk).update(name=form.cleaned_data["name"])
    except IntegrityError:
        form.add_error("name", _taken(form.cleaned_data["name"]))
        return render(request, "portal/saved_views/rename.html", page, status=409)
    messages.success(request, "La vue est renommée.")
    return HttpResponseRedirect(reverse("portal:saved_views"))


@require_POST
def delete(request: Request, pk: int) -> HttpResponse:
    row = _own(request, pk)
    row.delete()
    messages.success(request, typeset(f"La vue « {row.name} » est supprimée."))
    return HttpResponseRedirect(reverse("portal:saved_views"))


def _own(request: Request, pk: int) -> SavedView:
    return get_object_or_404(SavedView, pk=pk, user=request.user)
