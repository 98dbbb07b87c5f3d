from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.journal.models import reads_whole
from plannumerique.journal.pages import timeline_of
from plannumerique.organisations.http import Request, visible_or_404
from portal.conversation.pages import latest_of
from portal.dossiers import pages
from portal.dossiers.archive import archive_of
from portal.dossiers.plain_words import said_to
from portal.dossiers.steps import steps_of
from portal.events import journal_for
from projects.models import Dossier
from projects.permissions import EDITABLE, can_deposit_dossier_piece, can_describe_dossier
from subsidies.readings.promises import no_solde_of


@require_safe
def dossier(request: Request, pk: int) -> HttpResponse:
    """The whole thread on one page, for every role."""
    actor = request.actor
    rows = Dossier.objects.select_related("thread", "campaign", "collectivite").prefetch_related("campaign__deadlines")
    row = visible_or_404(request, rows, pk)
    convention, subsidy = pages.convention_and_subsidy_of(row)
    applications, resources = pages.applications_of(row, actor), pages.resources_of(row, actor)
    promise = pages.promise(row, subsidy, actor)
    steps = steps_of(row, convention, subsidy, promise)
    if not reads_whole(actor, row.thread):
        convention = subsidy = None
    mobile_classes = pages.mobile_classes_of(row, actor)
    page = {
        "dossier": row,
        "plain_words": said_to(actor, applications, mobile_classes),
        "convention": convention,
        "subsidy": subsidy,
        "steps": steps,
        "may_open_convention": pages.may_open_convention(row, convention, actor),
        "next_moves": pages.next_moves(convention, subsidy, actor),
        "next_of_applications": [] if convention else pages.next_of_applications(applications, actor),
        "amounts": pages.amounts_of(convention, subsidy),
        "promise": promise if subsidy else None,
        "no_solde": no_solde_of(subsidy) if subsidy else "",
        "applications": applications,
        "mobile_classes": mobile_classes,
        "resources": resources,
        "being_written": any(one.state in EDITABLE for one in applications),
        "can_describe": can_describe_dossier(actor, row),
        "can_deposit": can_deposit_dossier_piece(actor, row),
        "pieces": pages.pieces_of(row, Piece.objects.visible_to(actor).filter(thread=row.thread).for_pages(), actor),
        "documents": pages.documents_of(
            IssuedDocument.objects.visible_to(actor).filter(thread=row.thread).for_pages(), [*applications, *resources]
        ),
        "past_acts": pages.past_acts(applications, convention, subsidy, resources, reader=actor),
        "conversation": latest_of(row, actor, schools=[one.school for one in applications]),
        "events": timeline_of(journal_for(actor).filter(thread=row.thread)),
    }
    return render(request, "portal/dossier.html", page)


@require_safe
def archive(request: Request, pk: int) -> FileResponse:
    """The dossier as one file, for an auditor: what this person may read of it, with an index and the whole journal."""
    row = visible_or_404(request, Dossier.objects.select_related("thread", "campaign", "collectivite"), pk)
    name = f"dossier-{row.reference}-{request.actor.today.isoformat()}.zip"
    return FileResponse(archive_of(row.thread, request.actor), as_attachment=True, filename=name, content_type="application/zip")
