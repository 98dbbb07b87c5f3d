"""The expense statement: its page, and one page for each act upon it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plannumerique.journal.actions import awaited, offered
from plannumerique.journal.forms import CommentForm, MotiveForm, PlainForm
from plannumerique.journal.http import Acts, act_page, act_view, row_or_404
from plannumerique.journal.machine import Refused
from plannumerique.organisations.http import Request
from plannumerique.ui.columns import Column, Shown, table_of
from plannumerique.ui.lists import paginate
from subsidies import permissions
from subsidies.forms.statement import AidForm, SignedStatementForm
from subsidies.models import EquipmentSubsidy, ExpenseStatement, Invoice
from subsidies.pages.statement import aid_warning, badge_of, claim_amounts, facts_of, past_amounts, statement_actions
from subsidies.readings.promises import no_solde_of, promise_of
from subsidies.services import statement as services


def _copy(row: Invoice) -> Shown:
    if row.piece is None:
        return Shown("à déposer")
    return Shown("Voir", url=row.piece.get_absolute_url(), spoken=f" la copie de {row.in_words}")


COLUMNS = (
    Column("numero", "Facture", shows=lambda row: Shown(row.number, url=row.get_absolute_url()), order_by=("number",)),
    Column("fournisseur", "Fournisseur", shows="supplier_name", order_by=("supplier_name", "invoiced_on")),
    Column("date", "Date", shows="invoiced_on", order_by=("invoiced_on",)),
    Column("etat", "État", shows=badge_of, order_by=("state", "invoiced_on")),
    Column("copie", "Copie", shows=_copy),
    Column("ttc", "TTC", shows="amount_ttc", order_by=("amount_ttc",), numeric=True),
)
MOVES = {
    name: permissions.STATEMENT_EQUIPMENT_MOVES[name]
    for name in ("deposit_statement", "request_statement_completion", "certify_service_fait")
}


# --- Whose dossier ---


def subsidy_or_404(request: Request, pk: int) -> EquipmentSubsidy:
    """A subsidy of the person's académie or collectivité: what was spent and invoiced is not for schools."""
    return row_or_404(request, EquipmentSubsidy, pk)


def statement_or_404(request: Request, pk: int) -> ExpenseStatement:
    return row_or_404(request, ExpenseStatement, pk, by="subsidy_id")


# --- The page ---


@require_safe
def statement(request: Request, pk: int) -> HttpResponse:
    subsidy = subsidy_or_404(request, pk)
    row = ExpenseStatement.objects.filter(subsidy=subsidy).select_related("thread", *ExpenseStatement.passage_related).first()
    listing = paginate(request, Invoice.objects.filter(subsidy=subsidy).for_list(), columns=COLUMNS)
    draft = row or ExpenseStatement(thread=subsidy.thread, subsidy=subsidy)
    claim = past_amounts(subsidy) or claim_amounts(subsidy)
    page = {
        "subsidy": subsidy,
        "statement": row,
        "facts": facts_of(row) if row else [],
        "promise": promise_of(subsidy, today=request.actor.today),
        "no_solde": no_solde_of(subsidy),
        "claim": claim,
        "basis": subsidy.convention.terms.as_rule().tax_basis.label,
        "warning": aid_warning(row) if row else None,
        "listing": listing,
        "table": table_of(COLUMNS, listing.rows, listing.rows),
        "can_edit": permissions.can_edit_statement(request.actor, draft),
        "actions": [*statement_actions(row, request.actor), *offered(subsidy, request.actor, MOVES, urls="subsidies")]
        if row
        else [],
        "awaited": awaited(subsidy, request.actor, MOVES),
    }
    return render(request, "subsidies/statement.html", page)


@require_POST
def open_statement(request: Request, pk: int) -> HttpResponse:
    subsidy = subsidy_or_404(request, pk)
    permissions.can_edit_statement.demand(request.actor, ExpenseStatement(thread=subsidy.thread, subsidy=subsidy))
    try:
        row = services.open_statement(subsidy=subsidy, actor=request.actor)
    except Refused as refused:
        messages.error(request, " ".join(refused.reasons))
        return HttpResponseRedirect(subsidy.get_absolute_url())
    return HttpResponseRedirect(row.get_absolute_url())


