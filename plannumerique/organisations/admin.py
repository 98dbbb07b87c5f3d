"""Reference data and accounts, for administrators. Nothing here changes a dossier: states and money have one door, elsewhere."""

from typing import Any, Never

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.auth.models import Group
from django.db.models import Exists, ForeignKey, ManyToManyField, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest

from plannumerique import clock
from plannumerique.accounts.admin import UserAdmin
from plannumerique.accounts.models import User
from plannumerique.lib.text import search_key
from plannumerique.organisations.enums import LEVEL_OF_ROLE, Level, Role
from plannumerique.organisations.imports.links import Links, relink_schools
from plannumerique.organisations.models import (
    Academie,
    Circonscription,
    Collectivite,
    CommuneChange,
    Departement,
    Membership,
    School,
)
from plannumerique.organisations.services import open_administration

ORGANISATIONS = [level.value for level in Level]


def administered(request: HttpRequest) -> frozenset[int]:
    """The académies that this person administers today."""
    return request.actor.ids(Level.ACADEMIE, [Role.ADMINISTRATOR])  # type: ignore[attr-defined]  # set by ActorMiddleware


class Administered(admin.options.BaseModelAdmin):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Open to the administrators of the row's académie, and to the superuser who has put the portal into service.

    Rows of other académies don't exist here, even as a choice in a list. Nothing is deleted: what an act has named stays.
    """

    academie_path: str

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(self.within(administered(request)))

    def within(self, academie_ids: frozenset[int]) -> Q:
        return Q(**{f"{self.academie_path}__in": academie_ids})

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **self._among_hers(db_field, request) | kwargs)

    def formfield_for_manytomany(self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **self._among_hers(db_field, request) | kwargs)

    def _among_hers(self, db_field: Any, request: HttpRequest) -> dict[str, Any]:
        related: Any = self.admin_site._registry.get(db_field.related_model)
        return {"queryset": related.get_queryset(request)} if isinstance(related, Administered) else {}

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """A relation offers what the listed rows hold, never the rows of everybody."""
        named: Any = super().get_list_filter(request)  # type: ignore[misc]  # of ModelAdmin; lines below a row have no filter
        return [(one, admin.RelatedOnlyFieldListFilter) if self._is_relation(one) else one for one in named]

    def _is_relation(self, name: Any) -> bool:
        return isinstance(name, str) and get_fields_from_path(self.model, name)[-1].is_relation

    def _get_obj_does_not_exist_redirect(self, *args: Any) -> Never:
        """Not found, as everywhere in the portal; Django would send back to the index."""
        raise Http404

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_enter(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_enter(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_enter(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_enter(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _may_enter(request: HttpRequest) -> bool:
    user = request.user
    return user.is_active and (user.is_superuser or (user.is_staff and bool(administered(request))))


class ReferenceAdmin(Administered, admin.ModelAdmin):  # type: ignore[type-arg]
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False


class SearchedAdmin(ReferenceAdmin):
    """Found by the column that holds its words without accents, as the pages of the portal do."""

    search_fields = ["search"]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, search_key(search_term))


@admin.register(Academie)
class AcademieAdmin(ReferenceAdmin):
    academie_path = "pk"
    list_display = ["name", "code", "city", "dane_email", "daf_email"]
    search_fields = ["name", "code"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An académie is opened by a command, which gives it its first administrator."""
        return bool(request.user.is_superuser)


