from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET

from plannumerique.accounts import forms
from plannumerique.lib.text import typeset

BACKEND = "django.contrib.auth.backends.ModelBackend"


class ShowsErrors:
    """A form that comes back with errors is not a success: the answer's status says so."""

    def form_invalid(self: Any, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=form.http_status)  # type: ignore[attr-defined]


class LogIn(ShowsErrors, auth_views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = forms.LogInForm
    redirect_authenticated_user = True


@method_decorator(login_not_required, name="dispatch")
class LogOut(auth_views.LogoutView):
    http_method_names = ["post", "options"]


@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/profile.html")


class PasswordChange(ShowsErrors, auth_views.PasswordChangeView):
    template_name = "accounts/password_change.html"
    form_class = forms.PasswordChangeForm
    success_url = reverse_lazy("accounts:profile")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, typeset("Votre mot de passe est changé ; vos autres appareils sont déconnectés."))
        return super().form_valid(form)


class PasswordReset(ShowsErrors, auth_views.PasswordResetView):
    template_name = "accounts/password_reset.html"
    form_class = forms.PasswordResetForm  # type: ignore[assignment]  # ours sends the mail itself
    success_url = reverse_lazy("accounts:password_reset_done")


class PasswordResetDone(auth_views.PasswordResetDoneView):
    template_name = "accounts/password_reset_done.html"


class PasswordResetConfirm(ShowsErrors, auth_views.PasswordResetConfirmView):
    template_name = "accounts/password_reset_confirm.html"
    form_class = forms.SetPasswordForm
    post_reset_login = True
    post_reset_login_backend = BACKEND
    success_url = reverse_lazy("accounts:profile")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Votre mot de passe est enregistré, et vous êtes connecté.")
        return super().form_valid(form)


class Invitation(PasswordResetConfirm):
    """The same link and the same act as a reset, told to a person who comes for the first time."""

    template_name = "accounts/invitation.html"
