"""Where a convention stands: its badge, what it is awaited by, its steps."""

import datetime as dt
from dataclasses import dataclass, replace

from django.utils.text import capfirst

from conventions.enums import EDITABLE_STATES, ConventionState
from conventions.models import Convention
from plannumerique.lib.text import typeset
from plannumerique.ui.pieces import Badge, Step, StepState, Tone
from projects.enums import DeadlineCode

S = ConventionState

TONES: dict[str, Tone] = {
    S.DRAFT: Tone.NEUTRAL,
    S.NEGOTIATION: Tone.INFO,
    S.SETTLED: Tone.INFO,
    S.CBR_REQUESTED: Tone.WARNING,
    S.CBR_GIVEN: Tone.INFO,
    S.DELIBERATED: Tone.INFO,
    S.SIGNED_COLLECTIVITE: Tone.INFO,
    S.SIGNED_RECTEUR: Tone.SUCCESS,
    S.NOTIFIED: Tone.SUCCESS,
    S.IN_EXECUTION: Tone.SUCCESS,
    S.SETTLED_UP: Tone.SUCCESS,
    S.ARCHIVED: Tone.NEUTRAL,
    S.ABANDONED: Tone.NEUTRAL,
    S.TERMINATED: Tone.ERROR,
}
_UNSIGNED = (*EDITABLE_STATES, S.SETTLED, S.CBR_REQUESTED, S.CBR_GIVEN, S.DELIBERATED, S.SIGNED_COLLECTIVITE)
_ORDER = list(S)


def badge_of(convention: Convention) -> Badge:
    if convention.is_stopped_by_the_cbr:
        return Badge("Avis du CBR défavorable", Tone.ERROR)
    past = ", reprise" if convention.is_taken_over else ""
    return Badge(f"{capfirst(convention.get_state_display())}{past}", TONES[convention.state])


def due_of(convention: Convention, *, today: dt.date) -> str:
    """What the convention is awaited by; no query when the campaign's dates were prefetched.

    A signature stays awaited after its date; justificatifs that come later are only paid later.
    """
    if convention.state in _UNSIGNED:
        deadline = convention.deadline()
        if deadline is None:
            return ""
        return f"signature {deadline.label}" if deadline.is_met(today) else typeset(f"signature {deadline.label} : date dépassée")
    if convention.state in (S.NOTIFIED, S.IN_EXECUTION):
        justification = convention.campaign.deadline(DeadlineCode.JUSTIFICATION)
        return f"justificatifs {justification.label}" if justification and justification.is_met(today) else ""
    return ""


def steps_of(convention: Convention) -> list[Step]:
    """The nominal path; one that left it (abandoned, terminated) shows where it stopped."""
    if convention.state in (S.ABANDONED, S.TERMINATED):
        return [Step(capfirst(convention.get_state_display()), StepState.BLOCKED, on=convention.terminated_on)]
    steps = _nominal(convention)
    reached = _ORDER.index(S(convention.state))
    current = next((rank for rank, one in enumerate(steps) if reached < _ORDER.index(one.done)), len(steps))
    shown = [Step(one.title, _step_state(rank, current), on=one.on if rank < current else None) for rank, one in enumerate(steps)]
    if convention.is_stopped_by_the_cbr:
        shown[current - 1 : current + 1] = [replace(shown[current - 1], state=StepState.BLOCKED), Step(steps[current].title)]
    return shown


@dataclass(frozen=True, slots=True)
class _Nominal:
    title: str
    done: ConventionState
    on: dt.date | None = None


def _nominal(convention: Convention) -> list[_Nominal]:
    cbr = _Nominal("Contrôle budgétaire", S.CBR_GIVEN, convention.cbr_given_on or convention.cbr_silence_on)
    return [
        _Nominal("Projet et négociation", S.SETTLED, convention.settled_on),
        *([cbr] if convention.needs_cbr else []),
        _Nominal("Délibération", S.DELIBERATED, convention.executory_on),
        _Nominal("Signature de la collectivité", S.SIGNED_COLLECTIVITE, convention.collectivite_signed_on),
        _Nominal("Signature du recteur", S.SIGNED_RECTEUR, convention.recteur_signed_on),
        _Nominal("Notification", S.NOTIFIED, convention.notified_on),
        _Nominal("Exécution et solde", S.SETTLED_UP),
    ]


def _step_state(rank: int, current: int) -> StepState:
    if rank == current:
        return StepState.CURRENT
    return StepState.DONE if rank < current else StepState.TODO
