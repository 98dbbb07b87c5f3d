"""What the lists of the portal take away as spreadsheets."""

from typing import Any

from plannumerique.ui.exports import ExportColumn, local_day
from portal.standing.stages import Stage
from projects.enums import ApplicationState


def application_label(school: Any) -> str:
    return str(ApplicationState(school.situation).label) if school.application_id else ""


DOSSIERS = (
    ExportColumn("reference", "Dossier", lambda row: row.reference),
    ExportColumn("collectivite", "Collectivité", lambda row: row.collectivite.name),
    ExportColumn("siren", "SIREN", lambda row: row.collectivite.siren),
    ExportColumn("departement", "Département", lambda row: row.collectivite.departement.name),
    ExportColumn("campagne", "Campagne", lambda row: row.campaign.label),
    ExportColumn("ecoles", "Écoles", lambda row: row.schools_count),
    ExportColumn("etape", "Étape", lambda row: str(Stage(row.stage).label)),
    ExportColumn("echeance", "Échéance", lambda row: row.due),
    ExportColumn("contact", "Personne à joindre", lambda row: row.contact_name),
    ExportColumn("courriel", "Courriel", lambda row: row.contact_email),
    ExportColumn("telephone", "Téléphone", lambda row: row.contact_phone),
)
# For those whose pages hold the money of the collectivité.
MONEY = (
    ExportColumn("maximum", "Subvention maximale (€)", lambda row: row.maximum),
    ExportColumn("decide", "Décidé (€)", lambda row: row.decided),
    ExportColumn("verse", "Versé (€)", lambda row: row.paid),
)
PIECES = (
    ExportColumn("piece", "Pièce", lambda row: row.label),
    ExportColumn("dossier", "Dossier", lambda row: row.thread.title),
    ExportColumn("collectivite", "Collectivité", lambda row: row.thread.collectivite.name),
    ExportColumn("fichier", "Fichier", lambda row: row.file.original_name),
    ExportColumn("deposee", "Déposée le", lambda row: local_day(row.deposited_at)),
    ExportColumn("par", "Déposée par", lambda row: str(row.deposited_by) if row.deposited_by else ""),
)
SCHOOLS = (
    ExportColumn("uai", "UAI", lambda row: row.uai),
    ExportColumn("ecole", "École", lambda row: row.name),
    ExportColumn("commune", "Commune", lambda row: row.commune_name),
    ExportColumn("departement", "Département", lambda row: row.departement.name),
    ExportColumn("collectivite", "Collectivité", lambda row: row.collectivite.name if row.collectivite else ""),
    ExportColumn("candidature", "Dernière candidature", lambda row: application_label(row)),
    ExportColumn("prevues", "Classes mobiles prévues", lambda row: row.planned),
    ExportColumn("recues", "Classes mobiles reçues", lambda row: row.received),
)
