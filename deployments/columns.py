"""The columns of the board of mobile classes."""

from deployments.pages import badge_of
from plannumerique.ui.columns import Column, Shown

_BY_SCHOOL = ("school__search", "number")

CLASSES = (
    Column("uai", "UAI", takes="school.uai"),
    Column(
        "ecole",
        "École",
        shows=lambda row: Shown(row, url=row.get_absolute_url()),
        takes="school.name",
        order_by=_BY_SCHOOL,
    ),
    Column("departement", "Département", takes="school.departement.name"),
    Column("classe", "Classe n°", takes="number"),
    Column(
        "collectivite",
        "Collectivité",
        shows="convention.dossier.collectivite",
        takes="convention.dossier.collectivite.name",
        order_by=("convention__dossier__collectivite__search", *_BY_SCHOOL),
    ),
    Column("etat", "État", shows=badge_of, takes=lambda row: row.get_state_display(), order_by=("state", *_BY_SCHOOL)),
    Column(
        "attendue",
        "Attendue au plus tard le",
        shows="delivery_expected_on",
        takes="delivery_expected_on",
        order_by=("delivery_expected_on", *_BY_SCHOOL),
    ),
    Column(
        "recue",
        "Reçue le",
        shows="received_on",
        takes="received_on",
        order_by=("received_on", *_BY_SCHOOL),
    ),
    Column("livraison", "Bon de livraison", takes="delivery_note"),
    Column("reserves", "Réserves", takes="reservations"),
    Column("service_fait", "Service fait constaté le", takes="certified_on"),
)
