from django.urls import path

from conventions.views import cbr, conventions, life, preparing, signing

app_name = "conventions"

urlpatterns = [
    path("conventions/", conventions.conventions, name="conventions"),
    path("dossiers/<int:dossier_pk>/convention/ouvrir/", conventions.open_convention, name="open_convention"),
    path("conventions/<int:pk>/", conventions.convention, name="convention"),
    path("conventions/<int:pk>/projet/", conventions.draft, name="draft"),
    path("conventions/<int:pk>/compte/", preparing.describe_payee, name="describe_payee"),
    path("conventions/<int:pk>/calendrier/", preparing.describe_deployment, name="describe_deployment"),
    path("conventions/<int:pk>/bareme/", preparing.use_current_terms, name="use_current_terms"),
    path("conventions/<int:pk>/ecoles/ajouter/", preparing.add_school, name="add_school"),
    path("conventions/<int:pk>/ecoles/<int:school_pk>/retirer/", preparing.remove_school, name="remove_school"),
    path("conventions/<int:pk>/ecoles/<int:school_pk>/college/", preparing.choose_college, name="choose_college"),
    path("conventions/<int:pk>/pieces/<int:piece_pk>/verifier/", preparing.check_piece, name="check_piece"),
    path(
        "conventions/<int:pk>/pieces/<int:piece_pk>/reprendre/", preparing.put_piece_back_to_check, name="put_piece_back_to_check"
    ),
    path("conventions/<int:pk>/transmettre/", preparing.negotiate, name="negotiate"),
    path("conventions/<int:pk>/arreter/", preparing.settle, name="settle"),
    path("conventions/<int:pk>/cbr/saisir/", cbr.request_cbr, name="request_cbr"),
    path("conventions/<int:pk>/cbr/reception/", cbr.record_cbr_reception, name="record_cbr_reception"),
    path("conventions/<int:pk>/cbr/demande/", cbr.record_cbr_request, name="record_cbr_request"),
    path("conventions/<int:pk>/cbr/reponse/", cbr.record_cbr_answer, name="record_cbr_answer"),
    path("conventions/<int:pk>/cbr/avis/", cbr.record_cbr_opinion, name="record_cbr_opinion"),
    path("conventions/<int:pk>/cbr/silence/", cbr.note_cbr_silence, name="note_cbr_silence"),
    path("conventions/<int:pk>/cbr/passer-outre/", cbr.overrule_cbr, name="overrule_cbr"),
    path("conventions/<int:pk>/seance/", signing.tell_next_sitting, name="tell_next_sitting"),
    path("conventions/<int:pk>/deliberation/", signing.record_deliberation, name="record_deliberation"),
    path("conventions/<int:pk>/deliberation/acte/", signing.receive_deliberation, name="receive_deliberation"),
    path("conventions/<int:pk>/signature/collectivite/", signing.sign_for_collectivite, name="sign_for_collectivite"),
    path("conventions/<int:pk>/signature/recteur/", signing.sign_for_recteur, name="sign_for_recteur"),
    path("conventions/<int:pk>/signature/exemplaire/", signing.record_signed_copy, name="record_signed_copy"),
    path("conventions/<int:pk>/rouvrir/", preparing.reopen_negotiation, name="reopen_negotiation"),
    path("conventions/<int:pk>/deliberation/ecarter/", signing.set_deliberation_aside, name="set_deliberation_aside"),
    path(
        "conventions/<int:pk>/signature/collectivite/annuler/",
        signing.cancel_collectivite_signature,
        name="cancel_collectivite_signature",
    ),
    path("conventions/<int:pk>/signature/recteur/annuler/", signing.cancel_recteur_signature, name="cancel_recteur_signature"),
    path("conventions/<int:pk>/abandonner/", life.abandon, name="abandon"),
    path("conventions/<int:pk>/resilier/", life.terminate, name="terminate"),
]
