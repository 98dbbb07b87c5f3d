"""What ARCHITECTURE.md and CONTRIBUTING.md name is there: each path, name, command and picture, so that they lead nobody astray."""

import ast
import os
import re
import shlex
import tomllib
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class

from script.launcher import lint

ROOT = Path(settings.BASE_DIR)
PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md")
PICTURES = ("README.md", "ARCHITECTURE.md")
# What the launcher and the tools leave in the tree.
MADE = {"var", "node_modules", "__pycache__"}

_FENCED = re.compile(r"```.*?```", re.DOTALL)
_INDENTED = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#:]+)\)")
_FOLDERS = re.compile(r"(?:[\w.]+/ ?)+(?:  |$)")
_FILE = re.compile(r"[\w.*]+\.(?:py|md|toml|html)")


def text(page: str) -> str:
    return _FENCED.sub("", (ROOT / page).read_text())


def pictured(line: str) -> list[str]:
    """The folders that a line of the picture of the tree begins with."""
    found = _FOLDERS.match(line)
    return found[0].split() if found else []


def named(page: str) -> list[str]:
    return sorted(set(re.findall(r"`([^`]+)`", text(page))))


def commands(page: str) -> list[str]:
    return [line.split("  #")[0].strip() for line in _INDENTED.findall(text(page)) if not pictured(line)]


CODE = [(page, code) for page in PAGES for code in named(page)]
TYPED = [(page, line) for page in PAGES for line in commands(page)]


@cache
def sources() -> dict[Path, ast.Module]:
    folders = [one for one in ROOT.iterdir() if one.is_dir() and not one.name.startswith(".") and one.name not in MADE]
    files = [ROOT / "manage.py", *(path for folder in folders for path in folder.rglob("*.py") if "migrations" not in path.parts)]
    return {path: ast.parse(path.read_text()) for path in files if path.name != Path(__file__).name}


@cache
def identifiers() -> set[str]:
    """Every word of the code: what a page names and nobody writes any more is gone."""
    return {word for path, tree in sources().items() for word in (path.stem, path.parent.name, *_words(tree))}


def _words(tree: ast.AST) -> list[str]:
    found: list[str] = []
    for node in ast.walk(tree):
        for field in ("id", "name", "attr", "arg", "module"):
            if isinstance(word := getattr(node, field, None), str):
                found += word.split(".")
    return found


