"""The solde, its absence, the trop-perçu, the closing: one page each."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from plannumerique.journal.http import act_page
from plannumerique.organisations.http import Request
from plannumerique.organisations.permissions import Permission
from projects.forms import CommentForm, MotiveForm
from subsidies import permissions_statement as permissions
from subsidies.models import EquipmentSubsidy
from subsidies.pages.solde import closing_checklist, liquidation_facts, overpaid_amounts, solde_amounts
from subsidies.services import solde as services
from subsidies.views.statement import subsidy_or_404


def _move_page(
    service: Callable[..., object],
    may: Permission,
    *,
    title: str,
    done: str,
    form: type[Any] = CommentForm,
    shows: Callable[[EquipmentSubsidy, Request], dict[str, Any]] = lambda subsidy, request: {},
) -> Callable[..., HttpResponse]:
    @require_http_methods(["GET", "POST"])
    def page(request: Request, pk: int) -> HttpResponse:
        subsidy = subsidy_or_404(request, pk)
        return act_page(
            request,
            row=subsidy,
            may=may,
            form=form(request.POST or None, row_version=subsidy.version),
            act=partial(service, subsidy_id=subsidy.pk, actor=request.actor),
            title=title,
            done=done,
            back=subsidy.get_absolute_url(),
            context=shows(subsidy, request),
        )

    return page


liquidate_solde = _move_page(
    services.liquidate_solde,
    permissions.can_liquidate,
    title="Liquider le solde",
    done="La demande de paiement du solde est préparée : une autre personne de la DAF la valide.",
    shows=lambda subsidy, request: {
        "amounts": solde_amounts(subsidy),
        "facts": liquidation_facts(subsidy, today=request.actor.today),
    },
)
settle_without_solde = _move_page(
    services.settle_without_solde,
    permissions.can_liquidate,
    title="Constater qu’aucun solde n’est dû",
    done="Aucun solde n’est dû : la subvention peut être close.",
    shows=lambda subsidy, request: {"amounts": solde_amounts(subsidy)},
)
declare_overpaid = _move_page(
    services.declare_overpaid,
    permissions.can_liquidate,
    title="Constater un trop-perçu",
    done="Le trop-perçu est constaté. Le reversement se traite hors du portail pour l’instant.",
    shows=lambda subsidy, request: {"amounts": overpaid_amounts(subsidy)},
)
cancel_liquidation = _move_page(
    services.cancel_liquidation,
    permissions.can_liquidate,
    title="Reprendre la liquidation du solde",
    done="La liquidation est reprise : le solde est à liquider de nouveau.",
    form=MotiveForm,
)
close = _move_page(
    services.close,
    permissions.can_close,
    title="Clore la subvention",
    done="La subvention est close et la convention soldée.",
    shows=lambda subsidy, request: {"facts": closing_checklist(subsidy)},
)
