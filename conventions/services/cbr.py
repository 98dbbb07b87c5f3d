"""The contrôleur budgétaire régional: asked above the threshold, heard or silent, passed over in writing."""

import datetime as dt

from conventions import conditions as only_if
from conventions.enums import PieceKind
from conventions.models import CbrExchange, Convention
from conventions.permissions import can_handle_cbr, can_overrule_cbr, can_record_cbr_exchange
from conventions.rules import CbrSense
from conventions.services.pieces import bring
from conventions.services.refusals import demand, demand_motive, refuse_before, refuse_future
from plannumerique.files.models import StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import passage
from plannumerique.lib.dates import long_date
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor


def request_cbr(*, convention_id: int, actor: Actor, on: dt.date, seen: int | None = None, comment: str = "") -> Convention:
    """The file left for the contrôleur on that day; an earlier request, on an amount that changed, is forgotten."""
    refuse_future(on, actor, what="La saisine")
    with passage(Convention, convention_id, actor=actor, may=can_handle_cbr, seen=seen, comment=comment) as convention:
        if convention.settled_on is not None:
            refuse_before(on, convention.settled_on, what="La saisine", since="l’arrêté du projet")
        convention.request_cbr(on=on)
        convention.cbr_exchanges.all().delete()
    return convention


def record_cbr_reception(*, convention_id: int, actor: Actor, on: dt.date, seen: int | None = None) -> Convention:
    """The day from which his delay runs; corrected here too, as long as no request of his has come."""
    refuse_future(on, actor, what="La réception")
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_record_cbr_exchange,
        seen=seen,
        act="record_cbr_reception",
        label="Enregistrer la réception du dossier par le contrôleur budgétaire",
    ) as convention:
        refuse_before(on, convention.cbr_requested_on, what="La réception", since="la saisine")
        if convention.cbr_exchanges.filter(asked_on__lt=on).exists():
            raise Refused("Une demande écrite du contrôleur budgétaire est antérieure à cette date.")
        convention.cbr_received_on = on
    return convention


def record_cbr_request(*, convention_id: int, actor: Actor, on: dt.date, question: str, seen: int | None = None) -> Convention:
    """A written request of his interrupts the delay until the answer."""
    refuse_future(on, actor, what="La demande")
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_record_cbr_exchange,
        seen=seen,
        comment=question,
        act="record_cbr_request",
        label="Enregistrer une demande écrite du contrôleur budgétaire",
    ) as convention:
        demand(convention, only_if.the_cbr_received_the_file, only_if.no_request_of_his_awaits_an_answer)
        refuse_before(on, convention.cbr_received_on, what="La demande", since="la réception du dossier")
        _refuse_too_late(convention, on)
        CbrExchange.objects.create(convention=convention, asked_on=on, question=question.strip())
    return convention


def _refuse_too_late(convention: Convention, on: dt.date) -> None:
    last_day = convention.cbr_last_day()
    if convention.campaign.cbr_silence_counts and last_day is not None and on > last_day:
        raise Refused(
            typeset(f"Le délai du contrôleur budgétaire s’est achevé le {long_date(last_day)} : cette demande n’interrompt rien.")
        )


def record_cbr_answer(*, convention_id: int, actor: Actor, on: dt.date, answer: str, seen: int | None = None) -> Convention:
    """The académie's answer: the delay runs again, whole."""
    refuse_future(on, actor, what="La réponse")
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_record_cbr_exchange,
        seen=seen,
        comment=answer,
        act="record_cbr_answer",
        label="Répondre au contrôleur budgétaire",
    ) as convention:
        demand(convention, only_if.a_request_of_his_awaits_an_answer)
        exchange = convention.cbr_exchanges.get(answered_on__isnull=True)
        refuse_before(on, exchange.asked_on, what="La réponse", since="la demande")
        exchange.answered_on, exchange.answer = on, answer.strip()
        exchange.save(update_fields=["answered_on", "answer"])
    return convention


def record_cbr_opinion(
    *,
    convention_id: int,
    actor: Actor,
    sense: CbrSense,
    on: dt.date,
    file: StoredFile,
    seen: int | None = None,
    comment: str = "",
) -> Convention:
    refuse_future(on, actor, what="L’avis")
    with passage(Convention, convention_id, actor=actor, may=can_handle_cbr, seen=seen, comment=comment) as convention:
        piece = bring(convention, PieceKind.CBR_OPINION, file, actor=actor)
        convention.record_cbr_opinion(sense=CbrSense(sense), on=on, piece=piece)
    return convention


def note_cbr_silence(*, convention_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Convention:
    """His delay has run out: the campaign says whether his silence counts."""
    with passage(Convention, convention_id, actor=actor, may=can_handle_cbr, seen=seen, comment=comment) as convention:
        convention.note_cbr_silence(on=actor.today)
    return convention


def overrule_cbr(
    *, convention_id: int, actor: Actor, on: dt.date, comment: str, file: StoredFile, seen: int | None = None
) -> Convention:
    """The recteur passes over an unfavourable opinion by a written decision with its reasons; a visa can't be passed over."""
    demand_motive(comment)
    refuse_future(on, actor, what="La décision de passer outre")
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_overrule_cbr,
        seen=seen,
        comment=comment,
        act="overrule_cbr",
        label="Passer outre l’avis défavorable du contrôleur budgétaire",
    ) as convention:
        demand(convention, only_if.the_opinion_may_be_passed_over)
        refuse_before(on, convention.cbr_given_on, what="La décision de passer outre", since="l’avis")
        convention.cbr_overruled_on, convention.cbr_overruled_motive = on, comment.strip()
        convention.cbr_overruled_piece = bring(convention, PieceKind.CBR_OVERRULED, file, actor=actor)
    return convention
