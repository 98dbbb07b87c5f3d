from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plannumerique.organisations.http import Request
from portal.home.pages import (
    closing_phases,
    deadlines_of,
    due_dates,
    holds_only_a_college,
    latest_events,
    totals_of,
)
from portal.home.todo import todo_of
from portal.permissions import follows_money
from portal.public.views import programme


@login_not_required
@require_safe
def home(request: Request) -> HttpResponse:
    actor = request.actor
    if actor.user is None:
        return programme(request)
    deadlines = deadlines_of(actor)
    figures, amounts = totals_of(actor)
    page = {
        "todo": todo_of(actor, deadlines=deadlines),
        "due_dates": due_dates(deadlines, today=actor.today),
        "phases": closing_phases(actor),
        "figures": figures,
        "amounts": amounts,
        "events": latest_events(actor),
        "follows_grants": holds_only_a_college(actor),
        "follows_money": follows_money(actor),
    }
    return render(request, "portal/home.html", page)
