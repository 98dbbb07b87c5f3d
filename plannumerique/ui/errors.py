"""The pages shown instead of the one that was asked for: each says what happened and what to do next."""

from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

_TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


class NotFound(Http404):
    """A 404 with a French sentence to show, and a link to what does exist; a plain Http404 speaks to developers."""

    def __init__(self, sentence: str, *, url: str = "", link: str = "") -> None:
        super().__init__(sentence)
        self.url = url
        self.link = link


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, _TOO_BIG):
        return render(request, "413.html", status=413)
    sentence = str(exception) if isinstance(exception, BadRequest) else ""
    return render(request, "400.html", {"sentence": sentence}, status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = str(exception) if isinstance(exception, PermissionDenied) else ""
    return render(request, "403.html", {"sentence": sentence}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    context = {}
    if isinstance(exception, NotFound):
        context = {"sentence": str(exception), "url": exception.url, "link": exception.link}
    return render(request, "404.html", context, status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


class NotAllowedMiddleware:
    """Django answers 405 with an empty page. Who opens the address of a button, after logging in again, reads what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page
