"""What may be done to many rows at once. Each row goes through the service that its own page calls, alone in its transaction."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from conventions.models import Convention
from conventions.services import check_piece
from plannumerique.files.models import Piece
from plannumerique.files.permissions import can_check_piece
from plannumerique.files.services import accept_piece
from plannumerique.journal.machine import Refused
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.permissions import Permission
from plannumerique.ui.lists import FilterForm
from portal.acts.forms import ConfirmForm, DueForm, ReminderForm, SelectionForm, SetAsideForm
from portal.acts.reminding import AWAITING_COLLECTIVITE, can_remind, remind
from portal.lists.forms import DossierFilters, PieceFilters
from portal.lists.readings import campaign_dates, followed, to_check
from portal.standing.pieces import OF_CONVENTION, OF_DOSSIER
from projects import services as applications
from projects.enums import ApplicationState
from projects.forms import ApplicationFilters
from projects.models import Application
from projects.permissions import OPEN_TO_OPINIONS, can_instruct, can_record_selection, can_request_opinions, can_submit
from subsidies.enums import PaymentState
from subsidies.forms.payments import PaymentFilters
from subsidies.models import Payment
from subsidies.permissions import can_confirm_past_payment, can_validate_payment
from subsidies.services.payments import validate_payment
from subsidies.services.taking_over import confirm_past_payment

A = ApplicationState
Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BulkAct:
    """`ready` tells beforehand which rows can pass; the door alone decides, row by row, when the job runs."""

    key: str
    label: str
    what: str
    may: Permission
    listing: str
    words: str
    rows: Callable[[Actor], "QuerySet[Any]"]
    filters: Callable[[QueryDict, Actor], FilterForm]
    ready: Q
    act: Callable[[int, Actor, Parameters], object]
    form: type[ConfirmForm] = ConfirmForm
    # What tells a row from the others, out of its list.
    name: Callable[[Any], str] = str


# --- Applications ---


def _applications(actor: Actor) -> "QuerySet[Any]":
    return Application.objects.visible_to(actor).for_list()


def _application_filters(data: QueryDict, actor: Actor) -> FilterForm:
    return ApplicationFilters(data)


def _submit(pk: int, actor: Actor, parameters: Parameters) -> object:
    return applications.submit(application_id=pk, actor=actor)


def _admit(pk: int, actor: Actor, parameters: Parameters) -> object:
    return applications.admit(application_id=pk, actor=actor)


def _request_opinions(pk: int, actor: Actor, parameters: Parameters) -> object:
    return applications.request_opinions(application_id=pk, actor=actor, due_on=dt.date.fromisoformat(parameters["due_on"]))


def _retain(pk: int, actor: Actor, parameters: Parameters) -> object:
    """With all the classes that the school asks for: fewer is decided school by school."""
    asked = Application.objects.get(pk=pk).classes_asked()
    return applications.retain(application_id=pk, actor=actor, classes=asked, **_decision(parameters))


def _set_aside(pk: int, actor: Actor, parameters: Parameters) -> object:
    return applications.set_aside(application_id=pk, actor=actor, comment=parameters["comment"], **_decision(parameters))


def _decision(parameters: Parameters) -> dict[str, Any]:
    return {"on": dt.date.fromisoformat(parameters["on"]), "selection_list": parameters["selection_list"]}


# --- Pieces, payments, dossiers ---


def _piece_filters(data: QueryDict, actor: Actor) -> FilterForm:
    return PieceFilters(data)


def _accept(pk: int, actor: Actor, parameters: Parameters) -> object:
    piece = Piece.objects.get(pk=pk)
    if piece.kind in OF_DOSSIER:
        return accept_piece(piece_id=pk, actor=actor)
    if piece.kind in OF_CONVENTION:
        convention = Convention.objects.get(pk=piece.subject_id)
        return check_piece(convention=convention, piece=piece, actor=actor, accepted=True)
    raise Refused("Cette pièce se vérifie sur sa page, avec les montants ou le compte dont elle est la copie.")


def _piece_name(piece: Piece) -> str:
    return f"{piece.label} – {piece.thread.collectivite}"


def _payments(actor: Actor) -> "QuerySet[Any]":
    return Payment.objects.visible_to(actor).for_list()


def _payment_filters(data: QueryDict, actor: Actor) -> FilterForm:
    return PaymentFilters(data)


def _payment_name(payment: Payment) -> str:
    """A collège receives the grants of several schools."""
    return f"{payment} – {payment.resources.school}" if payment.resources else str(payment)


def _validate(pk: int, actor: Actor, parameters: Parameters) -> object:
    """Without a comment: a payment that needs one (an unexpected bank) is refused here and validated on its page."""
    return validate_payment(payment_id=pk, actor=actor)


def _confirm_past(pk: int, actor: Actor, parameters: Parameters) -> object:
    return confirm_past_payment(payment_id=pk, actor=actor)


def _dossiers(actor: Actor) -> "QuerySet[Any]":
    return followed(actor, campaign_dates(actor).deadlines)


def _dossier_filters(data: QueryDict, actor: Actor) -> FilterForm:
    return DossierFilters(data, actor=actor, campaigns=campaign_dates(actor).campaigns)


def _remind(pk: int, actor: Actor, parameters: Parameters) -> object:
    return remind(dossier_id=pk, actor=actor, words=parameters["comment"])


_OF_APPLICATIONS: dict[str, Any] = {
    "listing": "projects:applications",
    "words": "candidature",
    "rows": _applications,
    "filters": _application_filters,
}
BULK_ACTS: tuple[BulkAct, ...] = (
    BulkAct(
        key="deposer-candidatures",
        label="Déposer les candidatures",
        what="Chaque candidature complète est déposée ; son accusé de réception part à la collectivité et à l’école.",
        may=can_submit,
        ready=Q(state=A.DRAFT),
        act=_submit,
        **_OF_APPLICATIONS,
    ),
    BulkAct(
        key="declarer-recevables",
        label="Déclarer recevables",
        what="Chaque candidature déposée dont les pièces sont vérifiées devient recevable.",
        may=can_instruct,
        ready=Q(state=A.SUBMITTED),
        act=_admit,
        **_OF_APPLICATIONS,
    ),
    BulkAct(
        key="demander-avis",
        label="Demander les avis",
        what="Pour chaque candidature dont l’avis manque, un courriel part à l’IEN et à la DSI qui ont un compte ou une adresse, "
        "avec la date que vous choisissez.",
        may=can_request_opinions,
        ready=Q(state__in=OPEN_TO_OPINIONS),
        act=_request_opinions,
        form=DueForm,
        **_OF_APPLICATIONS,
    ),
    BulkAct(
        key="enregistrer-selection",
        label="Enregistrer la sélection",
        what="Chaque candidature recevable est retenue, avec toutes les classes qu’elle demande ; sa lettre de sélection est établie.",
        may=can_record_selection,
        ready=Q(state__in=[A.ADMISSIBLE, A.WAITING_LIST]),
        act=_retain,
        form=SelectionForm,
        **_OF_APPLICATIONS,
    ),
    BulkAct(
        key="ne-pas-retenir",
        label="Enregistrer la non-sélection",
        what="Chaque candidature recevable est écartée ; sa lettre porte le motif que vous écrivez ici, le même pour toutes.",
        may=can_record_selection,
        ready=Q(state__in=[A.ADMISSIBLE, A.WAITING_LIST]),
        act=_set_aside,
        form=SetAsideForm,
        **_OF_APPLICATIONS,
    ),
    BulkAct(
        key="accepter-pieces",
        label="Accepter les pièces",
        what="Chaque pièce est acceptée. Ouvrez-les d’abord : accepter, c’est dire que la pièce est la bonne et qu’elle se lit.",
        may=can_check_piece,
        listing="portal:pieces",
        words="pièce",
        rows=to_check,
        filters=_piece_filters,
        ready=Q(kind__in=[*OF_DOSSIER, *OF_CONVENTION]),
        act=_accept,
        name=_piece_name,
    ),
    BulkAct(
        key="valider-paiements",
        label="Valider les demandes de paiement",
        what="Chaque demande préparée par une autre personne est validée. Le portail ne paie pas : elles sont ensuite à saisir dans Chorus.",
        may=can_validate_payment,
        listing="subsidies:payments",
        words="demande de paiement,demandes de paiement",
        rows=_payments,
        filters=_payment_filters,
        ready=Q(state=PaymentState.PREPARED, taken_over_on__isnull=True),
        act=_validate,
        name=_payment_name,
    ),
    BulkAct(
        key="confirmer-paiements-repris",
        label="Confirmer les paiements repris",
        what="Chaque paiement fait avant le portail, et saisi par une autre personne, compte comme versé. Vérifiez-les d’abord dans Chorus.",
        may=can_confirm_past_payment,
        listing="subsidies:payments",
        words="paiement repris,paiements repris",
        rows=_payments,
        filters=_payment_filters,
        ready=Q(state=PaymentState.PREPARED, taken_over_on__isnull=False),
        act=_confirm_past,
        name=_payment_name,
    ),
    BulkAct(
        key="relancer",
        label="Relancer les collectivités",
        what="Un courriel dit l’étape attendue à chaque collectivité de qui il en est une, et qui a un compte ou une adresse ; "
        "une relance par semaine au plus.",
        may=can_remind,
        listing="portal:dossiers",
        words="dossier",
        rows=_dossiers,
        filters=_dossier_filters,
        ready=Q(stage__in=AWAITING_COLLECTIVITE),
        act=_remind,
        form=ReminderForm,
    ),
)
