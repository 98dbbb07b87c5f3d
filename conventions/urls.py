from django.urls import path

from conventions import views

app_name = "conventions"

urlpatterns = [
    path("conventions/", views.conventions, name="conventions"),
    path("dossiers/<int:dossier_pk>/convention/ouvrir/", views.open_convention, name="open_convention"),
    path("conventions/<int:pk>/", views.convention, name="convention"),
    path("conventions/<int:pk>/projet/", views.draft, name="draft"),
    path("conventions/<int:pk>/compte/", views.describe_payee, name="describe_payee"),
    path("conventions/<int:pk>/calendrier/", views.describe_deployment, name="describe_deployment"),
    path("conventions/<int:pk>/bareme/", views.use_current_terms, name="use_current_terms"),
    path("conventions/<int:pk>/ecoles/ajouter/", views.add_school, name="add_school"),
    path("conventions/<int:pk>/ecoles/<int:school_pk>/retirer/", views.remove_school, name="remove_school"),
    path("conventions/<int:pk>/ecoles/<int:school_pk>/college/", views.choose_college, name="choose_college"),
    path("conventions/<int:pk>/pieces/<int:piece_pk>/verifier/", views.check_piece, name="check_piece"),
    path("conventions/<int:pk>/pieces/<int:piece_pk>/reprendre/", views.put_piece_back_to_check, name="put_piece_back_to_check"),
    path("conventions/<int:pk>/transmettre/", views.negotiate, name="negotiate"),
    path("conventions/<int:pk>/arreter/", views.settle, name="settle"),
    path("conventions/<int:pk>/cbr/saisir/", views.request_cbr, name="request_cbr"),
    path("conventions/<int:pk>/cbr/reception/", views.record_cbr_reception, name="record_cbr_reception"),
    path("conventions/<int:pk>/cbr/demande/", views.record_cbr_request, name="record_cbr_request"),
    path("conventions/<int:pk>/cbr/reponse/", views.record_cbr_answer, name="record_cbr_answer"),
    path("conventions/<int:pk>/cbr/avis/", views.record_cbr_opinion, name="record_cbr_opinion"),
    path("conventions/<int:pk>/cbr/silence/", views.note_cbr_silence, name="note_cbr_silence"),
    path("conventions/<int:pk>/cbr/passer-outre/", views.overrule_cbr, name="overrule_cbr"),
    path("conventions/<int:pk>/seance/", views.tell_next_sitting, name="tell_next_sitting"),
    path("conventions/<int:pk>/deliberation/", views.record_deliberation, name="record_deliberation"),
    path("conventions/<int:pk>/deliberation/acte/", views.receive_deliberation, name="receive_deliberation"),
    path("conventions/<int:pk>/signature/collectivite/", views.sign_for_collectivite, name="sign_for_collectivite"),
    path("conventions/<int:pk>/signature/recteur/", views.sign_for_recteur, name="sign_for_recteur"),
    path("conventions/<int:pk>/signature/exemplaire/", views.record_signed_copy, name="record_signed_copy"),
    path("conventions/<int:pk>/rouvrir/", views.reopen_negotiation, name="reopen_negotiation"),
    path("conventions/<int:pk>/deliberation/ecarter/", views.set_deliberation_aside, name="set_deliberation_aside"),
    path(
        "conventions/<int:pk>/signature/collectivite/annuler/",
        views.cancel_collectivite_signature,
        name="cancel_collectivite_signature",
    ),
    path("conventions/<int:pk>/signature/recteur/annuler/", views.cancel_recteur_signature, name="cancel_recteur_signature"),
    path("conventions/<int:pk>/abandonner/", views.abandon, name="abandon"),
    path("conventions/<int:pk>/resilier/", views.terminate, name="terminate"),
]
