"""The thread of a school in everyday words, for the people who work in it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from deployments.enums import MobileClassState
from deployments.models import MobileClass
from plannumerique.lib.dates import plain_date
from plannumerique.lib.text import plural, typeset
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import Level
from projects.enums import ApplicationState
from projects.models import Application
from subsidies.enums import PieceState
from subsidies.models import OrderAllocation

A, C = ApplicationState, MobileClassState


def said_to(actor: Actor, applications: Iterable[Application], classes: Iterable[MobileClass]) -> list[str]:
    """One sentence a school in which this person works; nothing for the others, who read the states themselves. One query at most."""
    mine = [one for one in applications if one.school_id in actor.ids(Level.SCHOOL)]
    if not mine:
        return []
    known = list(classes)
    orders = _orders_of(known)
    said = ((_named(one, mine), _said(one, _of_school(one, known), orders=orders)) for one in mine)
    return [typeset(name + sentence if name else sentence[:1].upper() + sentence[1:]) for name, sentence in said]


def _orders_of(classes: Sequence[MobileClass]) -> Mapping[int, set[str]]:
    """In which states are the orders that cover each class: an order may leave a class out."""
    orders: dict[int, set[str]] = {one.pk: set() for one in classes}
    parts = OrderAllocation.objects.filter(mobile_class__in=orders).values_list("mobile_class_id", "order__state")
    for mobile_class, state in parts:
        orders[mobile_class].add(state)
    return orders


def _of_school(application: Application, classes: Iterable[MobileClass]) -> list[MobileClass]:
    return [one for one in classes if one.school_id == application.school_id and one.state != C.RENOUNCED]


def _named(application: Application, mine: Sequence[Application]) -> str:
    return f"{application.school} : " if len(mine) > 1 else ""


def _said(application: Application, classes: Sequence[MobileClass], *, orders: Mapping[int, set[str]]) -> str:
    if application.state == A.CONTRACTED and classes:
        return _said_of_classes(classes, orders=orders)
    if application.state == A.TO_COMPLETE and application.completion_due_on:
        return f"la DANE demande de compléter votre candidature avant le {plain_date(application.completion_due_on)}."
    if application.state == A.RETAINED:
        counted = plural(application.retained_classes or 0, one="classe mobile", many="classes mobiles")
        return f"votre projet est retenu pour {counted} ; la collectivité et le rectorat préparent la convention."
    return _OF_STATE[A(application.state)]


def _said_of_classes(classes: Sequence[MobileClass], *, orders: Mapping[int, set[str]]) -> str:
    received = [one for one in classes if one.state == C.RECEIVED]
    if len(received) == len(classes):
        return f"{_yours(len(classes))} {_are(len(classes), 'reçue')}{_certified(classes)}."
    planned = [one for one in classes if one.state != C.RECEIVED]
    ordered = [one for one in planned if PieceState.ACCEPTED in orders[one.pk]]
    checked = [one for one in planned if one not in ordered and PieceState.DEPOSITED in orders[one.pk]]
    due = max((one.delivery_expected_on for one in ordered if one.delivery_expected_on), default=None)
    return _together(len(classes), len(received), len(ordered), len(checked), due)


def _together(total: int, received: int, ordered: int, checked: int, due: dt.date | None) -> str:
    """What is true of some classes is said of these alone: « 1 de vos 3 classes mobiles est reçue ; 2 sont commandées »."""
    awaited = total - received - ordered - checked
    if awaited == total:
        return (
            f"la convention est signée ; {_yours(total)} {'restent' if total > 1 else 'reste'} à commander par la collectivité."
        )
    told: list[tuple[int, Callable[[int], str]]] = [
        (received, lambda count: _are(count, "reçue")),
        (ordered, lambda count: f"{_are(count, 'commandée')}{_awaited(due)}"),
        (checked, lambda count: f"{'ont' if count > 1 else 'a'} un bon de commande, que la DANE vérifie"),
        (awaited, lambda count: f"{'restent' if count > 1 else 'reste'} à commander par la collectivité"),
    ]
    said = [(count, words(count)) for count, words in told if count]
    first = _yours(total) if said[0][0] == total else f"{said[0][0]} de vos {total} classes mobiles"
    return f"{' ; '.join([f'{first} {said[0][1]}', *(f'{count} {words}' for count, words in said[1:])])}."


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
