"""The deliberation, the two signatures, and the way back from each."""

from typing import Any

from conventions import forms, permissions, services
from conventions.models import Convention
from conventions.views.common import ACTS, filed_day
from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import act_view, sent
from plannumerique.organisations.enums import CollectiviteKind
from plannumerique.organisations.http import Request
from projects.documents import signature
from projects.enums import ActKind

_USUAL_ORGAN = {
    CollectiviteKind.COMMUNE: "conseil_municipal",
    CollectiviteKind.EPCI: "conseil_communautaire",
    CollectiviteKind.SYNDICAT: "comite_syndical",
    CollectiviteKind.DEPARTEMENT: "commission_permanente",
}


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
        *sent(request),
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
        *sent(request),
        actor=request.actor,
        row_version=row.version,
        today=request.actor.today,
        label="Signée par le recteur le",
        initial=initial,
    )


def _signed_copy_form(request: Request, row: Convention) -> Any:
    replacing = row.document is not None and row.document.is_signed
    return forms.SignedCopyForm(*sent(request), actor=request.actor, row_version=row.version, replacing=replacing)


def _limit_sentence(row: Convention) -> str:
    deadline = row.deadline()
    return f"Les deux signatures sont attendues {deadline.label}." if deadline else ""


tell_next_sitting = act_view(
    ACTS,
    services.tell_next_sitting,
    permissions.can_tell_next_sitting,
    title="Indiquer la prochaine séance",
    done="La date de la séance est enregistrée.",
    form=_sitting_form,
)
record_deliberation = act_view(
    ACTS,
    services.record_deliberation,
    permissions.can_record_deliberation,
    title="Enregistrer la délibération",
    done="La délibération est enregistrée. La DANE en vérifie la copie.",
    form=_deliberation_form,
    intro="La convention ne peut être signée qu’une fois la délibération publiée et reçue en préfecture (article L. 2131-1 du CGCT). "
    "Revenez compléter ces dates si elles ne sont pas encore connues.",
)
receive_deliberation = act_view(
    ACTS,
    services.receive_deliberation,
    permissions.can_receive_deliberation,
    title="Prendre acte de la délibération exécutoire",
    done="La convention peut être signée.",
    move="receive_deliberation",
)
sign_for_collectivite = act_view(
    ACTS,
    services.sign_for_collectivite,
    permissions.can_sign_for_collectivite,
    title="Enregistrer la signature de la collectivité",
    done="La signature de la collectivité est enregistrée.",
    form=filed_day(forms.CollectiviteSignatureForm, "Signée le"),
    move="sign_for_collectivite",
)
sign_for_recteur = act_view(
    ACTS,
    services.sign_for_recteur,
    permissions.can_sign_for_recteur,
    title="Enregistrer la signature du recteur",
    done="La convention est signée des deux parties.",
    form=_recteur_form,
    intro=_limit_sentence,
    move="sign_for_recteur",
)
record_signed_copy = act_view(
    ACTS,
    services.record_signed_copy,
    permissions.can_record_signed_copy,
    title="Enregistrer l’exemplaire signé des deux parties",
    done="L’exemplaire signé est enregistré.",
    form=_signed_copy_form,
)
set_deliberation_aside = act_view(
    ACTS,
    services.set_deliberation_aside,
    permissions.can_go_back,
    title="Écarter la délibération",
    done="La délibération est écartée : la collectivité en enregistre une autre.",
    form=MotiveForm,
    move="set_deliberation_aside",
)
cancel_collectivite_signature = act_view(
    ACTS,
    services.cancel_collectivite_signature,
    permissions.can_go_back,
    title="Annuler la signature de la collectivité",
    done="La signature de la collectivité est annulée.",
    form=MotiveForm,
    move="cancel_collectivite_signature",
)
cancel_recteur_signature = act_view(
    ACTS,
    services.cancel_recteur_signature,
    permissions.can_go_back,
    title="Annuler la signature du recteur",
    done="La signature du recteur est annulée ; les candidatures redeviennent retenues.",
    form=MotiveForm,
    move="cancel_recteur_signature",
)
