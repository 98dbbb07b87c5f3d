from django.contrib import admin

from plannumerique.organisations.admin import ReferenceAdmin
from training.models import Session


@admin.register(Session)
class SessionAdmin(ReferenceAdmin):
    academie_path = "academie"
    list_display = ["starts_at", "kind", "place", "seats", "campaign"]
    list_filter = ["kind", "campaign"]
    list_select_related = ["place", "campaign"]
    search_fields = ["place__search"]
    autocomplete_fields = ["place"]
