"""What a person finds around each list: her saved views of it, and what she may do to several of its rows."""

from typing import cast

from django.http import HttpRequest
from django.urls import reverse

from plannumerique.organisations.http import Request
from plannumerique.ui.listing import ListTools, ToolLink
from portal.acts.bulk import BULK_ACTS
from portal.lists.saved_views import LISTS, kept_query
from portal.models import SavedView


def tools_of(http_request: HttpRequest) -> ListTools:
    """One query, that of the saved views."""
    request = cast(Request, http_request)
    name = request.resolver_match.view_name if request.resolver_match else ""
    if name not in LISTS:
        return ListTools()
    query = kept_query(request.GET.urlencode())
    views = SavedView.objects.filter(user=request.user, listing=name)
    return ListTools(
        listing=name,
        query=query,
        save_url=reverse("portal:save_view"),
        manage_url=reverse("portal:saved_views"),
        views=tuple(ToolLink(one.name, one.get_absolute_url(), current=one.query == query) for one in views),
        acts=tuple(
            ToolLink(act.label, reverse("portal:bulk", args=[act.key]))
            for act in BULK_ACTS
            if act.listing == name and request.actor.holds(*act.may.roles)
        ),
    )
