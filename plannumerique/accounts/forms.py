from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms

from plannumerique.accounts.models import User
from plannumerique.accounts.services import send_password_reset
from plannumerique.lib.text import typeset
from plannumerique.ui.forms import PortalForm, PortalFormMixin

_PASSWORD_RULES = (
    "Au moins 12 caractères, sans votre nom ni votre adresse, et pas un mot de passe courant. Une phrase convient bien."
)


class LogInForm(PortalFormMixin, auth_forms.AuthenticationForm):
    mark_optional = False
    error_messages = {
        "invalid_login": typeset(
            "L’adresse ou le mot de passe n’est pas le bon, ou ce compte est fermé. "
            "Si vous n’avez jamais choisi de mot de passe, demandez-en un avec « Mot de passe oublié, ou jamais choisi »."
        ),
        "inactive": "Ce compte est fermé.",
    }

    username = auth_forms.UsernameField(
        label="Adresse électronique",
        help_text="Celle à laquelle vous recevez les messages du portail.",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Mot de passe", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def clean_username(self) -> str:
        """In one spelling before the attempts are counted: capitals must not give a fresh count."""
        return str(self.cleaned_data["username"]).strip().lower()


class PasswordResetForm(PortalForm):
    email = forms.EmailField(
        label="Adresse électronique de votre compte", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def save(self, **options: Any) -> None:
        """Whether the address has an account never shows: the page is the same, the mail leaves or not."""
        user = User.objects.filter(email=self.cleaned_data["email"].lower(), is_active=True).first()
        if user is not None:
            send_password_reset(user)


class _NewPassword(PortalFormMixin, auth_forms.SetPasswordForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    error_messages = {"password_mismatch": "Les deux mots de passe ne sont pas identiques."}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["new_password1"].label = "Nouveau mot de passe"
        self.fields["new_password1"].help_text = _PASSWORD_RULES
        self.fields["new_password2"].label = "Le même, une seconde fois"
        self.fields["new_password2"].help_text = ""


class SetPasswordForm(_NewPassword):
    """The first password, or a new one after a reset: the link proves who asks."""


class PasswordChangeForm(_NewPassword, auth_forms.PasswordChangeForm):
    error_messages = {**_NewPassword.error_messages, "password_incorrect": "Ce n’est pas votre mot de passe actuel."}

    old_password = forms.CharField(
        label="Mot de passe actuel", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
