"""The words of the whole project: what is written once, with a name or a noun that changes, must read well with each of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.forms import formset_factory
from django.urls import get_resolver

from plannumerique.lib.text import starts_lower
from plannumerique.ui.forms import PortalForm, PortalFormSet

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
OURS = [config.name for config in apps.get_app_configs() if Path(config.path).is_relative_to(ROOT) and ".venv" not in config.path]
SOURCES = [path for app in OURS for path in Path(apps.get_app_config(app.split(".")[-1]).path).rglob("*.py")]
_ACRONYM = re.compile(r"\b\w*[A-Z]\w*[A-Z]\w*\b")

# --- A capital that is not of the sentence ---


def labels() -> Iterator[str]:
    """Of every field of every form and model of ours, of their choices, of every move."""
    assert get_resolver().url_patterns  # which imports every form
    for model in (model for app in OURS for model in apps.get_app_config(app.split(".")[-1]).get_models()):
        yield str(model._meta.verbose_name)
        for field in model._meta.fields:
            yield str(field.verbose_name)
            yield from (str(label) for _, label in field.flatchoices if not str(label).startswith("America"))
    for form in _under(forms.BaseForm):
        yield from (str(field.label) for field in getattr(form, "base_fields", {}).values() if field.label)


def _under(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        if one.__module__.startswith(tuple(OURS)):
            yield one
        yield from _under(one)


def test_a_label_inside_a_sentence_keeps_its_acronyms():
    known = set(labels())
    assert {"HT", "SIRET", "IBAN"} <= known
    for label in known:
        lowered = starts_lower(label)
        assert _ACRONYM.findall(lowered) == _ACRONYM.findall(label), label
        assert lowered[1:] == label[1:]
        assert lowered == label or not lowered[:1].isupper()
        # What is left with its capital is an acronym, or a name.
        assert not lowered[:1].isupper() or _ACRONYM.match(lowered) or lowered.split()[0] in {"Wi-Fi", "Chorus"}, label


def test_an_error_of_a_line_names_its_field_as_it_is_written():
    class Line(PortalForm):
        ht = forms.IntegerField(label="HT")
        label = forms.IntegerField(label="Libellé")

    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-ht": "x", "form-0-label": "x"}
    lines = formset_factory(Line, formset=PortalFormSet)(data)

    assert [label for _, label, _ in lines.summary] == ["Ligne 1, HT", "Ligne 1, libellé"]


def test_no_word_loses_its_own_capitals():
    """`str.capitalize` lowers all that follows the first letter: « Copie du rib »."""
    guilty = [str(path) for path in SOURCES if ".capitalize()" in path.read_text() and path.name != "names.py"]

    assert not guilty


# --- A noun that changes ---

_PARTICIPLE = r"(?!(ni|plus|depuis|ici|au)\b)\w*(é|i|u|is|it|ert|os)(e|s|es)?\b"
_AGREES = re.compile(rf"^(\s?»)?\s(n’)?(est|sont|a été|ont été|était)(\s(pas|plus|déjà|bien|encore|toujours))*\s{_PARTICIPLE}")
_AGREES_IN_A_TEMPLATE = re.compile(
    rf"(?P<before>[^\n]*?)\{{\{{[^}}]*\}}\}}(?P<after>(\s?»)?\s(n’)?(est|sont|a été)\s\w*{_PARTICIPLE})"
)
# An amount or a count that is followed by its participle is masculine plural, or holds its word.
_COUNTS = {"euros", "plural"}


def _sentences() -> Iterator[tuple[str, ast.JoinedStr]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _stands_alone(before: str) -> bool:
    """No noun before the name: the sentence begins with it, between its quotation marks or not."""
    bare = before.rstrip("« \u00a0")
    return not bare or bare[-1] in ".;:!?"


def test_no_participle_agrees_with_a_name_alone():
    """« Avoir AV-1 » est enregistrée: either a noun stands before the name, or the participle is computed."""
    guilty = []
    for where, sentence in _sentences():
        before = ""
        for value, following in zip(sentence.values, [*sentence.values[1:], None], strict=True):
            if isinstance(value, ast.Constant):
                before += str(value.value)
                continue
            named = isinstance(value.value, ast.Call) and getattr(value.value.func, "id", "") in _COUNTS
            after = str(following.value) if isinstance(following, ast.Constant) else ""
            if not named and _AGREES.match(after) and _stands_alone(before):
                guilty.append(f"{where}: …{after[:40]}")
            before += "x"
    for path in TEMPLATES.rglob("*.html"):
        for found in _AGREES_IN_A_TEMPLATE.finditer(path.read_text()):
            if _stands_alone(re.sub(r"<[^>]*>", "", found["before"]).strip()):
                guilty.append(f"{path.relative_to(ROOT)}: …{found['after']}")

    assert not guilty


@pytest.mark.parametrize(
    ("sentence", "agrees"),
    [
        (" » est enregistrée.", True),
        (" n’est plus acceptée", True),
        (" a été rouvert", True),
        (" est à vérifier", False),
        (" est vide", False),
    ],
)
def test_a_participle_is_known(sentence: str, agrees: bool):
    assert bool(_AGREES.match(sentence)) is agrees


def _told(node: ast.AST) -> Iterator[ast.JoinedStr]:
    """What is raised as a refusal or yielded by a condition."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "Refused":
            yield from (argument for argument in one.args if isinstance(argument, ast.JoinedStr))
        if isinstance(one, ast.Yield) and isinstance(one.value, ast.JoinedStr):
            yield one.value


def test_no_refusal_begins_with_a_name():
    """A refusal goes on after « École Vauthier : », without its capital: « besançon n’existe plus »."""
    begins = [
        f"{path.relative_to(ROOT)}:{sentence.lineno}"
        for path in SOURCES
        if "demonstration" not in path.parts and "management" not in path.parts
        for sentence in _told(ast.parse(path.read_text()))
        if isinstance(sentence.values[0], ast.FormattedValue)
        and getattr(getattr(sentence.values[0].value, "func", None), "id", "") not in {*_COUNTS, "capfirst"}
    ]

    # The school that is named before its own reasons.
    assert {one.split(":")[0] for one in begins} <= {"projects/services/applying.py"}


# --- A verb for money alone ---

_A_DOCUMENT = r"(exemplaires?|pièces?|copies?|documents?|factures?|fichiers?|lettres?|RIB|bons?)\b"
_POURS = re.compile(rf"\b[Vv]ers(er|ez|e) (l’|le |la |les |un |une |des |cette |votre )(\w+ )?{_A_DOCUMENT}")
_POURED = re.compile(rf"\b{_A_DOCUMENT}( \w+)? (est|sont|a été) versée?s?\b", re.IGNORECASE)


def _texts() -> Iterator[tuple[str, str]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value
    for path in TEMPLATES.rglob("*.html"):
        yield str(path.relative_to(ROOT)), re.sub(r"<[^>]*>|\{[^}]*\}", " ", path.read_text())


def test_only_money_is_paid_out():
    """« Verser l’exemplaire signé » stands among payments: documents are « déposés » or « enregistrés »."""
    guilty = [f"{where}: {found[0]}" for where, text in _texts() for form in (_POURS, _POURED) for found in form.finditer(text)]

    assert not guilty
