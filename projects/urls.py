from django.urls import path, re_path

from projects.views import applications, completions, draft, sessions

app_name = "projects"

urlpatterns = [
    path("dossiers/ouvrir/", applications.open_dossier, name="open_dossier"),
    path("dossiers/<int:pk>/ecoles/ajouter/", draft.add_application, name="add_application"),
    path("dossiers/<int:pk>/candidature/", draft.draft, name="draft"),
    path("dossiers/<int:pk>/candidature/deposer/", draft.deposit, name="deposit"),
    path("dossiers/<int:pk>/contact/", applications.describe_contact, name="describe_contact"),
    path("dossiers/<int:pk>/pieces/deposer/", applications.deposit_piece, name="deposit_piece"),
    path("dossiers/<int:pk>/pieces/<int:piece_pk>/verifier/", applications.check_piece, name="check_piece"),
    path("dossiers/<int:pk>/pieces/<int:piece_pk>/reprendre/", applications.reopen_piece, name="reopen_piece"),
    path("candidatures/", applications.applications, name="applications"),
    path("candidatures/<int:pk>/", applications.application, name="application"),
    path("candidatures/<int:pk>/technique/", draft.describe_technical_part, name="describe_technical_part"),
    path("candidatures/<int:pk>/technique/garder/", draft.keep_technical_part, name="keep_technical_part"),
    path("candidatures/<int:pk>/pedagogie/", applications.write_pedagogical_part, name="write_pedagogical_part"),
    path("candidatures/<int:pk>/pedagogie/garder/", applications.keep_pedagogical_part, name="keep_pedagogical_part"),
    re_path(r"^candidatures/(?P<pk>\d+)/avis/(?P<kind>ien|dsi)/$", applications.give_opinion, name="give_opinion"),
    path("candidatures/<int:pk>/derogation/", applications.grant_derogation, name="grant_derogation"),
    path("candidatures/<int:pk>/deposer/", applications.submit, name="submit"),
    path("candidatures/<int:pk>/retirer/", applications.withdraw, name="withdraw"),
    path("candidatures/<int:pk>/demander-complements/", completions.request_completion, name="request_completion"),
    path("seances/", sessions.sessions, name="sessions"),
    path("seances/ouvrir/", sessions.open_session, name="open_session"),
    path("seances/<int:pk>/", sessions.session, name="session"),
    path("seances/<int:pk>/modifier/", sessions.describe_session, name="describe_session"),
    path("seances/<int:pk>/proposer/", sessions.propose_by_rank, name="propose_by_rank"),
    path("seances/<int:pk>/noter/<int:application_pk>/", sessions.mark, name="mark"),
    path("complements/<int:pk>/repondre/", completions.respond, name="respond"),
    path("complements/<int:pk>/retirer/", completions.drop, name="drop"),
    path("candidatures/<int:pk>/completer/", applications.complete, name="complete"),
    path("candidatures/<int:pk>/recevable/", applications.admit, name="admit"),
    path("candidatures/<int:pk>/irrecevable/", applications.declare_inadmissible, name="declare_inadmissible"),
    path("candidatures/<int:pk>/reprendre/", applications.reopen, name="reopen"),
    path("candidatures/<int:pk>/retenir/", applications.retain, name="retain"),
    path("candidatures/<int:pk>/liste-attente/", applications.put_on_waiting_list, name="put_on_waiting_list"),
    path("candidatures/<int:pk>/ne-pas-retenir/", applications.set_aside, name="set_aside"),
    path("candidatures/<int:pk>/annuler-selection/", applications.revise_selection, name="revise_selection"),
    path("candidatures/<int:pk>/renoncer/", applications.abandon, name="abandon"),
]
