from projects.models.applications import Application, ClassForecast, Dossier, Opinion
from projects.models.campaigns import Campaign, CampaignDeadline, CampaignText, Phase, Signatory, TermsVersion
from projects.models.completions import CompletionPoint

__all__ = [
    "Application",
    "Campaign",
    "CampaignDeadline",
    "CampaignText",
    "ClassForecast",
    "CompletionPoint",
    "Dossier",
    "Opinion",
    "Phase",
    "Signatory",
    "TermsVersion",
]
