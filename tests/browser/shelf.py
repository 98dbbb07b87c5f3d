"""What a visit kept, sent again to a browser: the same bytes and headers, at the same address, without the portal behind."""

from collections.abc import Callable, Iterable, Mapping
from http.client import responses
from mimetypes import guess_type
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import QuietWSGIRequestHandler

from tests.visit import Kept

# They would be asked for again and again, by hundreds of pages.
FOR_A_DAY = {"Cache-Control": "max-age=86400"}


class Shelf:
    """One page at a time, with what it shows in frames; static files come from their sources."""

    def __init__(self) -> None:
        self.answers: Mapping[str, Kept] = {}
        self.server = ThreadedWSGIServer(("localhost", 0), QuietWSGIRequestHandler)
        self.server.set_app(self)
        self.address = f"http://localhost:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, page: Kept, framed: Mapping[str, Kept]) -> str:
        self.answers = {**framed, urlsplit(page.path).path: page}
        return page.path

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        answer = _static_file(path) if path.startswith(settings.STATIC_URL) else self.answers.get(path)
        if answer is None:
            answer = Kept(path=path, body=b"", status=404)
        start_response(f"{answer.status} {responses[answer.status]}", list(answer.headers.items()))
        return [answer.body]


def _static_file(path: str) -> Kept | None:
    found = finders.find(path.removeprefix(settings.STATIC_URL))
    if not found:
        return None
    kind = guess_type(path)[0] or "application/octet-stream"
    return Kept(path=path, body=Path(found).read_bytes(), headers={"Content-Type": kind, **FOR_A_DAY})
