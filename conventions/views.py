"""The pages of conventions: the list, the convention itself, and one page for each act."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from conventions import documents, forms, pages, permissions, services
from conventions import exports as exported
from conventions.models import Convention, CoveredClass, CoveredSchool
from conventions.services.preparing import awaiting_convention
from plannumerique.files.drafts import draft_response
from plannumerique.files.models import IssuedDocument, Piece
from plannumerique.files.permissions import can_check_piece
from plannumerique.journal.actions import offered
from plannumerique.journal.forms import CommentForm, MotiveForm
from plannumerique.journal.http import act_page
from plannumerique.journal.machine import Refused, obstacles_to
from plannumerique.journal.models import reads_whole
from plannumerique.journal.pages import events_about
from plannumerique.lib.text import typeset
from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.http import Request
from plannumerique.organisations.models import School
from plannumerique.organisations.permissions import Permission
from plannumerique.ui.listing import list_page
from plannumerique.ui.lists import Column
from projects.documents import signature
from projects.enums import ActKind
from projects.models import Dossier

COLUMNS = (
    Column("collectivite", "Collectivité", order_by=("dossier__collectivite__search",)),
    Column("etat", "État", order_by=("state", "dossier__collectivite__search")),
    Column("montant", "Subvention maximale", order_by=("subsidy_max", "dossier__collectivite__search"), numeric=True),
    Column("echeance", "Échéance"),
)
ACT = "conventions/act.html"
# The notification opens the subsidies: its page stands with them, above this app, under the name of the move.
_PAGED_ABOVE = {"notify": permissions.CONVENTION_MOVES["notify"]}
_USUAL_ORGAN = {
    CollectiviteKind.COMMUNE: "conseil_municipal",
    CollectiviteKind.EPCI: "conseil_communautaire",
    CollectiviteKind.SYNDICAT: "comite_syndical",
    CollectiviteKind.DEPARTEMENT: "commission_permanente",
}


# --- The list, the convention ---


@require_safe
def conventions(request: Request) -> HttpResponseBase:
    filters, today = forms.ConventionFilters(request.GET), request.actor.today
    return list_page(
        request,
        Convention.objects.visible_to(request.actor).for_list(),
        template="conventions/conventions.html",
        filters=filters,
        columns=COLUMNS,
        export=exported.CONVENTIONS,
        name="conventions",
        day=today,
        line=lambda row: (row, pages.badge_of(row), pages.due_of(row, today=today)),
    )


@require_safe
def convention(request: Request, pk: int) -> HttpResponse:
    row, actor = _convention(request, pk), request.actor
    brought = list(Piece.objects.visible_to(actor).about(row).for_pages())
    issued = list(IssuedDocument.objects.visible_to(actor).about(row).for_pages())
    matter = permissions.moves_that_matter(row)
    paged = {name: may for name, may in matter.items() if name not in permissions.MADE_ELSEWHERE}
    whole = reads_whole(actor, row.thread)
    moves = [*offered(row, actor, paged, urls="conventions"), *offered(row, actor, _PAGED_ABOVE, urls="subsidies")]
    out = [one for one in moves if row.is_stopped_by_the_cbr and one.url == reverse("conventions:reopen_negotiation", args=[pk])]
    page = {
        "convention": row,
        "steps": pages.steps_of(row),
        "facts": pages.facts_of(row, today=request.actor.today),
        "amounts": [one for one in (pages.amounts_of(row), pages.grants_of(row)) if one],
        "schools": pages.school_lines(row),
        "can_change_schools": permissions.can_change_schools(actor, row),
        "reads_whole": whole,
        "account": pages.account_facts(row, actor) if whole else [],
        "account_warning": pages.account_warning_of(row, actor),
        "cbr": pages.cbr_facts(row) if whole else [],
        "exchanges": row.cbr_exchanges.all(),
        "deliberation": pages.deliberation_facts(row),
        "sitting_warning": pages.sitting_warning_of(row),
        "signatures": pages.signature_facts(row),
        "refusal": pages.refusal_of(row),
        "actions": [
            *pages.checks_of(row, brought, actor),
            *(one for one in moves if one.primary),
            *pages.acts_of(row, actor),
            *out,
        ],
        "backward": [one for one in moves if not one.primary and one not in out],
        "awaited": pages.awaited_of(row, actor, matter),
        "pieces": pages.pieces_of(row, brought),
        "documents": pages.documents_of(row, issued),
        "can_preview": permissions.can_describe(actor, row),
        "events": events_about(row) if whole else [],
    }
    return render(request, "conventions/convention.html", page)


@require_safe
def draft(request: Request, pk: int) -> HttpResponse:
    """What the text would be if it were settled now, watermarked."""
    row = _convention(request, pk)
    permissions.can_describe.demand(request.actor, row)
    return draft_response(request, documents.convention_letter(row, actor=request.actor))


@require_http_methods(["GET", "POST"])
def open_convention(request: Request, dossier_pk: int) -> HttpResponse:
    rows = Dossier.objects.visible_to(request.actor).select_related("thread", "campaign", "collectivite")
    dossier = get_object_or_404(rows, pk=dossier_pk)
    permissions.can_open_convention.demand(request.actor, Convention(thread=dossier.thread, dossier=dossier))
    form = forms.OpenConventionForm(request.POST if request.method == "POST" else None)
    page = {"dossier": dossier, "form": form, "facts": pages.application_lines(awaiting_convention(dossier))}
    if not form.is_valid():
        return render(request, "conventions/open_convention.html", page, status=form.http_status)
    try:
        opened = services.open_convention(dossier=dossier, actor=request.actor)
    except Refused as refused:
        form.add_refusal(refused)
        return render(request, "conventions/open_convention.html", page, status=409)
    messages.success(request, "Le projet de convention est ouvert. Vérifiez les écoles, puis transmettez-le à la collectivité.")
    return HttpResponseRedirect(opened.get_absolute_url())


# --- One page for each act ---


def _act_page(
    service: Callable[..., object],
    may: Permission,
    *,
    title: str,
    done: str,
    form: Callable[[Request, Convention], Any],
    intro: Callable[[Convention], str] | str = "",
    move: str = "",
) -> Callable[..., HttpResponse]:
    """All that differs between the pages of acts is the form and the words. A `move` that is not possible shows why instead."""

    @require_http_methods(["GET", "POST"])
    def page(request: Request, pk: int) -> HttpResponse:
        row = _convention(request, pk)
        return act_page(
            request,
            row=row,
            may=may,
            form=form(request, row),
            act=partial(service, convention_id=row.pk, actor=request.actor),
            title=title,
            done=typeset(done),
            back=row.get_absolute_url(),
            template=ACT,
            context={
                "facts": pages.facts_of(row, today=request.actor.today),
                "intro": typeset(intro(row) if callable(intro) else intro),
                "obstacles": obstacles_to(row, move, label=title) if move and request.method == "GET" else [],
            },
        )

    return page


def _plain(form: type[Any]) -> Callable[[Request, Convention], Any]:
    return lambda request, row: form(request.POST or None, row_version=row.version)


def _day(form: type[Any], label: str) -> Callable[[Request, Convention], Any]:
    return lambda request, row: form(request.POST or None, row_version=row.version, today=request.actor.today, label=label)


def _filed_day(form: type[Any], label: str) -> Callable[[Request, Convention], Any]:
    return lambda request, row: form(
        *_sent(request), actor=request.actor, row_version=row.version, today=request.actor.today, label=label
    )


def _sent(request: Request) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _payee_form(request: Request, row: Convention) -> Any:
    names = ("siret", "iban", "bic", "iban_holder")
    return forms.PayeeForm(
        *_sent(request),
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


def _sitting_form(request: Request, row: Convention) -> Any:
    return forms.SittingForm(request.POST or None, row_version=row.version, initial={"on": row.next_sitting_on})


def _deliberation_form(request: Request, row: Convention) -> Any:
    usual = _USUAL_ORGAN.get(CollectiviteKind(row.dossier.collectivite.kind), "conseil_municipal")
    initial = {
        "organ": row.deliberation_organ or usual,
        "number": row.deliberation_number,
        "on": row.deliberation_on,
        "published_on": row.published_on,
        "published_time": row.published_time,
        "prefecture_on": row.prefecture_on,
        "prefecture_time": row.prefecture_time,
    }
    return forms.DeliberationForm(
        *_sent(request),
        actor=request.actor,
        row_version=row.version,
        copy_is_there=row.deliberation_piece is not None and not row.deliberation_piece.is_rejected,
        initial=initial,
    )


def _recteur_form(request: Request, row: Convention) -> Any:
    """The signatory that the campaign's rows name for that day: nobody types a delegation from memory."""
    signs = signature(row.campaign, ActKind.CONVENTION, actor=request.actor)
    initial = {"signatory": signs.name, "capacity": signs.capacity, "delegation": signs.delegation} if signs else {}
    return forms.RecteurSignatureForm(
        *_sent(request),
        actor=request.actor,
        row_version=row.version,
        today=request.actor.today,
        label="Signée par le recteur le",
        initial=initial,
    )


