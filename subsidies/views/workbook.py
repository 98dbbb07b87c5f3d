"""The expense statement filled off line: its workbook downloaded, sent back, reviewed, then taken whole."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from plannumerique.files.workbooks import faults_page, open_stored
from plannumerique.journal.machine import Refused
from plannumerique.lib.text import plural
from plannumerique.organisations.http import Request
from plannumerique.ui.exports import workbook_answer
from plannumerique.ui.spreadsheets import BadWorkbook, Fault
from subsidies import permissions
from subsidies.forms.workbook import Filled, WorkbookForm, read_workbook
from subsidies.models import EquipmentSubsidy, ExpenseStatement, Invoice
from subsidies.pages.workbook import MOST_FAULTS, review_of
from subsidies.services import workbook as services
from subsidies.services.workbook import SomeRefused
from subsidies.views.statement import subsidy_or_404
from subsidies.workbooks import build


@require_safe
def download_workbook(request: Request, pk: int) -> HttpResponseBase:
    subsidy = _subsidy(request, pk)
    return workbook_answer(build(subsidy), filename=f"etat-recapitulatif-{subsidy.pk}-{request.actor.today.isoformat()}")


@require_http_methods(["GET", "POST"])
def upload_workbook(request: Request, pk: int) -> HttpResponse:
    """200 the form, or the review of what a right workbook holds; 422 its faults; 302 once confirmed; 409 overtaken."""
    subsidy = _subsidy(request, pk)
    form = WorkbookForm(request.POST or None, request.FILES or None, actor=request.actor)
    if not form.is_valid():
        return _page(request, subsidy, form, status=form.http_status)
    draft = form.cleaned_data["file"]
    try:
        filled = read_workbook(open_stored(draft), subsidy=subsidy, actor=request.actor)
    except BadWorkbook as error:
        form.add_error("file", str(error))
        form.forget("file")
        return _page(request, subsidy, form, status=form.http_status)
    if filled.faults:
        return _page(request, subsidy, WorkbookForm(actor=request.actor), faults=filled.faults, name=str(draft), status=422)
    return _review_or_take(request, subsidy, form, filled)


def _review_or_take(request: Request, subsidy: EquipmentSubsidy, form: WorkbookForm, filled: Filled) -> HttpResponse:
    confirmed = "confirmer" in request.POST
    act = services.take_workbook if confirmed else services.rehearse_workbook
    name = str(form.cleaned_data["file"])
    try:
        taken = act(subsidy=subsidy, actor=request.actor, entries=filled.entries)
    except SomeRefused as refused:
        faults = filled.faults_of(refused.by_entry)
        return _page(
            request, subsidy, WorkbookForm(actor=request.actor), faults=faults, name=name, status=409 if confirmed else 422
        )
    except Refused as refused:
        form.add_refusal(refused)
        return _page(request, subsidy, form, status=409)
    if not confirmed:
        context = {"subsidy": subsidy, "form": form, "name": name, **review_of(taken), "back": _statement_url(subsidy)}
        return render(request, "subsidies/workbook_review.html", context)
    changed = sum(one.outcome is not services.Outcome.UNCHANGED for one in taken)
    messages.success(request, f"Le classeur est enregistré : {plural(changed, one='facture')}.")
    return HttpResponseRedirect(_statement_url(subsidy))


def _page(
    request: Request,
    subsidy: EquipmentSubsidy,
    form: WorkbookForm,
    *,
    faults: list[Fault] | None = None,
    name: str = "",
    status: int,
) -> HttpResponse:
    shown = faults_page(faults or [], most=MOST_FAULTS, name=name)
    page = {"subsidy": subsidy, "form": form, "back": _statement_url(subsidy), **shown}
    return render(request, "subsidies/workbook.html", page, status=status)


def _subsidy(request: Request, pk: int) -> EquipmentSubsidy:
    subsidy = subsidy_or_404(request, pk)
    permissions.can_enter_invoice.demand(request.actor, Invoice(thread=subsidy.thread, subsidy=subsidy))
    return subsidy


def _statement_url(subsidy: EquipmentSubsidy) -> str:
    return ExpenseStatement(subsidy=subsidy).get_absolute_url()
