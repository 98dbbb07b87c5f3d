"""The académie's session on the third phase: opened, marked by two readers, tried in the order of the marks."""

from decimal import Decimal

from demonstration.scene import Scene
from plannumerique.organisations.actor import Actor
from projects import services as projects
from projects.models import Phase, SelectionSession
from projects.rules.selection import HIGHEST_MARK

LABEL = "Commission académique d’exemple"
PHASE = 3


def open_session(scene: Scene, actor: Actor, *, envelope: Decimal) -> None:
    phase = Phase.objects.select_related("campaign").get(campaign=scene.campaign, number=PHASE)
    projects.open_session(phase=phase, actor=actor, label=LABEL, held_on=actor.today, envelope=envelope)


def mark_candidates(scene: Scene, actor: Actor) -> None:
    """Invented marks, that change from a school to the next and from a reader to the other."""
    session = _session(scene)
    criteria = list(session.campaign.criteria.order_by("rank"))
    shift = sum(actor.name.encode()) % 2
    for rank, application in enumerate(session.to_decide().select_related("school").order_by("school__uai")):
        marks: dict[int, int | None] = {one.pk: 2 + (rank * 2 + one.rank + shift) % (HIGHEST_MARK - 1) for one in criteria}
        projects.mark(session=session, application=application, marks=marks, actor=actor)


def try_selection(scene: Scene, actor: Actor) -> None:
    projects.propose_by_rank(session=_session(scene), actor=actor)


def _session(scene: Scene) -> SelectionSession:
    return SelectionSession.objects.select_related("campaign", "phase").get(campaign=scene.campaign, phase__number=PHASE)
