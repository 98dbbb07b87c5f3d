"""What the list of mobile classes takes away as a spreadsheet."""

from plannumerique.ui.exports import ExportColumn

CLASSES = (
    ExportColumn("uai", "UAI", lambda row: row.school.uai),
    ExportColumn("ecole", "École", lambda row: row.school.name),
    ExportColumn("departement", "Département", lambda row: row.school.departement.name),
    ExportColumn("classe", "Classe n°", lambda row: row.number),
    ExportColumn("collectivite", "Collectivité", lambda row: row.convention.dossier.collectivite.name),
    ExportColumn("etat", "État", lambda row: row.get_state_display()),
    ExportColumn("attendue", "Attendue au plus tard le", lambda row: row.delivery_expected_on),
    ExportColumn("recue", "Reçue le", lambda row: row.received_on),
    ExportColumn("livraison", "Bon de livraison", lambda row: row.delivery_note),
    ExportColumn("reserves", "Réserves", lambda row: row.reservations),
    ExportColumn("service_fait", "Service fait constaté le", lambda row: row.certified_on),
)
