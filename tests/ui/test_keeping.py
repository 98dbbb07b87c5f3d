"""What a browser may keep of each address of the portal."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import UserFactory


def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    for one in resolver.url_patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one, path)
        elif isinstance(one, URLPattern):
            yield path


def filled(path: str, converters: str = "1") -> str:
    """The address with something in each of its holes, whether or not it exists."""
    parts = path.replace("<", "\0<").replace(">", ">\0").split("\0")
    return "".join(converters if part.startswith("<") else part for part in parts)


EVERY = sorted({filled(path) for path in addresses(get_resolver()) if "(?P" not in path and "^" not in path})


def test_every_address_is_there() -> None:
    assert len(EVERY) > 150
    assert not [path for path in EVERY if "<" in path or ">" in path]


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
def test_nothing_shown_to_a_person_stays_in_her_browser(client: Client) -> None:
    person = UserFactory(superuser=True)
    client.raise_request_exception = False
    kept = {}
    for path in EVERY:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        said = client.get(path).headers.get("Cache-Control", "")
        if not {"private", "no-store"} <= {part.strip() for part in said.split(",")}:
            kept[path] = said
    assert kept == {}


@pytest.mark.django_db
def test_the_address_of_an_invitation_is_kept_by_nobody(client: Client) -> None:
    for path in ("/compte/invitation/MQ/abc-def/", "/compte/mot-de-passe/nouveau/MQ/abc-def/"):
        assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.django_db
def test_a_public_page_stays_as_its_view_says(client: Client) -> None:
    for path in ("/", "/compte/connexion/"):
        anonymous = client.get(path)
        assert anonymous.headers.get("Cache-Control", "") in ("", "max-age=0, no-cache, no-store, must-revalidate, private")
