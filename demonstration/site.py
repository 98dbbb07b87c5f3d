"""The addresses of a portal that is a demonstration: those of the portal, its own log-in page, and its stops."""

from django.urls import include, path

from demonstration import views
from plannumerique import urls
from plannumerique.urls import handler400, handler403, handler404

__all__ = ["handler400", "handler403", "handler404", "urlpatterns"]

urlpatterns = [
    path("demonstration/", include("demonstration.urls")),
    path(
        "compte/connexion/", views.LogIn.as_view(), name="demonstration_login"
    ),  # found before the portal's own, at the same address
    *urls.urlpatterns,
]
