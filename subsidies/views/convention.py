"""The page that notifies a convention, and opens its subsidies."""

from functools import partial

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from conventions.models import Convention
from conventions.permissions import CONVENTION_MOVES
from plannumerique.journal.http import act_page, row_or_404
from plannumerique.organisations.http import Request
from plannumerique.ui.pieces import Fact
from subsidies.forms.convention import NotifyConventionForm
from subsidies.services.convention import notify_convention as notify


@require_http_methods(["GET", "POST"])
def notify_convention(request: Request, pk: int) -> HttpResponse:
    row = row_or_404(request, Convention, pk)
    return act_page(
        request,
        row=row,
        may=CONVENTION_MOVES["notify"],
        form=NotifyConventionForm(request.POST or None, row_version=row.version, initial={"on": request.actor.today}),
        act=partial(notify, convention_id=row.pk, actor=request.actor),
        title="Notifier la convention",
        done="La convention est notifiée ; les subventions et les classes mobiles sont ouvertes.",
        back=row.get_absolute_url(),
        context={
            "facts": [
                Fact("Convention", row.reference),
                Fact("Signée par le recteur le", on=row.recteur_signed_on),
                Fact("Subvention maximale", amount=row.subsidy_max),
                Fact("Dotations de ressources", amount=row.resources_total),
            ]
        },
    )
