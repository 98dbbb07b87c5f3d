from django.urls import path

from portal.acts import views as acts
from portal.conversation import views as conversation
from portal.dossiers import views as dossiers
from portal.home import views as home
from portal.lists import saved_views
from portal.lists import views as lists
from portal.public import views as public
from portal.public.retained import views as retained
from portal.selection import views as selection
from portal.taking_over import views as taking_over

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("dossiers/", lists.dossiers, name="dossiers"),
    path("dossiers/<int:pk>/", dossiers.dossier, name="dossier"),
    path("dossiers/<int:pk>/archive/", dossiers.archive, name="archive"),
    path("pieces/", lists.pieces, name="pieces"),
    path("ecoles/", lists.schools, name="schools"),
    path("lots/<slug:key>/", acts.confirm, name="bulk"),
    path("seances/<int:pk>/liste/", selection.import_list, name="import_list"),
    path("seances/<int:pk>/liste/classeur/", selection.download_list, name="download_list"),
    path("seances/<int:pk>/decider/", selection.decide_session, name="decide_session"),
    path("reprise/", taking_over.campaigns, name="take_overs"),
    path("reprise/<int:pk>/", taking_over.take_over, name="take_over"),
    path("reprise/<int:pk>/modele/", taking_over.download_model, name="take_over_model"),
    path("vues/", saved_views.saved_views, name="saved_views"),
    path("vues/enregistrer/", saved_views.save, name="save_view"),
    path("vues/<int:pk>/renommer/", saved_views.rename, name="rename_view"),
    path("vues/<int:pk>/supprimer/", saved_views.delete, name="delete_view"),
    path("dossiers/<int:pk>/messages/", conversation.messages, name="messages"),
    path("dossiers/<int:pk>/messages/<int:message_pk>/piece-jointe/", conversation.attachment, name="message_attachment"),
    path("programme/", public.programme, name="programme"),
    path("bibliotheque/", public.library, name="library"),
    path("ecoles-retenues/", retained.retained, name="retained"),
    path("ecoles-retenues/donnees/", retained.data, name="retained_data"),
    path("ecoles-retenues/donnees/ecoles-retenues.csv", retained.data_csv, name="retained_csv"),
    path("ecoles-retenues/donnees/ecoles-retenues.geojson", retained.data_geojson, name="retained_geojson"),
    path("simulateur/", public.simulator, name="simulator"),
    path("v/<str:code>", public.verify, name="verify"),
    path("verification/", public.verification, name="verification"),
    path("accessibilite/", public.accessibility, name="accessibility"),
    path("mentions-legales/", public.legal, name="legal"),
    path("donnees-personnelles/", public.privacy, name="privacy"),
]
