"""An account is shown in full to whoever needs it: those who pay and check, and those whose account it is."""

from django.utils.text import capfirst

from plannumerique.lib.identifiers import spaced_iban
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, Role
from plannumerique.organisations.permissions import Scoped
from plannumerique.ui.pieces import Badge, Fact, Tone
from subsidies.enums import AccountChangeState
from subsidies.models import AccountChange

OF_A_COLLECTIVITE = (*DAF, *DANE, *COLLECTIVITE)
OF_A_COLLEGE = (*DAF, *DANE, Role.COLLEGE_REFERENT)

TONES = {
    AccountChangeState.PROPOSED: Tone.WARNING,
    AccountChangeState.CONFIRMED: Tone.SUCCESS,
    AccountChangeState.REFUSED: Tone.ERROR,
}


def shown_iban(iban: str, actor: Actor, row: Scoped, *, readers: tuple[Role, ...] = OF_A_COLLECTIVITE) -> str:
    if not iban:
        return "à saisir"
    return spaced_iban(iban) if actor.grant_over(row.scope, readers) is not None else f"…{iban[-4:]}"


def reads_the_rib(actor: Actor, change: AccountChange) -> bool:
    return actor.grant_over(change.scope, OF_A_COLLECTIVITE) is not None


def badge_of(change: AccountChange) -> Badge:
    return Badge(capfirst(change.get_state_display()), TONES[AccountChangeState(change.state)])


def facts_of(change: AccountChange, actor: Actor) -> list[Fact]:
    facts = [
        Fact("État", badge=badge_of(change)),
        Fact("Collectivité", change.subsidy.convention.dossier.collectivite.name, url=change.subsidy.get_absolute_url()),
        Fact("Compte actuel", shown_iban(change.subsidy.convention.iban, actor, change)),
        Fact("Compte proposé", shown_iban(change.iban, actor, change), note=change.bic),
        Fact("Titulaire", change.holder),
        Fact("Proposé le", on=change.proposed_on, note=str(change.proposed_by or "")),
        Fact(
            "RIB", change.piece.get_state_display(), url=change.piece.get_absolute_url() if reads_the_rib(actor, change) else ""
        ),
    ]
    if change.decided_on:
        facts.append(Fact("Décidé le", on=change.decided_on, note=str(change.decided_by or "")))
    return facts
