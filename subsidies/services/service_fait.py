"""The constatation of the service fait: one act of the DAN, one date, from which the year of the solde follows."""

from deployments import services as deployments
from plannumerique.files import services as files
from plannumerique.files.enums import PieceState
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import passage
from plannumerique.organisations.actor import Actor
from projects.rules import FundingError
from subsidies.documents import service_fait as documents
from subsidies.models import EquipmentSubsidy
from subsidies.notices import statement as notices
from subsidies.permissions import can_certify_service_fait, can_revoke_service_fait
from subsidies.readings.claims import certified_class_ids, definitive_of
from subsidies.readings.promises import promise_of


def certify_service_fait(
    *, subsidy_id: int, actor: Actor, reservations: str = "", seen: int | None = None, comment: str = ""
) -> EquipmentSubsidy:
    """The classes invoiced are in the schools, the invoices are right: the definitive subsidy follows, and the certificate.

    The date is the portal's: nobody types a day that decides of a payment.
    """
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_certify_service_fait, seen=seen, comment=comment) as subsidy:
        try:
            definitive = definitive_of(subsidy)
        except FundingError as error:
            raise Refused(str(error)) from error
        subsidy.certify_service_fait(
            on=actor.today,
            certifier=actor.user,
            justified=definitive.justified.expense,
            definitive=definitive.amount,
            reservations=reservations.strip(),
        )
        _accept_signed_statement(subsidy, actor=actor)
        deployments.certify_classes(mobile_class_ids=certified_class_ids(subsidy), actor=actor)
        documents.issue_service_fait(subsidy, definitive, actor=actor)
        notices.tell_service_fait(subsidy, promise=promise_of(subsidy, today=actor.today), at=actor.at)
    return subsidy


def _accept_signed_statement(subsidy: EquipmentSubsidy, *, actor: Actor) -> None:
    """The paper that carries the certification is checked with what it certifies."""
    piece = subsidy.statement.signed_piece
    if piece is not None and piece.state == PieceState.DEPOSITED:
        files.accept_piece(piece_id=piece.pk, actor=actor)


def revoke_service_fait(*, subsidy_id: int, actor: Actor, comment: str, seen: int | None = None) -> EquipmentSubsidy:
    """Back to the deposited statement: what was certified is no longer; a later certificate will cancel and replace the first."""
    with passage(EquipmentSubsidy, subsidy_id, actor=actor, may=can_revoke_service_fait, seen=seen, comment=comment) as subsidy:
        subsidy.revoke_service_fait()
        subsidy.past_expenses.all().delete()  # of a service fait constaté on paper: another entry will say them exactly
        deployments.revoke_certification(convention=subsidy.convention, actor=actor, comment=comment)
    return subsidy
