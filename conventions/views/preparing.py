"""The draft: its account, its calendar, its schools, its pieces, until it is settled, and back."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from conventions import forms, pages, permissions, services
from conventions.models import Convention
from conventions.services.preparing import awaiting_convention
from conventions.views.common import ACTS, covered_of, piece_of
from plannumerique.files.permissions import can_check_piece
from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import act_page, act_view, sent
from plannumerique.organisations.http import Request
from plannumerique.organisations.models import School


def _payee_form(request: Request, row: Convention) -> Any:
    names = ("siret", "iban", "bic", "iban_holder")
    return forms.PayeeForm(
        *sent(request),
        actor=request.actor,
        row_version=row.version,
        rib_is_there=row.rib is not None,
        initial={name: getattr(row, name) for name in names},
    )


def _deployment_form(request: Request, row: Convention) -> Any:
    names = ("deployment_from", "deployment_until", "steering")
    return forms.DeploymentForm(
        request.POST or None, row_version=row.version, initial={name: getattr(row, name) for name in names}
    )


def _add_school_form(request: Request, row: Convention) -> Any:
    return forms.AddSchoolForm(request.POST or None, row_version=row.version, waiting=awaiting_convention(row.dossier))


describe_payee = act_view(
    ACTS,
    services.describe_payee,
    permissions.can_describe,
    title="Indiquer le compte à créditer",
    done="Le compte est enregistré. La DANE vérifie le RIB.",
    form=_payee_form,
)
describe_deployment = act_view(
    ACTS,
    services.describe_deployment,
    permissions.can_describe,
    title="Indiquer le calendrier et le pilotage",
    done="Le calendrier prévisionnel est enregistré.",
    form=_deployment_form,
    intro="Ces dates forment l’annexe C de la convention.",
)
add_school = act_view(
    ACTS,
    services.add_school,
    permissions.can_change_schools,
    title="Porter une école au projet",
    done="L’école est portée au projet de convention.",
    form=_add_school_form,
)
use_current_terms = act_view(
    ACTS,
    services.use_current_terms,
    permissions.can_change_schools,
    title="Appliquer le barème en vigueur",
    done="Le barème en vigueur s’applique : les montants sont recalculés.",
    intro="Les chiffres de la campagne ont changé depuis l’ouverture du projet : la subvention de chaque classe est recalculée.",
)
negotiate = act_view(
    ACTS,
    services.negotiate,
    permissions.can_negotiate,
    title="Transmettre le projet à la collectivité",
    done="Le projet est transmis à la collectivité.",
    move="negotiate",
)
settle = act_view(
    ACTS,
    services.settle,
    permissions.can_settle,
    title="Arrêter le projet de convention",
    done="Le projet est arrêté : le texte à signer est dans les documents.",
    intro="Le texte est établi et numéroté ; les montants, les écoles et le compte ne changent plus, sauf à rouvrir la négociation.",
    move="settle",
)
reopen_negotiation = act_view(
    ACTS,
    services.reopen_negotiation,
    permissions.can_go_back,
    title="Rouvrir la négociation",
    done="La négociation est rouverte : le texte précédent est caduc.",
    form=forms.ReopenForm,
    intro="Le texte établi devient caduc. La réponse du contrôleur budgétaire, s’il l’a donnée, vaut encore tant que le montant du projet "
    "n’augmente pas.",
    move="reopen_negotiation",
)


# --- One school, one piece ---


@require_http_methods(["GET", "POST"])
def remove_school(request: Request, pk: int, school_pk: int) -> HttpResponse:
    row, covered = covered_of(request, pk, school_pk)
    return act_page(
        request,
        row=row,
        may=permissions.can_change_schools,
        form=MotiveForm(request.POST or None, row_version=row.version),
        act=partial(services.remove_school, convention_id=row.pk, covered_school_id=covered.pk, actor=request.actor),
        title="Retirer l’école du projet",
        done="L’école est retirée du projet ; sa candidature reste retenue.",
        back=row.get_absolute_url(),
        template=ACTS.template,
        context={"intro": str(covered.school)},
    )


@require_http_methods(["GET", "POST"])
def choose_college(request: Request, pk: int, school_pk: int) -> HttpResponse:
    row, covered = covered_of(request, pk, school_pk)
    colleges = School.objects.colleges().open().filter(departement__academie=row.thread.academie_id).order_by("search")
    return act_page(
        request,
        row=row,
        may=permissions.can_change_schools,
        form=forms.CollegeForm(
            request.POST or None,
            row_version=row.version,
            colleges=colleges,
            initial={"college": covered.referent_college_id},
        ),
        act=partial(services.choose_college, convention_id=row.pk, covered_school_id=covered.pk, actor=request.actor),
        title="Choisir le collège référent",
        done="Le collège référent est enregistré.",
        back=row.get_absolute_url(),
        template=ACTS.template,
        context={"intro": str(covered.school)},
    )


@require_http_methods(["GET", "POST"])
def check_piece(request: Request, pk: int, piece_pk: int) -> HttpResponse:
    row, piece = piece_of(request, pk, piece_pk)
    return act_page(
        request,
        row=piece,
        may=can_check_piece,
        form=forms.CheckPieceForm(request.POST or None, row_version=piece.version),
        act=partial(services.check_piece, convention=row, piece=piece, actor=request.actor),
        title="Vérifier la pièce",
        done="La vérification est enregistrée.",
        back=row.get_absolute_url(),
        template=ACTS.template,
        context={"origin": row, "facts": pages.piece_facts(row, piece, request.actor), "submit": "Enregistrer la vérification"},
    )


@require_http_methods(["GET", "POST"])
def put_piece_back_to_check(request: Request, pk: int, piece_pk: int) -> HttpResponse:
    row, piece = piece_of(request, pk, piece_pk)
    return act_page(
        request,
        row=piece,
        may=can_check_piece,
        form=MotiveForm(request.POST or None, row_version=piece.version),
        act=partial(services.put_piece_back_to_check, convention=row, piece=piece, actor=request.actor),
        title="Remettre la pièce à vérifier",
        done="La pièce attend de nouveau sa vérification.",
        back=row.get_absolute_url(),
        template=ACTS.template,
        context={"origin": row, "facts": pages.piece_facts(row, piece, request.actor)},
    )
