"""The columns of the list of applications, on the page and in the spreadsheet."""

from typing import Any

from plannumerique.ui.columns import Column, Shown
from plannumerique.ui.exports import local_day
from plannumerique.ui.pieces import Badge

Line = tuple[Any, Badge]


def _school(line: Line) -> Shown:
    return Shown(line[0].school, url=line[0].get_absolute_url())


# A line is the application with its badge, in the words of whoever reads it.
APPLICATIONS = (
    Column("uai", "UAI", takes="school.uai"),
    Column("ecole", "École", shows=_school, takes="school.name", order_by=("school__search",)),
    Column("commune", "Commune", takes="school.commune_name"),
    Column("departement", "Département", takes="school.departement.name"),
    Column(
        "collectivite",
        "Collectivité",
        shows=lambda line: line[0].dossier.collectivite,
        takes="dossier.collectivite.name",
        order_by=("dossier__collectivite__search",),
    ),
    Column("siren", "SIREN", takes="dossier.collectivite.siren"),
    Column(
        "phase",
        "Phase",
        shows=lambda line: line[0].phase.label,
        takes="phase.label",
        order_by=("phase__number", "school__search"),
    ),
    Column(
        "etat",
        "État",
        shows=lambda line: line[1],
        takes=lambda row: row.get_state_display(),
        order_by=("state", "school__search"),
    ),
    Column("deposee", "Déposée le", takes=lambda row: local_day(row.submitted_at)),
    Column(
        "classes",
        "Classes",
        shows=lambda line: line[0].classes,
        takes="classes",
        taken_as="Classes demandées",
        order_by=("classes",),
        numeric=True,
    ),
    Column("retenues", "Classes retenues", takes="retained_classes"),
    Column(
        "depense",
        "Dépense prévue",
        shows=lambda line: line[0].forecast,
        takes="forecast",
        taken_as="Dépense prévue (€)",
        order_by=("forecast",),
        numeric=True,
    ),
)
