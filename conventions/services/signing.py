"""The délibération, then the two signatures, in that order."""

import datetime as dt

from conventions import notices, rules
from conventions.enums import DeliberatingOrgan, PieceKind
from conventions.models import Convention, CoveredClass
from conventions.permissions import (
    can_receive_deliberation,
    can_record_deliberation,
    can_record_signed_copy,
    can_sign_for_collectivite,
    can_sign_for_recteur,
    can_tell_next_sitting,
)
from conventions.services.pieces import bring
from conventions.services.refusals import demand_motive, refuse_future
from plannumerique.files import services as files
from plannumerique.files.models import StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import passage
from plannumerique.lib.text import typeset
from plannumerique.organisations.actor import Actor
from projects import services as projects


def tell_next_sitting(*, convention_id: int, actor: Actor, on: dt.date, seen: int | None = None) -> Convention:
    if on < actor.today:
        raise Refused("La date de la prochaine séance est déjà passée.")
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_tell_next_sitting,
        seen=seen,
        act="tell_next_sitting",
        label="Indiquer la prochaine séance de l’assemblée",
    ) as convention:
        convention.next_sitting_on = on
    return convention


def record_deliberation(
    *,
    convention_id: int,
    actor: Actor,
    organ: DeliberatingOrgan,
    number: str,
    on: dt.date,
    published_on: dt.date | None = None,
    published_time: dt.time | None = None,
    prefecture_on: dt.date | None = None,
    prefecture_time: dt.time | None = None,
    file: StoredFile | None = None,
    seen: int | None = None,
    comment: str = "",
) -> Convention:
    """What the assembly decided, when it was published and received; completed as the dates become known."""
    for day, what in ((on, "La délibération"), (published_on, "La publication"), (prefecture_on, "La réception en préfecture")):
        refuse_future(day, actor, what=what)
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_record_deliberation,
        seen=seen,
        comment=comment,
        act="record_deliberation",
        label="Enregistrer la délibération",
    ) as convention:
        convention.deliberation_organ, convention.deliberation_number = DeliberatingOrgan(organ).value, number.strip()
        convention.deliberation_on = on
        convention.published_on, convention.published_time = published_on, published_time if published_on else None
        convention.prefecture_on, convention.prefecture_time = prefecture_on, prefecture_time if prefecture_on else None
        _settle_when_executory(convention)
        if file is not None:
            convention.deliberation_piece = bring(
                convention, PieceKind.DELIBERATION, file, actor=actor, instead_of=convention.deliberation_piece
            )
        elif convention.deliberation_piece is None or convention.deliberation_piece.is_rejected:
            raise Refused(typeset("Joignez la copie de la délibération."))
    return convention


def _settle_when_executory(convention: Convention) -> None:
    deliberation = convention.deliberation()
    if deliberation is None:
        return
    faults = list(rules.deliberation_faults(deliberation))
    if faults:
        raise Refused(*faults)
    convention.executory_on = deliberation.executory_on


def receive_deliberation(*, convention_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> Convention:
    with passage(Convention, convention_id, actor=actor, may=can_receive_deliberation, seen=seen, comment=comment) as convention:
        convention.receive_deliberation()
        notices.tell_ready_to_sign(convention, actor=actor)
    return convention


def sign_for_collectivite(
    *,
    convention_id: int,
    actor: Actor,
    on: dt.date,
    signatory: str,
    capacity: str,
    file: StoredFile,
    at: dt.time | None = None,
    confirmed: bool = False,
    seen: int | None = None,
    comment: str = "",
) -> Convention:
    """The collectivité signed on paper: who, when, and the scan. `confirmed`: on the very day, after the délibération."""
    _demand_signatory(signatory, capacity)
    refuse_future(on, actor, what="La signature")
    with passage(Convention, convention_id, actor=actor, may=can_sign_for_collectivite, seen=seen, comment=comment) as convention:
        convention.sign_for_collectivite(
            on=on,
            at=at,
            signatory=signatory.strip(),
            capacity=capacity.strip(),
            copy=bring(convention, PieceKind.SIGNED_BY_COLLECTIVITE, file, actor=actor),
            confirmed=confirmed,
        )
    return convention


def sign_for_recteur(
    *,
    convention_id: int,
    actor: Actor,
    on: dt.date,
    signatory: str,
    capacity: str,
    delegation: str = "",
    late_motive: str = "",
    file: StoredFile | None = None,
    seen: int | None = None,
    comment: str = "",
) -> Convention:
    """Both parties have signed: the applications are under convention. `file`: the copy signed by both, when it is at hand."""
    _demand_signatory(signatory, capacity)
    refuse_future(on, actor, what="La signature")
    with passage(Convention, convention_id, actor=actor, may=can_sign_for_recteur, seen=seen, comment=comment) as convention:
        convention.sign_for_recteur(
            on=on,
            signatory=signatory.strip(),
            capacity=capacity.strip(),
            delegation=delegation.strip(),
            late_motive=late_motive.strip(),
        )
        for application_id in applications_of(convention):
            projects.contract(application_id=application_id, actor=actor)
        if file is not None:
            _keep_signed_copy(convention, file, actor=actor)
    return convention


def record_signed_copy(
    *, convention_id: int, actor: Actor, file: StoredFile, seen: int | None = None, comment: str = ""
) -> Convention:
    """The scan of the copy that bears both signatures; a wrong one is withdrawn, with its motive, and another takes its place."""
    with passage(
        Convention,
        convention_id,
        actor=actor,
        may=can_record_signed_copy,
        seen=seen,
        comment=comment,
        act="record_signed_copy",
        label="Enregistrer l’exemplaire signé des deux parties",
    ) as convention:
        if convention.document is not None and convention.document.is_signed:
            demand_motive(comment)
            files.withdraw_signed_copy(document_id=convention.document.pk, actor=actor, comment=comment)
        _keep_signed_copy(convention, file, actor=actor)
    return convention


def _keep_signed_copy(convention: Convention, file: StoredFile, *, actor: Actor) -> None:
    if convention.is_taken_over:  # the text is not the portal's: its scan is a piece, like any paper
        earlier = convention.collectivite_copy
        convention.collectivite_copy = bring(convention, PieceKind.ORIGINAL, file, actor=actor, instead_of=earlier)
        return
    if convention.document is None or convention.recteur_signed_on is None:
        raise Refused("La convention n’est pas encore signée des deux parties.")
    convention.document = files.record_signed_copy(
        document_id=convention.document.pk,
        actor=actor,
        file=file,
        name=convention.recteur_signatory,
        capacity=convention.recteur_capacity,
        on=convention.recteur_signed_on,
    )


def applications_of(convention: Convention) -> list[int]:
    """Sorted: rows are locked in the same order by everybody."""
    covered = CoveredClass.objects.filter(covered_school__convention=convention)
    # A set, since DISTINCT would count the columns that the classes are ordered by.
    return sorted(set(covered.values_list("application_id", flat=True)))


def _demand_signatory(signatory: str, capacity: str) -> None:
    if not signatory.strip() or not capacity.strip():
        raise Refused("Indiquez le nom et la qualité du signataire.")