def _signed_copy_form(request: Request, row: Convention) -> Any:
    replacing = row.document is not None and row.document.is_signed
    return forms.SignedCopyForm(*_sent(request), actor=request.actor, row_version=row.version, replacing=replacing)


describe_payee = _act_page(
    services.describe_payee,
    permissions.can_describe,
    title="Indiquer le compte à créditer",
    done="Le compte est enregistré. La DANE vérifie le RIB.",
    form=_payee_form,
)
describe_deployment = _act_page(
    services.describe_deployment,
    permissions.can_describe,
    title="Indiquer le calendrier et le pilotage",
    done="Le calendrier prévisionnel est enregistré.",
    form=_deployment_form,
    intro="Ces dates forment l’annexe C de la convention.",
)
add_school = _act_page(
    services.add_school,
    permissions.can_change_schools,
    title="Porter une école au projet",
    done="L’école est portée au projet de convention.",
    form=_add_school_form,
)
use_current_terms = _act_page(
    services.use_current_terms,
    permissions.can_change_schools,
    title="Appliquer le barème en vigueur",
    done="Le barème en vigueur s’applique : les montants sont recalculés.",
    form=_plain(CommentForm),
    intro="Les chiffres de la campagne ont changé depuis l’ouverture du projet : la subvention de chaque classe est recalculée.",
)
negotiate = _act_page(
    services.negotiate,
    permissions.can_negotiate,
    title="Transmettre le projet à la collectivité",
    done="Le projet est transmis à la collectivité.",
    form=_plain(CommentForm),
    move="negotiate",
)
settle = _act_page(
    services.settle,
    permissions.can_settle,
    title="Arrêter le projet de convention",
    done="Le projet est arrêté : le texte à signer est dans les documents.",
    form=_plain(CommentForm),
    intro="Le texte est établi et numéroté ; les montants, les écoles et le compte ne changent plus, sauf à rouvrir la négociation.",
    move="settle",
)
request_cbr = _act_page(
    services.request_cbr,
    permissions.can_handle_cbr,
    title="Saisir le contrôleur budgétaire",
    done="La saisine est enregistrée.",
    form=lambda request, row: forms.CbrReferralForm(
        request.POST or None, row_version=row.version, today=request.actor.today, label="Dossier adressé le"
    ),
    move="request_cbr",
)
record_cbr_reception = _act_page(
    services.record_cbr_reception,
    permissions.can_record_cbr_exchange,
    title="Enregistrer la réception par le contrôleur",
    done="La réception est enregistrée : le délai court.",
    form=_day(forms.DayForm, "Dossier reçu le"),
)
record_cbr_request = _act_page(
    services.record_cbr_request,
    permissions.can_record_cbr_exchange,
    title="Enregistrer une demande écrite du contrôleur",
    done="La demande est enregistrée : le délai est interrompu.",
    form=_day(forms.CbrRequestForm, "Demande du"),
)
record_cbr_answer = _act_page(
    services.record_cbr_answer,
    permissions.can_record_cbr_exchange,
    title="Répondre au contrôleur",
    done="La réponse est enregistrée : le délai court de nouveau, en entier.",
    form=_day(forms.CbrAnswerForm, "Réponse du"),
)
record_cbr_opinion = _act_page(
    services.record_cbr_opinion,
    permissions.can_handle_cbr,
    title="Enregistrer l’avis du contrôleur budgétaire",
    done="La réponse du contrôleur budgétaire est enregistrée.",
    form=_filed_day(forms.CbrOpinionForm, "Rendue le"),
    move="record_cbr_opinion",
)
note_cbr_silence = _act_page(
    services.note_cbr_silence,
    permissions.can_handle_cbr,
    title="Constater le silence du contrôleur budgétaire",
    done="L’avis est réputé rendu.",
    form=_plain(CommentForm),
    move="note_cbr_silence",
)
overrule_cbr = _act_page(
    services.overrule_cbr,
    permissions.can_overrule_cbr,
    title="Passer outre l’avis défavorable",
    done="La décision de passer outre est enregistrée.",
    form=_filed_day(forms.OverruleForm, "Décision du"),
)
tell_next_sitting = _act_page(
    services.tell_next_sitting,
    permissions.can_tell_next_sitting,
    title="Indiquer la prochaine séance",
    done="La date de la séance est enregistrée.",
    form=_sitting_form,
)
record_deliberation = _act_page(
    services.record_deliberation,
    permissions.can_record_deliberation,
    title="Enregistrer la délibération",
    done="La délibération est enregistrée. La DANE en vérifie la copie.",
    form=_deliberation_form,
    intro="La convention ne peut être signée qu’une fois la délibération publiée et reçue en préfecture (article L. 2131-1 du CGCT). "
    "Revenez compléter ces dates si elles ne sont pas encore connues.",
)
receive_deliberation = _act_page(
    services.receive_deliberation,
    permissions.can_receive_deliberation,
    title="Prendre acte de la délibération exécutoire",
    done="La convention peut être signée.",
    form=_plain(CommentForm),
    move="receive_deliberation",
)
sign_for_collectivite = _act_page(
    services.sign_for_collectivite,
    permissions.can_sign_for_collectivite,
    title="Enregistrer la signature de la collectivité",
    done="La signature de la collectivité est enregistrée.",
    form=_filed_day(forms.CollectiviteSignatureForm, "Signée le"),
    move="sign_for_collectivite",
)
sign_for_recteur = _act_page(
    services.sign_for_recteur,
    permissions.can_sign_for_recteur,
    title="Enregistrer la signature du recteur",
    done="La convention est signée des deux parties.",
    form=_recteur_form,
    intro=lambda row: _limit_sentence(row),
    move="sign_for_recteur",
)
record_signed_copy = _act_page(
    services.record_signed_copy,
    permissions.can_record_signed_copy,
    title="Enregistrer l’exemplaire signé des deux parties",
    done="L’exemplaire signé est enregistré.",
    form=_signed_copy_form,
)
reopen_negotiation = _act_page(
    services.reopen_negotiation,
    permissions.can_go_back,
    title="Rouvrir la négociation",
    done="La négociation est rouverte : le texte précédent est caduc.",
    form=_plain(forms.ReopenForm),
    intro="Le texte établi devient caduc. La réponse du contrôleur budgétaire, s’il l’a donnée, vaut encore tant que le montant du projet "
    "n’augmente pas.",
    move="reopen_negotiation",
)
set_deliberation_aside = _act_page(
    services.set_deliberation_aside,
    permissions.can_go_back,
    title="Écarter la délibération",
    done="La délibération est écartée : la collectivité en enregistre une autre.",
    form=_plain(MotiveForm),
    move="set_deliberation_aside",
)
cancel_collectivite_signature = _act_page(
    services.cancel_collectivite_signature,
    permissions.can_go_back,
    title="Annuler la signature de la collectivité",
    done="La signature de la collectivité est annulée.",
    form=_plain(MotiveForm),
    move="cancel_collectivite_signature",
)
cancel_recteur_signature = _act_page(
    services.cancel_recteur_signature,
    permissions.can_go_back,
    title="Annuler la signature du recteur",
    done="La signature du recteur est annulée ; les candidatures redeviennent retenues.",
    form=_plain(MotiveForm),
    move="cancel_recteur_signature",
)
abandon = _act_page(
    services.abandon,
    permissions.can_abandon,
    title="Abandonner la convention",
    done="La convention est abandonnée ; ses candidatures restent retenues.",
    form=_plain(MotiveForm),
    intro="Le projet s’arrête là : son texte et les signatures qu’il porte sont caducs, et il n’y a pas de retour en arrière. Ses écoles "
    "redeviennent libres : leurs candidatures restent retenues et peuvent entrer dans une autre convention.",
    move="abandon",
)
terminate = _act_page(
    services.terminate,
    permissions.can_terminate,
    title="Constater la résiliation",
    done="La résiliation est enregistrée. La suite se traite hors du portail.",
    form=_day(forms.TerminateForm, "Résiliée le"),
    intro="Cette page enregistre une résiliation déjà prononcée. La suite se traite hors du portail : reversement des sommes versées, "
    "sort des équipements, information des écoles. Il n’y a pas de retour en arrière.",
    move="terminate",
)


