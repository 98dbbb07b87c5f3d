"""What the pages of an application show: its facts, its steps, its amounts unfolded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from plannumerique.files.models import Piece
from plannumerique.journal.actions import offered
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from plannumerique.ui.pieces import Action, AmountLine, Amounts, Badge, Fact, Step, StepState, Tone
from projects.enums import ApplicationState, PointState
from projects.models import Application, CompletionPoint, Dossier, TermsVersion
from projects.permissions import can_drop_point, can_respond, moves_that_matter
from projects.rules import ClassExpense, FundingError, provisional_subsidy

S = ApplicationState

TONES: dict[str, Tone] = {
    S.DRAFT: Tone.NEUTRAL,
    S.SUBMITTED: Tone.INFO,
    S.TO_COMPLETE: Tone.WARNING,
    S.ADMISSIBLE: Tone.INFO,
    S.INADMISSIBLE: Tone.ERROR,
    S.WAITING_LIST: Tone.WARNING,
    S.RETAINED: Tone.SUCCESS,
    S.NOT_RETAINED: Tone.ERROR,
    S.CONTRACTED: Tone.SUCCESS,
    S.ABANDONED: Tone.NEUTRAL,
}

_NOMINAL = (
    ("Candidature écrite", (S.DRAFT, S.TO_COMPLETE)),
    ("Dépôt et instruction", (S.SUBMITTED,)),
    ("Sélection", (S.ADMISSIBLE, S.WAITING_LIST)),
    ("Convention", (S.RETAINED,)),
    ("Conventionnée", (S.CONTRACTED,)),
)


# What the people of a school read instead of the state: the same step, in everyday words.
_IN_SCHOOLS: dict[str, str] = {
    S.DRAFT: "En cours d’écriture",
    S.SUBMITTED: "Déposée, à l’étude",
    S.ADMISSIBLE: "Complète, décision attendue",
    S.INADMISSIBLE: "Non examinée",
    S.CONTRACTED: "Retenue, convention signée",
}


def badge_of(application: Application) -> Badge:
    past = ", reprise" if application.taken_over_on else ""
    return Badge(f"{capfirst(application.get_state_display())}{past}", TONES[application.state])


def badge_for(actor: Actor, application: Application) -> Badge:
    """As its reader names it: the académie and the collectivité by the state of the procedure, a school in everyday words."""
    if actor.ids(Level.ACADEMIE) or actor.ids(Level.COLLECTIVITE) or application.state not in _IN_SCHOOLS:
        return badge_of(application)
    return Badge(_IN_SCHOOLS[application.state], TONES[application.state])


def actions_of(application: Application, actor: Actor) -> list[Action]:
    """The moves that this person may make, those that the closing of the phase refuses shut with its sentence."""
    actions = offered(application, actor, moves_that_matter(application), urls="projects")
    closed = typeset(application.closed_at(actor.at))
    if not closed:
        return actions
    shut = [reverse(f"projects:{name}", args=[application.pk]) for name in ("submit", "withdraw")]
    return [replace(one, obstacles=(closed, *one.obstacles)) if one.url in shut else one for one in actions]


# What takes back or gives up: possible, but never what a page expects.
_BACKWARD = ("withdraw", "abandon", "reopen", "revise_selection", "cancel_take_over")


def parted(application: Application, actions: Sequence[Action]) -> tuple[list[Action], list[Action]]:
    """What takes the application forward or decides of it, and what goes back."""
    backward = [reverse(f"projects:{name}", args=[application.pk]) for name in _BACKWARD]
    return [one for one in actions if one.url not in backward], [one for one in actions if one.url in backward]


def facts_of(application: Application, *, reader: Actor | None = None) -> list[Fact]:
    school = application.school
    facts = [
        Fact("École", str(school), note=school.uai),
        Fact("Collectivité", application.dossier.collectivite.name),
        Fact("Phase", application.phase.label),
        Fact("État", badge=badge_for(reader, application) if reader else badge_of(application)),
        Fact("Collège référent", str(application.referent_college) if application.referent_college else "à choisir"),
    ]
    if application.retained_classes:
        facts.append(Fact("Classes retenues", str(application.retained_classes), note=application.selection_list))
    if application.opinions_due_on:
        facts.append(Fact("Avis attendus au plus tard le", on=application.opinions_due_on))
    if application.completion_due_on:
        facts.append(Fact("À compléter au plus tard le", on=application.completion_due_on))
    return facts


@dataclass(frozen=True, slots=True)
class PointLine:
    """A point to complete as the page of its application shows it; `url` leads to the spot where this person answers it."""

    point: CompletionPoint
    badge: Badge
    url: str = ""
    drop_url: str = ""


_POINT_TONES = {PointState.ASKED: Tone.WARNING, PointState.ANSWERED: Tone.SUCCESS, PointState.DROPPED: Tone.NEUTRAL}


def point_lines(application: Application, actor: Actor) -> list[PointLine]:
    """What was asked and answered, in the order of asking; one query."""
    lines = []
    for point in application.points.for_pages():
        point.application = application
        live = point.state != PointState.DROPPED
        lines.append(
            PointLine(
                point,
                Badge(capfirst(point.get_state_display()), _POINT_TONES[PointState(point.state)]),
                url=point.get_absolute_url() if live and can_respond(actor, point) else "",
                drop_url=reverse("projects:drop", args=[point.pk]) if live and can_drop_point(actor, point) else "",
            )
        )
    return lines


def facts_of_piece(dossier: Dossier, piece: Piece) -> list[Fact]:
    return [
        Fact("Collectivité", dossier.collectivite.name, url=dossier.get_absolute_url()),
        Fact("Pièce", piece.label, url=piece.get_absolute_url(), note=piece.file.original_name),
        Fact("État", capfirst(piece.get_state_display()), note=piece.motive),
        Fact(
            "Déposée le",
            on=timezone.localdate(piece.deposited_at),
            note=f"par {piece.deposited_by}" if piece.deposited_by else "",
        ),
    ]


def steps_of(application: Application) -> list[Step]:
    """The nominal path; a line that left it (irrecevable, non retenue, abandonnée) shows where it stopped."""
    current = next((rank for rank, (_, states) in enumerate(_NOMINAL) if application.state in states), None)
    if current is None:
        reached = 2 if application.state == S.NOT_RETAINED else 1
        stopped = Step(capfirst(application.get_state_display()), StepState.BLOCKED, on=application.selection_on)
        return [*(Step(title, StepState.DONE) for title, _ in _NOMINAL[:reached]), stopped]
    last = len(_NOMINAL) - 1
    return [
        Step(title, StepState.DONE if rank < current or (rank == current == last) else _state(rank, current))
        for rank, (title, _) in enumerate(_NOMINAL)
    ]


def _state(rank: int, current: int) -> StepState:
    return StepState.CURRENT if rank == current else StepState.TODO


def amounts_of(application: Application) -> Amounts | None:
    """The provisional subsidy of the line, class by class; None while no class is costed."""
    return amounts_of_expenses(
        application.expenses(limit=application.retained_classes), terms=application.campaign.current_terms()
    )


def amounts_of_expenses(expenses: Sequence[ClassExpense], *, terms: TermsVersion) -> Amounts | None:
    if not expenses:
        return None
    try:
        funding = provisional_subsidy(expenses, terms=terms.as_rule())
    except FundingError as error:
        return Amounts("Subvention prévisionnelle de l’État", None, note=str(error))
    lines = tuple(AmountLine(f"Classe {line.key.number}", line.subsidy, note=line.explanation) for line in funding.lines)
    return Amounts(
        "Subvention prévisionnelle de l’État",
        funding.total,
        lines=(
            *lines,
            AmountLine("Dépense prévue", funding.expense),
            AmountLine("Reste à la charge de la collectivité", funding.own_share, strong=True),
        ),
    )
