"""A session as its page shows it: the ranking, what is tried, what is left of the envelope."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from plannumerique.lib.money import ZERO
from plannumerique.lib.text import plural, typeset
from plannumerique.ui.pieces import AmountLine, Amounts
from projects.enums import OpinionKind, ProposalChoice
from projects.models import Application, Proposal, SelectionSession
from projects.rules.selection import Candidate, ranked


@dataclass(frozen=True, slots=True)
class RankedLine:
    """`score` is None for what nobody has marked; `subsidy` is that of the classes tried."""

    rank: int
    application: Application
    score: Decimal | None
    classes: int
    asked: Decimal
    opinions: tuple[str, ...]
    proposal: Proposal | None
    subsidy: Decimal | None


@dataclass(frozen=True, slots=True)
class Board:
    """The whole ranking in order, and what is tried, by application."""

    order: tuple[Candidate, ...]
    proposals: Mapping[int, Proposal]

    def tried(self, candidate: Candidate) -> Decimal:
        """The subsidy of the classes that are tried, in euros; nothing for what is not retained."""
        proposal = self.proposals.get(candidate.key)
        if proposal is None or proposal.choice != ProposalChoice.RETAIN or not candidate.subsidies:
            return ZERO
        return candidate.subsidies[min(proposal.classes or 0, len(candidate.subsidies)) - 1]

    @property
    def total(self) -> Decimal:
        return sum((self.tried(one) for one in self.order), ZERO)


def board_of(session: SelectionSession) -> Board:
    proposals = {row.application_id: row for row in session.proposals.all()}
    return Board(tuple(ranked(session.candidates().values())), proposals)


def lines_of_session(board: Board, shown: Sequence[Candidate], *, first: int) -> list[RankedLine]:
    """The lines of one page of the ranking; two queries."""
    rows = (
        Application.objects.filter(pk__in=[one.key for one in shown])
        .select_related("school", "dossier__collectivite")
        .prefetch_related("opinions")
    )
    by_key = {row.pk: row for row in rows}
    return [_line(board, one, by_key[one.key], rank) for rank, one in enumerate(shown, start=first) if one.key in by_key]


def _line(board: Board, candidate: Candidate, row: Application, rank: int) -> RankedLine:
    proposal = board.proposals.get(candidate.key)
    retained = proposal is not None and proposal.choice == ProposalChoice.RETAIN
    return RankedLine(
        rank=rank,
        application=row,
        score=candidate.score,
        classes=len(candidate.subsidies),
        asked=candidate.asked,
        opinions=tuple(f"{_SHORT[OpinionKind(one.kind)]} : {one.get_sense_display()}" for one in row.opinions.all()),
        proposal=proposal,
        subsidy=board.tried(candidate) if retained else None,
    )


_SHORT = {OpinionKind.IEN: "IEN", OpinionKind.DSI: "DSI"}


def envelope_of(session: SelectionSession, board: Board) -> Amounts:
    """What is asked, what is tried, what the envelope leaves: nothing of it is committed."""
    tried = Counter(board.proposals[one.key].choice for one in board.order if one.key in board.proposals)
    granted = session.granted()
    borne = sum(granted.values(), ZERO)
    lines = [
        AmountLine("Déjà retenues dans la phase", borne, note=plural(len(granted), one="école")),
        AmountLine(
            "Subventions demandées", sum((one.asked for one in board.order), ZERO), note=plural(len(board.order), one="école")
        ),
        AmountLine("Subventions de la sélection essayée", board.total, note=plural(tried[ProposalChoice.RETAIN], one="école")),
        AmountLine("Sur liste d’attente", None, note=plural(tried[ProposalChoice.WAIT], one="école")),
    ]
    note = "Rien n’est engagé : une sélection essayée se change autant qu’il le faut."
    if session.envelope is None:
        return Amounts("Sélection essayée", board.total, tuple(lines), note=typeset(note), unfolded=True)
    left = session.envelope - borne - board.total
    lines.append(AmountLine("Enveloppe", session.envelope, share=_share(borne + board.total, session.envelope)))
    lines.append(AmountLine("Dépassement de l’enveloppe" if left < 0 else "Reste de l’enveloppe", abs(left), strong=True))
    return Amounts("Sélection essayée", board.total, tuple(lines), note=typeset(note), unfolded=True)


def _share(part: Decimal, whole: Decimal) -> int:
    return min(100, int(part * 100 / whole)) if whole else 100
