from django.contrib import messages as flash
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from plannumerique.files.views import serve
from plannumerique.journal.machine import Refused
from plannumerique.messages.enums import Audience
from plannumerique.messages.models import Message
from plannumerique.messages.permissions import can_write_message
from plannumerique.messages.services import draft, mark_read
from plannumerique.organisations.http import Request, visible_or_404
from plannumerique.ui.lists import paginate
from portal.conversation import services
from portal.conversation.forms import MessageForm
from portal.conversation.pages import choices_for, form_for, schools_of
from projects.models import Dossier

PER_PAGE = 20


@require_http_methods(["GET", "POST"])
def messages(request: Request, pk: int) -> HttpResponse:
    """The whole exchange that this person may read, page by page, and the form to write in it."""
    dossier = _dossier(request, pk)
    if request.method == "POST":
        return _write(request, dossier)
    return _page(request, dossier, form_for(dossier, request.actor, schools=schools_of(dossier)))


def _dossier(request: Request, pk: int) -> Dossier:
    return visible_or_404(request, Dossier.objects.select_related("thread", "campaign__academie", "collectivite"), pk)


def _write(request: Request, dossier: Dossier) -> HttpResponse:
    choices = choices_for(dossier, request.actor, schools=schools_of(dossier))
    if not choices:
        raise PermissionDenied(can_write_message.refusal(request.actor, draft(dossier.thread, Audience.ALL)))
    if not request.POST:
        raise BadRequest("Le formulaire est arrivé vide.")
    form = MessageForm(request.POST, request.FILES, actor=request.actor, choices=choices)
    if not form.is_valid():
        return _page(request, dossier, form, status=form.http_status)
    sent = form.cleaned_data
    try:
        services.post(
            dossier=dossier,
            audience=sent["audience"].audience,
            school=sent["audience"].school,
            text=sent["text"],
            sending=sent["sending"],
            attachment=sent["attachment"],
            actor=request.actor,
        )
    except Refused as refused:
        form.add_refusal(refused)
        return _page(request, dossier, form, status=409)
    flash.success(request, "Votre message est envoyé.")
    return redirect("portal:messages", dossier.pk)


def _page(request: Request, dossier: Dossier, form: MessageForm | None, *, status: int = 200) -> HttpResponse:
    actor = request.actor
    rows = Message.objects.visible_to(actor).filter(thread=dossier.thread_id).for_pages(actor)
    listing = paginate(request, rows, per_page=PER_PAGE)
    if listing.number == 1 and any(row.unread for row in listing.rows):
        mark_read(dossier.thread, up_to=listing.rows[0].pk, actor=actor)
    page = {"dossier": dossier, "listing": listing, "form": form}
    return render(request, "portal/messages.html", page, status=status)


@require_safe
def attachment(request: Request, pk: int, message_pk: int) -> HttpResponseBase:
    """The file joined to a message, to those who may read the message."""
    rows = Message.objects.visible_to(request.actor).filter(thread__dossier=pk, attachment__isnull=False)
    message = get_object_or_404(rows.select_related("attachment"), pk=message_pk)
    return serve(message.attachment, name=message.attachment.original_name)
