"""A new RIB after the notification: deposited, checked by the DANE, confirmed by the DAF; payments then wait a while."""

from conventions.models import Convention
from plannumerique.files import services as files
from plannumerique.files.enums import Readers
from plannumerique.files.models import StoredFile
from plannumerique.journal.machine import Refused
from plannumerique.journal.passages import opening, passage
from plannumerique.lib.identifiers import spaced_iban
from plannumerique.organisations.actor import Actor
from subsidies.enums import PieceKind, SubsidyState
from subsidies.models import AccountChange, EquipmentSubsidy
from subsidies.notices import money as notices
from subsidies.permissions import can_change_account, can_check_rib, can_confirm_account, can_propose_account

NOTHING_LEFT_TO_PAY = (SubsidyState.CLOSED, SubsidyState.CANCELLED)


def propose_account(
    *,
    subsidy: EquipmentSubsidy,
    actor: Actor,
    iban: str,
    bic: str,
    holder: str,
    rib: StoredFile,
    comment: str = "",
) -> AccountChange:
    change = AccountChange(
        thread=subsidy.thread,
        subsidy=subsidy,
        iban=iban,
        bic=bic.strip(),
        holder=holder.strip(),
        proposed_on=actor.today,
        proposed_by=actor.user,
    )
    with opening(change, actor=actor, may=can_propose_account, label="Proposer un nouveau compte", comment=comment):
        _refuse_pointless(subsidy, iban)
        change.piece = files.deposit_piece(
            thread=change.thread,
            subject=subsidy,
            kind=PieceKind.NEW_RIB,
            label=f"RIB …{iban[-4:]}",
            file=rib,
            actor=actor,
            readers=Readers.ACCOUNT,
        )
    return change


def _refuse_pointless(subsidy: EquipmentSubsidy, iban: str) -> None:
    current = EquipmentSubsidy.objects.select_related("convention").get(pk=subsidy.pk)
    if current.state in NOTHING_LEFT_TO_PAY:
        raise Refused(f"La subvention est à l’état « {current.get_state_display()} » : plus rien n’est à verser.")
    if iban == current.convention.iban:
        raise Refused(f"Le compte {spaced_iban(iban)} est déjà celui du dossier.")


def accept_rib(*, change_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> AccountChange:
    """The DANE has compared the RIB with what was typed."""
    with passage(
        AccountChange,
        change_id,
        actor=actor,
        may=can_check_rib,
        seen=seen,
        comment=comment,
        act="accept_rib",
        label="Accepter le RIB",
    ) as change:
        files.accept_piece(piece_id=change.piece_id, actor=actor, comment=comment)
    return change


def confirm_account(*, change_id: int, actor: Actor, seen: int | None = None, comment: str = "") -> AccountChange:
    """The second validation. The convention takes the account; payments already prepared with the former one are refused."""
    with passage(AccountChange, change_id, actor=actor, may=can_confirm_account, seen=seen, comment=comment) as change:
        if not change.has_the_expected_bank and not comment.strip():
            raise Refused(
                "Le compte n’est pas tenu par la Banque de France, comme celui d’un comptable public : "
                "indiquez en commentaire comment il a été vérifié."
            )
        change.confirm_account(by=actor.user, on=actor.today)
        _apply(change, actor=actor, comment=comment)
        notices.tell_account_changed(change, at=actor.at)
    return change


def _apply(change: AccountChange, *, actor: Actor, comment: str) -> None:
    with passage(
        Convention,
        change.subsidy.convention_id,
        actor=actor,
        may=can_change_account,
        comment=comment,
        act="change_account",
        label="Changer le compte de versement",
    ) as convention:
        convention.iban, convention.bic, convention.iban_holder = change.iban, change.bic, change.holder
        convention.rib = change.piece


def refuse_account(*, change_id: int, actor: Actor, comment: str, seen: int | None = None) -> AccountChange:
    with passage(AccountChange, change_id, actor=actor, may=can_confirm_account, seen=seen, comment=comment) as change:
        change.refuse_account(by=actor.user, on=actor.today)
        notices.tell_account_refused(change, at=actor.at, motive=comment)
    return change
