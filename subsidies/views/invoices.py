"""Invoices: entered, corrected, withdrawn by the collectivité; accepted, rejected, taken up again by the DANE."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_safe

from plannumerique.files.models import Piece
from plannumerique.journal.actions import Awaited, awaited, offered
from plannumerique.journal.forms import CommentForm, MotiveForm
from plannumerique.journal.http import Acts, act_page, act_view, row_or_404
from plannumerique.journal.machine import Refused
from plannumerique.journal.pages import events_about
from plannumerique.lib.text import plural
from plannumerique.organisations.http import Request
from plannumerique.ui.errors import NotFound
from plannumerique.ui.pieces import Action
from subsidies import permissions
from subsidies.forms.invoices import (
    AttachForm,
    CorrectInvoiceForm,
    DropForm,
    InvoiceForm,
    LineFormSet,
    TypeInvoiceForm,
    header_of,
    line_formset,
)
from subsidies.models import EquipmentSubsidy, ExpenseStatement, Invoice
from subsidies.pages.invoices import already_there, facts_of, warnings_of
from subsidies.services import invoices as services
from subsidies.views.statement import subsidy_or_404
from subsidies.workbooks import claimable_classes

MOST_SHOWN, MOST_OFFERED = 50, 500

Act = TypeVar("Act", Action, Awaited)


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
        "actions": [_named(one, row) for one in offered(row, request.actor, permissions.INVOICE_MOVES, urls="subsidies")],
        "awaited": [_named(one, row) for one in awaited(row, request.actor, permissions.INVOICE_MOVES)],
        "events": events_about(row),
    }
    return render(request, "subsidies/invoice.html", page)


def _named(act: Act, invoice: Invoice) -> Act:
    """The machine says « la facture » of all of them; a credit note is named as it is."""
    return replace(act, label=act.label.replace("la facture", invoice.kind_in_words))


# --- Enter and correct ---


@require_http_methods(["GET", "POST"])
def enter_invoice(request: Request, pk: int) -> HttpResponse:
    """An empty form, or the content of an invoice that was rejected (`?reprendre=`), to be entered again corrected."""
    subsidy = subsidy_or_404(request, pk)
    permissions.can_enter_invoice.demand(request.actor, Invoice(thread=subsidy.thread, subsidy=subsidy))
    model = _invoice_to_take_up(request, subsidy)
    form = InvoiceForm(
        request.POST or None,
        request.FILES or None,
        actor=request.actor,
        mandat_required=subsidy.campaign.mandat_required,
        initial=header_of(model) if model else None,
    )
    lines = line_formset(request.POST or None, classes=claimable_classes(subsidy), invoice=model)
    act = partial(services.enter_invoice, subsidy=subsidy, actor=request.actor)
    return _form_page(request, subsidy, form, lines, act, title="Ajouter une facture", back=_statement_url(subsidy))


@require_http_methods(["GET", "POST"])
def drop_invoices(request: Request, pk: int) -> HttpResponse:
    """Several copies at once. 302 when all are taken; 422 names those that are not, the others being deposited."""
    subsidy = subsidy_or_404(request, pk)
    permissions.can_enter_invoice.demand(request.actor, Invoice(thread=subsidy.thread, subsidy=subsidy))
    form = DropForm(request.POST or None, request.FILES or None, actor=request.actor)
    if not form.is_valid():
        return _drop_page(request, subsidy, form, status=form.http_status)
    sent = form.cleaned_data["copies"]
    dropped = services.drop_copies(subsidy=subsidy, actor=request.actor, files_sent=sent.drafts)
    if dropped.pieces:
        said = plural(len(dropped.pieces), one="copie est déposée", many="copies sont déposées")
        messages.success(request, f"{said} : saisissez maintenant chaque facture.")
    refusals = [*sent.refusals, *(already_there(file, piece) for file, piece in dropped.already)]
    if not refusals:
        return HttpResponseRedirect(reverse("subsidies:drop_invoices", args=[subsidy.pk]))
    for sentence in refusals:
        form.add_error("copies", sentence)
    return _drop_page(request, subsidy, form, status=422)


def _drop_page(request: Request, subsidy: EquipmentSubsidy, form: DropForm, *, status: int) -> HttpResponse:
    waiting = services.copies_to_type(subsidy)
    count = waiting.count()
    page = {
        "subsidy": subsidy,
        "form": form,
        "copies": waiting.select_related("file")[:MOST_SHOWN],
        "count": count,
        "more": max(count - MOST_SHOWN, 0),
        "without_copy": Invoice.objects.counted().filter(subsidy=subsidy, piece=None).exists(),
        "back": _statement_url(subsidy),
    }
    return render(request, "subsidies/drop_invoices.html", page, status=status)


@require_http_methods(["GET", "POST"])
def type_invoice(request: Request, pk: int, piece_pk: int) -> HttpResponse:
    """The form of an invoice beside its copy; once recorded, the next copy."""
    subsidy = subsidy_or_404(request, pk)
    permissions.can_enter_invoice.demand(request.actor, Invoice(thread=subsidy.thread, subsidy=subsidy))
    piece, waiting = _copy_or_404(subsidy, piece_pk), services.copies_to_type(subsidy)
    following = waiting.filter(pk__gt=piece.pk).first() or waiting.exclude(pk=piece.pk).first()
    form = TypeInvoiceForm(request.POST or None, actor=request.actor, mandat_required=subsidy.campaign.mandat_required)
    lines = line_formset(request.POST or None, classes=claimable_classes(subsidy))
    act = partial(services.enter_invoice, subsidy=subsidy, actor=request.actor, piece=piece)
    return _form_page(
        request,
        subsidy,
        form,
        lines,
        act,
        title="Saisir la facture",
        back=reverse("subsidies:drop_invoices", args=[subsidy.pk]),
        piece=piece,
        following=_type_url(subsidy, following) if following else "",
    )


@require_http_methods(["GET", "POST"])
def attach_copy(request: Request, pk: int, piece_pk: int) -> HttpResponse:
    """The copy belongs to an invoice that is typed already, by a workbook most often."""
    subsidy = subsidy_or_404(request, pk)
    piece = _copy_or_404(subsidy, piece_pk)
    without = Invoice.objects.counted().filter(subsidy=subsidy, piece=None).order_by("invoiced_on", "pk")[:MOST_OFFERED]
    return act_page(
        request,
        row=ExpenseStatement(thread=subsidy.thread, subsidy=subsidy),
        may=permissions.can_edit_statement,
        form=AttachForm(request.POST or None, invoices=without),
        act=partial(services.attach_copy, piece=piece, actor=request.actor),
        title="Joindre la copie à une facture saisie",
        done=f"La copie « {piece.file.original_name} » est jointe à sa facture.",
        back=reverse("subsidies:drop_invoices", args=[subsidy.pk]),
        context={"origin": "Déposer les factures", "submit": "Joindre la copie"},
    )


def _copy_or_404(subsidy: EquipmentSubsidy, pk: int) -> Piece:
    piece = services.copies_to_type(subsidy).filter(pk=pk).select_related("file").first()
    if piece is None:
        raise NotFound(
            "Cette copie n’attend plus d’être saisie.",
            url=reverse("subsidies:drop_invoices", args=[subsidy.pk]),
            link="Voir les copies à saisir",
        )
    return piece


def _type_url(subsidy: EquipmentSubsidy, piece: Piece) -> str:
    return reverse("subsidies:type_invoice", args=[subsidy.pk, piece.pk])


@require_http_methods(["GET", "POST"])
def correct_invoice(request: Request, pk: int) -> HttpResponse:
    row = _invoice(request, pk)
    permissions.can_edit_invoice.demand(request.actor, row)
    form = CorrectInvoiceForm(
        request.POST or None,
        request.FILES or None,
        actor=request.actor,
        mandat_required=row.subsidy.campaign.mandat_required,
        row_version=row.version,
        initial=header_of(row),
    )
    lines = line_formset(request.POST or None, classes=claimable_classes(row.subsidy), invoice=row)
    act = partial(services.correct_invoice, invoice_id=row.pk, actor=request.actor)
    return _form_page(
        request,
        row.subsidy,
        form,
        lines,
        act,
        title=f"Corriger {row.kind_in_words}",
        back=row.get_absolute_url(),
        invoice=row,
        piece=row.piece,
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
    piece: Piece | None = None,
    following: str = "",
) -> HttpResponse:
    """`piece`: the copy shown beside the form; `following`: where the next copy is typed."""
    terms = subsidy.convention.terms.as_rule()
    page: dict[str, Any] = {
        **{"subsidy": subsidy, "form": form, "lines": lines, "title": title, "back": back, "invoice": invoice},
        **{"basis": terms.tax_basis.label, "cap": terms.expense_cap, "piece": piece, "following": following},
    }
    # Both are cleaned, always: a file that came with a wrong line is kept, and every error is said at once.
    if not (form.is_valid() & lines.is_valid()):
        return render(request, "subsidies/invoice_form.html", page, status=max(form.http_status, lines.http_status))
    seen = {"seen": form.cleaned_data["seen"]} if "seen" in form.cleaned_data else {}
    try:
        row = act(content=form.content, lines=lines.contents, copy=form.cleaned_data.get("copy"), **seen)
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, "subsidies/invoice_form.html", page, status=409)
    messages.success(request, f"« {row} » est {row.agreed('enregistré')}.")
    for sentence in warnings_of(row, request.actor):
        messages.warning(request, sentence)
    return HttpResponseRedirect(following or _statement_url(subsidy))


def _invoice_to_take_up(request: Request, subsidy: EquipmentSubsidy) -> Invoice | None:
    asked = request.GET.get("reprendre", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        return None
    return Invoice.objects.filter(subsidy=subsidy, pk=int(asked)).first()


# --- Moves ---


def _invoice(request: Request, pk: int) -> Invoice:
    return row_or_404(request, Invoice.objects.select_related("piece__file"), pk)


ACTS = Acts(_invoice, by="invoice_id", around=lambda row, request: {"facts": facts_of(row)})


accept_invoice = act_view(
    ACTS,
    services.accept_invoice,
    permissions.can_check_invoice,
    title=lambda row: f"Accepter {row.kind_in_words}",
    done=lambda row: f"{capfirst(row.kind_in_words)} est {row.agreed('accepté')}, sa copie aussi.",
    form=CommentForm,
)
reject_invoice = act_view(
    ACTS,
    services.reject_invoice,
    permissions.can_check_invoice,
    title=lambda row: f"Rejeter {row.kind_in_words}",
    done=lambda row: f"{capfirst(row.kind_in_words)} est {row.agreed('rejeté')}.",
    form=MotiveForm,
)
reopen_invoice = act_view(
    ACTS,
    services.reopen_invoice,
    permissions.can_check_invoice,
    title=lambda row: f"Reprendre la vérification de {row.kind_in_words}",
    done=lambda row: f"{capfirst(row.kind_in_words)} est de nouveau à vérifier.",
    form=MotiveForm,
)
withdraw_invoice = act_view(
    ACTS,
    services.withdraw_invoice,
    permissions.can_withdraw_invoice,
    title=lambda row: f"Retirer {row.kind_in_words}",
    done=lambda row: (
        f"{capfirst(row.kind_in_words)} est {row.agreed('retiré')} de l’état récapitulatif et reste dans l’histoire du dossier."
    ),
    form=MotiveForm,
)


def _statement_url(subsidy: EquipmentSubsidy) -> str:
    return ExpenseStatement(subsidy=subsidy).get_absolute_url()
