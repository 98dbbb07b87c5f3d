"""The list of conventions, the page of each, its draft, its opening."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from conventions import columns, documents, forms, pages, permissions, services
from conventions.models import Convention
from conventions.services.preparing import awaiting_convention
from conventions.views.common import convention_of
from plannumerique.files.drafts import draft_response
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.journal.actions import offered
from plannumerique.journal.machine import Refused
from plannumerique.journal.models import reads_whole
from plannumerique.journal.pages import events_about
from plannumerique.organisations.http import Request, visible_or_404
from plannumerique.ui.listing import list_page
from projects.models import Dossier

# The notification opens the subsidies: its page stands with them, above this app, under the name of the move.
_PAGED_ABOVE = {"notify": permissions.CONVENTION_MOVES["notify"]}


@require_safe
def conventions(request: Request) -> HttpResponseBase:
    filters, today = forms.ConventionFilters(request.GET), request.actor.today
    return list_page(
        request,
        Convention.objects.visible_to(request.actor).for_list(),
        title="Conventions",
        words="convention",
        caption="Conventions que vous suivez",
        filters=filters,
        columns=columns.CONVENTIONS,
        name="conventions",
        template="conventions/conventions.html",
        day=today,
        lines=lambda rows: [(row, pages.due_of(row, today=today)) for row in rows],
    )


@require_safe
def convention(request: Request, pk: int) -> HttpResponse:
    row, actor = convention_of(request, pk), request.actor
    brought = list(Piece.objects.visible_to(actor).about(row).for_pages())
    issued = list(IssuedDocument.objects.visible_to(actor).about(row).for_pages())
    matter = permissions.moves_that_matter(row)
    paged = {name: may for name, may in matter.items() if name not in permissions.MADE_ELSEWHERE}
    whole = reads_whole(actor, row.thread)
    moves = [*offered(row, actor, paged, urls="conventions"), *offered(row, actor, _PAGED_ABOVE, urls="subsidies")]
    out = [one for one in moves if row.is_stopped_by_the_cbr and one.url == reverse("conventions:reopen_negotiation", args=[pk])]
    page = {
        "convention": row,
        "steps": pages.steps_of(row),
        "facts": pages.facts_of(row, today=request.actor.today),
        "amounts": [one for one in (pages.amounts_of(row), pages.grants_of(row)) if one],
        "schools": pages.school_lines(row),
        "can_change_schools": permissions.can_change_schools(actor, row),
        "reads_whole": whole,
        "account": pages.account_facts(row, actor) if whole else [],
        "account_warning": pages.account_warning_of(row, actor),
        "cbr": pages.cbr_facts(row) if whole else [],
        "exchanges": row.cbr_exchanges.all(),
        "deliberation": pages.deliberation_facts(row),
        "sitting_warning": pages.sitting_warning_of(row),
        "signatures": pages.signature_facts(row),
        "refusal": pages.refusal_of(row),
        "actions": [
            *pages.checks_of(row, brought, actor),
            *(one for one in moves if one.primary),
            *pages.acts_of(row, actor),
            *out,
        ],
        "backward": [one for one in moves if not one.primary and one not in out],
        "awaited": pages.awaited_of(row, actor, matter),
        "pieces": pages.pieces_of(row, brought),
        "documents": pages.documents_of(row, issued),
        "can_preview": permissions.can_describe(actor, row),
        "events": events_about(row) if whole else [],
    }
    return render(request, "conventions/convention.html", page)


@require_safe
def draft(request: Request, pk: int) -> HttpResponse:
    """What the text would be if it were settled now, watermarked."""
    row = convention_of(request, pk)
    permissions.can_describe.demand(request.actor, row)
    return draft_response(request, documents.convention_letter(row, actor=request.actor))


@require_http_methods(["GET", "POST"])
def open_convention(request: Request, dossier_pk: int) -> HttpResponse:
    dossier = visible_or_404(request, Dossier.objects.select_related("thread", "campaign", "collectivite"), dossier_pk)
    permissions.can_open_convention.demand(request.actor, Convention(thread=dossier.thread, dossier=dossier))
    form = forms.OpenConventionForm(request.POST if request.method == "POST" else None)
    page = {"dossier": dossier, "form": form, "facts": pages.application_lines(awaiting_convention(dossier))}
    if not form.is_valid():
        return render(request, "conventions/open_convention.html", page, status=form.http_status)
    try:
        opened = services.open_convention(dossier=dossier, actor=request.actor)
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, "conventions/open_convention.html", page, status=409)
    messages.success(request, "Le projet de convention est ouvert. Vérifiez les écoles, puis transmettez-le à la collectivité.")
    return HttpResponseRedirect(opened.get_absolute_url())
