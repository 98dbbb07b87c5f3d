from django.urls import path

from plannumerique.accounts import views

app_name = "accounts"

urlpatterns = [
    path("connexion/", views.LogIn.as_view(), name="login"),
    path("deconnexion/", views.LogOut.as_view(), name="logout"),
    path("mon-compte/", views.profile, name="profile"),
    path("mot-de-passe/", views.PasswordChange.as_view(), name="password_change"),
    path("mot-de-passe/oublie/", views.PasswordReset.as_view(), name="password_reset"),
    path("mot-de-passe/oublie/envoye/", views.PasswordResetDone.as_view(), name="password_reset_done"),
    path("mot-de-passe/nouveau/<uidb64>/<token>/", views.PasswordResetConfirm.as_view(), name="password_reset_confirm"),
    path("invitation/<uidb64>/<token>/", views.Invitation.as_view(), name="invitation"),
]
