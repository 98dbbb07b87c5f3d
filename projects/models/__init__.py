from projects.models.applications import Application, ClassForecast, Dossier, Opinion
from projects.models.campaigns import Campaign, CampaignDeadline, CampaignText, Phase, Signatory, TermsVersion

__all__ = [
    "Application",
    "Campaign",
    "CampaignDeadline",
    "CampaignText",
    "ClassForecast",
    "Dossier",
    "Opinion",
    "Phase",
    "Signatory",
    "TermsVersion",
]
