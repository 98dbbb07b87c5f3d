from projects.models.applications import Application
from projects.models.campaigns import Campaign, CampaignDeadline, CampaignText, Phase, Signatory, TermsVersion
from projects.models.completions import CompletionPoint
from projects.models.dossiers import Dossier
from projects.models.forecasts import ClassForecast
from projects.models.opinions import Opinion
from projects.models.sessions import Criterion, Mark, Proposal, SelectionSession

__all__ = [
    "Application",
    "Campaign",
    "CampaignDeadline",
    "CampaignText",
    "ClassForecast",
    "CompletionPoint",
    "Criterion",
    "Dossier",
    "Mark",
    "Opinion",
    "Phase",
    "Proposal",
    "SelectionSession",
    "Signatory",
    "TermsVersion",
]