def _limit_sentence(row: Convention) -> str:
    deadline = row.deadline()
    return f"Les deux signatures sont attendues {deadline.label}." if deadline else ""


# --- One school, one piece ---


@require_http_methods(["GET", "POST"])
def remove_school(request: Request, pk: int, school_pk: int) -> HttpResponse:
    row, covered = _covered(request, pk, school_pk)
    return act_page(
        request,
        row=row,
        may=permissions.can_change_schools,
        form=MotiveForm(request.POST or None, row_version=row.version),
        act=partial(services.remove_school, convention_id=row.pk, covered_school_id=covered.pk, actor=request.actor),
        title="Retirer l’école du projet",
        done="L’école est retirée du projet ; sa candidature reste retenue.",
        back=row.get_absolute_url(),
        template=ACT,
        context={"intro": str(covered.school)},
    )


@require_http_methods(["GET", "POST"])
def choose_college(request: Request, pk: int, school_pk: int) -> HttpResponse:
    row, covered = _covered(request, pk, school_pk)
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
        template=ACT,
        context={"intro": str(covered.school)},
    )


@require_http_methods(["GET", "POST"])
def check_piece(request: Request, pk: int, piece_pk: int) -> HttpResponse:
    row, piece = _piece(request, pk, piece_pk)
    return act_page(
        request,
        row=piece,
        may=can_check_piece,
        form=forms.CheckPieceForm(request.POST or None, row_version=piece.version),
        act=partial(services.check_piece, convention=row, piece=piece, actor=request.actor),
        title="Vérifier la pièce",
        done="La vérification est enregistrée.",
        back=row.get_absolute_url(),
        template=ACT,
        context={"origin": row, "facts": pages.piece_facts(row, piece, request.actor), "submit": "Enregistrer la vérification"},
    )


