"""After the signatures, and the ways back and out."""

import datetime as dt

from conventions import notices
from conventions.models import Convention
from conventions.permissions import can_abandon, can_follow_execution, can_go_back, can_notify, can_terminate
from conventions.services.refusals import refuse_future
from conventions.services.signing import applications_of
from plannumerique.files import services as files
from plannumerique.journal.passages import passage
from plannumerique.organisations.actor import Actor
from projects import services as projects


def notify(*, convention_id: int, actor: Actor, on: dt.date, seen: int | None = None, comment: str = "") -> Convention:
    """The collectivité has its signed copy. Called by the use case that opens its subsidies, in one transaction with them."""
    refuse_future(on, actor, what="La notification")
    with passage(Convention, convention_id, actor=actor, may=can_notify, seen=seen, comment=comment) as convention:
        convention.notify(on=on)
        notices.tell_notified(convention, actor=actor)
    return convention


def start_execution(*, convention_id: int, actor: Actor, taken_over: bool = False) -> Convention:
    with passage(Convention, convention_id, actor=actor, may=can_follow_execution, taken_over=taken_over) as convention:
        convention.start_execution()
    return convention


def settle_up(*, convention_id: int, actor: Actor, taken_over: bool = False) -> Convention:
    with passage(Convention, convention_id, actor=actor, may=can_follow_execution, taken_over=taken_over) as convention:
        convention.settle_up()
    return convention


def archive(*, convention_id: int, actor: Actor) -> Convention:
    with passage(Convention, convention_id, actor=actor, may=can_follow_execution) as convention:
        convention.archive()
    return convention


# --- Ways back and out ---


def reopen_negotiation(
    *, convention_id: int, actor: Actor, comment: str, keep_deliberation: bool = False, seen: int | None = None
) -> Convention:
    """The text that was issued is void; the next one cancels and replaces it."""
    with passage(Convention, convention_id, actor=actor, may=can_go_back, seen=seen, comment=comment) as convention:
        answered = convention.cbr_has_answered
        convention.reopen_negotiation(keep_deliberation=keep_deliberation)
        if not answered:
            convention.cbr_exchanges.all().delete()
        notices.tell_reopened(convention, actor=actor, motive=comment)
    return convention


def set_deliberation_aside(*, convention_id: int, actor: Actor, comment: str, seen: int | None = None) -> Convention:
    """A délibération that does not authorise the signature: the collectivité brings another."""
    with passage(Convention, convention_id, actor=actor, may=can_go_back, seen=seen, comment=comment) as convention:
        convention.set_deliberation_aside()
        notices.tell_deliberation_set_aside(convention, actor=actor, motive=comment)
    return convention


def cancel_collectivite_signature(*, convention_id: int, actor: Actor, comment: str, seen: int | None = None) -> Convention:
    with passage(Convention, convention_id, actor=actor, may=can_go_back, seen=seen, comment=comment) as convention:
        convention.cancel_collectivite_signature()
        notices.tell_to_sign_again(convention, actor=actor, motive=comment)
    return convention


def cancel_recteur_signature(*, convention_id: int, actor: Actor, comment: str, seen: int | None = None) -> Convention:
    with passage(Convention, convention_id, actor=actor, may=can_go_back, seen=seen, comment=comment) as convention:
        convention.cancel_recteur_signature()
        for application_id in applications_of(convention):
            projects.release(application_id=application_id, actor=actor, comment=comment)
        if convention.document is not None and convention.document.is_signed:
            files.withdraw_signed_copy(document_id=convention.document.pk, actor=actor, comment=comment)
    return convention


def abandon(*, convention_id: int, actor: Actor, comment: str, seen: int | None = None) -> Convention:
    """The applications are retained again: another convention may cover them, or they are abandoned in their turn."""
    with passage(Convention, convention_id, actor=actor, may=can_abandon, seen=seen, comment=comment) as convention:
        convention.abandon()
        convention.covered_schools.update(live=False)
        for application_id in applications_of(convention):
            projects.cover_by_convention(application_id=application_id, actor=actor, covered=False)
        notices.tell_abandoned(convention, actor=actor, motive=comment)
    return convention


def terminate(*, convention_id: int, actor: Actor, on: dt.date, comment: str, seen: int | None = None) -> Convention:
    """A termination made outside is recorded; what it entails (recovery of sums, return of equipment) stays outside too."""
    refuse_future(on, actor, what="La résiliation")
    with passage(Convention, convention_id, actor=actor, may=can_terminate, seen=seen, comment=comment) as convention:
        convention.terminate(on=on)
        convention.covered_schools.update(live=False)
    return convention
