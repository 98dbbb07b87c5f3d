from django.urls import path

from demonstration import views

app_name = "demonstration"

urlpatterns = [
    path("", views.stops, name="stops"),
    path("lecture/", views.playing, name="playing"),
    path("entrer/<int:pk>/", views.enter, name="enter"),
    path("<str:stop>/", views.move_on, name="move_on"),
]
