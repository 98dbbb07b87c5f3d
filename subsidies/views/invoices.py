"""Invoices: entered, corrected, withdrawn by the collectivité; accepted, rejected, taken up again by the DANE."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from deployments.enums import MobileClassState
from plannumerique.journal.actions import awaited, offered
from plannumerique.journal.http import act_page
from plannumerique.journal.machine import Refused
from plannumerique.journal.pages import events_about
from plannumerique.organisations.http import Request
from plannumerique.organisations.permissions import Permission
from projects.forms import CommentForm, MotiveForm
from subsidies import permissions_statement as permissions
from subsidies.forms.invoices import CorrectInvoiceForm, InvoiceForm, LineFormSet, header_of, line_formset
from subsidies.models import EquipmentSubsidy, ExpenseStatement, Invoice
from subsidies.pages.invoices import facts_of, warnings_of
from subsidies.services import invoices as services
from subsidies.views.statement import subsidy_or_404


@require_safe
def invoice(request: Request, pk: int) -> HttpResponse:
    row = _invoice(request, pk)
    page = {
        "invoice": row,
        "statement_url": _statement_url(row.subsidy),
        "facts": facts_of(row),
        "warnings": warnings_of(row, request.actor),
        "invoice_lines": row.lines.select_related("mobile_class__school"),
        "can_correct": permissions.can_edit_invoice(request.actor, row),
        "actions": offered(row, request.actor, permissions.INVOICE_MOVES, urls="subsidies"),
        "awaited": awaited(row, request.actor, permissions.INVOICE_MOVES),
        "events": events_about(row),
    }
    return render(request, "subsidies/invoice.html", page)


# --- Enter and correct ---


@require_http_methods(["GET", "POST"])
def enter_invoice(request: Request, pk: int) -> HttpResponse:
    """An empty form, or the content of an invoice that was rejected (`?reprendre=`), to be entered again corrected."""
    subsidy = subsidy_or_404(request, pk)
    _demand(permissions.can_enter_invoice, request, Invoice(thread=subsidy.thread, subsidy=subsidy))
    model = _invoice_to_take_up(request, subsidy)
    form = InvoiceForm(
        request.POST or None,
        request.FILES or None,
        actor=request.actor,
        mandat_required=subsidy.campaign.mandat_required,
        initial=header_of(model) if model else None,
    )
    lines = line_formset(request.POST or None, classes=_classes(subsidy), invoice=model)
    act = partial(services.enter_invoice, subsidy=subsidy, actor=request.actor)
    return _form_page(request, subsidy, form, lines, act, title="Ajouter une facture", back=_statement_url(subsidy))


@require_http_methods(["GET", "POST"])
def correct_invoice(request: Request, pk: int) -> HttpResponse:
    row = _invoice(request, pk)
    _demand(permissions.can_edit_invoice, request, row)
    form = CorrectInvoiceForm(
        request.POST or None,
        request.FILES or None,
        actor=request.actor,
        mandat_required=row.subsidy.campaign.mandat_required,
        row_version=row.version,
        initial=header_of(row),
    )
    lines = line_formset(request.POST or None, classes=_classes(row.subsidy), invoice=row)
    act = partial(services.correct_invoice, invoice_id=row.pk, actor=request.actor)
    return _form_page(
        request, row.subsidy, form, lines, act, title="Corriger la facture", back=row.get_absolute_url(), invoice=row
    )


def _form_page(
    request: Request,
    subsidy: EquipmentSubsidy,
    form: InvoiceForm,
    lines: LineFormSet,
    act: Callable[..., Invoice],
    *,
    title: str,
    back: str,
    invoice: Invoice | None = None,
) -> HttpResponse:
    terms = subsidy.convention.terms.as_rule()
    page: dict[str, Any] = {
        **{"subsidy": subsidy, "form": form, "lines": lines, "title": title, "back": back, "invoice": invoice},
        **{"basis": terms.tax_basis.label, "cap": terms.expense_cap},
    }
    # Both are cleaned, always: a file that came with a wrong line is kept, and every error is said at once.
    if not (form.is_valid() & lines.is_valid()):
        return render(request, "subsidies/invoice_form.html", page, status=max(form.http_status, lines.http_status))
    seen = {"seen": form.cleaned_data["seen"]} if "seen" in form.cleaned_data else {}
    try:
        row = act(content=form.content, lines=lines.contents, copy=form.cleaned_data["copy"], **seen)
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, "subsidies/invoice_form.html", page, status=409)
    messages.success(request, f"« {row} » est enregistrée.")
    for sentence in warnings_of(row, request.actor):
        messages.warning(request, sentence)
    return HttpResponseRedirect(_statement_url(subsidy))


def _classes(subsidy: EquipmentSubsidy) -> Any:
    classes = subsidy.convention.mobile_classes.exclude(state=MobileClassState.RENOUNCED)
    return classes.select_related("school").order_by("school__search", "number")


def _invoice_to_take_up(request: Request, subsidy: EquipmentSubsidy) -> Invoice | None:
    asked = request.GET.get("reprendre", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        return None
    return Invoice.objects.filter(subsidy=subsidy, pk=int(asked)).first()


# --- Moves ---


def _move_page(
    service: Callable[..., Invoice], may: Permission, *, title: str, done: str, form: type[Any] = MotiveForm
) -> Callable[..., HttpResponse]:
    @require_http_methods(["GET", "POST"])
    def page(request: Request, pk: int) -> HttpResponse:
        row = _invoice(request, pk)
        return act_page(
            request,
            row=row,
            may=may,
            form=form(request.POST or None, row_version=row.version),
            act=partial(service, invoice_id=row.pk, actor=request.actor),
            title=title,
            done=done,
            back=row.get_absolute_url(),
            context={"facts": facts_of(row)},
        )

    return page


accept_invoice = _move_page(
    services.accept_invoice,
    permissions.can_check_invoice,
    title="Accepter la facture",
    done="La facture est acceptée, sa copie aussi.",
    form=CommentForm,
)
reject_invoice = _move_page(
    services.reject_invoice,
    permissions.can_check_invoice,
    title="Rejeter la facture",
    done="La facture est rejetée ; la collectivité en reçoit le motif.",
)
reopen_invoice = _move_page(
    services.reopen_invoice,
    permissions.can_check_invoice,
    title="Reprendre la vérification de la facture",
    done="La facture est de nouveau à vérifier.",
)
withdraw_invoice = _move_page(
    services.withdraw_invoice,
    permissions.can_withdraw_invoice,
    title="Retirer la facture",
    done="La facture est retirée de l’état récapitulatif ; elle reste dans l’histoire du dossier.",
)


def _invoice(request: Request, pk: int) -> Invoice:
    rows = Invoice.objects.visible_to(request.actor).select_related("thread", "piece__file", *Invoice.passage_related)
    return get_object_or_404(rows, pk=pk)


def _statement_url(subsidy: EquipmentSubsidy) -> str:
    return ExpenseStatement(subsidy=subsidy).get_absolute_url()


def _demand(may: Permission, request: Request, row: Invoice) -> None:
    refusal = may.refusal(request.actor, row)
    if refusal is not None:
        raise PermissionDenied(refusal)
