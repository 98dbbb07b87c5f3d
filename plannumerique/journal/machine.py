"""States, moves and conditions: django-fsm with the reasons of a refusal, and signatures that a type checker can read."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar, cast

from django.db import models
from django_fsm import FSMField, Transition, transition

from plannumerique.lib.text import typeset

P = ParamSpec("P")
M = TypeVar("M", bound=models.Model)


class Refused(Exception):
    """A move cannot be made now. `reasons` are French sentences: what is missing, and who can supply it."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = [typeset(reason) for reason in reasons]
        super().__init__(" ".join(self.reasons))


@dataclass(frozen=True, slots=True)
class Condition:
    """What stands in the way of a move, read from the row alone: true for the machine when nothing does."""

    obstacles: Callable[[Any], Iterable[str]]

    @property
    def __name__(self) -> str:
        return self.obstacles.__name__

    @property
    def sentence(self) -> str:
        """What the condition demands, for the page of the machines: the first line of its docstring."""
        return (self.obstacles.__doc__ or self.__name__.replace("_", " ")).strip().splitlines()[0]

    def __call__(self, row: models.Model) -> bool:
        return next(iter(self.obstacles(row)), None) is None


def condition(obstacles: Callable[[M], Iterator[str]]) -> Condition:
    """Turn a generator of French sentences about a row into a condition of the machine."""
    return Condition(obstacles)


class StateField(FSMField):
    """Plain text for the migrations: django-fsm would look for moves in each model of each past state, which has none."""

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _, arguments, options = super().deconstruct()
        options.pop("protected", None)
        return name, "django.db.models.CharField", arguments, options


def state_field(choices: type[models.TextChoices], default: models.TextChoices, **options: Any) -> Any:
    """A state that nothing but a move can change."""
    return StateField("état", max_length=40, choices=choices.choices, default=default, protected=True, db_index=True, **options)


@dataclass(frozen=True, slots=True)
class Passed:
    """A move that was made on a row since the passage opened."""

    name: str
    label: str
    source: str
    target: str
    needs_comment: bool


def move(
    *,
    field: Any,
    source: str | Iterable[str],
    target: str,
    label: str,
    conditions: Iterable[Condition] = (),
    needs_comment: bool = False,
    besides: bool = False,
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A transition of django-fsm that refuses with sentences and tells the passage what was done.

    `label` is the French verb of the button and of the journal line. `needs_comment` marks the moves that go back or
    set aside: the passage refuses them without a written motive. Those and the ones marked `besides` are not what the row
    waits for: a page offers them apart, and awaits them of nobody.
    """
    sources = [source] if isinstance(source, str) else list(source)
    demanded = list(conditions)

    def decorate(body: Callable[P, None]) -> Callable[P, None]:
        through_fsm = transition(
            field=field,
            source=[str(one) for one in sources],
            target=str(target),
            conditions=list[Callable[[models.Model], bool]](demanded),
            custom={"label": label, "needs_comment": needs_comment, "besides": besides or needs_comment},
        )(body)

        checked = _refusing(through_fsm, body, sources=sources, demanded=demanded, label=label, needs_comment=needs_comment)
        return cast(Callable[P, None], checked)

    return decorate


def _refusing(
    through_fsm: Callable[..., None],
    body: Callable[..., None],
    *,
    sources: list[str],
    demanded: list[Condition],
    label: str,
    needs_comment: bool,
) -> Callable[..., None]:
    """The transition that first says why it cannot be made, and then notes that it was."""

    def checked(row: Any, *args: Any, **kwargs: Any) -> None:
        before = str(row.state)
        if before not in sources:
            raise WrongState(row, label, sources=sources)
        reasons = obstacles(row, demanded)
        if reasons:
            raise Refused(*reasons)
        through_fsm(row, *args, **kwargs)
        row.passed_moves.append(Passed(body.__name__, label, before, str(row.state), needs_comment))

    checked.__name__, checked.__doc__, checked.__qualname__ = body.__name__, body.__doc__, body.__qualname__
    checked._django_fsm = through_fsm._django_fsm  # type: ignore[attr-defined]  # how django-fsm finds its transitions
    return checked


class Place(StrEnum):
    """Where the states from which a move starts lie, seen from another state; the value is what is said of the move."""

    AHEAD = "n’est pas encore possible : l’état est"
    BEHIND = "n’est plus possible : l’état est maintenant"
    ASIDE = "n’est pas possible : l’état est"


def place_of(sources: Collection[str], *, seen_from: str, ways: Collection[tuple[str, str, bool]]) -> Place:
    """`ways` are the moves, each with whether it goes forward: a way back leads to no state that is still to come.

    A row that goes round (deposited, to complete, deposited) has the next state ahead, though it was there before.
    """
    if _reached({seen_from}, [(source, target) for source, target, forward in ways if forward]) & set(sources):
        return Place.AHEAD
    if seen_from in _reached(set(sources), [(source, target) for source, target, _ in ways]):
        return Place.BEHIND
    return Place.ASIDE


def _reached(starts: set[str], ways: Collection[tuple[str, str]]) -> set[str]:
    reached: set[str] = set()
    found = starts
    while found:
        found = {target for source, target in ways if source in found} - reached
        reached |= found
    return reached


class WrongState(Refused):
    """The row is not in a state that this move starts from: it comes too early, or somebody was first."""

    def __init__(self, row: Any, label: str, *, sources: Collection[str]) -> None:
        ways = [(str(one.source), str(one.target), not one.custom["besides"]) for one in moves_of(type(row))]
        self.place = place_of([str(one) for one in sources], seen_from=str(row.state), ways=ways)
        super().__init__(f"« {label} » {self.place} « {row.get_state_display()} ».")


def obstacles(row: models.Model, conditions: Iterable[Condition]) -> list[str]:
    """Every sentence of every condition, in the order of the table."""
    return [typeset(sentence) for one in conditions for sentence in one.obstacles(row)]


def moves_of(model: type[models.Model]) -> list[Transition]:
    """Every transition of the model's `state`, in the order in which the class lists its moves, then by source."""
    order = {name: rank for rank, name in enumerate(vars(model))}
    return sorted(_all_transitions(model), key=lambda one: (order.get(one.name, len(order)), str(one.source)))


def moves_from(row: models.Model) -> list[Transition]:
    """The moves that start from the row's present state, possible or not."""
    return [one for one in moves_of(type(row)) if one.source == str(row.state)]  # type: ignore[attr-defined]


def obstacles_to(row: models.Model, name: str, *, label: str = "") -> list[str]:
    """Why the move of that name cannot be made from here: the sentences shown beside its button. Empty: it can.

    `label` is what the page calls the move, when the page doesn't take the words of the machine.
    """
    moves = [one for one in moves_of(type(row)) if one.name == name]
    if not moves:
        raise LookupError(f"{type(row).__name__} has no move named {name}.")
    found = next((one for one in moves if one.source == str(row.state)), None)  # type: ignore[attr-defined]
    if found is None:
        return WrongState(row, label or moves[0].custom["label"], sources=[str(one.source) for one in moves]).reasons
    return obstacles(row, cast(list[Condition], found.conditions))


def _all_transitions(model: type[models.Model]) -> list[Transition]:
    field = cast(FSMField, model._meta.get_field("state"))
    return list(field.get_all_transitions(model))
