"""The words of the journal: every act that it tells reads as done."""

import ast
from collections.abc import Iterator

from plannumerique.journal.machine import moves_of
from plannumerique.lib.verbs import done
from tests.test_consistency import ROOT, machines, tracked


def _acts() -> Iterator[tuple[str, str]]:
    """What the services tell of an act that moves no state, and where."""
    for path in tracked(".py"):
        name = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and not name.startswith("tests/"):
                yield from ((text, f"{name}:{value.lineno}") for value in _labels(node) for text in _beginnings(value))


def _labels(function: ast.FunctionDef) -> Iterator[ast.expr]:
    nodes = list(ast.walk(function))
    named = {
        one.targets[0].id: one.value for one in nodes if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
    }
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("passage", "opening"):
            given = {one.arg: one.value for one in node.keywords}
            assert "label" in given or "act" not in given, f"{ast.unparse(node)} tells an act without a label"
            if label := given.get("label"):
                yield named[label.id] if isinstance(label, ast.Name) else label


def _beginnings(value: ast.expr) -> list[str]:
    """The text that each branch begins with."""
    match value:
        case ast.IfExp():
            return [*_beginnings(value.body), *_beginnings(value.orelse)]
        case ast.Call():
            return _beginnings(value.args[0])
        case ast.JoinedStr():
            return _beginnings(value.values[0])
        case ast.Constant():
            return [str(value.value)]
    raise TypeError(f"The text of {ast.unparse(value)} cannot be read here.")


def test_the_journal_tells_every_act_as_done():
    told = [(one.custom["label"], model.__name__) for model in machines() for one in moves_of(model)]
    told += _acts()

    assert len(told) > 150
    for label, where in told:
        assert done(label).startswith("a "), where
