from conventions.conditions import SOME_DAY
from conventions.enums import AWAITING_DELIBERATION_STATES, BINDING_STATES, EDITABLE_STATES, ConventionState
from conventions.models import Convention
from plannumerique.organisations.actor import Actor
from plannumerique.organisations.enums import COLLECTIVITE, DAF, DANE, Role
from plannumerique.organisations.permissions import Permission, granted_to

_SETTLED = "Le projet est arrêté : la DANE rouvre d’abord la négociation, avec son motif."
_NOT_ASKED = "Le contrôleur budgétaire n’est pas saisi de ce projet, ou il s’est déjà prononcé."


@granted_to(*DANE)
def can_open_convention(actor: Actor, convention: Convention) -> bool:
    return True


@granted_to(*DANE)
def can_take_over_convention(actor: Actor, convention: Convention) -> bool:
    return True


@granted_to(*DANE, but=_SETTLED)
def can_change_schools(actor: Actor, convention: Convention) -> bool:
    return convention.state in EDITABLE_STATES


@granted_to(*COLLECTIVITE, *DANE, but=_SETTLED)
def can_describe(actor: Actor, convention: Convention) -> bool:
    """Payee, calendar, steering: the collectivité knows them, the DANE types them when they come on paper."""
    return convention.state in EDITABLE_STATES


@granted_to(*COLLECTIVITE, *DANE, *DAF)
def can_see_account(actor: Actor, convention: Convention) -> bool:
    """Others read the last signs of the IBAN only."""
    return True


@granted_to(*DANE)
def can_negotiate(actor: Actor, convention: Convention) -> bool:
    return True


@granted_to(Role.DAN)
def can_settle(actor: Actor, convention: Convention) -> bool:
    return True


# --- Contrôle budgétaire régional ---


@granted_to(*DANE)
def can_handle_cbr(actor: Actor, convention: Convention) -> bool:
    return True


@granted_to(*DANE, but=_NOT_ASKED)
def can_record_cbr_exchange(actor: Actor, convention: Convention) -> bool:
    return convention.state == ConventionState.CBR_REQUESTED


@granted_to(Role.RECTEUR, *DANE, but="Le recteur passe outre un avis rendu, avant toute signature.")
def can_overrule_cbr(actor: Actor, convention: Convention) -> bool:
    """The decision is the recteur's; the DANE records the one that he signed on paper."""
    return convention.state == ConventionState.CBR_GIVEN


# --- Délibération and signatures ---


@granted_to(*COLLECTIVITE, *DANE, but="La date de la prochaine séance se donne tant que la convention n’est pas signée.")
def can_tell_next_sitting(actor: Actor, convention: Convention) -> bool:
    return convention.state in (ConventionState.DRAFT, *AWAITING_DELIBERATION_STATES)


@granted_to(
    *COLLECTIVITE, *DANE, but="La délibération s’enregistre une fois le projet transmis, et avant que la DANE en prenne acte."
)
def can_record_deliberation(actor: Actor, convention: Convention) -> bool:
    return convention.state in AWAITING_DELIBERATION_STATES


@granted_to(*DANE)
def can_receive_deliberation(actor: Actor, convention: Convention) -> bool:
    return True


@granted_to(*COLLECTIVITE, *DANE)
def can_sign_for_collectivite(actor: Actor, convention: Convention) -> bool:
    """Who signs is written on the paper; whoever works for the collectivité may send it, and the DANE record it."""
    return True


@granted_to(Role.RECTEUR, *DANE)
def can_sign_for_recteur(actor: Actor, convention: Convention) -> bool:
    return True


@granted_to(Role.RECTEUR, *DANE, but="L’exemplaire signé des deux parties s’enregistre après les deux signatures.")
def can_record_signed_copy(actor: Actor, convention: Convention) -> bool:
    return convention.state in BINDING_STATES


@granted_to(*DANE)
def can_notify(actor: Actor, convention: Convention) -> bool:
    return True


@granted_to(*DANE, *DAF, *COLLECTIVITE, Role.RECTEUR, Role.SYSTEM)
def can_follow_execution(actor: Actor, convention: Convention) -> bool:
    """Follows from an act of the subsidy, whose own permission has been asked already: a first delivery, a solde paid."""
    return True


# --- Ways back and out ---


@granted_to(*DANE)
def can_go_back(actor: Actor, convention: Convention) -> bool:
    return True


@granted_to(*DANE)
def can_abandon(actor: Actor, convention: Convention) -> bool:
    return True


@granted_to(*DANE)
def can_terminate(actor: Actor, convention: Convention) -> bool:
    return True


# Which permission opens which move: read by the pages, by the table of docs/machines.md and by the walk of the tests.
CONVENTION_MOVES: dict[str, Permission] = {
    "take_over": can_take_over_convention,
    "negotiate": can_negotiate,
    "settle": can_settle,
    "request_cbr": can_handle_cbr,
    "record_cbr_opinion": can_handle_cbr,
    "note_cbr_silence": can_handle_cbr,
    "receive_deliberation": can_receive_deliberation,
    "sign_for_collectivite": can_sign_for_collectivite,
    "sign_for_recteur": can_sign_for_recteur,
    "notify": can_notify,
    "start_execution": can_follow_execution,
    "settle_up": can_follow_execution,
    "archive": can_follow_execution,
    "reopen_negotiation": can_go_back,
    "set_deliberation_aside": can_go_back,
    "cancel_collectivite_signature": can_go_back,
    "cancel_recteur_signature": can_go_back,
    "abandon": can_abandon,
    "terminate": can_terminate,
}


def moves_that_matter(convention: Convention) -> dict[str, Permission]:
    """Those that a page speaks of: nobody is told to ask a contrôleur who has not to be asked, nor to take over a draft.

    Nor is the collectivité told to deliberate on a project that he refused: it is passed over or changed first.
    """
    idle = {"take_over"} if convention.cbr_refusals(on=SOME_DAY) else {"take_over", "request_cbr"}
    if convention.is_stopped_by_the_cbr:
        idle.add("receive_deliberation")
    return {name: may for name, may in CONVENTION_MOVES.items() if name not in idle}


# Made by the services of the subsidies on their way, or by a take-over: no page of this app makes them.
MADE_ELSEWHERE = ("take_over", "notify", "start_execution", "settle_up", "archive")
