"""The grants of resources: the list, the page of each, notification, account, payment."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import Acts, act_view, row_or_404
from plannumerique.organisations.http import Request
from plannumerique.ui.listing import list_page
from subsidies import columns, permissions
from subsidies.forms.payments import EjForm, RectifyEjForm
from subsidies.forms.resources import CollegeAccountForm, GrantFilters, NotifyGrantForm
from subsidies.models import Payment, ResourcesSubsidy
from subsidies.pages import resources as pages
from subsidies.pages.expected import of_grant
from subsidies.pages.payments import badge_of as payment_badge
from subsidies.services import references
from subsidies.services import resources as services
from subsidies.views.common import documents_about


@require_safe
def grants(request: Request) -> HttpResponseBase:
    filters = GrantFilters(request.GET)
    return list_page(
        request,
        ResourcesSubsidy.objects.visible_to(request.actor).for_list(),
        title="Dotations de ressources",
        words="dotation",
        caption="Dotations de ressources des écoles",
        filters=filters,
        columns=columns.GRANTS,
        name="dotations",
        template="subsidies/grants.html",
        day=request.actor.today,
    )


@require_safe
def grant(request: Request, pk: int) -> HttpResponse:
    row = row_or_404(request, ResourcesSubsidy, pk)
    payments = list(Payment.objects.visible_to(request.actor).filter(resources=row).order_by("prepared_on", "pk"))
    page = {
        "grant": row,
        "facts": pages.facts_of(row, request.actor),
        "amounts": pages.amounts_of(row),
        "expected": of_grant(row, request.actor),
        "reads_payments": pages.reads_the_account(request.actor, row),
        "payments": [(one, payment_badge(one)) for one in payments],
        "documents": documents_about(request.actor, row, *payments),
        "events": pages.events_of(row, request.actor),
    }
    return render(request, "subsidies/grant.html", page)


def _around(row: ResourcesSubsidy, request: Request) -> dict[str, Any]:
    return {"facts": pages.facts_of(row, request.actor), "amounts": pages.amounts_of(row)}


def _filled(form: type[Any], *fields: str) -> Callable[[Request, ResourcesSubsidy], Any]:
    """`fields`: those of the grant that the form shows at first, beside the day."""

    def build(request: Request, row: ResourcesSubsidy) -> Any:
        initial = {name: getattr(row, name) for name in fields} | {"on": request.actor.today}
        return form(request.POST or None, row_version=row.version, initial=initial)

    return build


ACTS = Acts(ResourcesSubsidy, by="grant_id", around=_around)


def _on_grant(service: Callable[..., object]) -> Callable[..., object]:
    """The services of references know a subsidy; the pages of grants give them theirs."""

    @wraps(service)
    def call(*, grant_id: int, **words: Any) -> object:
        return service(model=ResourcesSubsidy, subsidy_id=grant_id, **words)

    return call


notify_grant = act_view(
    ACTS,
    services.notify_grant,
    permissions.can_notify_grant,
    title="Notifier la dotation",
    done="La dotation est notifiée au collège ; la lettre est dans les documents.",
    form=_filled(NotifyGrantForm),
)
cancel_grant = act_view(
    ACTS,
    services.cancel_grant,
    permissions.can_cancel_subsidy,
    title="Annuler la dotation",
    done="La dotation est annulée.",
    form=MotiveForm,
)
record_college_account = act_view(
    ACTS,
    services.record_college_account,
    permissions.can_record_college_account,
    title="Saisir le compte du collège",
    done="Le compte du collège est enregistré.",
    form=_filled(CollegeAccountForm, "siret", "iban", "bic"),
)
prepare_grant_payment = act_view(
    ACTS,
    services.prepare_grant_payment,
    permissions.can_prepare_payment,
    title="Préparer le paiement de la dotation",
    done="La demande de paiement est préparée : une autre personne de la DAF la valide.",
)
record_grant_ej = act_view(
    ACTS,
    _on_grant(references.record_ej),
    permissions.can_record_references,
    title="Saisir le numéro d’EJ",
    done="Le numéro d’EJ est enregistré.",
    form=_filled(EjForm),
)
rectify_grant_ej = act_view(
    ACTS,
    _on_grant(references.rectify_ej),
    permissions.can_record_references,
    title="Rectifier le numéro d’EJ",
    done="Le numéro d’EJ est rectifié.",
    form=_filled(RectifyEjForm),
)
