"""What a browser complains of while a test runs: each complaint fails the test."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# The console repeats every answer of 400 and more; those of a page are the test's own affair, those of its parts are not.
FAILED_TO_LOAD = "Failed to load resource"
ANSWERED = (200, 204, 206, 302, 304)


class Watch:
    def __init__(self, *, origin: str) -> None:
        self.origin = origin
        self.statuses_of_pages = (*ANSWERED, 403, 404, 409, 422)
        self.complaints: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("response", self._response)

    def assert_nothing(self) -> None:
        assert not self.complaints, "\n".join(self.complaints)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(FAILED_TO_LOAD):
            self.complaints.append(f"console, {message.type}: {message.text} ({message.location['url']})")

    def _error(self, error: WebError) -> None:
        self.complaints.append(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.complaints.append(f"another origin: {request.method} {request.url}")

    def _response(self, response: Response) -> None:
        expected = self.statuses_of_pages if response.request.is_navigation_request() else ANSWERED
        if response.status not in expected:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")
