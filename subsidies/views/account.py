"""A new account: proposed with its RIB, checked by the DANE, confirmed or refused by the DAF."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from plannumerique.files.pages import piece_links
from plannumerique.journal.actions import awaited, offered
from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import Acts, act_page, act_view, row_or_404
from plannumerique.journal.pages import events_about
from plannumerique.organisations.http import Request
from subsidies import permissions
from subsidies.enums import CHECKED_PIECES
from subsidies.forms.account import AccountForm
from subsidies.models import AccountChange, EquipmentSubsidy
from subsidies.pages import accounts as pages
from subsidies.services import account as services


@require_http_methods(["GET", "POST"])
def propose_account(request: Request, pk: int) -> HttpResponse:
    subsidy = row_or_404(request, EquipmentSubsidy, pk)
    form = AccountForm(request.POST or None, request.FILES or None, actor=request.actor, row_version=subsidy.version)

    def propose(*, seen: int, **typed: Any) -> None:
        services.propose_account(subsidy=subsidy, actor=request.actor, **typed)

    return act_page(
        request,
        row=AccountChange(thread=subsidy.thread, subsidy=subsidy),
        may=permissions.can_propose_account,
        form=form,
        act=propose,
        title="Changer le compte de versement",
        done="Le nouveau compte est proposé : la DANE vérifie le RIB, puis la DAF confirme.",
        back=subsidy.get_absolute_url(),
    )


@require_safe
def account_change(request: Request, pk: int) -> HttpResponse:
    row = row_or_404(request, AccountChange, pk)
    page = {
        "change": row,
        "facts": pages.facts_of(row, request.actor),
        "actions": offered(row, request.actor, permissions.ACCOUNT_CHANGE_MOVES, urls="subsidies"),
        "awaited": awaited(row, request.actor, permissions.ACCOUNT_CHANGE_MOVES),
        "can_check": row.piece.state == "deposited" and permissions.can_check_rib(request.actor, row),
        "documents": piece_links([row.piece] if pages.reads_the_rib(request.actor, row) else [], checked=CHECKED_PIECES),
        "events": events_about(row),
    }
    return render(request, "subsidies/account_change.html", page)


def _around(row: AccountChange, request: Request) -> dict[str, Any]:
    return {"facts": pages.facts_of(row, request.actor)}


ACTS = Acts(AccountChange, by="change_id", around=_around)


accept_rib = act_view(
    ACTS,
    services.accept_rib,
    permissions.can_check_rib,
    title="Accepter le RIB",
    done="Le RIB est accepté : la DAF peut confirmer le nouveau compte.",
)
confirm_account = act_view(
    ACTS,
    services.confirm_account,
    permissions.can_confirm_account,
    title="Confirmer le nouveau compte",
    done="Le nouveau compte est confirmé.",
)
refuse_account = act_view(
    ACTS,
    services.refuse_account,
    permissions.can_confirm_account,
    title="Refuser le nouveau compte",
    done="Le nouveau compte est refusé.",
    form=MotiveForm,
)
