"""What the list of conventions takes away as a spreadsheet; no account, which is for the letters of those concerned."""

from plannumerique.ui.exports import ExportColumn

CONVENTIONS = (
    ExportColumn("reference", "Convention", lambda row: row.reference),
    ExportColumn("collectivite", "Collectivité", lambda row: row.dossier.collectivite.name),
    ExportColumn("siren", "SIREN", lambda row: row.dossier.collectivite.siren),
    ExportColumn("campagne", "Campagne", lambda row: row.campaign.label),
    ExportColumn("etat", "État", lambda row: row.get_state_display()),
    ExportColumn("projet", "Montant du projet (€)", lambda row: row.project_amount),
    ExportColumn("maximum", "Subvention maximale (€)", lambda row: row.subsidy_max),
    ExportColumn("ressources", "Dotations de ressources (€)", lambda row: row.resources_total),
    ExportColumn("deliberation", "Délibération exécutoire le", lambda row: row.executory_on),
    ExportColumn("collectivite_signee", "Signée par la collectivité le", lambda row: row.collectivite_signed_on),
    ExportColumn("recteur_signee", "Signée par le recteur le", lambda row: row.recteur_signed_on),
    ExportColumn("notifiee", "Notifiée le", lambda row: row.notified_on),
)