# --- The acts ---


@require_http_methods(["GET", "POST"])
def declare_aid(request: Request, pk: int) -> HttpResponse:
    row = statement_or_404(request, pk)
    initial = {"amount": row.other_public_aid, "detail": row.other_public_aid_detail}
    return act_page(
        request,
        row=row,
        may=permissions.can_edit_statement,
        form=AidForm(request.POST or None, row_version=row.version, initial=initial),
        act=partial(services.declare_aid, statement_id=row.pk, actor=request.actor),
        title="Déclarer les autres aides publiques",
        done="Les autres aides publiques sont enregistrées.",
        back=row.get_absolute_url(),
        context={"submit": "Enregistrer"},
    )


def _around(row: ExpenseStatement, request: Request) -> dict[str, Any]:
    """The page unfolds the amounts that the act binds."""
    claim = claim_amounts(row.subsidy)
    return {"facts": facts_of(row), "amounts": claim.total if claim else None}


ACTS = Acts(statement_or_404, by="statement_id", around=_around)


lay_out_statement = act_view(
    ACTS,
    services.lay_out_statement,
    permissions.can_edit_statement,
    title="Établir l’état à signer",
    done="L’état récapitulatif est établi : imprimez-le, faites-le signer, puis enregistrez la copie signée.",
    form=PlainForm,
)
certify_statement = act_view(
    ACTS,
    services.certify_statement,
    permissions.can_certify_statement,
    title="Certifier exact l’état récapitulatif",
    done="L’état récapitulatif est certifié exact.",
    form=PlainForm,
)


@require_http_methods(["GET", "POST"])
def record_signed_statement(request: Request, pk: int) -> HttpResponse:
    row = statement_or_404(request, pk)
    return act_page(
        request,
        row=row,
        may=permissions.can_record_signed_statement,
        form=SignedStatementForm(
            request.POST or None,
            request.FILES or None,
            row_version=row.version,
            actor=request.actor,
            today=request.actor.today,
        ),
        act=partial(services.record_signed_statement, statement_id=row.pk, actor=request.actor),
        title="Enregistrer l’état signé sur papier",
        done="L’état signé est enregistré : il est certifié exact.",
        back=row.get_absolute_url(),
        context={"facts": facts_of(row)},
    )


# --- The moves of the subsidy ---


@require_http_methods(["GET", "POST"])
def deposit_statement(request: Request, pk: int) -> HttpResponse:
    subsidy = subsidy_or_404(request, pk)
    claim = claim_amounts(subsidy)
    return act_page(
        request,
        row=subsidy,
        may=permissions.can_deposit_statement,
        form=CommentForm(request.POST or None, row_version=subsidy.version),
        act=partial(services.deposit_statement, subsidy_id=subsidy.pk, actor=request.actor),
        title="Déposer les justificatifs",
        done="Les justificatifs sont déposés : la DANE les vérifie, puis le DAN constate le service fait.",
        back=_statement_url(subsidy),
        context={"amounts": claim.total if claim else None},
    )


@require_http_methods(["GET", "POST"])
def request_statement_completion(request: Request, pk: int) -> HttpResponse:
    subsidy = subsidy_or_404(request, pk)
    return act_page(
        request,
        row=subsidy,
        may=permissions.can_request_completion,
        form=MotiveForm(request.POST or None, row_version=subsidy.version),
        act=partial(services.request_statement_completion, subsidy_id=subsidy.pk, actor=request.actor),
        title="Demander des justificatifs complémentaires",
        done="La demande de compléments est enregistrée.",
        back=_statement_url(subsidy),
    )


def _statement_url(subsidy: EquipmentSubsidy) -> str:
    return ExpenseStatement(subsidy=subsidy).get_absolute_url()
