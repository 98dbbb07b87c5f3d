"""The award decision in the browser: prepared, seen as a draft, signed, notified."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from plannumerique.files.drafts import draft_response
from plannumerique.files.letters import Signature
from plannumerique.journal.http import act_page, row_or_404
from plannumerique.organisations.http import Request
from plannumerique.ui.errors import NotFound
from projects import documents as acts
from projects.enums import ActKind
from subsidies import permissions
from subsidies.documents.decision import decision_letter, default_signatory
from subsidies.forms.decision import NotifyDecisionForm, PrepareDecisionForm, SignDecisionForm, SignedDecisionForm
from subsidies.models import EquipmentSubsidy
from subsidies.pages import equipment as pages
from subsidies.services import decision as services


@require_http_methods(["GET", "POST"])
def prepare_decision(request: Request, pk: int) -> HttpResponse:
    row = row_or_404(request, EquipmentSubsidy, pk)
    form = PrepareDecisionForm(
        request.POST or None, row_version=row.version, maximum=row.convention_max, initial={"amount": row.convention_max}
    )
    return act_page(
        request,
        row=row,
        may=permissions.can_prepare_decision,
        form=form,
        act=partial(services.prepare_decision, subsidy_id=row.pk, actor=request.actor),
        title="Préparer la décision attributive",
        done="La décision est préparée ; le projet se lit sur la page de la subvention.",
        back=row.get_absolute_url(),
        template="subsidies/act.html",
        context={"facts": pages.facts_of(row, request.actor), "all_amounts": pages.amounts_of(row)},
    )


@require_safe
def decision_draft(request: Request, pk: int) -> HttpResponse:
    """The decision as it would be issued today, with what it still lacks."""
    row = row_or_404(request, EquipmentSubsidy, pk)
    if not (permissions.can_prepare_decision(request.actor, row) or permissions.can_sign_decision(request.actor, row)):
        raise PermissionDenied("Le projet de décision se lit à la DAF et au secrétariat du recteur.")
    if row.decided_amount is None or row.decision_reference:
        raise NotFound("Il n’y a pas de projet de décision : elle n’est pas préparée, ou elle est déjà signée.")
    signature: Signature | None = acts.signature(row.campaign, ActKind.DECISION, actor=request.actor)
    return draft_response(request, decision_letter(row, actor=request.actor, signature=signature))


@require_http_methods(["GET", "POST"])
def sign_decision(request: Request, pk: int) -> HttpResponse:
    row = row_or_404(request, EquipmentSubsidy, pk)
    return act_page(
        request,
        row=row,
        may=permissions.can_sign_decision,
        form=SignDecisionForm(request.POST or None, row_version=row.version, initial=_signatory(row, request)),
        act=partial(services.sign_decision, subsidy_id=row.pk, actor=request.actor),
        title="Enregistrer la signature de la décision",
        done="La décision est signée et numérotée ; elle est en cours de mise en page.",
        back=row.get_absolute_url(),
        template="subsidies/act.html",
        context={
            "facts": pages.facts_of(row, request.actor),
            "all_amounts": pages.amounts_of(row),
            "draft": row.decided_amount is not None and not row.decision_reference,
        },
    )


@require_http_methods(["GET", "POST"])
def record_signed_decision(request: Request, pk: int) -> HttpResponse:
    row = row_or_404(request, EquipmentSubsidy, pk)
    initial = {"name": row.decision_signatory, "capacity": row.decision_capacity, "on": row.decision_signed_on}
    form = SignedDecisionForm(
        request.POST or None, request.FILES or None, actor=request.actor, row_version=row.version, initial=initial
    )
    return act_page(
        request,
        row=row,
        may=permissions.can_sign_decision,
        form=form,
        act=partial(services.record_signed_decision, subsidy_id=row.pk, actor=request.actor),
        title="Enregistrer l’exemplaire signé de la décision",
        done="L’exemplaire signé est enregistré.",
        back=row.get_absolute_url(),
        context={"facts": pages.facts_of(row, request.actor)},
    )


@require_http_methods(["GET", "POST"])
def notify_decision(request: Request, pk: int) -> HttpResponse:
    row = row_or_404(request, EquipmentSubsidy, pk)
    return act_page(
        request,
        row=row,
        may=permissions.can_notify_decision,
        form=NotifyDecisionForm(request.POST or None, row_version=row.version, initial={"on": request.actor.today}),
        act=partial(services.notify_decision, subsidy_id=row.pk, actor=request.actor),
        title="Notifier la décision",
        done="La notification est enregistrée.",
        back=row.get_absolute_url(),
        context={"facts": pages.facts_of(row, request.actor)},
    )


def _signatory(row: EquipmentSubsidy, request: Request) -> dict[str, object]:
    found = default_signatory(row, on=request.actor.today)
    if found is None:
        return {"on": request.actor.today}
    return {
        "on": request.actor.today,
        "signatory": found.name,
        "capacity": found.capacity,
        "delegation": found.delegation,
    }