def defined_in(path: Path) -> set[str]:
    files = [one for one in sources() if one == path or path in one.parents]
    nodes = [node for one in files for node in ast.walk(sources()[one])]
    made = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return made | {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def trouble(code: str) -> str:
    """Why what a page says cannot be followed; empty when it can."""
    words = shlex.split(code) if " " in code and "=" not in code.split()[0] else code.split()
    if words[0].startswith("script/") and os.access(ROOT / words[0], os.X_OK):
        return _script(words[0].removeprefix("script/"), words[1:])
    if "manage.py" in words[:2]:
        return _manage(words[words.index("manage.py") + 1 :])
    if words[0] in get_commands():
        return _manage(words)
    if words[0] == "export":
        return "" if find_spec(words[1].partition("=")[2]) else f"there is no {words[1]}"
    if "::" in code:
        path, _, name = code.partition("::")
        return "" if name in defined_in(ROOT / path) else f"{path} makes no {name}"
    if re.fullmatch(r"[\w./-]+/[\w./-]*", code):
        return "" if (ROOT / code).exists() else f"there is no {code}"
    if _FILE.fullmatch(code):
        return (
            "" if any(ROOT.glob(code)) or any(path.match(code) for path in _named_or_package()) else f"no file is called {code}"
        )
    return _expression(code)


def _named_or_package() -> list[Path]:
    return [*sources(), *(path.parent.with_suffix(".py") for path in sources() if path.name == "__init__.py")]


def _expression(code: str) -> str:
    words = re.findall(r"[^\W\d]\w*…?", re.sub(r'"[^"]*"', "", code))
    lost = [word for word in words if not _is_known(word)]
    return f"no code knows {', '.join(lost)}" if lost or not words else ""


def _is_known(word: str) -> bool:
    if word.endswith("…"):
        return any(one.startswith(word[:-1]) for one in identifiers())
    return word in identifiers() or word in ("True", "False", "None")


def _script(name: str, arguments: list[str]) -> str:
    if name == "lint":
        return ", ".join(f"no check is called {one}" for one in arguments if one not in {check.name for check in lint.checks()})
    if name == "test":
        return _tests(arguments)
    launcher = (ROOT / "script" / "launcher" / f"{name}.py").read_text()
    return ", ".join(f"{name} knows no {one}" for one in arguments if f'"{one}"' not in launcher)


def _tests(arguments: list[str]) -> str:
    word = arguments[arguments.index("-k") + 1] if "-k" in arguments else ""
    paths = [ROOT / one for one in arguments if not one.startswith("-") and one != word]
    if lost := [path for path in paths if not path.exists()]:
        return f"there is no {lost[0].relative_to(ROOT)}"
    names = [name for path in paths for name in defined_in(path) if name.startswith("test_")]
    return "" if not paths or any(word in name for name in names) else f"no test of them is called {word}"


def _manage(arguments: list[str]) -> str:
    if not arguments:
        return ""
    command, *others = arguments
    if command not in get_commands():
        return f"manage.py knows no {command}"
    parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    known = {option for action in parser._actions for option in action.option_strings}
    return ", ".join(f"{command} knows no {one}" for one in others if one.startswith("-") and one not in known)


# --- Words ---


@pytest.mark.parametrize(("page", "code"), CODE, ids=lambda value: value)
def test_what_a_page_names_is_there(page: str, code: str) -> None:
    assert not trouble(code), f"{page} names `{code}`: {trouble(code)}"


@pytest.mark.parametrize(("page", "line"), TYPED, ids=lambda value: value)
def test_what_a_page_has_typed_can_be_typed(page: str, line: str) -> None:
    assert not trouble(line), f"{page} has {line} typed: {trouble(line)}"


@pytest.mark.parametrize("page", ["README.md", *PAGES])
def test_a_link_of_a_page_leads_to_a_file(page: str) -> None:
    for target in _LINK.findall(text(page)):
        assert (ROOT / target).exists(), f"{page} leads to {target}"


@pytest.mark.parametrize(
    "code",
    [
        *("conventions/nowhere.py", "nowhere.py", "deployments/models.py::vanish", "vanish_it", "Column(vanish_it=True)"),
        *("script/lint nothing", "script/dev --nothing", "script/test tests/nowhere", "script/test tests/lib -k vanish_it"),
        *("manage.py vanish_it", ".venv/bin/python manage.py nightly --vanish", "script/vanish", "vanish_…"),
    ],
)
def test_what_is_not_there_is_found_out(code: str) -> None:
    assert trouble(code)


# --- Pictures ---


@pytest.mark.parametrize("page", PICTURES)
def test_the_picture_of_the_tree_is_the_tree(page: str) -> None:
    told = [folder for line in _INDENTED.findall(text(page)) for folder in pictured(line)]

    there = {one.name for one in ROOT.iterdir() if one.is_dir()} - MADE
    assert sorted(told) == sorted(f"{one}/" for one in there if not one.startswith("."))


def contracts() -> list[dict[str, list[str]]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def floors() -> dict[str, int]:
    """Every app and room, by its last word; the roof is 0."""
    layers = next(one for one in contracts() if one["name"] == "Imports go down only")["layers"]
    return {name.split(".")[-1]: rank for rank, layer in enumerate(layers) for name in re.split(r" [|:] ", layer)}


def drawn(page: str) -> list[tuple[set[str], set[str]]]:
    [picture] = re.findall(r"```mermaid\nflowchart TD\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    chains = [
        [set(re.findall(r"\w+", part)) for part in line.split("-->")] for line in re.sub(r'\["[^"]*"\]', "", picture).splitlines()
    ]
    return [pair for chain in chains for pair in pairwise(chain)]


@pytest.mark.parametrize("page", PICTURES)
def test_the_picture_of_the_floors_is_the_contract(page: str) -> None:
    rank, arrows = floors(), drawn(page)

    # The addresses, of which only the demonstration has others, are no floor to whoever reads the README.
    assert {name for arrow in arrows for side in arrow for name in side} | {"urls"} == set(rank)
    for above, below in arrows:
        assert max(rank[one] for one in above) < min(rank[one] for one in below), f"{above} --> {below} goes up"


# What few apps have, and the addresses, which are no place for anything else.
UNTOLD = {"urls", "admin", "campaign_texts", "campaign_templates"}


def test_the_table_of_the_files_goes_up_as_their_imports_do() -> None:
    layers = next(one for one in contracts() if one["name"] == "Inside an app, one way too")["layers"]
    height = {name: -rank for rank, layer in enumerate(layers) for name in re.findall(r"\w+", layer)}
    rows = [re.findall(r"`(\w+)\.py`", row) for row in re.findall(r"^\| (`.*?) \|", text("ARCHITECTURE.md"), re.MULTILINE)]

    assert {name for row in rows for name in row} == set(height) - UNTOLD
    for lower, higher in pairwise(rows):
        assert max(height[one] for one in lower) <= min(height[one] for one in higher), f"{higher} stands above {lower}"
