from django.urls import path

from plannumerique.jobs import views

app_name = "jobs"

urlpatterns = [path("<int:pk>/", views.job, name="job")]
