"""What stands in the way of an application's moves: one French sentence per obstacle, naming who can lift it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from plannumerique.files.models import Piece
from plannumerique.journal.machine import condition
from plannumerique.lib.text import plural
from plannumerique.organisations.enums import SchoolStatus
from projects.enums import REQUIRED_PIECES

if TYPE_CHECKING:
    from projects.models import Application


@condition
def the_school_is_open(application: Application) -> Iterator[str]:
    """L’école n’est ni fermée ni à fermer."""
    if application.school.status != SchoolStatus.OPEN:
        yield f"L’{application.school.in_words} est notée « {application.school.get_status_display()} » dans l’annuaire."


@condition
def the_director_wrote_her_part(application: Application) -> Iterator[str]:
    """La direction de l’école a remis la partie pédagogique."""
    if application.pedagogy_on is None:
        yield f"La partie pédagogique n’est pas remise : elle revient à la direction de l’{application.school.in_words}."


@condition
def the_referent_college_is_chosen(application: Application) -> Iterator[str]:
    """Le collège référent est choisi."""
    if application.referent_college_id is None:
        yield "Le collège référent n’est pas choisi : la direction de l’école ou la collectivité l’indique."


@condition
def the_infrastructure_is_described(application: Application) -> Iterator[str]:
    """Débit, Wi-Fi et filtrage sont décrits."""
    if not (application.bandwidth and application.wifi and application.filtering):
        yield "Le débit, le Wi-Fi et le filtrage de l’école ne sont pas décrits : la collectivité complète la partie technique."


@condition
def the_classes_are_costed(application: Application) -> Iterator[str]:
    """Au moins une classe a sa dépense prévue, sans dépasser la limite par école."""
    if not application.classes_asked():
        yield "Aucune classe mobile n’a de dépense prévue : la collectivité complète la partie financière."
    yield from the_limit_of_classes_holds.obstacles(application)


@condition
def the_required_pieces_are_there(application: Application) -> Iterator[str]:
    """Lettre d’intention et devis sont déposés et non rejetés."""
    for kind in REQUIRED_PIECES:
        if kind not in application.dossier.usable_pieces:
            yield f"Il manque une pièce : {kind.label}. La collectivité la dépose dans le dossier."


@condition
def every_point_is_answered(application: Application) -> Iterator[str]:
    """Chaque point que la DANE a demandé de compléter a sa réponse."""
    for point in application.points.unanswered():
        who = "la direction de l’école" if point.is_pedagogical else "la collectivité"
        yield f"La DANE attend une réponse sur « {point.get_anchor_display()} » : {who} la donne au même endroit."


@condition
def no_piece_awaits_a_check(application: Application) -> Iterator[str]:
    """Les pièces de la candidature sont vérifiées."""
    for piece in Piece.objects.awaiting_check().filter(thread_id=application.thread_id, kind__in=REQUIRED_PIECES):
        yield f"La pièce « {piece} » attend sa vérification par la DANE."


@condition
def the_limit_of_classes_holds(application: Application) -> Iterator[str]:
    """La limite de classes par école tient, toutes phases comprises."""
    limit = application.campaign.current_terms().max_units_per_school
    already = application.classes_granted_in_other_phases()
    wanted = application.retained_classes or application.classes_asked()
    if already + wanted > limit:
        yield (
            f"L’{application.school.in_words} demande "
            f"{plural(wanted, one='classe mobile', many='classes mobiles')} et en a déjà obtenu {already} "
            f"dans la campagne : la limite est de {limit} par école, toutes phases comprises."
        )


@condition
def it_is_taken_over(application: Application) -> Iterator[str]:
    """La sélection est reprise : elle a été faite avant le portail."""
    if application.taken_over_on is None:
        yield "Cette sélection a été décidée dans le portail : elle s’annule, elle n’est pas une reprise."


@condition
def it_was_deposited_here(application: Application) -> Iterator[str]:
    """La candidature a été déposée dans le portail."""
    if application.taken_over_on is not None:
        yield "Cette sélection est reprise : elle n’a pas été instruite ici. Annulez la reprise, puis reprenez-la exacte."


@condition
def no_convention_covers_it(application: Application) -> Iterator[str]:
    """Aucune convention ne porte la candidature."""
    if application.under_convention:
        yield "Une convention porte cette candidature : retirez d’abord l’école du projet de convention."


@condition
def a_convention_covers_it(application: Application) -> Iterator[str]:
    """Une convention porte la candidature."""
    if not application.under_convention:
        yield "Aucune convention ne porte cette candidature."


@condition
def no_other_live_application(application: Application) -> Iterator[str]:
    """L’école n’a pas d’autre candidature en cours dans la phase."""
    if application.has_live_rival():
        yield f"L’{application.school.in_words} a déposé depuis une autre candidature dans cette phase."
