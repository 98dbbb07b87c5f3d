from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.db.models import QuerySet
from django.http import HttpRequest

from plannumerique.accounts.forms import LogInForm
from plannumerique.accounts.models import User
from plannumerique.accounts.services import send_invitation, send_password_reset
from plannumerique.lib.text import plural, typeset


class AdminLogInForm(AdminAuthenticationForm):
    clean_username = LogInForm.clean_username


admin.site.login_form = AdminLogInForm
admin.site.site_header = admin.site.site_title = "Administration du portail"
admin.site.index_title = "Comptes, organisations, campagnes"


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Who has an account. Passwords never pass through here: a person chooses hers from a link sent to her address."""

    list_display = ["email", "last_name", "first_name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "last_name", "first_name"]
    ordering = ["last_name", "first_name", "pk"]
    readonly_fields = ["last_login", "date_joined"]
    fields = ["email", "first_name", "last_name", "phone", "is_active", "is_staff", "last_login", "date_joined"]
    actions = ["send_links"]

    @admin.action(description="Envoyer un lien pour choisir un mot de passe", permissions=["change"])
    def send_links(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        sent = [send_password_reset(user) for user in queryset.filter(is_active=True)]
        if failed := sent.count(False):
            self.message_user(
                request,
                f"{plural(failed, one='message n’a pas pu partir', many='messages n’ont pas pu partir')}.",
                messages.ERROR,
            )
        if done := sent.count(True):
            self.message_user(request, f"{plural(done, one='lien envoyé', many='liens envoyés')}.", messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if send_invitation(obj):
            self.message_user(request, f"Une invitation est partie à {obj.email}.", messages.SUCCESS)
        else:
            sentence = f"L’invitation n’a pas pu partir à {obj.email} : renvoyez-la plus tard."
            self.message_user(request, typeset(sentence), messages.ERROR)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only a superuser opens the administration to somebody."""
        shut = [] if request.user.is_superuser else ["is_staff"]
        return [*self.readonly_fields, *shut]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Changing a superuser's address, then asking for a new password, would give her powers to whoever may do it."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Acts name their author for ever: an account is closed, never deleted."""
        return False
