"""A convention that ends before its time."""

from conventions import forms, permissions, services
from conventions.views.common import ACTS, day
from plannumerique.journal.forms import MotiveForm
from plannumerique.journal.http import act_view

abandon = act_view(
    ACTS,
    services.abandon,
    permissions.can_abandon,
    title="Abandonner la convention",
    done="La convention est abandonnée ; ses candidatures restent retenues.",
    form=MotiveForm,
    intro="Le projet s’arrête là : son texte et les signatures qu’il porte sont caducs, et il n’y a pas de retour en arrière. Ses écoles "
    "redeviennent libres : leurs candidatures restent retenues et peuvent entrer dans une autre convention.",
    move="abandon",
)
terminate = act_view(
    ACTS,
    services.terminate,
    permissions.can_terminate,
    title="Constater la résiliation",
    done="La résiliation est enregistrée. La suite se traite hors du portail.",
    form=day(forms.TerminateForm, "Résiliée le"),
    intro="Cette page enregistre une résiliation déjà prononcée. La suite se traite hors du portail : reversement des sommes versées, "
    "sort des équipements, information des écoles. Il n’y a pas de retour en arrière.",
    move="terminate",
)
