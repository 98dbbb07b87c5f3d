"""What the lists of the money take away as spreadsheets; no account, which is for the payment requests alone."""

from typing import Any

from plannumerique.ui.exports import ExportColumn


def _name(row: Any) -> str:
    return str(row.convention.dossier.collectivite.name)


def _siren(row: Any) -> str:
    return str(row.convention.dossier.collectivite.siren)


SUBSIDIES = (
    ExportColumn("collectivite", "Collectivité", _name),
    ExportColumn("siren", "SIREN", _siren),
    ExportColumn("campagne", "Campagne", lambda row: row.campaign.label),
    ExportColumn("etat", "État", lambda row: row.get_state_display()),
    ExportColumn("suspendue", "Suspendue depuis le", lambda row: row.held_since),
    ExportColumn("maximum", "Maximum de la convention (€)", lambda row: row.convention_max),
    ExportColumn("decision", "Décision", lambda row: row.decision_reference),
    ExportColumn("decide", "Décidé (€)", lambda row: row.decided_amount),
    ExportColumn("notifiee", "Décision notifiée le", lambda row: row.notified_on),
    ExportColumn("ej", "Numéro d’EJ", lambda row: row.ej_number),
    ExportColumn("completes", "Pièces complètes le", lambda row: row.complete_on),
    ExportColumn("service_fait", "Service fait constaté le", lambda row: row.service_fait_on),
    ExportColumn("justifie", "Dépense justifiée (€)", lambda row: row.justified_amount),
    ExportColumn("definitive", "Subvention définitive (€)", lambda row: row.definitive_amount),
    ExportColumn("verse", "Versé (€)", lambda row: row.paid_total),
)
ORDERS = (
    ExportColumn("commande", "Commande", lambda row: row.number),
    ExportColumn("collectivite", "Collectivité", lambda row: _name(row.subsidy)),
    ExportColumn("fournisseur", "Fournisseur", lambda row: row.supplier_name),
    ExportColumn("siret", "SIRET du fournisseur", lambda row: row.supplier_siret),
    ExportColumn("mode", "Mode d’achat", lambda row: row.get_channel_display()),
    ExportColumn("date", "Date de la commande", lambda row: row.ordered_on),
    ExportColumn("ht", "Montant HT (€)", lambda row: row.amount_ht),
    ExportColumn("ttc", "Montant TTC (€)", lambda row: row.amount_ttc),
    ExportColumn("etat", "État", lambda row: row.get_state_display()),
    ExportColumn("deposee", "Déposée le", lambda row: row.deposited_on),
)
PAYMENTS = (
    ExportColumn("beneficiaire", "Bénéficiaire", lambda row: row.payee_name),
    ExportColumn("siret", "SIRET du bénéficiaire", lambda row: row.payee_siret),
    ExportColumn("nature", "Nature", lambda row: row.get_kind_display()),
    ExportColumn("montant", "Montant (€)", lambda row: row.amount),
    ExportColumn("etat", "État", lambda row: row.get_state_display()),
    ExportColumn("exercice", "Exercice", lambda row: row.exercise),
    ExportColumn("ej", "Numéro d’EJ", lambda row: row.ej_number),
    ExportColumn("dp", "Numéro de DP", lambda row: row.dp_number),
    ExportColumn("libelle", "Libellé du virement", lambda row: row.transfer_label),
    ExportColumn("preparee", "Préparée le", lambda row: row.prepared_on),
    ExportColumn("validee", "Validée le", lambda row: row.validated_on),
    ExportColumn("a_partir", "Payable à partir du", lambda row: row.pay_from),
    ExportColumn("avant", "À payer avant le", lambda row: row.pay_before),
    ExportColumn("payee", "Payée le", lambda row: row.paid_on),
)
GRANTS = (
    ExportColumn("uai", "UAI", lambda row: row.school.uai),
    ExportColumn("ecole", "École", lambda row: row.school.name),
    ExportColumn("college", "Collège référent", lambda row: row.payee.name),
    ExportColumn("uai_college", "UAI du collège", lambda row: row.payee.uai),
    ExportColumn("collectivite", "Collectivité", _name),
    ExportColumn("montant", "Montant (€)", lambda row: row.amount),
    ExportColumn("etat", "État", lambda row: row.get_state_display()),
    ExportColumn("notifiee", "Notifiée le", lambda row: row.notified_on),
    ExportColumn("ej", "Numéro d’EJ", lambda row: row.ej_number),
    ExportColumn("verse", "Versé (€)", lambda row: row.paid_total),
)
