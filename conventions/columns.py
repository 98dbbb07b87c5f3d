"""The columns of the list of conventions; no account, which is for the letters of those concerned."""

from typing import Any

from conventions import pages
from plannumerique.ui.columns import Column, Shown

_BY_NAME = "dossier__collectivite__search"


def _collectivite(line: Any) -> Shown:
    row, _ = line
    hint = f"n°\N{NO-BREAK SPACE}{row.reference}" if row.reference else ""
    return Shown(row.dossier.collectivite, hint=hint, url=row.get_absolute_url())


# A line is the convention and what it is awaited by.
CONVENTIONS = (
    Column("reference", "Convention", takes="reference"),
    Column(
        "collectivite",
        "Collectivité",
        shows=_collectivite,
        takes="dossier.collectivite.name",
        order_by=(_BY_NAME,),
    ),
    Column("siren", "SIREN", takes="dossier.collectivite.siren"),
    Column("campagne", "Campagne", takes="campaign.label"),
    Column(
        "etat",
        "État",
        shows=lambda line: pages.badge_of(line[0]),
        takes=lambda row: row.get_state_display(),
        order_by=("state", _BY_NAME),
    ),
    Column("projet", "Montant du projet", takes="project_amount", taken_as="Montant du projet (€)"),
    Column(
        "maximum",
        "Subvention maximale",
        shows=lambda line: line[0].subsidy_max,
        takes="subsidy_max",
        taken_as="Subvention maximale (€)",
        order_by=("subsidy_max", _BY_NAME),
        numeric=True,
    ),
    Column("echeance", "Échéance", shows=lambda line: line[1]),
    Column("ressources", "Dotations", takes="resources_total", taken_as="Dotations de ressources (€)"),
    Column("deliberation", "Délibération exécutoire le", takes="executory_on"),
    Column("collectivite_signee", "Signée par la collectivité le", takes="collectivite_signed_on"),
    Column("recteur_signee", "Signée par le recteur le", takes="recteur_signed_on"),
    Column("notifiee", "Notifiée le", takes="notified_on"),
)
