from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_POST, require_safe

from plannumerique.journal.machine import Refused
from plannumerique.notices import services
from plannumerique.notices.forms import AddressForm
from plannumerique.notices.models import OutboxMail
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level
from plannumerique.organisations.http import Request
from plannumerique.ui.columns import Column
from plannumerique.ui.errors import NotFound
from plannumerique.ui.lists import paginate
from plannumerique.ui.pieces import Empty, Fact

COLUMNS = (
    Column("date", "Écrit le", shows="created_at", order_by=("created_at",)),
    Column("objet", "Objet", shows="subject"),
    Column("destinataires", "Destinataires", shows="addressees"),
    Column("etat", "État", shows="state", order_by=("state",)),
)
ACADEMIE_ROLES = tuple(role for role, level in LEVEL_OF_ROLE.items() if level is Level.ACADEMIE)


@require_safe
def outbox(request: Request) -> HttpResponse:
    """Every mail of the demonstration, where none leaves the machine."""
    _only_in_demonstration()
    mails = OutboxMail.objects.seen_by(request.actor)
    empty = Empty("Aucun courriel n’a encore été écrit.", "Les actes en écrivent : un dépôt, une notification, un rappel.")
    return _list(request, mails, template="notices/outbox.html", empty=empty)


@require_safe
def mail(request: Request, pk: int) -> HttpResponse:
    """Any mail in the demonstration; elsewhere the one that waits for a person, who decides here."""
    _only_academie(request)
    return _page(request, pk, form=AddressForm())


def _page(request: Request, pk: int, *, form: AddressForm, status: int = 200) -> HttpResponse:
    found = get_object_or_404(OutboxMail.objects.seen_by(request.actor), pk=pk)
    in_trouble = found.is_in_trouble(timezone.now())
    if not in_trouble:
        _only_in_demonstration()
    may_decide = in_trouble and request.actor.holds(*services.MAIL_KEEPERS)
    page = {"mail": found, "facts": _facts(found), "may_decide": may_decide, "in_trouble": in_trouble, "form": form}
    return render(request, "notices/mail.html", page, status=status)


def _facts(mail: OutboxMail) -> list[Fact]:
    facts = [
        Fact("Pour", capfirst(mail.whom)),
        Fact("À", mail.addressees),
        Fact("Copie", ", ".join(mail.cc)),
        Fact("Répondre à", mail.reply_to),
        Fact("Écrit le", on=timezone.localtime(mail.created_at).date()),
        Fact("Parti le", on=timezone.localtime(mail.sent_at).date() if mail.sent_at else None),
        Fact("Dernière erreur", mail.last_error),
    ]
    return [fact for fact in facts if fact.value or fact.on]


@require_safe
def trouble(request: Request) -> HttpResponse:
    """Mails that did not leave, or whose departure nobody knows: a person decides."""
    mails = OutboxMail.objects.in_trouble(timezone.now()).seen_by(request.actor)
    empty = Empty("Aucun courriel en difficulté.", "Ceux qui ne partent pas, malgré plusieurs essais, apparaissent ici.")
    return _list(request, mails, template="notices/trouble.html", empty=empty)


def _list(request: Request, mails: QuerySet[OutboxMail], *, template: str, empty: Empty) -> HttpResponse:
    _only_academie(request)
    listing = paginate(request, mails.defer("html", "text"), columns=COLUMNS)
    may_decide = request.actor.holds(*services.MAIL_KEEPERS)
    return render(request, template, {"listing": listing, "empty": empty, "may_decide": may_decide})


@require_POST
def send_again(request: Request, pk: int) -> HttpResponse:
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form=form, status=form.http_status)
    send = partial(services.send_again, address=form.cleaned_data["address"])
    return _decide(request, pk, send, done="Le courriel va repartir.")


@require_POST
def settle(request: Request, pk: int) -> HttpResponseRedirect:
    return _decide(request, pk, services.settle, done="Le courriel est classé comme réglé.")


def _decide(request: Request, pk: int, decision: Callable[..., OutboxMail], *, done: str) -> HttpResponseRedirect:
    get_object_or_404(OutboxMail.objects.seen_by(request.actor), pk=pk)
    try:
        decision(mail_id=pk, actor=request.actor)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("notices:trouble")


def _only_in_demonstration() -> None:
    if not settings.PORTAL_DEMO:
        raise NotFound("Cette page n’existe que dans la démonstration.")


def _only_academie(request: Request) -> None:
    if not request.actor.holds(*ACADEMIE_ROLES):
        raise PermissionDenied("Cette page est celle des services de l’académie.")
