"""The constatation of the service fait, and its revocation."""

from functools import partial

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import act_page
from plannumerique.journal.machine import obstacles_to
from plannumerique.organisations.http import Request
from subsidies import permissions
from subsidies.forms.service_fait import ServiceFaitForm
from subsidies.pages.service_fait import amounts_of, facts_of, left_out
from subsidies.services import service_fait as services
from subsidies.views.statement import subsidy_or_404


@require_http_methods(["GET", "POST"])
def certify_service_fait(request: Request, pk: int) -> HttpResponse:
    subsidy = subsidy_or_404(request, pk)
    total, classes = amounts_of(subsidy)
    return act_page(
        request,
        row=subsidy,
        may=permissions.can_certify_service_fait,
        form=ServiceFaitForm(request.POST or None, row_version=subsidy.version),
        act=partial(services.certify_service_fait, subsidy_id=subsidy.pk, actor=request.actor),
        title="Constater le service fait",
        done="Le service fait est constaté ; le certificat est dans les documents.",
        back=subsidy.get_absolute_url(),
        template="subsidies/service_fait.html",
        context={
            "facts": facts_of(subsidy, today=request.actor.today),
            "total": total,
            "classes": classes,
            "left_out": left_out(subsidy),
            "obstacles": obstacles_to(subsidy, "certify_service_fait"),
        },
    )


@require_http_methods(["GET", "POST"])
def revoke_service_fait(request: Request, pk: int) -> HttpResponse:
    subsidy = subsidy_or_404(request, pk)
    return act_page(
        request,
        row=subsidy,
        may=permissions.can_revoke_service_fait,
        form=MotiveForm(request.POST or None, row_version=subsidy.version),
        act=partial(services.revoke_service_fait, subsidy_id=subsidy.pk, actor=request.actor),
        title="Annuler la constatation du service fait",
        done="La constatation est annulée : les justificatifs sont de nouveau à vérifier.",
        back=subsidy.get_absolute_url(),
    )
