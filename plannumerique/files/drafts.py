"""The draft of a letter, on screen: watermarked, without number or code, never stored."""

from django.http import HttpRequest, HttpResponse

from plannumerique.files import pdf
from plannumerique.files.content import safe_name
from plannumerique.files.letters import LetterContext


def draft_response(request: HttpRequest, letter: LetterContext) -> HttpResponse:
    """What the letter would be if it were issued now; what it still lacks is listed at its head.

    The view asks the right first. Nothing is written: a draft that was looked at leaves no trace.
    """
    imprint = pdf.Imprint(title=letter.title, draft=True, blanks=tuple(letter.blanks()))
    response: HttpResponse = pdf.engine().DraftResponse(
        request,
        letter.template,
        context=pdf.context_of(letter.snapshot(), imprint),
        filename=f"{safe_name(letter.title)} (projet).pdf",
        attachment=False,
    )
    response["Cache-Control"] = "no-store"
    return response
