"""Campaigns are the administration's; dossiers, applications and money are not: they change through the door alone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.forms.models import model_to_dict
from django.http import HttpRequest

from plannumerique.lib.text import typeset
from plannumerique.organisations.admin import Administered, ReferenceAdmin
from projects.models import Campaign, CampaignDeadline, CampaignText, Criterion, Phase, Signatory, TermsVersion


class CampaignInline(Administered, admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable when it runs
    academie_path = "campaign__academie"
    extra = 0


class PhaseInline(CampaignInline):
    model = Phase


class DeadlineInline(CampaignInline):
    model = CampaignDeadline


class CriterionInline(CampaignInline):
    model = Criterion


class SignatoryInline(CampaignInline):
    model = Signatory


class ImputationField(forms.CharField):
    """One budget line a line, « Programme : 0214 », for the dict that the row keeps."""

    widget = forms.Textarea(attrs={"rows": 6})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name} : {one}" for name, one in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        lines = [line for line in (super().to_python(value) or "").splitlines() if line.strip()]
        parts = [[part.strip() for part in line.split(":", 1)] for line in lines]
        if wrong := [line for line, part in zip(lines, parts, strict=True) if len(part) < 2 or not all(part)]:
            raise ValidationError(typeset(f"« {wrong[0].strip()} » : écrivez « élément : valeur », un par ligne."))
        return dict(parts)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    imputation = ImputationField(
        label="Imputation budgétaire", required=False, help_text=typeset("Un élément par ligne : « Programme : 0214 ».")
    )


@admin.register(Campaign)
class CampaignAdmin(ReferenceAdmin):
    academie_path = "academie"
    form = CampaignForm
    list_display = ["label", "code", "academie", "year"]
    list_select_related = ["academie"]
    list_filter = ["academie", "year"]
    search_fields = ["label", "code"]
    inlines = [PhaseInline, DeadlineInline, CriterionInline, SignatoryInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The references of the acts bear both."""
        return ["academie", "code"] if obj else []


@admin.register(TermsVersion)
class TermsVersionAdmin(ReferenceAdmin):
    """A version is read or added, never changed: what was signed on it must stay explainable."""

    academie_path = "campaign__academie"
    list_display = ["campaign", "number", "expense_cap", "max_units_per_school", "acompte_rate", "cbr_threshold"]
    list_select_related = ["campaign"]
    list_filter = ["campaign"]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj else ["number"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version begins with the figures of the last one; of several campaigns, that of the latest year."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        rows = self.get_queryset(request).order_by("-campaign__year", "campaign", "-number")
        asked = str(given.get("campaign", ""))
        latest = next((row for row in rows if asked in ("", str(row.campaign_id))), None)
        return model_to_dict(latest, exclude=["number"]) | given if latest else given

    def save_model(self, request: HttpRequest, obj: TermsVersion, form: Any, change: bool) -> None:
        """The campaign is locked: two versions added together have two numbers."""
        Campaign.objects.select_for_update().get(pk=obj.campaign_id)
        last = TermsVersion.objects.filter(campaign_id=obj.campaign_id).aggregate(last=Max("number"))["last"]
        obj.number = (last or 0) + 1
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(CampaignText)
class CampaignTextAdmin(ReferenceAdmin):
    academie_path = "campaign__academie"
    list_display = ["campaign", "act", "slot"]
    list_select_related = ["campaign"]
    list_filter = ["campaign", "act"]
    search_fields = ["text"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["campaign", "act", "slot"] if obj else []
