"""The decisions of a session, or of the list that the ministry published: one job, each application by its own service."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plannumerique.journal.machine import Refused
from plannumerique.organisations.actor import Actor
from projects import services
from projects.enums import ProposalChoice
from projects.models import Application

DECIDE = "decider"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be recorded for one application; `motive` is written in the letter of those set aside."""

    application: Application
    choice: ProposalChoice
    classes: int | None = None
    motive: str = ""

    def kept(self) -> list[Any]:
        """As a job keeps it."""
        return [self.choice.value, self.classes, self.motive]


def decide(pk: int, actor: Actor, parameters: Mapping[str, Any]) -> object:
    choice, classes, motive = parameters["decisions"][str(pk)]
    common: dict[str, Any] = {
        "application_id": pk,
        "actor": actor,
        "on": dt.date.fromisoformat(parameters["on"]),
        "selection_list": parameters["selection_list"],
    }
    match ProposalChoice(choice):
        case ProposalChoice.RETAIN:
            return services.retain(classes=classes, **common)
        case ProposalChoice.WAIT:
            return services.put_on_waiting_list(**common)
        case ProposalChoice.SET_ASIDE:
            if not motive.strip():
                raise Refused("La non-sélection se motive : sa lettre en porte les mots.")
            return services.set_aside(comment=motive, **common)
