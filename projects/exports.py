"""What the lists of dossiers and applications take away as spreadsheets."""

from plannumerique.ui.exports import ExportColumn, local_day

DOSSIERS = (
    ExportColumn("reference", "Dossier", lambda row: row.reference),
    ExportColumn("collectivite", "Collectivité", lambda row: row.collectivite.name),
    ExportColumn("siren", "SIREN", lambda row: row.collectivite.siren),
    ExportColumn("campagne", "Campagne", lambda row: row.campaign.label),
    ExportColumn("ecoles", "Écoles", lambda row: row.schools_count),
    ExportColumn("contact", "Personne à joindre", lambda row: row.contact_name),
    ExportColumn("courriel", "Courriel", lambda row: row.contact_email),
    ExportColumn("telephone", "Téléphone", lambda row: row.contact_phone),
)
APPLICATIONS = (
    ExportColumn("uai", "UAI", lambda row: row.school.uai),
    ExportColumn("ecole", "École", lambda row: row.school.name),
    ExportColumn("commune", "Commune", lambda row: row.school.commune_name),
    ExportColumn("departement", "Département", lambda row: row.school.departement.name),
    ExportColumn("collectivite", "Collectivité", lambda row: row.dossier.collectivite.name),
    ExportColumn("siren", "SIREN", lambda row: row.dossier.collectivite.siren),
    ExportColumn("phase", "Phase", lambda row: row.phase.label),
    ExportColumn("etat", "État", lambda row: row.get_state_display()),
    ExportColumn("deposee", "Déposée le", lambda row: local_day(row.submitted_at)),
    ExportColumn("classes", "Classes demandées", lambda row: row.classes),
    ExportColumn("retenues", "Classes retenues", lambda row: row.retained_classes),
    ExportColumn("depense", "Dépense prévue (€)", lambda row: row.forecast),
)
