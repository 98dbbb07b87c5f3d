"""The columns of the lists of the money; no account, which is for the payment requests alone."""

from typing import Any

from django.utils.text import capfirst

from plannumerique.lib.dates import short_date
from plannumerique.ui.columns import Column, Shown
from subsidies.pages import equipment, orders, payments, resources

_BY_NAME = "convention__dossier__collectivite__search"


def _name(row: Any) -> str:
    return str(row.convention.dossier.collectivite.name)


def _siren(row: Any) -> str:
    return str(row.convention.dossier.collectivite.siren)


SUBSIDIES = (
    Column(
        "collectivite",
        "Collectivité",
        shows=lambda row: Shown(row.convention.dossier.collectivite, url=row.get_absolute_url()),
        takes=_name,
        order_by=(_BY_NAME,),
    ),
    Column("siren", "SIREN", takes=_siren),
    Column("campagne", "Campagne", takes="campaign.label"),
    Column(
        "etat",
        "État",
        shows=equipment.badge_of,
        takes=lambda row: row.get_state_display(),
        order_by=("state", _BY_NAME),
    ),
    Column("suspendue", "Suspendue depuis le", takes="held_since"),
    Column(
        "maximum",
        "Maximum de la convention",
        shows="convention_max",
        takes="convention_max",
        taken_as="Maximum de la convention (€)",
        order_by=("convention_max",),
        numeric=True,
    ),
    Column("decision", "Décision", takes="decision_reference"),
    Column(
        "decide",
        "Décidé",
        shows="decided_amount",
        takes="decided_amount",
        taken_as="Décidé (€)",
        order_by=("decided_amount",),
        numeric=True,
    ),
    Column(
        "verse",
        "Versé",
        shows="paid_total",
        takes="paid_total",
        taken_as="Versé (€)",
        order_by=("paid_total",),
        numeric=True,
    ),
    Column(
        "notifiee",
        "Décision notifiée le",
        shows="notified_on",
        takes="notified_on",
        order_by=("notified_on",),
    ),
    Column("ej", "Numéro d’EJ", takes="ej_number"),
    Column("completes", "Pièces complètes le", takes="complete_on"),
    Column("service_fait", "Service fait constaté le", takes="service_fait_on"),
    Column("justifie", "Dépense justifiée", takes="justified_amount", taken_as="Dépense justifiée (€)"),
    Column("definitive", "Subvention définitive", takes="definitive_amount", taken_as="Subvention définitive (€)"),
)
ORDERS = (
    Column(
        "commande",
        "Commande",
        shows=lambda row: Shown(row.number, url=row.get_absolute_url()),
        takes="number",
        order_by=("number",),
    ),
    Column(
        "collectivite",
        "Collectivité",
        shows="subsidy.convention.dossier.collectivite",
        takes=lambda row: _name(row.subsidy),
        order_by=(f"subsidy__{_BY_NAME}",),
    ),
    Column(
        "fournisseur",
        "Fournisseur",
        shows="supplier_name",
        takes="supplier_name",
        order_by=("supplier_name",),
    ),
    Column("siret", "SIRET du fournisseur", takes="supplier_siret"),
    Column("mode", "Mode d’achat", takes=lambda row: row.get_channel_display()),
    Column(
        "date",
        "Date",
        shows="ordered_on",
        takes="ordered_on",
        taken_as="Date de la commande",
        order_by=("ordered_on",),
    ),
    Column("ht", "Montant HT", takes="amount_ht", taken_as="Montant HT (€)"),
    Column(
        "ttc",
        "Montant TTC",
        shows="amount_ttc",
        takes="amount_ttc",
        taken_as="Montant TTC (€)",
        order_by=("amount_ttc",),
        numeric=True,
    ),
    Column(
        "etat",
        "État",
        shows=orders.badge_of,
        takes=lambda row: row.get_state_display(),
        order_by=("state", "deposited_on"),
    ),
    Column(
        "deposee",
        "Déposée le",
        shows="deposited_on",
        takes="deposited_on",
        order_by=("deposited_on",),
    ),
)


def _payee(row: Any) -> Shown:
    return Shown(row.payee_name, hint=str(row.resources.school) if row.resources else "", url=row.get_absolute_url())


def _to_pay(row: Any) -> str:
    if row.pay_before:
        return f"avant le {short_date(row.pay_before)}"
    return f"à partir du {short_date(row.pay_from)}" if row.pay_from else ""


PAYMENTS = (
    Column("beneficiaire", "Bénéficiaire", shows=_payee, takes="payee_name", order_by=("payee_name",)),
    Column("siret", "SIRET du bénéficiaire", takes="payee_siret"),
    Column(
        "nature",
        "Nature",
        shows=lambda row: capfirst(row.get_kind_display()),
        takes=lambda row: row.get_kind_display(),
        order_by=("kind", "payee_name"),
    ),
    Column(
        "montant",
        "Montant",
        shows="amount",
        takes="amount",
        taken_as="Montant (€)",
        order_by=("amount",),
        numeric=True,
    ),
    Column(
        "etat",
        "État",
        shows=payments.badge_of,
        takes=lambda row: row.get_state_display(),
        order_by=("state", "prepared_on"),
    ),
    Column("exercice", "Exercice", takes="exercise"),
    Column("ej", "Numéro d’EJ", takes="ej_number"),
    Column("dp", "Numéro de DP", takes="dp_number"),
    Column("libelle", "Libellé du virement", takes="transfer_label"),
    Column(
        "preparee",
        "Préparée le",
        shows="prepared_on",
        takes="prepared_on",
        order_by=("prepared_on",),
    ),
    Column("validee", "Validée le", takes="validated_on"),
    Column("a_partir", "Payable à partir du", takes="pay_from"),
    Column(
        "avant",
        "À payer",
        shows=_to_pay,
        takes="pay_before",
        taken_as="À payer avant le",
        order_by=("pay_before", "prepared_on"),
    ),
    Column("payee", "Payée le", shows="paid_on", takes="paid_on", order_by=("paid_on",)),
)
GRANTS = (
    Column("uai", "UAI", takes="school.uai"),
    Column(
        "ecole",
        "École",
        shows=lambda row: Shown(row.school, url=row.get_absolute_url()),
        takes="school.name",
        order_by=("school__search",),
    ),
    Column(
        "college",
        "Collège référent",
        shows="payee",
        takes="payee.name",
        order_by=("payee__search", "school__search"),
    ),
    Column("uai_college", "UAI du collège", takes="payee.uai"),
    Column(
        "collectivite",
        "Collectivité",
        shows="convention.dossier.collectivite",
        takes=_name,
        order_by=(_BY_NAME, "school__search"),
    ),
    Column(
        "montant",
        "Montant",
        shows="amount",
        takes="amount",
        taken_as="Montant (€)",
        order_by=("amount",),
        numeric=True,
    ),
    Column(
        "etat",
        "État",
        shows=resources.badge_of,
        takes=lambda row: row.get_state_display(),
        order_by=("state", "school__search"),
    ),
    Column(
        "notifiee",
        "Notifiée le",
        shows="notified_on",
        takes="notified_on",
        order_by=("notified_on",),
    ),
    Column("ej", "Numéro d’EJ", takes="ej_number"),
    Column("verse", "Versé", takes="paid_total", taken_as="Versé (€)"),
)
