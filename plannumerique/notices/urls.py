from django.urls import path

from plannumerique.notices import views

app_name = "notices"

urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("<int:pk>/", views.mail, name="mail"),
    path("difficultes/", views.trouble, name="trouble"),
    path("<int:pk>/renvoyer/", views.send_again, name="send_again"),
    path("<int:pk>/regle/", views.settle, name="settle"),
]
