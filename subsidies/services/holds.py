"""A subsidy is suspended, and resumes: no money moves in between."""

from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import passage
from plannumerique.organisations.actor import Actor
from subsidies.models import EquipmentSubsidy
from subsidies.notices import money as notices
from subsidies.permissions import can_hold


def hold(*, subsidy_id: int, actor: Actor, comment: str, seen: int | None = None) -> EquipmentSubsidy:
    if not comment.strip():
        raise Refused("Indiquez le motif de la suspension : la collectivité le lira.")
    with passage(
        EquipmentSubsidy,
        subsidy_id,
        actor=actor,
        may=can_hold,
        seen=seen,
        comment=comment,
        act="hold",
        label="Suspendre la subvention",
    ) as subsidy:
        if subsidy.is_on_hold:
            raise Refused("La subvention est déjà suspendue.")
        subsidy.held_since, subsidy.held_motive, subsidy.held_by = actor.today, comment.strip(), actor.user
        notices.tell_hold(subsidy, at=actor.at)
    return subsidy


def resume(*, subsidy_id: int, actor: Actor, comment: str, seen: int | None = None) -> EquipmentSubsidy:
    if not comment.strip():
        raise Refused("Indiquez pourquoi la suspension est levée.")
    with passage(
        EquipmentSubsidy,
        subsidy_id,
        actor=actor,
        may=can_hold,
        seen=seen,
        comment=comment,
        act="resume",
        label="Lever la suspension",
    ) as subsidy:
        if not subsidy.is_on_hold:
            raise Refused("La subvention n’est pas suspendue.")
        subsidy.held_since, subsidy.held_motive, subsidy.held_by = None, "", None
        notices.tell_resumed(subsidy, at=actor.at)
    return subsidy
