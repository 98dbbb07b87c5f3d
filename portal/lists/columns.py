"""The columns of the lists that mix several apps: dossiers, pieces to check, schools."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst

from plannumerique.lib.dates import days_left
from plannumerique.lib.text import plural, typeset
from plannumerique.ui.columns import Column, Shown
from plannumerique.ui.exports import local_day
from plannumerique.ui.pieces import Badge, Tone
from portal.standing.expected import Expected
from portal.standing.pieces import PieceLine
from portal.standing.stages import Stage
from projects.enums import ApplicationState
from projects.pages.applications import TONES

STAGE_TONES: dict[str, Tone] = {
    **dict.fromkeys(Stage, Tone.INFO),
    Stage.APPLICATION: Tone.NEUTRAL,
    Stage.CLOSED: Tone.SUCCESS,
    Stage.ENDED: Tone.NEUTRAL,
}


# --- Dossiers ---


@dataclass(frozen=True, slots=True)
class DossierLine:
    dossier: Any
    stage: Badge
    expected: Expected
    today: dt.date


def stage_badge(row: Any) -> Badge:
    if row.held_since is not None:
        return Badge(f"{capfirst(Stage(row.stage).label)}, suspendu", Tone.WARNING)
    return Badge(capfirst(Stage(row.stage).label), STAGE_TONES[row.stage])


def _collectivite(line: DossierLine) -> Shown:
    row = line.dossier
    past = ", dossier repris" if row.taken_over else ""
    hint = f"{row.campaign.label}, {plural(row.schools_count, one='école')}{past}"
    return Shown(row.collectivite, hint=hint, url=row.get_absolute_url())


def _next_step(line: DossierLine) -> Shown:
    return Shown(typeset(capfirst(line.expected.step)), hint=line.expected.who)


def _due(line: DossierLine) -> Shown:
    due = line.dossier.due
    return Shown(due, hint=typeset(days_left(due, today=line.today)) if due else "")


DOSSIERS = (
    Column("reference", "Dossier", takes="reference"),
    Column(
        "collectivite",
        "Collectivité",
        shows=_collectivite,
        takes="collectivite.name",
        order_by=("collectivite__search",),
    ),
    Column("siren", "SIREN", takes="collectivite.siren"),
    Column("departement", "Département", takes="collectivite.departement.name"),
    Column("campagne", "Campagne", takes="campaign.label"),
    Column("ecoles", "Écoles", takes="schools_count"),
    Column(
        "etape",
        "Étape",
        shows=lambda line: line.stage,
        takes=lambda row: str(Stage(row.stage).label),
        order_by=("rank", "collectivite__search"),
    ),
    Column("suite", "Prochaine étape", shows=_next_step),
    Column("echeance", "Échéance", shows=_due, takes="due", order_by=("due", "collectivite__search")),
    Column("contact", "Personne à joindre", takes="contact_name"),
    Column("courriel", "Courriel", takes="contact_email"),
    Column("telephone", "Téléphone", takes="contact_phone"),
)
# For those whose pages hold the money of the collectivité.
MONEY = (
    Column(
        "maximum",
        "Subvention maximale",
        shows=lambda line: line.dossier.maximum,
        takes="maximum",
        taken_as="Subvention maximale (€)",
        order_by=("maximum",),
        numeric=True,
    ),
    Column("decide", "Décidé", takes="decided", taken_as="Décidé (€)"),
    Column(
        "verse",
        "Versé",
        shows=lambda line: line.dossier.paid,
        takes="paid",
        taken_as="Versé (€)",
        order_by=("paid",),
        numeric=True,
    ),
)


# --- Pieces to check ---


def _piece(line: PieceLine) -> Shown:
    hints = [str(line.piece.school)] if line.piece.school else []
    if not line.mine:
        hints.append("Une autre personne de la DANE la vérifie.")
    return Shown(line.piece.label, hint=" – ".join(hints), url=line.url)


PIECES = (
    Column("piece", "Pièce", shows=_piece, takes="label", order_by=("label", "deposited_at")),
    Column("dossier", "Dossier", takes="thread.title"),
    Column(
        "collectivite",
        "Collectivité",
        shows=lambda line: line.piece.thread.collectivite,
        takes="thread.collectivite.name",
        order_by=("thread__collectivite__search",),
    ),
    Column("fichier", "Fichier", takes="file.original_name"),
    Column(
        "deposee",
        "Déposée le",
        shows=lambda line: line.piece.deposited_at,
        takes=lambda row: local_day(row.deposited_at),
        order_by=("deposited_at",),
    ),
    Column(
        "par",
        "Déposée par",
        shows=lambda line: line.piece.deposited_by,
        takes=lambda row: str(row.deposited_by) if row.deposited_by else "",
    ),
)


# --- Schools ---


def _school(row: Any) -> Shown:
    url = reverse("projects:application", args=[row.application_id]) if row.application_id else ""
    return Shown(row, hint=row.uai, url=url)


def application_badge(row: Any) -> Badge:
    if row.application_id is None:
        return Badge("Aucune")
    state = ApplicationState(row.situation)
    return Badge(capfirst(state.label), TONES[state])


def _application_label(row: Any) -> str:
    return str(ApplicationState(row.situation).label) if row.application_id else ""


SCHOOLS = (
    Column("uai", "UAI", takes="uai"),
    Column("ecole", "École", shows=_school, takes="name", order_by=("search",)),
    Column("commune", "Commune", takes="commune_name"),
    Column("departement", "Département", takes="departement.name"),
    Column(
        "collectivite",
        "Collectivité",
        shows="collectivite",
        takes=lambda row: row.collectivite.name if row.collectivite else "",
        order_by=("collectivite__search", "search"),
    ),
    Column(
        "candidature",
        "Dernière candidature",
        shows=application_badge,
        takes=_application_label,
        order_by=("situation", "search"),
    ),
    Column(
        "prevues",
        "Classes prévues",
        shows="planned",
        takes="planned",
        taken_as="Classes mobiles prévues",
        order_by=("planned", "search"),
        numeric=True,
    ),
    Column(
        "recues",
        "Classes reçues",
        shows="received",
        takes="received",
        taken_as="Classes mobiles reçues",
        order_by=("received", "search"),
        numeric=True,
    ),
)
