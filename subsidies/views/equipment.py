"""The list of equipment subsidies, the page of each, and the acts on its decision, its references, its hold."""

from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import Acts, act_view, row_or_404
from plannumerique.journal.pages import events_about
from plannumerique.organisations.http import Request
from plannumerique.ui.listing import list_page
from subsidies import columns, permissions
from subsidies.enums import PaymentState
from subsidies.forms.payments import EjForm, RectifyEjForm, SubsidyFilters
from subsidies.models import EquipmentSubsidy
from subsidies.pages import equipment as pages
from subsidies.pages.expected import of_subsidy
from subsidies.pages.orders import badge_of as order_badge
from subsidies.pages.payments import badge_of as payment_badge
from subsidies.pages.solde import overpaid_amounts
from subsidies.pages.statement_steps import statement_steps
from subsidies.readings.promises import no_solde_of, promise_of
from subsidies.services import acompte, decision, holds, references
from subsidies.views.common import documents_about, pieces_about


@require_safe
def subsidies(request: Request) -> HttpResponseBase:
    filters = SubsidyFilters(request.GET)
    return list_page(
        request,
        EquipmentSubsidy.objects.visible_to(request.actor).for_list(),
        title="Subventions d’équipement",
        words="subvention",
        caption="Subventions d’équipement des collectivités",
        filters=filters,
        columns=columns.SUBSIDIES,
        name="subventions",
        template="subsidies/subsidies.html",
        day=request.actor.today,
    )


@require_safe
def equipment(request: Request, pk: int) -> HttpResponse:
    row = row_or_404(request, EquipmentSubsidy, pk)
    payments = list(row.payments.order_by("prepared_on", "pk"))
    paid = [one for one in payments if one.state == PaymentState.PAID]
    page = {
        "subsidy": row,
        "facts": pages.facts_of(row, request.actor),
        "steps": pages.steps_of(row, paid),
        "promise": promise_of(row, today=request.actor.today),
        "no_solde": no_solde_of(row),
        "all_amounts": [*pages.amounts_of(row, paid), *filter(None, [overpaid_amounts(row)])],
        "expected": of_subsidy(row, request.actor),
        "statement_steps": statement_steps(row, request.actor),
        "orders": [(one, order_badge(one)) for one in row.orders.order_by("ordered_on", "pk")],
        "payments": [(one, payment_badge(one)) for one in payments],
        "account_changes": row.account_changes.awaiting_confirmation(),
        "documents": documents_about(request.actor, row, *payments),
        "pieces": pieces_about(request.actor, row),
        "events": events_about(row),
    }
    return render(request, "subsidies/equipment.html", page)


def _around(row: EquipmentSubsidy, request: Request) -> dict[str, Any]:
    return {"facts": pages.facts_of(row, request.actor), "all_amounts": pages.amounts_of(row)}


ACTS = Acts(EquipmentSubsidy, by="subsidy_id", around=_around, template="subsidies/act.html")


withdraw_decision = act_view(
    ACTS,
    decision.withdraw_decision,
    permissions.can_prepare_decision,
    title="Reprendre la préparation de la décision",
    done="La décision est de nouveau à préparer.",
    form=MotiveForm,
)
replace_decision = act_view(
    ACTS,
    decision.replace_decision,
    permissions.can_replace_decision,
    title="Annuler la décision pour la remplacer",
    done="La décision est à préparer de nouveau ; la prochaine annulera et remplacera celle-ci.",
    form=MotiveForm,
)
cancel_subsidy = act_view(
    ACTS,
    decision.cancel_subsidy,
    permissions.can_cancel_subsidy,
    title="Annuler la subvention",
    done="La subvention est annulée.",
    form=MotiveForm,
)
request_acompte = act_view(
    ACTS,
    acompte.request_acompte,
    permissions.can_request_acompte,
    title="Demander l’acompte",
    done="La demande d’acompte est transmise à la DAF.",
)
reject_acompte_request = act_view(
    ACTS,
    acompte.reject_acompte_request,
    permissions.can_reject_acompte_request,
    title="Rejeter la demande d’acompte",
    done="La demande d’acompte est rejetée.",
    form=MotiveForm,
)
prepare_acompte = act_view(
    ACTS,
    acompte.prepare_acompte,
    permissions.can_prepare_payment,
    title="Préparer le paiement de l’acompte",
    done="La demande de paiement est préparée : une autre personne de la DAF la valide.",
)
record_ej = act_view(
    ACTS,
    partial(references.record_ej, model=EquipmentSubsidy),
    permissions.can_record_references,
    title="Saisir le numéro d’EJ",
    done="Le numéro d’EJ est enregistré.",
    form=EjForm,
)
rectify_ej = act_view(
    ACTS,
    partial(references.rectify_ej, model=EquipmentSubsidy),
    permissions.can_record_references,
    title="Rectifier le numéro d’EJ",
    done="Le numéro d’EJ est rectifié.",
    form=RectifyEjForm,
)
hold = act_view(
    ACTS,
    holds.hold,
    permissions.can_hold,
    title="Suspendre la subvention",
    done="La subvention est suspendue : aucun paiement n’est préparé ni validé.",
    form=MotiveForm,
)
resume = act_view(
    ACTS,
    holds.resume,
    permissions.can_hold,
    title="Lever la suspension",
    done="La suspension est levée.",
    form=MotiveForm,
)
