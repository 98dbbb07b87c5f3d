"""What a page says after an act: who is told, or that nobody could be. It says what was written in the outbox, and nothing else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from plannumerique.lib.text import agree, plural, typeset
from plannumerique.organisations.recipients import Recipients

# A deposit of thirty schools tells thirty schools: beyond that, the page counts them.
NAMED = 4
_told: ContextVar[list[Recipients] | None] = ContextVar("told", default=None)


def note(recipients: Recipients) -> None:
    """Once the act is written, and only then."""
    told = _told.get()
    if told is not None:
        transaction.on_commit(lambda: told.append(recipients))


@contextmanager
def listening() -> Iterator[list[Recipients]]:
    told: list[Recipients] = []
    token = _told.set(told)
    try:
        yield told
    finally:
        _told.reset(token)


def sentences(told: list[Recipients]) -> tuple[list[str], list[str]]:
    """Those of whoever is told, and those of nobody; an organisation told twice, or person by person, is said once."""
    merged: dict[str, Recipients] = {}
    for one in told:
        known = merged.get(one.whom, replace(one, people=(), mailboxes=()))
        people = tuple(dict.fromkeys([*known.people, *one.people]))
        mailboxes = tuple(dict.fromkeys([*known.mailboxes, *one.mailboxes]))
        merged[one.whom] = replace(one, people=people, mailboxes=mailboxes)
    reached = [one for one in merged.values() if one.addresses]
    return _said(reached, _in_number), _said([one for one in merged.values() if not one.addresses], _nobody_in_number)


def _said(found: list[Recipients], in_number: Callable[[list[Recipients]], str]) -> list[str]:
    return [one.in_words for one in found] if len(found) <= NAMED else [in_number(found)]


def _in_number(found: list[Recipients]) -> str:
    count = len({address for one in found for address in one.addresses})
    return f"{plural(count, one='destinataire')} {agree(count, one='est prévenu', many='sont prévenus')}."


def _nobody_in_number(found: list[Recipients]) -> str:
    names = ", ".join(one.whom for one in found[:NAMED])
    return f"Personne n’a été prévenu dans {plural(len(found), one='cas')}, faute de compte et d’adresse de contact : {names}…"


class ToldMiddleware:
    """Adds those sentences to the messages of the act, whatever the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return self.get_response(request)
        with listening() as told:
            response = self.get_response(request)
        reached, nobody = sentences(told)
        if reached:
            messages.success(request, typeset(" ".join(reached)))
        if nobody:
            messages.warning(request, typeset(" ".join(nobody)))
        return response
