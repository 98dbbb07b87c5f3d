"""What the list of applications takes away as a spreadsheet."""

from plannumerique.ui.exports import ExportColumn, local_day

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
