"""Campaigns: opened whole from a template."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from plannumerique.files.letters import is_blank
from plannumerique.journal.machine import Refused
from plannumerique.lib.text import french_list, typeset
from plannumerique.organisations.models import Academie
from projects.campaign_templates import MENTIONS, CampaignTemplate, worded_for
from projects.enums import ActKind
from projects.models import (
    Campaign,
    CampaignDeadline,
    CampaignText,
    Criterion,
    Phase,
    Signatory,
    TermsVersion,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatoryAs:
    """Somebody who signs for the recteur from a day on; without `acts`, every act of the campaign."""

    name: str
    capacity: str
    starts_on: dt.date
    delegation: str = ""
    acts: tuple[ActKind, ...] = ()


@transaction.atomic
def open_campaign(template: CampaignTemplate, *, academie: Academie, signatories: Sequence[SignatoryAs] = ()) -> Campaign:
    """Create a campaign and all its rows from a template. Refused when the académie already has one of that code."""
    _refuse_what_is_not_ready(template, academie)
    own = {"tribunal": academie.tribunal, "comptable": academie.comptable}
    campaign = Campaign(academie=academie, code=template.code, **own | template.campaign)
    campaign.full_clean()
    campaign.save()
    terms = TermsVersion(campaign=campaign, number=1, **template.terms)
    terms.full_clean()
    terms.save()
    Phase.objects.bulk_create(
        Phase(campaign=campaign, number=one.number, label=one.label, opens_at=one.opens_at, closes_at=one.closes_at)
        for one in template.phases
    )
    CampaignDeadline.objects.bulk_create(
        CampaignDeadline(
            campaign=campaign, code=one.code, on=one.on, offsets=list(one.offsets), inclusive=one.inclusive, roll=one.roll
        )
        for one in template.deadlines
    )
    Criterion.objects.bulk_create(
        Criterion(campaign=campaign, rank=rank, label=one.label, help_text=one.help_text, weight=one.weight)
        for rank, one in enumerate(template.criteria, start=1)
    )
    CampaignText.objects.bulk_create(
        CampaignText(campaign=campaign, act=act, slot=slot, text=worded_for(academie, text))
        for (act, slot), text in sorted(template.texts.items())
    )
    Signatory.objects.bulk_create(
        Signatory(
            campaign=campaign, act=act, name=one.name, capacity=one.capacity, delegation=one.delegation, starts_on=one.starts_on
        )
        for one in signatories
        for act in (one.acts or ActKind)
    )
    return campaign


def _refuse_what_is_not_ready(template: CampaignTemplate, academie: Academie) -> None:
    if Campaign.objects.filter(academie=academie, code=template.code).exists():
        raise Refused(f"L’{academie} a déjà une campagne {template.code}.")
    asked = [field for field in academie._meta.fields if field.name in MENTIONS]
    if missing := [str(field.verbose_name) for field in asked if is_blank(getattr(academie, field.name))]:
        raise Refused(
            typeset(f"L’{academie} n’a pas encore : {french_list(missing)}. Son administration les saisit, page « Académies ».")
        )
