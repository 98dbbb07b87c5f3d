"""Checks of the whole project, once: what a linter cannot see and a reader should not have to."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import models
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver
from django_fsm import FSMFieldMixin

from plannumerique.accounts.models import User
from plannumerique.journal.machine import moves_of
from plannumerique.journal.models import JournalLine, ThreadRow
from plannumerique.organisations.admin import Administered
from portal.machines import MACHINES

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"

# From the lowest to the highest: a template loads, extends and includes from its own folder or from a lower one.
FLOORS = [
    {"ui", "dsfr", "django"},
    {"accounts"},
    {"organisations"},
    {"journal"},
    {"files", "pdf", "notices", "jobs"},
    {"projects"},
    {"conventions"},
    {"deployments"},
    {"subsidies", "training"},
    {"portal"},
    {"demonstration"},
]
FLOOR = {folder: rank for rank, folders in enumerate(FLOORS) for folder in folders}
PUBLIC_VIEWS = {
    "accounts:login",
    "accounts:logout",
    "demonstration:enter",
    "demonstration_login",
    "accounts:invitation",
    "accounts:password_reset",
    "accounts:password_reset_confirm",
    "accounts:password_reset_done",
    "portal:home",
    "portal:programme",
    "portal:library",
    "portal:retained",
    "portal:retained_csv",
    "portal:retained_data",
    "portal:retained_geojson",
    "portal:simulator",
    "portal:verification",
    "portal:verify",
    "portal:accessibility",
    "portal:legal",
    "portal:privacy",
}


# What the launcher and the tools leave in the tree; a bare machine has no git to ask.
_MADE = {".git", ".venv", "var", "__pycache__"}


def tracked(*suffixes: str) -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in _MADE and not name.endswith("_cache")]
        for path in (Path(folder, name) for name in names):
            if not suffixes or path.suffix in suffixes:
                yield path


def own_models() -> list[type[models.Model]]:
    ours = ("plannumerique.", "portal", "projects", "conventions", "deployments", "subsidies", "training")
    return [model for model in apps.get_models() if model.__module__.startswith(ours)]


def thread_rows() -> list[type[ThreadRow]]:
    return [model for model in own_models() if issubclass(model, ThreadRow)]


def machines() -> list[type[ThreadRow]]:
    return [model for model in thread_rows() if any(field.name == "state" for field in model._meta.fields)]


# --- Templates ---

_REFERENCE = re.compile(r"""{%\s*(?:extends|include)\s+["']([^"']+)["']""")


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html")) + sorted(TEMPLATES.rglob("*.txt"))


@pytest.mark.parametrize("template", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_leans_on_its_own_floor_or_a_lower_one(template):
    parts = template.relative_to(TEMPLATES).parts
    if len(parts) == 1:
        return  # the errors and the base are the ground of all
    for reference in _REFERENCE.findall(template.read_text()):
        folder = reference.split("/")[0] if "/" in reference else "ui"
        assert FLOOR[folder] <= FLOOR[parts[0]], f"{reference} stands above {parts[0]}"
        get_template(reference)


@pytest.mark.parametrize("template", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_writes_french_apostrophes(template):
    words = re.sub(
        r"{% comment %}.*?{% endcomment %}|{%.*?%}|{{.*?}}|<[^>]*>|{#.*?#}", " ", template.read_text(), flags=re.DOTALL
    )
    assert not re.findall(r"\w'\w", words)


@pytest.mark.parametrize("template", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_never_parts_a_sign_from_its_word(template):
    """The letters (`pdf/`) are typeset as they are drawn; a page and a mail go out as they are written."""
    if "pdf" in template.parts:
        return
    # What stands for a value ends a word as a value does; the subject of a mail of the accounts is cut from its body.
    words = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}|^.*Objet : ", " ", template.read_text(), flags=re.DOTALL)
    words = re.sub(r"{%.*?%}|<[^>]*>", "", re.sub(r"{{.*?}}", "0", words))
    assert not re.findall(r"[^\n]{0,30}(?:\S [:;?!»](?!\S)|« |\b[nN]° |\d (?:€|%|Mo\b))", words)


def test_every_template_serves():
    sources = "\n".join(path.read_text() for path in tracked(".py", ".html", ".txt"))
    for template in templates():
        name = str(template.relative_to(TEMPLATES))
        standard = re.fullmatch(r"\d{3}(_csrf)?\.html|admin/.*|django/.*", name)
        assert standard or name in sources or template.name in sources, f"{name} is used nowhere"


# --- Machines ---


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.model.__name__)
def test_every_move_has_a_permission_a_label_and_explained_conditions(machine):
    names = {one.name for one in moves_of(machine.model)}
    assert names == set(machine.permissions)
    for one in moves_of(machine.model):
        assert one.custom["label"][0].isupper()
        assert one.source not in ("*", "+")
        for condition in one.conditions:
            assert condition.obstacles.__doc__, f"{condition.__name__} says nothing to the page of the machines"


def test_every_machine_of_the_thread_is_drawn():
    drawn = {machine.model for machine in MACHINES}
    rooms = {"files.piece", "files.issueddocument"}
    assert {model for model in machines() if model._meta.label_lower not in rooms} == drawn


def test_the_page_of_the_machines_is_current():
    call_command("draw_machines", "--check")


@pytest.mark.parametrize("model", machines(), ids=lambda model: model.__name__)
def test_a_state_is_protected(model):
    assert model._meta.get_field("state").protected


# --- Models ---


# What a person typed and never sent goes with her account.
_NOT_ACTS = {"journal.UnsentForm"}


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_who_did_something_is_never_lost(model):
    if model._meta.label in _NOT_ACTS:
        return
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey) and field.related_model is User:
            assert field.remote_field.on_delete is models.PROTECT, f"{field} forgets people"


def test_nothing_that_changes_through_the_door_is_in_the_administration():
    registered = set(admin.site._registry)
    assert not registered & set(thread_rows())
    assert JournalLine not in registered


# Registered for the superuser alone: model, and why an académie's administrator has nothing to do there.
_WORKINGS = "the workings of the whole portal, of no académie"
SUPERUSER_ONLY = {
    "dsfr.DsfrConfig": _WORKINGS,
    **dict.fromkeys(["axes.AccessAttempt", "axes.AccessLog", "axes.AccessFailureLog"], "log-ins of everybody, with addresses"),
    **{
        f"django_celery_beat.{name}": _WORKINGS
        for name in ("PeriodicTask", "ClockedSchedule", "CrontabSchedule", "SolarSchedule", "IntervalSchedule")
    },
}


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_the_administration_of_a_model_is_scoped_to_the_academie(model):
    shown = admin.site._registry[model]
    if model._meta.label in SUPERUSER_ONLY:
        assert not isinstance(shown, Administered)
        return
    assert isinstance(shown, Administered), "a plain ModelAdmin refuses the administrator, or shows every académie's rows"
    for inline in shown.inlines:
        assert issubclass(inline, Administered), f"{inline.__name__} shows the rows of everybody"


_DOORS = {"plannumerique/journal/passages.py"}


def test_rows_of_a_thread_are_saved_by_the_passage_alone():
    """`.save(` is written nowhere but in the door, the administration, and where a row belongs to no thread."""
    elsewhere = {
        "plannumerique/accounts",
        "plannumerique/organisations",
        "plannumerique/notices",
        "plannumerique/files",
        "demonstration",
        "projects/services/campaigns.py",  # campaigns and their rows
        "conventions/services/cbr.py",  # the exchanges with the contrôleur, rows of their convention, in its passage
        "conventions/services/preparing.py",  # the covered schools, likewise
        "plannumerique/ui/exports.py",  # workbooks
    }
    for path in tracked(".py"):
        name = str(path.relative_to(ROOT))
        if (
            name.startswith(("tests/", "script/"))
            or "/migrations/" in name
            or name in _DOORS
            or name.startswith(tuple(elsewhere))
        ):
            continue
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        saves = [node.lineno for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "save"]
        on_super = [line for line in saves if "super().save" in path.read_text().splitlines()[line - 1]]
        assert saves == on_super, f"{name} saves a row at lines {saves}"


# --- Addresses ---


def _patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            if one.namespace != "admin":
                yield from _patterns(one, f"{one.namespace}:" if one.namespace else namespace)
        else:
            yield f"{namespace}{one.name}", one


def test_only_the_public_pages_are_open_to_visitors():
    opened = {name for name, pattern in _patterns(get_resolver()) if not getattr(pattern.callback, "login_required", True)}
    assert opened <= PUBLIC_VIEWS, opened - PUBLIC_VIEWS


def test_every_address_is_french_and_its_name_is_not_used_twice():
    names = [name for name, _ in _patterns(get_resolver())]
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]


def test_every_address_that_a_template_names_is_there():
    """`{% url … as x %}` is silent about a name that nobody bears: the link then leads nowhere."""
    known = {name for name, _ in _patterns(get_resolver())}
    for template in templates():
        named = set(re.findall(r"""{%\s*url\s+["']([^"']+)["']""", template.read_text()))
        assert named <= known, f"{template.relative_to(TEMPLATES)}: {named - known}"


# --- The tree ---


def test_the_tree_names_no_machine_and_holds_no_key():
    for path in tracked(".py", ".md", ".toml", ".yml", ".html", ".sh", ".css", ".js"):
        text = path.read_text(errors="ignore")
        if path == Path(__file__):
            continue
        assert not re.search(r"/root/|/home/[a-z]+/|-----BEGIN [A-Z ]*PRIVATE KEY", text), path


def test_every_ignored_type_says_which_error():
    for path in tracked(".py"):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            assert not re.search(r"#\s*type:\s*ignore(?!\[)", line), f"{path.relative_to(ROOT)}:{number}"


def test_a_state_is_plain_text_for_the_migrations_and_a_move_alone_changes_it():
    states = [field for model in apps.get_models() for field in model._meta.get_fields() if isinstance(field, FSMFieldMixin)]
    assert len(states) > 8
    assert {field.deconstruct()[1] for field in states} == {"django.db.models.CharField"}
    assert all(field.protected for field in states)
    assert not [path for path in tracked(".py") if "migrations" in path.parts and "django_fsm" in path.read_text()]


# --- The size of the house ---

_MOST_LINES, _LONGEST_FUNCTION = 400, 40


def code() -> Iterator[tuple[str, str]]:
    """Every module and its text; a migration is written once, by Django or for one state of the base."""
    for path in tracked(".py"):
        if "migrations" not in path.parts:
            yield str(path.relative_to(ROOT)), path.read_text()


def test_no_file_is_longer_than_a_reader_holds():
    long = {name for name, text in code() if len(text.splitlines()) > _MOST_LINES}
    assert long == set(), "to part by what each piece says"


def test_no_function_is_longer_than_one_thought():
    long = {
        (name, node.name)
        for name, text in code()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > _LONGEST_FUNCTION
    }
    assert long == set(), "to part by the thoughts that it holds"


def test_a_package_keeps_its_body_out_of_its_init():
    """An `__init__` names again what the modules of its package hold, and nothing more."""
    for name, text in code():
        if Path(name).name == "__init__.py":
            for node in ast.parse(text).body:
                assert _names_again(node), f"{name}:{node.lineno}"


def _names_again(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
    return False
