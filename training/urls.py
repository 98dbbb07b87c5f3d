from django.urls import path

from training import views

app_name = "training"

urlpatterns = [
    path("formations/", views.sessions, name="sessions"),
    path("formations/annoncer/", views.schedule, name="schedule"),
]
