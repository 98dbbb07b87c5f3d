"""The board of mobile classes, the page of each, and one page for each move."""

from functools import partial

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from deployments import columns, permissions, services
from deployments.forms import ClassFilters, ReceptionForm
from deployments.models import MobileClass
from deployments.pages import facts_of, sentence_of
from plannumerique.journal.actions import awaited, offered
from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import Acts, act_page, act_view, row_or_404
from plannumerique.journal.pages import events_about
from plannumerique.organisations.enums import Level
from plannumerique.organisations.http import Request
from plannumerique.ui.listing import list_page


def _mobile_class(request: Request, pk: int) -> MobileClass:
    return row_or_404(request, MobileClass.objects.select_related("convention__dossier__collectivite"), pk)


@require_safe
def classes(request: Request) -> HttpResponseBase:
    mine = {grant.level for grant in request.actor.grants} == {Level.SCHOOL}
    return list_page(
        request,
        MobileClass.objects.visible_to(request.actor).for_list(),
        title="Mes classes mobiles" if mine else "Classes mobiles",
        words="classe mobile,classes mobiles",
        caption="Classes mobiles des conventions notifiées",
        filters=ClassFilters(request.GET),
        columns=columns.CLASSES,
        name="classes-mobiles",
        template="deployments/classes.html",
        day=request.actor.today,
    )


@require_safe
def mobile_class(request: Request, pk: int) -> HttpResponse:
    row = _mobile_class(request, pk)
    moves = offered(row, request.actor, permissions.MOBILE_CLASS_MOVES, urls="deployments")
    page = {
        "mobile_class": row,
        "sentence": sentence_of(row),
        "facts": facts_of(row),
        "actions": [one for one in moves if one.primary],
        "besides": [one for one in moves if not one.primary],
        "awaited": awaited(row, request.actor, permissions.MOBILE_CLASS_MOVES),
        "events": events_about(row),
    }
    return render(request, "deployments/class.html", page)


@require_http_methods(["GET", "POST"])
def receive(request: Request, pk: int) -> HttpResponse:
    row = _mobile_class(request, pk)
    return act_page(
        request,
        row=row,
        may=permissions.can_receive,
        form=ReceptionForm(request.POST or None, row_version=row.version, today=request.actor.today),
        act=partial(services.receive, mobile_class_id=row.pk, actor=request.actor),
        title="Enregistrer la réception",
        done="La réception est enregistrée.",
        back=row.get_absolute_url(),
    )


ACTS = Acts(_mobile_class, by="mobile_class_id", around=lambda row, request: {"facts": facts_of(row)})


cancel_reception = act_view(
    ACTS,
    services.cancel_reception,
    permissions.can_cancel_reception,
    title="Annuler la réception",
    done="La réception est annulée ; la classe est de nouveau attendue.",
    form=MotiveForm,
)
renounce = act_view(
    ACTS,
    services.renounce,
    permissions.can_renounce,
    title="Renoncer à la classe",
    done="La classe est abandonnée : elle n’entrera plus dans la subvention.",
    form=MotiveForm,
    entails=(
        "La collectivité n’équipe plus cette classe : sa livraison n’est plus attendue, et sa dépense n’entre plus dans la subvention.",
        "Une facture déjà saisie qui la porte est à corriger avant le service fait.",
        "Un retour reste possible tant que la convention est en vigueur : la classe se rétablit depuis sa page, avec un motif.",
    ),
)
reinstate = act_view(
    ACTS,
    services.reinstate,
    permissions.can_renounce,
    title="Rétablir la classe",
    done="La classe est de nouveau prévue.",
    form=MotiveForm,
)
