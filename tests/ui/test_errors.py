from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.http import require_POST

from plannumerique import urls as portal_urls
from plannumerique.ui.errors import NotFound


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Cette action revient à : <valideur de la DAF>.")


def refuse_silently(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def past_the_end(request: HttpRequest) -> HttpResponse:
    raise NotFound("Il n’y a pas de page 4.", url="/liste/?page=3", link="Voir la dernière page")


def not_there(request: HttpRequest) -> HttpResponse:
    raise Http404("No User matches the given query.")


def unreadable(request: HttpRequest) -> HttpResponse:
    raise BadRequest("Le lien est tronqué.")


def read_form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST.get("text", ""))


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a detail for developers")


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fait")


class Urls:
    """The portal's own error pages, on views that fail on purpose."""

    urlpatterns = [
        *portal_urls.urlpatterns,
        *(
            path(f"{view.__name__}/", view)
            for view in (refuse, refuse_silently, past_the_end, not_there, unreadable, read_form, broken, act)
        ),
    ]
    handler400 = portal_urls.handler400
    handler403 = portal_urls.handler403
    handler404 = portal_urls.handler404


@pytest.fixture
def visitor(settings: Any, db: None) -> Client:
    settings.ROOT_URLCONF = Urls
    settings.PORTAL_DEMO = False
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "LoginRequired" not in name]
    return Client(raise_request_exception=False)


def text_of(response: Any) -> str:
    return str(response.content.decode()).replace("&nbsp;", "\u00a0")


def test_a_refused_person_reads_why(visitor: Client) -> None:
    response = visitor.get("/refuse/")
    assert response.status_code == 403
    assert "Cette action revient à : &lt;valideur de la DAF&gt;." in text_of(response)


def test_a_refusal_without_a_sentence_still_says_something(visitor: Client) -> None:
    response = visitor.get("/refuse_silently/")
    assert response.status_code == 403
    assert "Vos habilitations ne donnent pas accès à cette page." in text_of(response)


def test_a_missing_page_of_a_list_leads_to_the_one_that_exists(visitor: Client) -> None:
    response = visitor.get("/past_the_end/")
    assert response.status_code == 404
    assert "Il n’y a pas de page 4." in text_of(response)
    assert '<a class="fr-btn" href="/liste/?page=3">Voir la dernière page</a>' in text_of(response)


def test_what_is_written_for_developers_is_not_shown(visitor: Client) -> None:
    for address in ("/not_there/", "/nulle-part/"):
        response = visitor.get(address)
        assert response.status_code == 404
        assert "L’adresse est fausse" in text_of(response)
        assert "given query" not in text_of(response)


def test_an_unreadable_demand_says_why(visitor: Client) -> None:
    response = visitor.get("/unreadable/")
    assert response.status_code == 400
    assert "Le lien est tronqué." in text_of(response)


def test_a_text_that_is_too_long_is_answered_413_with_the_limit(visitor: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = visitor.post("/read_form/", {"text": "x" * 200})
    assert response.status_code == 413
    assert "20\u00a0Mo au plus" in text_of(response)


def test_an_expired_form_says_how_to_find_the_text_again(settings: Any, visitor: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/read_form/", {"text": "x"})
    assert response.status_code == 403
    assert "votre texte y est conservé" in text_of(response)


def test_the_address_of_a_button_opened_as_a_page_says_what_to_do(visitor: Client) -> None:
    response = visitor.get("/act/")
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "appuyez de nouveau sur le bouton" in text_of(response)


def test_the_page_of_a_failure_needs_neither_database_nor_context(visitor: Client) -> None:
    response = visitor.get("/broken/")
    assert response.status_code == 500
    assert "rien n’est enregistré à moitié" in text_of(response)
    assert "developers" not in text_of(response)
