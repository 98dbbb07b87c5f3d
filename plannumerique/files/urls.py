from django.urls import path

from plannumerique.files import views

app_name = "files"

urlpatterns = [
    path("pieces/<int:pk>/", views.download, name="download"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/signe/", views.signed_copy, name="signed_copy"),
]
