"""The orders to check, the page of each, its deposit and its moves."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from plannumerique.files.pages import piece_links
from plannumerique.journal.actions import awaited, offered
from plannumerique.journal.forms import CommentForm, MotiveForm
from plannumerique.journal.http import Acts, act_page, act_view, row_or_404
from plannumerique.journal.pages import events_about
from plannumerique.organisations.http import Request
from plannumerique.ui.listing import list_page
from subsidies import columns, permissions
from subsidies.conditions import the_order_is_not_early
from subsidies.enums import CHECKED_PIECES
from subsidies.forms.orders import OrderFilters, OrderForm
from subsidies.models import EquipmentSubsidy, PurchaseOrder
from subsidies.pages import orders as pages
from subsidies.services import orders as services

INITIAL = (*OrderForm.ORDER, *OrderForm.KIT)


@require_safe
def orders(request: Request) -> HttpResponseBase:
    filters = OrderFilters(request.GET)
    return list_page(
        request,
        PurchaseOrder.objects.visible_to(request.actor).for_list(),
        title="Bons de commande",
        words="bon de commande,bons de commande",
        caption="Bons de commande déposés",
        filters=filters,
        columns=columns.ORDERS,
        name="commandes",
        template="subsidies/orders.html",
        day=request.actor.today,
    )


@require_safe
def order(request: Request, pk: int) -> HttpResponse:
    row = row_or_404(request, PurchaseOrder, pk)
    copies = [piece for piece in (row.piece, row.groupement_piece) if piece is not None]
    page = {
        "order": row,
        "facts": pages.facts_of(row),
        "amounts": pages.shares_of(row),
        "actions": offered(row, request.actor, permissions.PURCHASE_ORDER_MOVES, urls="subsidies"),
        "awaited": awaited(row, request.actor, permissions.PURCHASE_ORDER_MOVES),
        "can_edit": permissions.can_edit_order(request.actor, row),
        "can_derogate": not the_order_is_not_early(row) and permissions.can_derogate_order(request.actor, row),
        "documents": piece_links(copies, checked=CHECKED_PIECES),
        "events": events_about(row),
    }
    return render(request, "subsidies/order.html", page)


@require_http_methods(["GET", "POST"])
def deposit_order(request: Request, pk: int) -> HttpResponse:
    subsidy = row_or_404(request, EquipmentSubsidy, pk)
    row = PurchaseOrder(thread=subsidy.thread, subsidy=subsidy)
    form = OrderForm(
        request.POST or None,
        request.FILES or None,
        actor=request.actor,
        row_version=subsidy.version,
        classes=pages.classes_of(subsidy.convention),
    )

    def deposit(*, copy: Any, groupement: Any, **_: Any) -> None:
        services.deposit_order(subsidy=subsidy, actor=request.actor, order=form.order(), copy=copy, groupement=groupement)

    return act_page(
        request,
        row=row,
        may=permissions.can_deposit_order,
        form=form,
        act=deposit,
        title="Déposer un bon de commande",
        done="Le bon de commande est déposé ; la DANE le vérifie.",
        back=subsidy.get_absolute_url(),
        template="subsidies/order_form.html",
        context={"subsidy": subsidy},
    )


@require_http_methods(["GET", "POST"])
def edit_order(request: Request, pk: int) -> HttpResponse:
    row = row_or_404(request, PurchaseOrder, pk)
    form = OrderForm(
        request.POST or None,
        request.FILES or None,
        actor=request.actor,
        row_version=row.version,
        classes=pages.classes_of(row.subsidy.convention),
        copy_needed=False,
        initial={name: getattr(row, name) for name in INITIAL} | _shares(row),
    )

    def edit(*, seen: int, copy: Any, groupement: Any, **_: Any) -> None:
        services.edit_order(order_id=row.pk, actor=request.actor, order=form.order(), copy=copy, groupement=groupement, seen=seen)

    return act_page(
        request,
        row=row,
        may=permissions.can_edit_order,
        form=form,
        act=edit,
        title="Corriger le bon de commande",
        done="Le bon de commande est corrigé.",
        back=row.get_absolute_url(),
        template="subsidies/order_form.html",
        context={"subsidy": row.subsidy},
    )


def _shares(row: PurchaseOrder) -> dict[str, Any]:
    return {f"share_{one.mobile_class_id}": one.amount_ttc for one in row.allocations.all()}


def _around(row: PurchaseOrder, request: Request) -> dict[str, Any]:
    return {"facts": pages.facts_of(row), "amounts": pages.shares_of(row)}


ACTS = Acts(PurchaseOrder, by="order_id", around=_around)


accept_order = act_view(
    ACTS,
    services.accept_order,
    permissions.can_check_order,
    title="Accepter le bon de commande",
    done="Le bon de commande et sa copie sont acceptés.",
    form=CommentForm,
)
reject_order = act_view(
    ACTS,
    services.reject_order,
    permissions.can_check_order,
    title="Rejeter le bon de commande",
    done="Le bon de commande est rejeté.",
    form=MotiveForm,
)
reopen_order = act_view(
    ACTS,
    services.reopen_order,
    permissions.can_check_order,
    title="Reprendre la vérification du bon de commande",
    done="Le bon de commande est de nouveau à vérifier.",
    form=MotiveForm,
)
grant_early_order = act_view(
    ACTS,
    services.grant_early_order,
    permissions.can_derogate_order,
    title="Accorder une dérogation pour commande anticipée",
    done="La dérogation est enregistrée.",
    form=MotiveForm,
)
