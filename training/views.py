from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_safe

from plannumerique.journal.machine import Refused
from plannumerique.lib.dates import clock_time, long_date
from plannumerique.lib.text import typeset
from plannumerique.organisations.enums import DANE, Level
from plannumerique.organisations.http import Request
from plannumerique.ui.columns import Column, table_of
from plannumerique.ui.lists import paginate
from projects.models import Campaign
from training import services
from training.forms import ScheduleForm, SessionFilters
from training.models import Session
from training.permissions import can_schedule


def _day_and_hour(row: Session) -> str:
    at = timezone.localtime(row.starts_at)
    return typeset(f"{long_date(at.date())} à {clock_time(at)}")


COLUMNS = (
    Column("date", "Date", shows=_day_and_hour, order_by=("starts_at",)),
    Column("contenu", "Contenu", shows=lambda row: capfirst(row.get_kind_display()), order_by=("kind", "starts_at")),
    Column("lieu", "Lieu", shows="place", order_by=("place__search", "starts_at")),
    Column("places", "Places", shows="seats", order_by=("seats", "starts_at"), numeric=True),
)


@require_safe
def sessions(request: Request) -> HttpResponse:
    filters = SessionFilters(request.GET)
    listing = paginate(request, filters.narrow(Session.objects.visible_to(request.actor).for_list()), columns=COLUMNS)
    table = table_of(COLUMNS, listing.rows, listing.rows)
    page = {"listing": listing, "table": table, "filters": filters, "can_schedule": request.actor.holds(*can_schedule.roles)}
    return render(request, "training/sessions.html", page, status=filters.http_status)


@require_http_methods(["GET", "POST"])
def schedule(request: Request) -> HttpResponse:
    if not request.actor.holds(*can_schedule.roles):
        raise PermissionDenied("Les sessions de formation sont ouvertes par la DANE.")
    campaigns = Campaign.objects.filter(academie_id__in=request.actor.ids(Level.ACADEMIE, DANE)).select_related("academie")
    form = ScheduleForm(request.POST or None, campaigns=campaigns)
    if not form.is_valid():
        return render(request, "training/schedule.html", {"form": form}, status=form.http_status)
    try:
        services.schedule(actor=request.actor, **form.session)
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, "training/schedule.html", {"form": form}, status=409)
    messages.success(request, "La session est annoncée.")
    return HttpResponseRedirect(reverse("training:sessions"))
