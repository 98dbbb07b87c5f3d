"""The contrôleur budgétaire: what is sent to him, what he asks, what he says, and passing over it."""

from conventions import forms, permissions, services
from conventions.views.common import ACTS, day, filed_day
from plannumerique.journal.http import act_view

request_cbr = act_view(
    ACTS,
    services.request_cbr,
    permissions.can_handle_cbr,
    title="Saisir le contrôleur budgétaire",
    done="La saisine est enregistrée.",
    form=lambda request, row: forms.CbrReferralForm(
        request.POST or None, row_version=row.version, today=request.actor.today, label="Dossier adressé le"
    ),
    move="request_cbr",
)
record_cbr_reception = act_view(
    ACTS,
    services.record_cbr_reception,
    permissions.can_record_cbr_exchange,
    title="Enregistrer la réception par le contrôleur",
    done="La réception est enregistrée : le délai court.",
    form=day(forms.DayForm, "Dossier reçu le"),
)
record_cbr_request = act_view(
    ACTS,
    services.record_cbr_request,
    permissions.can_record_cbr_exchange,
    title="Enregistrer une demande écrite du contrôleur",
    done="La demande est enregistrée : le délai est interrompu.",
    form=day(forms.CbrRequestForm, "Demande du"),
)
record_cbr_answer = act_view(
    ACTS,
    services.record_cbr_answer,
    permissions.can_record_cbr_exchange,
    title="Répondre au contrôleur",
    done="La réponse est enregistrée : le délai court de nouveau, en entier.",
    form=day(forms.CbrAnswerForm, "Réponse du"),
)
record_cbr_opinion = act_view(
    ACTS,
    services.record_cbr_opinion,
    permissions.can_handle_cbr,
    title="Enregistrer l’avis du contrôleur budgétaire",
    done="La réponse du contrôleur budgétaire est enregistrée.",
    form=filed_day(forms.CbrOpinionForm, "Rendue le"),
    move="record_cbr_opinion",
)
note_cbr_silence = act_view(
    ACTS,
    services.note_cbr_silence,
    permissions.can_handle_cbr,
    title="Constater le silence du contrôleur budgétaire",
    done="L’avis est réputé rendu.",
    move="note_cbr_silence",
)
overrule_cbr = act_view(
    ACTS,
    services.overrule_cbr,
    permissions.can_overrule_cbr,
    title="Passer outre l’avis défavorable",
    done="La décision de passer outre est enregistrée.",
    form=filed_day(forms.OverruleForm, "Décision du"),
)
