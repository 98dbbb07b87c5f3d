"""The thread of a school in everyday words, for the people who work in it."""

import datetime as dt
from collections.abc import Iterable, Sequence

from deployments.enums import MobileClassState
from deployments.models import MobileClass
from plannumerique.lib.dates import plain_date
from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from projects.enums import ApplicationState
from projects.models import Application
from subsidies.models import PurchaseOrder

A, C = ApplicationState, MobileClassState


def said_to(actor: Actor, applications: Iterable[Application], classes: Iterable[MobileClass]) -> list[str]:
    """One sentence a school in which this person works; nothing for the others, who read the states themselves. One query at most."""
    mine = [one for one in applications if one.school_id in actor.ids(Level.SCHOOL)]
    if not mine:
        return []
    known = list(classes)
    ordered = PurchaseOrder.objects.accepted().filter(thread_id=mine[0].thread_id).exists()
    said = ((_named(one, mine), _said(one, _of_school(one, known), ordered=ordered)) for one in mine)
    return [typeset(name + sentence if name else sentence[:1].upper() + sentence[1:]) for name, sentence in said]


def _of_school(application: Application, classes: Iterable[MobileClass]) -> list[MobileClass]:
    return [one for one in classes if one.school_id == application.school_id and one.state != C.RENOUNCED]


def _named(application: Application, mine: Sequence[Application]) -> str:
    return f"{application.school} : " if len(mine) > 1 else ""


def _said(application: Application, classes: Sequence[MobileClass], *, ordered: bool) -> str:
    if application.state == A.CONTRACTED and classes:
        return _said_of_classes(classes, ordered=ordered)
    if application.state == A.TO_COMPLETE and application.completion_due_on:
        return f"la DANE demande de compléter votre candidature avant le {plain_date(application.completion_due_on)}."
    if application.state == A.RETAINED:
        counted = plural(application.retained_classes or 0, one="classe mobile", many="classes mobiles")
        return f"votre projet est retenu pour {counted} ; la collectivité et le rectorat préparent la convention."
    return _OF_STATE[A(application.state)]


def _said_of_classes(classes: Sequence[MobileClass], *, ordered: bool) -> str:
    received = [one for one in classes if one.state == C.RECEIVED]
    if len(received) == len(classes):
        return f"{_yours(len(classes))} {_are(len(classes), 'reçue')}{_certified(classes)}."
    expected = max(
        (one.delivery_expected_on for one in classes if one.state == C.PLANNED and one.delivery_expected_on), default=None
    )
    if received:
        return f"{len(received)} de vos {len(classes)} classes mobiles {_are(len(received), 'reçue')}{_awaited(expected)}."
    if ordered:
        return f"{_yours(len(classes))} {_are(len(classes), 'commandée')}{_awaited(expected)}."
    return f"la convention est signée ; {_yours(len(classes))} {'restent' if len(classes) > 1 else 'reste'} à commander par la collectivité."


def _yours(count: int) -> str:
    return f"vos {count} classes mobiles" if count > 1 else "votre classe mobile"


def _are(count: int, word: str) -> str:
    return f"sont {word}s" if count > 1 else f"est {word}"


def _awaited(on: dt.date | None) -> str:
    return f" ; livraison attendue au plus tard le {plain_date(on)}" if on else ""


def _certified(classes: Sequence[MobileClass]) -> str:
    whose = "leur" if len(classes) > 1 else "sa"
    return f" et le rectorat a constaté {whose} livraison" if all(one.certified_on for one in classes) else ""


_OF_STATE: dict[ApplicationState, str] = {
    A.DRAFT: "votre candidature s’écrit : vous remettez la partie pédagogique, la collectivité le reste, puis elle la dépose.",
    A.SUBMITTED: "votre candidature est déposée ; la DANE l’étudie.",
    A.TO_COMPLETE: "la DANE demande de compléter votre candidature.",
    A.ADMISSIBLE: "votre candidature est complète ; la sélection n’est pas encore connue.",
    A.INADMISSIBLE: "votre candidature n’a pas pu être examinée ; le motif est sur sa page.",
    A.WAITING_LIST: "votre projet est sur liste d’attente.",
    A.NOT_RETAINED: "votre projet n’est pas retenu ; la lettre qui le dit est dans les documents.",
    A.CONTRACTED: "la convention est signée.",
    A.ABANDONED: "la collectivité a renoncé à cette candidature.",
}
