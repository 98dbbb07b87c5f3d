"""One page for one act: shows what it is about, asks what it needs, calls one service, says what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, cast

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from plannumerique.journal.forms import CommentForm
from plannumerique.journal.machine import Refused, obstacles_to
from plannumerique.journal.models import ThreadRow
from plannumerique.journal.unsent import forget, keep
from plannumerique.lib.text import typeset
from plannumerique.organisations.http import Request, visible_or_404
from plannumerique.organisations.permissions import Permission


class ActForm(Protocol):
    cleaned_data: dict[str, Any]
    is_bound: bool

    def is_valid(self) -> bool: ...
    def add_refusal(self, refused: Refused) -> None: ...
    @property
    def http_status(self) -> int: ...


R = TypeVar("R", bound=ThreadRow)
View = Callable[..., HttpResponse]


def row_or_404(request: Request, rows: type[R] | QuerySet[R], pk: int, *, by: str = "pk") -> R:
    """A row of a dossier with what its pages, conditions and permissions read; 404 when it is another's.

    `rows` may be a queryset, for what the pages of that row prefetch; `by` the field that the address gives instead of the key.
    """
    found = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    return visible_or_404(request, found.select_related("thread", *found.model.passage_related), pk, by=by)


def _nothing(row: Any, request: Request) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Acts(Generic[R]):
    """What the pages of the acts on one kind of row share.

    `of` is the kind, or finds the row and answers 404; `by` is the keyword under which the services take its key; `around` is what
    the page shows beside the form, read again at each request.
    """

    of: type[R] | Callable[[Request, int], R]
    by: str
    around: Callable[[R, Request], Mapping[str, Any]] = _nothing
    template: str = "journal/act.html"

    def find(self, request: Request, pk: int) -> R:
        return row_or_404(request, self.of, pk) if isinstance(self.of, type) else self.of(request, pk)


# The same words for every row, or those that agree with it.
Words = str | Callable[[R], str]
# A form of the act, or what builds it for that row: bound when something was sent.
Asks = type[Any] | Callable[[Request, R], ActForm]


def act_view(
    acts: Acts[R],
    service: Callable[..., object],
    may: Permission,
    *,
    title: Words[R],
    done: Words[R],
    form: Asks[R] = CommentForm,
    intro: Words[R] = "",
    entails: tuple[str, ...] = (),
    move: str = "",
    shows: Callable[[R, Request], Mapping[str, Any]] = _nothing,
) -> View:
    """The page of one act; all that differs from one to the next is the form and the words. It bears the name of its service.

    A `move` that is not possible shows why, instead of a form that would be refused.
    """

    @require_http_methods(["GET", "POST"])
    def view(request: Request, pk: int) -> HttpResponse:
        row = acts.find(request, pk)
        return act_page(
            request,
            row=row,
            may=may,
            form=_form_of(form, request, row),
            act=partial(service, **{acts.by: row.pk}, actor=request.actor),
            title=_said(title, row),
            done=typeset(_said(done, row)),
            back=row.get_absolute_url(),  # type: ignore[attr-defined]  # every row that has acts has its page
            template=acts.template,
            context={
                **{"intro": typeset(_said(intro, row)), "entails": entails},
                "obstacles": _in_the_way(row, request, move, label=_said(title, row)),
                **acts.around(row, request),
                **shows(row, request),
            },
        )

    return _named_after(service, view)


def _in_the_way(row: ThreadRow, request: Request, move: str, *, label: str) -> list[str]:
    return obstacles_to(row, move, label=label) if move and request.method == "GET" else []


def _named_after(service: Callable[..., object], view: View) -> View:
    named = service.func if isinstance(service, partial) else service
    view.__name__ = view.__qualname__ = named.__name__
    return view


def _said(words: Words[R], row: R) -> str:
    return words if isinstance(words, str) else words(row)


def _form_of(form: Asks[R], request: Request, row: R) -> ActForm:
    if isinstance(form, type):
        return cast(ActForm, form(request.POST or None, row_version=row.version))
    return form(request, row)


def sent(request: Request) -> tuple[Any, Any]:
    """What a form that takes files is bound to: both, or neither."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


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
