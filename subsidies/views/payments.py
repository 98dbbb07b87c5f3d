"""The queue of payments, the sheet of each, its validation and its record."""

from collections.abc import Callable
from typing import Any

from django.db.models import Case, F, When
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plannumerique.journal.actions import awaited, offered
from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import Acts, act_view, row_or_404
from plannumerique.journal.pages import events_about
from plannumerique.organisations.http import Request
from plannumerique.ui.listing import list_page
from subsidies import columns, permissions
from subsidies.enums import PaymentState
from subsidies.forms.payments import PaymentFilters, RecordPaymentForm, RectifyDpForm, RectifyPaidOnForm
from subsidies.models import Payment
from subsidies.pages import payments as pages
from subsidies.services import payments as services
from subsidies.services import references, taking_over
from subsidies.views.common import documents_about


@require_safe
def payments(request: Request) -> HttpResponseBase:
    filters = PaymentFilters(request.GET)
    rows = Payment.objects.visible_to(request.actor).for_list()
    done = Case(When(state__in=[PaymentState.PREPARED, PaymentState.VALIDATED], then=0), default=1)
    rows = rows.order_by(done, F("pay_before").asc(nulls_last=True), "-prepared_on")
    return list_page(
        request,
        rows,
        title="Demandes de paiement",
        words="demande de paiement,demandes de paiement",
        caption="Demandes de paiement",
        filters=filters,
        columns=columns.PAYMENTS,
        name="paiements",
        template="subsidies/payments.html",
        day=request.actor.today,
    )


@require_safe
def payment(request: Request, pk: int) -> HttpResponse:
    row = row_or_404(request, Payment, pk)
    matter = permissions.payment_moves_that_matter(row)
    acts = [*offered(row, request.actor, matter, urls="subsidies"), *pages.rectifications_of(row, request.actor)]
    page = {
        "payment": row,
        "facts": pages.facts_of(row, request.actor),
        "amounts": pages.amounts_of(row),
        "warnings": pages.warnings_of(row),
        "actions": [one for one in acts if one.primary],
        "besides": [one for one in acts if not one.primary],
        "awaited": awaited(row, request.actor, matter),
        "kept_apart": _kept_apart(row, request),
        "documents": documents_about(request.actor, row),
        "events": events_about(row),
    }
    return render(request, "subsidies/payment.html", page)


def _kept_apart(row: Payment, request: Request) -> str:
    """Why this valideur does not see the button that her role gives her."""
    past = row.taken_over_on is not None
    may = permissions.can_confirm_past_payment if past else permissions.can_validate_payment
    if row.state != "prepared" or may.grant(request.actor, row) is None:
        return ""
    return may.refusal(request.actor, row) or ""


def _around(row: Payment, request: Request) -> dict[str, Any]:
    return {"facts": pages.facts_of(row, request.actor), "amounts": pages.amounts_of(row), "warnings": pages.warnings_of(row)}


def _dated(form: type[Any]) -> Callable[[Request, Payment], Any]:
    """A form that bounds its date by today."""
    return lambda request, row: form(request.POST or None, row_version=row.version, today=request.actor.today)


ACTS = Acts(Payment, by="payment_id", around=_around, template="subsidies/payment_act.html")


validate_payment = act_view(
    ACTS,
    services.validate_payment,
    permissions.can_validate_payment,
    title="Valider la demande de paiement",
    done="La demande de paiement est validée : elle est à saisir dans Chorus. Le portail ne paie pas.",
)
confirm_past_payment = act_view(
    ACTS,
    taking_over.confirm_past_payment,
    permissions.can_confirm_past_payment,
    title="Confirmer le paiement repris",
    done="Le paiement repris est confirmé : il compte comme versé. Aucune demande ni aucun avis ne part.",
)
record_payment = act_view(
    ACTS,
    services.record_payment,
    permissions.can_record_payment,
    title="Enregistrer le paiement",
    done="Le paiement est enregistré.",
    form=_dated(RecordPaymentForm),
)
reject_payment = act_view(
    ACTS,
    services.reject_payment,
    permissions.can_reject_payment,
    title="Rejeter la demande de paiement",
    done="La demande de paiement est rejetée.",
    form=MotiveForm,
)
bounce_payment = act_view(
    ACTS,
    services.bounce_payment,
    permissions.can_reject_payment,
    title="Constater le rejet du virement par la banque",
    done="Le rejet du virement est enregistré.",
    form=MotiveForm,
)
rectify_dp = act_view(
    ACTS,
    references.rectify_dp,
    permissions.can_record_references,
    title="Rectifier le numéro de DP",
    done="Le numéro de DP est rectifié.",
    form=RectifyDpForm,
)
rectify_paid_on = act_view(
    ACTS,
    references.rectify_paid_on,
    permissions.can_record_references,
    title="Rectifier la date du paiement",
    done="La date du paiement est rectifiée.",
    form=_dated(RectifyPaidOnForm),
)
