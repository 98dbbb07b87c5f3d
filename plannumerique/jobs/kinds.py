"""What a job may do, by its kind: the rooms above say it once, when the portal starts, and the worker looks it up."""

from collections.abc import Callable, Mapping
from typing import Any

from plannumerique.organisations.actor import Actor

# (id of the row, who asked, what was typed once for all the rows)
Act = Callable[[int, Actor, Mapping[str, Any]], object]

_ACTS: dict[str, Act] = {}


def declare(acts: Mapping[str, Act]) -> None:
    _ACTS.update(acts)


def act_of(kind: str) -> Act:
    return _ACTS[kind]
