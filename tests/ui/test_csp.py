"""The browser runs no inline script and applies no inline style: a template that holds one shows a page that is half dead."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

ROOT = Path(settings.BASE_DIR)
# Letters and mails never reach a page of the portal; mail readers even know nothing but style attributes.
TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*.html") if not {"pdf", "email"} & set(path.parts) and path.name != "email.html"
)

FORBIDDEN = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a script without src": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE),
    "a style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "something from another origin": re.compile(
        r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE
    ),
    # Several tags of django-dsfr carry inline handlers or styles: ui/ has pieces of its own.
    "a tag of django-dsfr": re.compile(r"{%\s*load[^%]*\bdsfr_tags\b"),
}


def faults(html: str) -> list[str]:
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(html)]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_holds_nothing_that_the_policy_blocks(template: Path) -> None:
    assert faults(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "html",
    [
        '<p style="color:red">',
        '<a href="#" onclick="go()">',
        "<button\n  onClick='go()'>",
        "<script>alert(1)</script>",
        "<style>p{}</style>",
        '<a href="javascript:go()">',
        '<script src="https://example.org/a.js"></script>',
        "{% load static dsfr_tags %}",
    ],
)
def test_the_scan_sees_what_it_looks_for(html: str) -> None:
    assert faults(html)


def test_the_scan_lets_pass_what_the_policy_allows() -> None:
    assert faults('<script src="/static/ui/portal.js" defer></script><a href="https://www.legifrance.gouv.fr">on=1</a>') == []


@pytest.mark.django_db
def test_every_answer_carries_the_policy(client: Client) -> None:
    for path in ("/compte/connexion/", "/nulle-part/"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "unsafe" not in policy
