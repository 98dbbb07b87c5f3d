"""The page of each move of an application makes it: form, service and url agree."""

from typing import Any

import pytest
import time_machine
from django.urls import reverse

from plannumerique.organisations.enums import Role
from projects.enums import ApplicationState
from projects.permissions import APPLICATION_MOVES
from tests.factories import actor_for
from tests.factories_projects import IN_PHASE, ApplicationFactory

pytestmark = pytest.mark.django_db
S = ApplicationState
MOTIVE = {"comment": "Un motif d’exemple."}
POINTS = {
    "points-TOTAL_FORMS": "1",
    "points-INITIAL_FORMS": "0",
    "points-0-anchor": "wifi",
    "points-0-request": "Quelle borne ?",
}
SELECTION = {"on": "2016-06-01", "selection_list": "Liste d’exemple"}
# Move → state that it starts from (a trait), who makes it, what is typed, where it leads.
MOVES: dict[str, tuple[str, Role, dict[str, str], ApplicationState]] = {
    "submit": ("written", Role.EDITEUR, MOTIVE, S.SUBMITTED),
    "withdraw": ("submitted", Role.EDITEUR, MOTIVE, S.DRAFT),
    "request_completion": ("submitted", Role.AGENT_DANE, {**POINTS, "due_on": "2016-06-10"}, S.TO_COMPLETE),
    "complete": ("to_complete", Role.EDITEUR, MOTIVE, S.SUBMITTED),
    "admit": ("submitted", Role.AGENT_DANE, MOTIVE, S.ADMISSIBLE),
    "declare_inadmissible": ("submitted", Role.AGENT_DANE, MOTIVE, S.INADMISSIBLE),
    "reopen": ("admissible", Role.AGENT_DANE, MOTIVE, S.SUBMITTED),
    "retain": ("admissible", Role.AGENT_DANE, {**SELECTION, "classes": "2"}, S.RETAINED),
    "put_on_waiting_list": ("admissible", Role.AGENT_DANE, SELECTION, S.WAITING_LIST),
    "set_aside": ("admissible", Role.AGENT_DANE, {**SELECTION, **MOTIVE}, S.NOT_RETAINED),
    "revise_selection": ("retained", Role.AGENT_DANE, MOTIVE, S.ADMISSIBLE),
    "cancel_take_over": ("taken_over", Role.AGENT_DANE, MOTIVE, S.ABANDONED),
    "abandon": ("submitted", Role.EDITEUR, MOTIVE, S.ABANDONED),
}
MADE_ELSEWHERE = {"take_over", "contract", "release"}


def test_every_move_is_tried_here() -> None:
    assert set(MOVES) | MADE_ELSEWHERE == set(APPLICATION_MOVES)


@pytest.mark.parametrize("name", MOVES)
def test_the_page_of_a_move_makes_it(client: Any, name: str) -> None:
    trait, role, typed, target = MOVES[name]
    application = ApplicationFactory(**{trait: True})
    where = application.dossier.collectivite if role is Role.EDITEUR else application.campaign.academie
    page = reverse(f"projects:{name}", args=[application.pk])

    with time_machine.travel(IN_PHASE, tick=False):
        client.force_login(actor_for(role, where).user)
        assert client.get(page).status_code == 200
        answer = client.post(page, {"seen": application.version, **typed})

    assert answer.status_code == 302, answer.content.decode()
    application = type(application).objects.get(pk=application.pk)
    assert application.state == target
