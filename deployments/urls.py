from django.urls import path

from deployments import views

app_name = "deployments"

urlpatterns = [
    path("classes-mobiles/", views.classes, name="classes"),
    path("classes-mobiles/<int:pk>/", views.mobile_class, name="mobile_class"),
    path("classes-mobiles/<int:pk>/reception/", views.receive, name="receive"),
    path("classes-mobiles/<int:pk>/annuler-reception/", views.cancel_reception, name="cancel_reception"),
    path("classes-mobiles/<int:pk>/renoncer/", views.renounce, name="renounce"),
    path("classes-mobiles/<int:pk>/retablir/", views.reinstate, name="reinstate"),
]