@require_http_methods(["GET", "POST"])
def put_piece_back_to_check(request: Request, pk: int, piece_pk: int) -> HttpResponse:
    row, piece = _piece(request, pk, piece_pk)
    return act_page(
        request,
        row=piece,
        may=can_check_piece,
        form=MotiveForm(request.POST or None, row_version=piece.version),
        act=partial(services.put_piece_back_to_check, convention=row, piece=piece, actor=request.actor),
        title="Remettre la pièce à vérifier",
        done="La pièce attend de nouveau sa vérification.",
        back=row.get_absolute_url(),
        template=ACT,
        context={"origin": row, "facts": pages.piece_facts(row, piece, request.actor)},
    )


def _convention(request: Request, pk: int) -> Convention:
    schools = CoveredSchool.objects.select_related("school", "referent_college").order_by("school__search", "pk")
    rows = (
        Convention.objects.visible_to(request.actor)
        .select_related("thread", *Convention.passage_related)
        .prefetch_related(
            "campaign__deadlines",
            "cbr_exchanges",
            Prefetch("covered_schools", schools.prefetch_related(Prefetch("classes", CoveredClass.objects.order_by("number")))),
        )
    )
    return get_object_or_404(rows, pk=pk)


def _covered(request: Request, pk: int, school_pk: int) -> tuple[Convention, CoveredSchool]:
    row = _convention(request, pk)
    return row, get_object_or_404(row.covered_schools.select_related("school"), pk=school_pk)


def _piece(request: Request, pk: int, piece_pk: int) -> tuple[Convention, Piece]:
    row = _convention(request, pk)
    pieces = Piece.objects.visible_to(request.actor).about(row).select_related("thread", "file", "school", "deposited_by")
    return row, get_object_or_404(pieces, pk=piece_pk)
