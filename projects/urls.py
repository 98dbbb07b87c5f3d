from django.urls import path, re_path

from projects import views

app_name = "projects"

urlpatterns = [
    path("dossiers/", views.dossiers, name="dossiers"),
    path("dossiers/ouvrir/", views.open_dossier, name="open_dossier"),
    path("dossiers/<int:pk>/ecoles/ajouter/", views.add_application, name="add_application"),
    path("dossiers/<int:pk>/contact/", views.describe_contact, name="describe_contact"),
    path("dossiers/<int:pk>/pieces/deposer/", views.deposit_piece, name="deposit_piece"),
    path("dossiers/<int:pk>/pieces/<int:piece_pk>/verifier/", views.check_piece, name="check_piece"),
    path("dossiers/<int:pk>/pieces/<int:piece_pk>/reprendre/", views.reopen_piece, name="reopen_piece"),
    path("candidatures/", views.applications, name="applications"),
    path("candidatures/<int:pk>/", views.application, name="application"),
    path("candidatures/<int:pk>/technique/", views.describe_technical_part, name="describe_technical_part"),
    path("candidatures/<int:pk>/pedagogie/", views.write_pedagogical_part, name="write_pedagogical_part"),
    re_path(r"^candidatures/(?P<pk>\d+)/avis/(?P<kind>ien|dsi)/$", views.give_opinion, name="give_opinion"),
    path("candidatures/<int:pk>/derogation/", views.grant_derogation, name="grant_derogation"),
    path("candidatures/<int:pk>/deposer/", views.submit, name="submit"),
    path("candidatures/<int:pk>/retirer/", views.withdraw, name="withdraw"),
    path("candidatures/<int:pk>/demander-complements/", views.request_completion, name="request_completion"),
    path("candidatures/<int:pk>/completer/", views.complete, name="complete"),
    path("candidatures/<int:pk>/recevable/", views.admit, name="admit"),
    path("candidatures/<int:pk>/irrecevable/", views.declare_inadmissible, name="declare_inadmissible"),
    path("candidatures/<int:pk>/reprendre/", views.reopen, name="reopen"),
    path("candidatures/<int:pk>/retenir/", views.retain, name="retain"),
    path("candidatures/<int:pk>/liste-attente/", views.put_on_waiting_list, name="put_on_waiting_list"),
    path("candidatures/<int:pk>/ne-pas-retenir/", views.set_aside, name="set_aside"),
    path("candidatures/<int:pk>/annuler-selection/", views.revise_selection, name="revise_selection"),
    path("candidatures/<int:pk>/renoncer/", views.abandon, name="abandon"),
]
