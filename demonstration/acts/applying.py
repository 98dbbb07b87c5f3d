"""From the opening of the dossier to the selection."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from demonstration.acts.common import SUPPLIERS, paper
from demonstration.papers import Row
from demonstration.scene import Scene
from plannumerique.files import services as files
from plannumerique.files.models import Piece
from plannumerique.lib.money import ZERO
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.models import School
from projects import services as projects
from projects.enums import Anchor, Filtering, OpinionKind, OpinionSense, PieceKind, WifiState
from projects.models import CompletionPoint, Phase
from projects.services import ClassCost, Point


def open_dossier(scene: Scene, actor: Actor) -> None:
    dossier = projects.open_dossier(campaign=scene.campaign, collectivite=scene.collectivite, actor=actor)
    assert actor.user is not None
    projects.describe_contact(
        dossier_id=dossier.pk,
        actor=actor,
        seen=dossier.version,
        name=str(actor.user),
        email=actor.user.email,
        phone=f"03 00 00 00 {scene.number:02}",
    )


def describe_schools(scene: Scene, actor: Actor) -> None:
    """A line for each school, with its infrastructure and what each class should cost."""
    phase = Phase.objects.get(campaign=scene.campaign, number=scene.phase)
    for place in scene.places:
        school = School.objects.select_related("collectivite").get(uai=place.uai)
        application = projects.add_application(dossier=scene.dossier, phase=phase, school=school, actor=actor)
        projects.describe_technical_part(
            application_id=application.pk,
            actor=actor,
            seen=application.version,
            costs=[
                ClassCost(expense=Decimal(amount), label=f"Classe mobile n° {number}, 15 tablettes")
                for number, amount in enumerate(place.forecasts, start=1)
            ],
            bandwidth=place.bandwidth,
            wifi=WifiState.INSTALLED if place.bandwidth > 10 else WifiState.PLANNED,
            filtering=Filtering.AMON if place.bandwidth > 10 else Filtering.COLLECTIVITE,
            infrastructure="Câblage des salles en catégorie 6, une borne par niveau, armoire fermée à clé.",
            delivery_from=dt.date(actor.today.year, 9, 5),
        )


def write_pedagogy(scene: Scene, actor: Actor, *, uai: str) -> None:
    place = next(one for one in scene.places if one.uai == uai)
    application = scene.application(uai)
    projects.write_pedagogical_part(
        application_id=application.pk,
        actor=actor,
        seen=application.version,
        project_title=place.title,
        project=f"{place.title} : les élèves du cycle 3 cherchent, produisent et publient avec la classe mobile, trois séances "
        "par semaine ; chaque trimestre, un travail commun avec le collège référent.",
        reform="Les domaines 1 et 2 du socle commun ; le cycle 3 se travaille avec le collège.",
        academic_plan="L’éducation aux médias et la différenciation, deux priorités de l’académie.",
        team="Toutes les classes du cycle 3 et leurs enseignants.",
        college_link="Liaison école-collège : défis de sciences, rencontres lues à distance, journal commun.",
        referent_college=School.objects.get(uai=place.college),
    )


def deposit_application_pieces(scene: Scene, actor: Actor) -> None:
    total = sum((Decimal(amount) for place in scene.places for amount in place.forecasts), ZERO)
    intent = "La commune s’engage à équiper ses écoles et à porter la part qui lui revient."
    letter = paper(scene, actor, "LETTRE D’INTENTION FICTIVE", intent, name="lettre-intention.pdf")
    quote = paper(scene, actor, "DEVIS FICTIF", Row("Classes mobiles, TTC", total, True), name="devis.pdf", issuer=SUPPLIERS[0])
    for kind, file in ((PieceKind.LETTER_OF_INTENT, letter), (PieceKind.QUOTE, quote)):
        projects.deposit_piece(dossier=scene.dossier, kind=kind, file=file, actor=actor)


def submit(scene: Scene, actor: Actor) -> None:
    for application in scene.applications():
        projects.submit(application_id=application.pk, actor=actor)


def check_application_pieces(scene: Scene, actor: Actor) -> None:
    for piece in Piece.objects.awaiting_check().about(scene.dossier).order_by("pk"):
        files.accept_piece(piece_id=piece.pk, actor=actor)


def reject_quote(scene: Scene, actor: Actor, *, motive: str) -> None:
    quote = Piece.objects.awaiting_check().about(scene.dossier).get(kind=PieceKind.QUOTE)
    projects.check_piece(piece=quote, dossier=scene.dossier, decision="reject", actor=actor, seen=quote.version, comment=motive)


def deposit_new_quote(scene: Scene, actor: Actor) -> None:
    file = paper(scene, actor, "DEVIS FICTIF", "Second devis, détaillé par classe", name="devis-2.pdf", issuer=SUPPLIERS[1])
    projects.deposit_piece(dossier=scene.dossier, kind=PieceKind.QUOTE, file=file, actor=actor)


def give_opinions(scene: Scene, actor: Actor, *, kind: OpinionKind, text: str) -> None:
    for application in scene.applications():
        projects.give_opinion(application=application, actor=actor, kind=kind, sense=OpinionSense.FAVOURABLE, text=text)


def grant_derogation(scene: Scene, actor: Actor, *, motive: str) -> None:
    for application in scene.applications():
        projects.grant_derogation(application_id=application.pk, actor=actor, seen=application.version, comment=motive)


def request_completion(scene: Scene, actor: Actor, *, points: Sequence[Point], due_on: dt.date) -> None:
    for application in scene.applications():
        projects.request_completion(
            application_id=application.pk, actor=actor, seen=application.version, points=points, due_on=due_on
        )


def respond(scene: Scene, actor: Actor, *, anchor: Anchor, text: str) -> None:
    for point in CompletionPoint.objects.unanswered().filter(application__dossier=scene.dossier, anchor=anchor).order_by("pk"):
        projects.respond(point_id=point.pk, actor=actor, text=text)


def complete(scene: Scene, actor: Actor) -> None:
    for application in scene.applications():
        projects.complete(application_id=application.pk, actor=actor)


def admit(scene: Scene, actor: Actor) -> None:
    for application in scene.applications():
        projects.admit(application_id=application.pk, actor=actor)


def retain(scene: Scene, actor: Actor, *, listed: str, without: Sequence[str]) -> None:
    for application in scene.applications():
        if application.school.uai not in without:
            projects.retain(
                application_id=application.pk,
                actor=actor,
                classes=application.classes_asked(),
                on=actor.today,
                selection_list=listed,
            )


def set_aside(scene: Scene, actor: Actor, *, uai: str, listed: str, motive: str) -> None:
    projects.set_aside(
        application_id=scene.application(uai).pk, actor=actor, on=actor.today, selection_list=listed, comment=motive
    )


def put_on_waiting_list(scene: Scene, actor: Actor, *, uai: str, listed: str) -> None:
    projects.put_on_waiting_list(application_id=scene.application(uai).pk, actor=actor, on=actor.today, selection_list=listed)
