"""Campaigns are the administration's; dossiers, applications and money are not: they change through the door alone."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from projects.models import Campaign, CampaignDeadline, CampaignText, Criterion, Phase, Signatory, TermsVersion


class PhaseInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable when it runs
    model = Phase
    extra = 0


class DeadlineInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable when it runs
    model = CampaignDeadline
    extra = 0


class CriterionInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable when it runs
    model = Criterion
    extra = 0


class SignatoryInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable when it runs
    model = Signatory
    extra = 0


@admin.register(Campaign)
class CampaignAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable when it runs
    list_display = ["label", "code", "academie", "year"]
    list_select_related = ["academie"]
    list_filter = ["academie", "year"]
    search_fields = ["label", "code"]
    inlines = [PhaseInline, DeadlineInline, CriterionInline, SignatoryInline]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(TermsVersion)
class TermsVersionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A version is read or added, never changed: what was signed on it must stay explainable."""

    list_display = ["campaign", "number", "expense_cap", "max_units_per_school", "acompte_rate", "cbr_threshold"]
    list_select_related = ["campaign"]
    list_filter = ["campaign"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(CampaignText)
class CampaignTextAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable when it runs
    list_display = ["campaign", "act", "slot"]
    list_select_related = ["campaign"]
    list_filter = ["campaign", "act"]
    search_fields = ["text"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["campaign", "act", "slot"] if obj else []
