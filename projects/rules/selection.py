"""What a session of selection proposes: marks put together, candidates in order, an envelope shared. Nothing here decides."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from plannumerique.lib.money import ZERO

HIGHEST_MARK = 5
_TENTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One school in a session. `subsidies` gives, in euros, what its first class, its first two classes… would receive.

    `score` is out of HIGHEST_MARK; None as long as nobody has marked it. `deposited_at` breaks ties: who was complete first.
    """

    key: int
    deposited_at: dt.datetime
    subsidies: tuple[Decimal, ...]
    score: Decimal | None = None

    @property
    def asked(self) -> Decimal:
        """The subsidy of all the classes asked for, in euros."""
        return self.subsidies[-1] if self.subsidies else ZERO


def score(marks: Mapping[int, Sequence[int]], *, weights: Mapping[int, int]) -> Decimal | None:
    """The weighted mean of the criteria, each the mean of its readers, out of HIGHEST_MARK, to the hundredth.

    None when no criterion is marked; a criterion that nobody marked weighs nothing, rather than zero.
    """
    means = {criterion: Decimal(sum(given)) / len(given) for criterion, given in marks.items() if given and criterion in weights}
    weight = sum(weights[criterion] for criterion in means)
    if not weight:
        return None
    total = sum((mean * weights[criterion] for criterion, mean in means.items()), ZERO)
    return (total / weight).quantize(_TENTH, rounding=ROUND_HALF_UP)


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """By score, the best first; at equal scores, who deposited first; those without a mark come last."""
    return sorted(candidates, key=lambda one: (one.score is None, -(one.score or ZERO), one.deposited_at, one.key))


def within_envelope(candidates: Iterable[Candidate], *, envelope: Decimal | None) -> dict[int, int]:
    """How many classes each candidate would receive, in the order of the ranking; 0 is the waiting list.

    The order is never jumped: the first candidate that the envelope (euros) does not cover whole receives the classes that it
    does cover, and all those after it wait, even when a smaller request would fit. Without an envelope everybody is served;
    who has no mark is never proposed.
    """
    left, proposed = envelope, {}
    for candidate in ranked(candidates):
        if candidate.score is None:
            proposed[candidate.key] = 0
            continue
        covered = _covered(candidate, left)
        proposed[candidate.key] = covered
        if left is not None:
            served = covered == len(candidate.subsidies)
            left = left - candidate.subsidies[covered - 1] if served and covered else ZERO
    return proposed


def _covered(candidate: Candidate, left: Decimal | None) -> int:
    if left is None:
        return len(candidate.subsidies)
    return sum(1 for subsidy in candidate.subsidies if ZERO < subsidy <= left)
