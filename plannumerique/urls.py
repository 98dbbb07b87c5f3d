from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.urls")),
    path("", include("projects.urls")),
    path("", include("conventions.urls")),
    path("", include("deployments.urls")),
    path("", include("subsidies.urls")),
    path("", include("training.urls")),
    path("lots/resultats/", include("plannumerique.jobs.urls")),
    path("courriels/", include("plannumerique.notices.urls")),
    path("fichiers/", include("plannumerique.files.urls")),
    path("compte/", include("plannumerique.accounts.urls")),
    path("administration/", admin.site.urls),
]

handler400 = "plannumerique.ui.errors.bad_request"
handler403 = "plannumerique.ui.errors.permission_denied"
handler404 = "plannumerique.ui.errors.not_found"