@admin.register(Departement)
class DepartementAdmin(ReferenceAdmin):
    academie_path = "academie"
    list_display = ["code", "name", "academie", "dsden_email"]
    list_select_related = ["academie"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["academie"]


@admin.register(Circonscription)
class CirconscriptionAdmin(ReferenceAdmin):
    academie_path = "departement__academie"
    list_display = ["name", "uai", "departement", "email"]
    list_filter = ["departement"]
    list_select_related = ["departement"]
    search_fields = ["name", "uai"]
    autocomplete_fields = ["departement"]


@admin.register(Collectivite)
class CollectiviteAdmin(SearchedAdmin):
    academie_path = "departement__academie"
    list_display = ["name", "kind", "siren", "insee_code", "departement", "epci", "school_competence", "dissolved_on"]
    list_filter = ["kind", "departement", ("dissolved_on", admin.EmptyFieldListFilter)]
    list_select_related = ["departement", "epci", "school_competence"]
    autocomplete_fields = ["departement", "epci", "school_competence"]
    readonly_fields = ["known_on"]

    def save_model(self, request: HttpRequest, obj: Collectivite, form: Any, change: bool) -> None:
        """Whoever receives the school competence receives the écoles with it, save those that a person has attached."""
        super().save_model(request, obj, form, change)
        if {"school_competence", "dissolved_on", "insee_code"}.intersection(form.changed_data):
            concerned = School.objects.filter(Q(insee_code=obj.insee_code) | Q(collectivite=obj))
            relink_schools(concerned, links=Links(clock.today()))


@admin.register(School)
class SchoolAdmin(SearchedAdmin):
    academie_path = "departement__academie"
    list_display = ["name", "commune_name", "uai", "kind", "sector", "status", "collectivite", "circonscription"]
    list_filter = ["kind", "sector", "status", "departement"]
    list_select_related = ["collectivite", "circonscription"]
    autocomplete_fields = ["departement", "circonscription", "collectivite"]
    readonly_fields = ["source"]

    def save_model(self, request: HttpRequest, obj: School, form: Any, change: bool) -> None:
        """A collectivité chosen by hand is not undone by the next import, unless the box is unticked afterwards."""
        if "collectivite" in form.changed_data and "collectivite_fixed" not in form.changed_data:
            obj.collectivite_fixed = True
        super().save_model(request, obj, form, change)


@admin.register(CommuneChange)
class CommuneChangeAdmin(ReferenceAdmin):
    """Read only: these come from the Code officiel géographique, by import."""

    list_display = ["on", "before", "after", "name"]
    search_fields = ["before", "after", "name"]

    def within(self, academie_ids: frozenset[int]) -> Q:
        return Q()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """A membership that exists keeps its role and its place: another role is another membership, and the first one ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", "---------"), *((role.value, role.label) for role in LEVEL_OF_ROLE)]  # type: ignore[attr-defined]
        if self.instance.pk:
            for name in ("role", "starts_on", *ORGANISATIONS):
                self.fields[name].disabled = True


class MembershipInline(Administered, admin.StackedInline):  # type: ignore[type-arg]
    model = Membership
    form = MembershipForm
    extra = 0
    fields = [("role", "capacity", "delegation"), *ORGANISATIONS, ("starts_on", "ends_on")]
    autocomplete_fields = ORGANISATIONS

    def within(self, academie_ids: frozenset[int]) -> Q:
        return Q(pk__in=Membership.objects.in_academies(academie_ids))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._somebody_else(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._somebody_else(request, obj)

    def _somebody_else(self, request: HttpRequest, obj: Any) -> bool:
        """Nobody gives herself a role: an administrator has no power over money unless another one grants it."""
        return _may_enter(request) and (bool(request.user.is_superuser) or obj is None or obj.pk != request.user.pk)


admin.site.unregister([User, Group])  # what a group would allow, a membership does


@admin.register(User)
class MemberAdmin(Administered, UserAdmin):
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    inlines = [MembershipInline]

    def within(self, academie_ids: frozenset[int]) -> Q:
        """The people of her académies, and those who work nowhere yet."""
        held = Membership.objects.filter(user=OuterRef("pk"))
        return Q(Exists(held.in_academies(academie_ids))) | ~Q(Exists(held))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Changing the address of an account in use, then asking for a new password, would be entering in its owner's place."""
        fields = super().get_readonly_fields(request, obj)
        in_use = obj is not None and obj.has_usable_password() and not request.user.is_superuser
        return [*fields, "email"] if in_use else fields

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        open_administration(form.instance)
