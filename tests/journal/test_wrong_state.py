"""What is said of a move that starts from another state: too early, too late, or on another way."""

from functools import cache
from itertools import product

import pytest
from django.apps import apps
from django_fsm import FSMField

from conventions.models import Convention
from plannumerique.files.models import IssuedDocument
from plannumerique.journal.machine import Place, WrongState, moves_of, obstacles_to, place_of
from plannumerique.lib.text import typeset
from projects.models import Application
from subsidies.models import EquipmentSubsidy, Payment


def machines():
    for model in apps.get_models():
        states = [field for field in model._meta.concrete_fields if isinstance(field, FSMField)]
        if states and moves_of(model):
            yield model, [str(value) for value, _ in states[0].flatchoices]


def cases():
    for model, states in machines():
        for name in dict.fromkeys(move.name for move in moves_of(model)):
            for state in states:
                yield pytest.param(model, state, name, id=f"{model.__name__}-{state}-{name}")


@cache
def closure(model, *, forward_only):
    """Warshall's: which state leads to which, in one move or more."""
    states = next(known for machine, known in machines() if machine is model)
    moves = [move for move in moves_of(model) if not (forward_only and move.custom["besides"])]
    leads = {(str(move.source), str(move.target)) for move in moves}
    for by, start, end in product(states, states, states):
        if {(start, by), (by, end)} <= leads:
            leads.add((start, end))
    return leads


@pytest.mark.parametrize(("model", "state", "name"), list(cases()))
def test_a_move_of_another_state_is_said_to_be_ahead_or_behind(model, state, name):
    moves = [move for move in moves_of(model) if move.name == name]
    sources = [str(move.source) for move in moves]
    if state in sources:
        return
    row = model(state=state)

    (said,) = obstacles_to(row, name)

    assert said.startswith(typeset(f"« {moves[0].custom['label']} » n’est"))
    ahead = any((state, source) in closure(model, forward_only=True) for source in sources)
    behind = any((source, state) in closure(model, forward_only=False) for source in sources)
    assert ("n’est pas encore possible" in said) is ahead
    assert ("n’est plus possible" in said) is (behind and not ahead)
    assert ("n’est pas possible" in said) is (not ahead and not behind)
    assert said.endswith(f"«\u00a0{row.get_state_display()}\u00a0».")


@pytest.mark.parametrize(
    ("model", "state", "name", "words"),
    [
        (Application, "draft", "admit", "pas encore"),
        (Application, "retained", "submit", "plus"),
        (Application, "to_complete", "admit", "pas encore"),
        (Application, "abandoned", "submit", "plus"),
        (Convention, "draft", "receive_deliberation", "pas encore"),
        (Convention, "signed_recteur", "receive_deliberation", "plus"),
        (EquipmentSubsidy, "created", "certify_service_fait", "pas encore"),
        (EquipmentSubsidy, "closed", "certify_service_fait", "plus"),
        (Payment, "prepared", "record_payment", "pas encore"),
        (Payment, "paid", "validate_payment", "plus"),
        (IssuedDocument, "pending", "record_signed_copy", "pas encore"),
    ],
)
def test_what_is_to_come_is_not_said_to_be_over(model, state, name, words):
    assert f"n’est {words} possible" in obstacles_to(model(state=state), name)[0]


def test_the_words_are_those_of_the_button():
    (said,) = obstacles_to(Application(state="draft"), "admit")

    assert said == "«\u00a0Déclarer recevable\u00a0» n’est pas encore possible\u00a0: l’état est «\u00a0brouillon\u00a0»."


def test_a_page_may_call_the_move_otherwise():
    assert "Retenir le texte" in obstacles_to(Convention(state="draft"), "settle", label="Retenir le texte")[0]


def test_no_move_is_guessed():
    with pytest.raises(LookupError, match="no move"):
        obstacles_to(Application(state="draft"), "fly")


@pytest.mark.parametrize(
    ("seen_from", "sources", "place"),
    [
        ("a", ["b"], Place.AHEAD),
        ("a", ["c"], Place.AHEAD),
        ("c", ["a"], Place.BEHIND),
        ("b", ["a"], Place.BEHIND),
        ("x", ["c"], Place.ASIDE),
        ("x", ["c", "a"], Place.BEHIND),
        ("x", [], Place.ASIDE),
    ],
)
def test_a_way_back_leads_to_nothing_that_is_to_come(seen_from, sources, place):
    ways = [("a", "b", True), ("b", "c", True), ("b", "a", False), ("a", "x", False)]

    assert place_of(sources, seen_from=seen_from, ways=ways) is place


def test_a_refusal_remembers_where_it_lies():
    assert WrongState(Application(state="draft"), "Retenir", sources=["admissible"]).place is Place.AHEAD
