from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from plannumerique import clock
from plannumerique.accounts import demo, forms
from plannumerique.lib.text import typeset

_BACKEND = "django.contrib.auth.backends.ModelBackend"


class ShowsErrors:
    """A form that comes back with errors is not a success: the answer's status says so."""

    def form_invalid(self: Any, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=form.http_status)  # type: ignore[attr-defined]


class LogIn(ShowsErrors, auth_views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = forms.LogInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = demo.accounts_by_role(on=clock.today()) if settings.PORTAL_DEMO else []
        return super().get_context_data(demo_groups=groups, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class LogOut(auth_views.LogoutView):
    http_method_names = ["post", "options"]


@login_not_required
@never_cache
@require_POST
def enter_demo(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter as an invented person, without a password: only where the portal is a demonstration."""
    if not settings.PORTAL_DEMO:
        raise Http404
    user = get_object_or_404(demo.accounts(), pk=pk)
    login(request, user, backend=_BACKEND)
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL))


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
    post_reset_login_backend = _BACKEND
    success_url = reverse_lazy("accounts:profile")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Votre mot de passe est enregistré, et vous êtes connecté.")
        return super().form_valid(form)


class Invitation(PasswordResetConfirm):
    """The same link and the same act as a reset, told to a person who comes for the first time."""

    template_name = "accounts/invitation.html"
