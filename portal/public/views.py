"""Pages that anybody opens: the programme, the simulator, the verification of a document by the code that it bears."""

from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from plannumerique.files.models import IssuedDocument
from plannumerique.lib.text import typeset
from portal.public.forms import CampaignForm, SimulationForm, VerificationForm
from portal.public.simulation import simulate
from portal.public.verification import facts_of
from projects.models import Campaign, CampaignDeadline, Phase, TermsVersion


@login_not_required
@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """The address printed at the foot of a document, short enough to be typed."""
    return redirect(f"{reverse('portal:verification')}?{urlencode({'code': code})}")


@login_not_required
@require_safe
def verification(request: HttpRequest) -> HttpResponse:
    """200 the document is known, or nothing is asked yet; 404 no document bears the code; 422 it is no code."""
    form = VerificationForm(request.GET or None)
    if not form.is_valid():
        return render(request, "portal/verification.html", {"form": form}, status=form.http_status)
    found = IssuedDocument.objects.rendered().verified_by(form.cleaned_data["code"])
    document = found.select_related("thread__academie").first()
    if document is None:
        form.add_error("code", typeset("Aucun document de ce portail ne porte ce code : relisez-le au pied de la page."))
        return render(request, "portal/verification.html", {"form": form}, status=404)
    return render(request, "portal/verification.html", {"form": form, "facts": facts_of(document)})


@login_not_required
@require_safe
def simulator(request: HttpRequest) -> HttpResponse:
    choice = CampaignForm(request.GET or None)
    if choice.is_bound and not choice.is_valid():
        return render(request, "portal/simulator.html", {"form": choice}, status=choice.http_status)
    campaign = cast(Campaign | None, choice.cleaned_data["campagne"] if choice.is_bound else _latest(choice))
    if campaign is None:
        return render(request, "portal/simulator.html", {})
    terms = campaign.current_terms()
    asked = request.GET if "classe_1" in request.GET else None
    form = SimulationForm(asked, terms=terms, initial={"campagne": campaign.pk})
    page = {"form": form, "campaign": campaign, "terms": terms}
    if form.is_valid():
        page["simulation"] = simulate(campaign, form.expenses, terms=terms.as_rule())
    return render(request, "portal/simulator.html", page, status=form.http_status)


def _latest(choice: CampaignForm) -> Campaign | None:
    return choice.fields["campagne"].queryset.first()  # type: ignore[attr-defined]


# --- The programme, and what every site says of itself ---


@login_not_required
@require_safe
def programme(request: HttpRequest) -> HttpResponse:
    """The campaigns in plain words, with their calendar, figures and contacts, for anybody."""
    campaigns = (
        Campaign.objects.select_related("academie")
        .prefetch_related(
            "academie__departements",
            Prefetch("phases", Phase.objects.order_by("number")),
            Prefetch("deadlines", CampaignDeadline.objects.order_by("on")),
            Prefetch("terms_versions", TermsVersion.objects.order_by("-number")),
        )
        .order_by("-year", "code")[:20]
    )
    return render(request, "portal/programme.html", {"campaigns": campaigns})


@login_not_required
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/library.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html")


@login_not_required
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/legal.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/privacy.html")
