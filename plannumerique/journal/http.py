"""One page for one act: shows what it is about, asks what it needs, calls one service, says what came of it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from plannumerique.journal.machine import Refused
from plannumerique.journal.models import ThreadRow
from plannumerique.journal.unsent import forget, keep
from plannumerique.organisations.http import Request
from plannumerique.organisations.permissions import Permission


class ActForm(Protocol):
    cleaned_data: dict[str, Any]
    is_bound: bool

    def is_valid(self) -> bool: ...
    def add_refusal(self, refused: Refused) -> None: ...
    @property
    def http_status(self) -> int: ...


def act_page(
    request: Request,
    *,
    row: ThreadRow,
    may: Permission,
    form: ActForm,
    act: Callable[..., object],
    title: str,
    done: str,
    back: str,
    template: str = "journal/act.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Ask, act, answer. `act` receives the form's cleaned data as keywords; a Refused comes back on the page, nothing lost.

    200 the page; 403 not this person's job; 422 what was typed is wrong; 409 refused by the door (a stale page too);
    400 nothing was sent; 302 to `back` when it is done.
    """
    may.demand(request.actor, row)
    if request.method == "POST" and not form.is_bound:
        raise BadRequest("Le formulaire est arrivé vide.")
    page = {"row": row, "form": form, "title": title, "back": back, **(context or {})}
    if not form.is_valid():
        return render(request, template, page, status=form.http_status)
    try:
        act(**form.cleaned_data)
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, template, page, status=409)
    messages.success(request, done)
    return HttpResponseRedirect(back)


def kept_answer(
    request: Request,
    *,
    row: ThreadRow,
    form: str,
    template: str = "journal/_kept.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Keep what is being typed and answer the fragment that says so; or forget it, when the person starts again.

    The page of the form stands one level above this address.
    """
    if "forget" in request.POST:
        forget(row, form, request.actor)
        messages.success(request, "Votre saisie non envoyée est effacée ; la page montre ce qui est enregistré.")
        return redirect("../")
    typed = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    kept = keep(row, form, request.actor, typed=typed, seen=request.POST.get("seen", ""))
    return render(request, template, {"kept_now": kept, "at": request.actor.at, **(context or {})})
